"""Usage days that cannot be, on a database: they are loaded like any other, and move nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from functions.adw_billing.loader.load_run import LoadOptions, LoadRun
from functions.adw_billing.source.reports import Folder
from shared.deadline import Deadline
from tests.support.billing_files import COST, TENANCY, USAGE, cost_row, put, report, usage_row

if TYPE_CHECKING:
    from pathlib import Path

    import oracledb

    from tests.support.oracle_server import OracleServer

Query = Callable[..., list[tuple[object, ...]]]


@pytest.fixture
def database(made_tables: oracledb.Connection) -> oracledb.Connection:
    """Tables, which are there."""
    return made_tables


@pytest.mark.parametrize("day", ["9999-12-31", "2099-01-01"])
def test_a_usage_day_that_cannot_be_stops_nothing_and_moves_no_cost(
    server: OracleServer, database: oracledb.Connection, query: Query, tmp_path: Path, day: str
) -> None:
    odd = {"lineItem__intervalUsageStart": f"{day}T23:59Z"}
    put(tmp_path, "reports/usage-csv/1.csv", report(USAGE, [usage_row(1), usage_row(2, **odd)]))
    put(tmp_path, "reports/cost-csv/1.csv", report(COST, [cost_row(1)]))
    put(tmp_path, "reports/cost-csv/2.csv", report(COST, [cost_row(2, **odd)]))
    warehouse = server.warehouse(Deadline.after(120), "call-1")
    try:
        warehouse.migrate()
        left = Deadline.after(120).remaining_seconds
        options = LoadOptions(newest_first=False, max_rows_per_slice=1_000_000, left_seconds=left)
        summary = LoadRun(Folder(tmp_path, TENANCY, ("cost", "usage")), warehouse, options).run()
    finally:
        warehouse.close()
    assert [row.state for row in summary.rows] == ["loaded"] * 3
    # the last day of the calendar never comes into oci_billing, where it stands for "no day yet": nothing is left out
    named = [] if day == "9999-12-31" else [f"a usage row has the day {day}"]
    assert [warning.partition(",")[0] for warning in summary.warnings] == named
    assert query("select value from oci_loader where name = 'oci_billing_cost_from'") == [("2026-01-05",)]
    assert query("select sum(row_count) from oci_cost_daily") == [(2,)]
    assert query("select count(*) from oci_report_rejected") == [(0,)]
