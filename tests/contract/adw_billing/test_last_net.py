"""An object that fails as nobody foresaw is put aside and named; the others are loaded, in this call and the next."""

from __future__ import annotations

import logging
import os
from datetime import datetime
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from functions.adw_billing.errors import UnforeseenFailure
from functions.adw_billing.loader.load_run import LoadOptions, LoadRun, LoadSummary
from functions.adw_billing.source.reports import Folder
from functions.adw_billing.warehouse.duckdb.warehouse import open_warehouse
from shared.deadline import Deadline
from tests.support.billing_files import COST, TENANCY, USAGE, cost_row, load, put, query, report, usage_row

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from functions.adw_billing.model.report_object import ReportObject

LEDGER = "SELECT object_name, state, rows_loaded FROM oci_report ORDER BY 1"


class BrokenFolder(Folder):
    """A folder some of whose objects fail while they are read, as no reader is known to do."""

    def __init__(self, *arguments: Any, broken: dict[str, bytes]) -> None:
        super().__init__(*arguments)
        self._broken = broken

    def read(self, report: ReportObject) -> Iterator[bytes]:
        begun = self._broken.get(report.name)
        if begun is None:
            yield from super().read(report)
            return
        yield begun
        raise RecursionError(f"password=hunter2 of {report.name}")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for number in range(1, 6):
        put(tmp_path / "reports", f"reports/cost-csv/{number}.csv", report(COST, [cost_row(number)]))
    return tmp_path / "reports"


def run(folder: Path, path: Path, broken: dict[str, bytes]) -> LoadSummary:
    warehouse = open_warehouse(str(path), Deadline.after(60), call_id="c", cost_from="", margin_seconds=0)
    try:
        warehouse.migrate()
        options = LoadOptions(
            newest_first=False, max_rows_per_slice=1_000_000, left_seconds=Deadline.after(60).remaining_seconds
        )
        source = BrokenFolder(folder, TENANCY, ("cost",), warehouse.tenancies(), broken=broken)
        return LoadRun(source, warehouse, options).run()
    finally:
        warehouse.close()


@pytest.mark.parametrize("begun", [b"", report(COST, [])], ids=["before-the-header", "among-the-rows"])
def test_an_object_that_fails_as_nobody_foresaw_is_put_aside(
    folder: Path, tmp_path: Path, begun: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="adw-billing")
    path = tmp_path / "w.duckdb"
    names = [f"reports/cost-csv/{number}.csv" for number in (1, 3)]
    summary = run(folder, path, dict.fromkeys(names, begun))
    assert [row.state for row in summary.rows] == ["rejected", "loaded", "rejected", "loaded", "loaded"]
    found = query(path, "SELECT object_name, object_row, reason, content FROM oci_report_rejected ORDER BY 1")
    assert [(name, row, reason) for name, row, reason, _ in found] == [(name, 0, "unforeseen") for name in names]
    assert all("RecursionError in read" in content for *_, content in found)
    (first, _) = [entry for entry in caplog.records if entry.getMessage() == "object failed"]
    assert any(frame.startswith("read:") for frame in first.fields["frames"])  # type: ignore[attr-defined]
    assert "hunter2" not in repr([entry.__dict__ for entry in caplog.records]) + repr(found)
    assert run(folder, path, {}).rows == []  # until it is published again, or a day has gone by


def test_what_failed_is_tried_again_once_a_day_behind_all_others(folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "w.duckdb"
    broken = {"reports/cost-csv/1.csv": b""}
    run(folder, path, broken)
    put(folder, "reports/cost-csv/9.csv", report(COST, [cost_row(9)]))
    for expected in (["rejected"], [], ["loaded"]):
        if expected:
            with duckdb.connect(str(path)) as connection:
                connection.execute("UPDATE oci_report SET loaded_at = loaded_at - INTERVAL 25 HOUR")
        found = run(folder, path, broken if expected != ["loaded"] else {}).rows
        new = ["loaded"] if expected == ["rejected"] else []
        assert [row.state for row in found] == [*new, *expected]
    assert query(path, "SELECT count(*) FROM oci_report_rejected") == [(0,)]
    assert query(path, "SELECT count(*) FROM oci_cost") == [(6,)]


def test_the_third_object_that_fails_alike_ends_the_call_and_the_next_one_goes_on(folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "w.duckdb"
    broken = dict.fromkeys((f"reports/cost-csv/{number}.csv" for number in (1, 2, 4)), b"")
    with pytest.raises(UnforeseenFailure) as caught:
        run(folder, path, broken)
    assert "RecursionError" in str(caught.value)
    assert "hunter2" not in str(caught.value)
    assert [state for _, state, _ in query(path, LEDGER)] == ["rejected", "rejected", "loaded"]
    assert [row.state for row in run(folder, path, {}).rows] == ["loaded", "loaded"]


@pytest.mark.parametrize("day", ["9999-12-31", "2099-01-01"])
def test_a_usage_day_that_cannot_be_stops_nothing_and_moves_no_cost(folder: Path, tmp_path: Path, day: str) -> None:
    rows = [usage_row(1), usage_row(2, lineItem__intervalUsageStart=f"{day}T23:59Z")]
    put(folder, "reports/usage-csv/1.csv", report(USAGE, rows))
    late = cost_row(9, lineItem__intervalUsageStart=f"{day}T23:59Z")
    put(folder, "reports/cost-csv/9.csv", report(COST, [late]))
    path = tmp_path / "w.duckdb"
    answer = load(folder, path)
    assert {row["state"] for row in answer["reports"]} == {"loaded"}
    (warning,) = answer["warnings"]
    begin = f"a usage row has the day {day}, later than its report: oci_billing has costs from 2026-01-05"
    assert warning.startswith(begin)
    assert query(path, "SELECT value FROM oci_loader WHERE name = 'oci_billing_cost_from'") == [("2026-01-05",)]
    assert query(path, "SELECT count(*) FROM oci_billing") == [(7,)]
    assert query(path, "SELECT sum(row_count) FROM oci_cost_daily") == [(6,)]


@pytest.mark.parametrize(("written", "first"), [("2026-01-06", "2026-01-05"), ("2026-03-01", "2026-02-02")])
def test_where_cost_begins_is_bounded_by_when_the_usage_reports_were_written(
    folder: Path, tmp_path: Path, written: str, first: str
) -> None:
    """Usage reports ended long ago: a day between then and now is one of the future to them too."""
    rows = [usage_row(1), usage_row(2, lineItem__intervalUsageStart="2026-02-01T10:00Z")]
    moment = datetime.fromisoformat(f"{written}T12:00:00+00:00").timestamp()
    os.utime(put(folder, "reports/usage-csv/1.csv", report(USAGE, rows)), (moment, moment))
    path = tmp_path / "w.duckdb"
    answer = load(folder, path)
    assert query(path, "SELECT value FROM oci_loader WHERE name = 'oci_billing_cost_from'") == [(first,)]
    assert ("warnings" in answer) == (first == "2026-01-05")
