"""The views of questions on the database give what they give on DuckDB over the same rows."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import duckdb

from emulator.reports.billing_history import final_state, write_folder
from functions.adw_billing.model import tables
from functions.adw_billing.warehouse.ddl import oracle_create
from functions.adw_billing.warehouse.oracle.names import DEFAULT_NAMES
from functions.adw_billing.warehouse.questions.all_questions import QUESTIONS
from functions.adw_billing.warehouse.questions.words import OracleWords
from tests.support.billing_files import load
from tests.support.translated_oracle import STORY

if TYPE_CHECKING:
    from pathlib import Path

    import oracledb

    from tests.support.oracle_server import OracleServer

NOT_SIMULATED = ("oci_tag_month", "oci_untagged_month")
"""The simulator's REGEXP_SUBSTR finds the first pair only, whatever the occurrence; tests/contract proves both."""


def plain(value: Any) -> str:
    if isinstance(value, datetime):
        return str(value.date())
    return format(value.normalize(), "f") if isinstance(value, Decimal) else str(value)


def answers(found: list[tuple[Any, ...]]) -> list[str]:
    return sorted("|".join(map(plain, row)) for row in found)


def test_each_question_has_the_same_answer(database: oracledb.Connection, server: OracleServer, tmp_path: Path) -> None:
    write_folder(tmp_path / "reports", final_state(STORY.publications()).values())
    load(tmp_path / "reports", tmp_path / "billing.duckdb")
    with duckdb.connect(str(tmp_path / "billing.duckdb"), read_only=True) as embedded, database.cursor() as cursor:
        for table in tables.ALL:
            cursor.execute(oracle_create(table, table.name, f"{table.name}_pk"))
            if table in (tables.COST, tables.FOCUS, tables.DAILY, tables.REPORT):
                names = ", ".join(table.names)
                binds = ", ".join(f":{number}" for number in range(1, len(table.names) + 1))
                rows = embedded.execute(f"SELECT {names} FROM {table.name}").fetchall()
                cursor.executemany(f"INSERT INTO {table.name} ({names}) VALUES ({binds})", rows)
        database.commit()
        for question in QUESTIONS:
            cursor.execute(question.create(OracleWords(DEFAULT_NAMES)))
            if server.control_url and question.view in NOT_SIMULATED:
                continue
            query = f"SELECT {', '.join(name for name in question.columns if name != 'tags')} FROM {question.view}"
            cursor.execute(query, fetch_decimals=True)
            assert answers(cursor.fetchall()) == answers(embedded.execute(query).fetchall()), question.view
