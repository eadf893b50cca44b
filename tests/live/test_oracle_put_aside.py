"""What is put aside on a database: values that are not what their column says, and objects that nobody foresaw."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from functions.adw_billing.loader.load_run import LoadOptions, LoadRun, LoadSummary
from functions.adw_billing.source.reports import Folder
from shared.deadline import Deadline
from tests.support.billing_files import COST, TENANCY, cost_row, put, report

if TYPE_CHECKING:
    from pathlib import Path

    import oracledb

    from functions.adw_billing.model.report_object import ReportObject
    from tests.support.oracle_server import OracleServer

Query = Callable[..., list[tuple[object, ...]]]
NAME = "reports/cost-csv/{}.csv"


@pytest.fixture
def database(made_tables: oracledb.Connection) -> oracledb.Connection:
    """Tables, which are there."""
    return made_tables


class BrokenFolder(Folder):
    """A folder whose first object fails among its rows, as no reader is known to do."""

    def read(self, report: ReportObject) -> Iterator[bytes]:
        yield from super().read(report)
        if report.name == NAME.format(1):
            raise RecursionError


def run(server: OracleServer, folder: type[Folder], path: Path, call_id: str) -> LoadSummary:
    warehouse = server.warehouse(Deadline.after(120), call_id)
    try:
        warehouse.migrate()
        left = Deadline.after(120).remaining_seconds
        options = LoadOptions(newest_first=False, max_rows_per_slice=1_000_000, left_seconds=left)
        return LoadRun(folder(path, TENANCY, ("cost", "usage"), {}), warehouse, options).run()
    finally:
        warehouse.close()


def test_junk_in_a_column_that_no_sum_is_made_of_is_null_and_keeps_its_text(
    server: OracleServer, database: oracledb.Connection, query: Query, tmp_path: Path
) -> None:
    junk = {"cost__unitPrice": "(null)", "lineItem__intervalUsageEnd": "-"}
    put(tmp_path, NAME.format(1), report(COST, [cost_row(1), cost_row(2, **junk), cost_row(3, cost__myCost="-")]))
    summary = run(server, Folder, tmp_path, "call-1")
    assert summary.unread == [{"cost/unitPrice": 1, "lineItem/intervalUsageEnd": 1}]
    ((price, end, others),) = query(
        "select cost_unitPrice, lineItem_intervalUsageEnd, other_columns from oci_cost where object_row = 2"
    )
    assert (price, end) == (None, None)
    assert json.loads(str(others)) == {"cost/unitPrice": "(null)", "lineItem/intervalUsageEnd": "-"}
    assert query("select object_row, reason from oci_report_rejected") == [(3, "bad-number")]


def test_an_object_that_fails_as_nobody_foresaw_is_put_aside_for_a_day(
    server: OracleServer, database: oracledb.Connection, query: Query, tmp_path: Path
) -> None:
    for number in (1, 2):
        put(tmp_path, NAME.format(number), report(COST, [cost_row(number)]))
    assert [row.state for row in run(server, BrokenFolder, tmp_path, "call-1").rows] == ["rejected", "loaded"]
    assert query("select object_name, reason from oci_report_rejected") == [(NAME.format(1), "unforeseen")]
    assert query("select count(*) from oci_cost") == [(1,)]
    assert query("select count(*) from oci_report_claim") == [(0,)]
    assert run(server, Folder, tmp_path, "call-2").rows == []
    database.cursor().execute("update oci_report set loaded_at = loaded_at - interval '25' hour")
    database.commit()
    assert [row.state for row in run(server, Folder, tmp_path, "call-3").rows] == ["loaded"]
    assert query("select count(*) from oci_report_rejected") == [(0,)]
