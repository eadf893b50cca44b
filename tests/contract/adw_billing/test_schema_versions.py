"""A warehouse of each earlier version is brought forward, and holds afterwards what it held before."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from functions.adw_billing.model.schema_steps import SCHEMA_VERSION
from functions.adw_billing.model.tables import ALL, BILLING, DAILY, LOADER
from functions.adw_billing.warehouse.duckdb.warehouse import open_warehouse
from functions.adw_billing.warehouse.questions.all_questions import QUESTIONS
from shared.deadline import Deadline
from tests.support.billing_files import COST, TENANCY, cost_row, load, put, query, report
from tests.support.shared_data import ROOT

if TYPE_CHECKING:
    from pathlib import Path

SUMMED = "tenancy_id, usage_day, dialect, service, currency, CAST(sum(cost) AS DECIMAL(38,24)), sum(row_count)"
"""The daily summary as version 2 had it; `sum` of whole numbers is a HUGEINT, which compares like the BIGINT it was."""
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
    if version < 3:
        daily = next(select for select in before if DAILY.name in select)
        summed = f"SELECT {SUMMED} FROM {DAILY.name} GROUP BY ALL ORDER BY ALL"
        assert query(path, summed) == before.pop(daily)
    assert {select: query(path, select) for select in before} == before
    assert query(path, "SELECT value FROM oci_loader WHERE name = 'schema_version'") == [(str(SCHEMA_VERSION),)]
    tables = {name for (name,) in query(path, "SELECT table_name FROM duckdb_tables()")}
    assert tables >= {table.name for table in ALL} - {BILLING.name}
    for question in QUESTIONS:
        query(path, f"SELECT * FROM {question.view}")
    assert query(path, "SELECT sum(cost) FROM oci_cost_line") == query(path, "SELECT sum(cost_myCost) FROM oci_cost")


@pytest.mark.parametrize("version", range(1, SCHEMA_VERSION))
def test_an_earlier_version_ends_with_the_columns_of_a_new_warehouse(tmp_path: Path, version: int) -> None:
    """A column that somebody adds to a table without a step fails here."""
    columns = "SELECT table_name, column_name, data_type FROM duckdb_columns() WHERE NOT internal ORDER BY ALL"
    old(tmp_path / "old.duckdb", version)
    migrate(tmp_path / "old.duckdb")
    migrate(tmp_path / "new.duckdb")
    assert query(tmp_path / "old.duckdb", columns) == query(tmp_path / "new.duckdb", columns)


@pytest.mark.parametrize("version", range(1, SCHEMA_VERSION))
def test_the_loader_goes_on_where_the_earlier_one_ended(tmp_path: Path, version: int) -> None:
    path = tmp_path / "w.duckdb"
    before = old(path, version)
    (costs,) = (rows for select, rows in before.items() if select.endswith("FROM oci_cost ORDER BY ALL"))
    put(tmp_path / "reports", "reports/cost-csv/2.csv", report(COST, [cost_row(7)]))
    (row,) = load(tmp_path / "reports", path, "--tenancy", TENANCY)["reports"]
    assert row["state"] == "loaded"
    assert query(path, "SELECT count(*) FROM oci_cost") == [(len(costs) + 1,)]


def test_the_summary_of_version_2_gets_its_details_but_where_the_rows_are_gone(tmp_path: Path) -> None:
    path = tmp_path / "w.duckdb"
    old(path, 2)
    migrate(path)
    found = query(
        path,
        "SELECT CAST(usage_day AS VARCHAR), dialect, subaccount_id[-5:], region, compartment_id[-4:], "
        "compartment_name, sku, cost, row_count FROM oci_cost_daily",
    )
    child, ours, place = "child", "atest", "eu-frankfurt-1"
    assert set(found) == {
        ("2025-12-03", "cost", None, None, None, None, None, 4, 1),
        ("2025-12-31", "cost", ours, None, ".web", "web", "B1", Decimal("1.000000000000000001"), 1),
        ("2026-01-05", "cost", child, place, "data", "data", "B1", Decimal("0.5"), 1),
        ("2026-01-05", "cost", ours, None, ".web", "web", "B1", Decimal("0.5"), 1),
        ("2026-01-05", "cost", ours, None, ".web", "web", "B2", Decimal("0.000000000000000001"), 1),
        ("2026-01-05", "focus", ours, place, ".web", "web", "B1", Decimal("0.5"), 1),
        ("2026-01-05", "focus", ours, place, "data", "data", "B1", Decimal("0.5"), 1),
        ("2026-01-05", "focus", ours, None, None, None, None, Decimal("0.5"), 1),
        ("2026-02-28", "cost", ours, None, "data", "data", "B1", Decimal("-0.5"), 1),
    }
    assert len(found) == 9
