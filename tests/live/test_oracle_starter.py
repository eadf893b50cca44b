"""The starter's views are made on the database over the loader's own, twice, and each of them can be read."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from shared.deadline import Deadline
from tools.suite import ROOT

if TYPE_CHECKING:
    import oracledb

    from tests.support.oracle_server import OracleServer

STARTER = (ROOT / "docs" / "examples" / "adw-billing-starter.sql").read_text(encoding="utf-8")


@pytest.fixture
def database(made_tables: oracledb.Connection) -> oracledb.Connection:
    """Tables, which are there."""
    return made_tables


def test_the_starter_runs_after_the_first_load(server: OracleServer, database: oracledb.Connection) -> None:
    warehouse = server.warehouse(Deadline.after(60), "call-1")
    warehouse.migrate()
    warehouse.close()
    plain = re.sub(r"^--.*$", "", STARTER, flags=re.MULTILINE)
    statements = [part.strip() for part in plain.split(";\n") if part.strip()]
    views = re.findall(r"VIEW (\w+)", plain)
    with database.cursor() as cursor:
        for statement in [*statements, *statements]:
            cursor.execute(statement)
        for view in views:
            assert list(cursor.execute(f"SELECT * FROM {view}")) == []
            cursor.execute(f"DROP VIEW {view}")
