"""A warehouse of each earlier version is brought forward, and holds afterwards what it held before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from functions.adw_billing.model.tables import ALL, BILLING, LOADER, SCHEMA_VERSION
from functions.adw_billing.warehouse.duckdb.warehouse import open_warehouse
from functions.adw_billing.warehouse.questions.all_questions import QUESTIONS
from shared.deadline import Deadline
from tests.support.billing_files import COST, TENANCY, cost_row, load, put, query, report
from tests.support.shared_data import ROOT

if TYPE_CHECKING:
    from pathlib import Path

GOLDEN = ROOT / "tests" / "golden"
"""`warehouse_<version>.sql`: tables and rows as that version's loader left them, of a report of each dialect."""


def old(path: Path, version: int) -> dict[str, list[tuple[Any, ...]]]:
    """Make a warehouse of an earlier version; its rows by `table(columns)`."""
    with duckdb.connect(str(path)) as connection:
        connection.execute((GOLDEN / f"warehouse_{version}.sql").read_text(encoding="utf-8"))
        found = connection.execute(
            "SELECT table_name, string_agg(column_name, ', ' ORDER BY column_index) FROM duckdb_columns() "
            "WHERE NOT internal AND table_name <> ? GROUP BY ALL",
            [LOADER.name],
        ).fetchall()
        selects = [f"SELECT {columns} FROM {table} ORDER BY ALL" for table, columns in found]
        return {select: connection.execute(select).fetchall() for select in selects}


def migrate(path: Path) -> None:
    warehouse = open_warehouse(str(path), Deadline.after(60), call_id="c", cost_from="", margin_seconds=0)
    try:
        warehouse.migrate()
    finally:
        warehouse.close()


@pytest.mark.parametrize("version", range(1, SCHEMA_VERSION))
def test_an_earlier_version_is_brought_forward_and_every_value_stays(tmp_path: Path, version: int) -> None:
    path = tmp_path / "w.duckdb"
    before = old(path, version)
    migrate(path)
    assert before
    assert {select: query(path, select) for select in before} == before
    assert query(path, "SELECT value FROM oci_loader WHERE name = 'schema_version'") == [(str(SCHEMA_VERSION),)]
    tables = {name for (name,) in query(path, "SELECT table_name FROM duckdb_tables()")}
    assert tables >= {table.name for table in ALL} - {BILLING.name}
    for question in QUESTIONS:
        query(path, f"SELECT * FROM {question.view}")
    assert query(path, "SELECT sum(cost) FROM oci_cost_line") == query(path, "SELECT sum(cost_myCost) FROM oci_cost")


@pytest.mark.parametrize("version", range(1, SCHEMA_VERSION))
def test_the_loader_goes_on_where_the_earlier_one_ended(tmp_path: Path, version: int) -> None:
    path = tmp_path / "w.duckdb"
    old(path, version)
    put(tmp_path / "reports", "reports/cost-csv/2.csv", report(COST, [cost_row(7)]))
    (row,) = load(tmp_path / "reports", path, "--tenancy", TENANCY)["reports"]
    assert row["state"] == "loaded"
    assert query(path, "SELECT count(*) FROM oci_cost") == [(3,)]
