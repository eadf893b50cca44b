"""Calls that stop in time, meet another call, or load what arrived in any order."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from emulator.reports.billing_history import BillingHistory
from functions.adw_billing.errors import WarehouseBusy
from functions.adw_billing.loader.load_run import LoadOptions, LoadRun, LoadSummary
from functions.adw_billing.settings import DIALECTS
from functions.adw_billing.source.reports import Folder
from functions.adw_billing.warehouse.duckdb.file import connect
from functions.adw_billing.warehouse.duckdb.session import Session
from functions.adw_billing.warehouse.duckdb.warehouse import DuckDbWarehouse
from shared.deadline import Deadline
from tests.support.billing_files import COST, FOCUS, TENANCY, cost_row, focus_row, put, query, report

if TYPE_CHECKING:
    from functions.adw_billing.model.warehouse import Batch, Claim

ROOT = Path(__file__).resolve().parents[3]
TABLES = (
    "oci_cost", "oci_usage", "oci_focus", "oci_cost_daily", "oci_correction", "oci_billing", "oci_reconciliation",
    "oci_report_rejected",
)  # fmt: skip
CHUNK_BYTES = 4000
NO_TIME = 1e-6
"""Seconds left that no object fits into: all are loaded in slices."""


class CountingWarehouse(DuckDbWarehouse):
    """A warehouse that counts the batches staged: a call's time is over after a piece of work, not after seconds."""

    staged = 0

    def stage(self, claim: Claim, batch: Batch) -> None:
        super().stage(claim, batch)
        self.staged += 1


def opened(path: Path, seconds: float = 30) -> CountingWarehouse:
    warehouse = CountingWarehouse(Session(connect(str(path), Deadline.after(seconds), 0)), call_id="c", cost_from="")
    warehouse.migrate()
    return warehouse


def call(
    folder: Path, path: Path, *, newest_first: bool = False, batches: int | None = None, slice_rows: int = 100_000
) -> LoadSummary:
    """One call, which has all the time there is, or until so many batches are staged."""
    warehouse = opened(path)

    def left_seconds() -> float:
        if batches is None:
            return 1e6
        return NO_TIME if warehouse.staged < batches else 0.0

    options = LoadOptions(
        newest_first=newest_first,
        max_rows_per_slice=slice_rows,
        left_seconds=left_seconds,
        chunk_bytes=CHUNK_BYTES,
    )
    try:
        return LoadRun(Folder(folder, TENANCY, DIALECTS), warehouse, options).run()
    finally:
        warehouse.close()


def tables(path: Path) -> list[str]:
    ledger = "SELECT * EXCLUDE (loaded_at, call_id) FROM oci_report ORDER BY ALL"
    return [str(query(path, sql)) for sql in (*(f"SELECT * FROM {name} ORDER BY ALL" for name in TABLES), ledger)]


def test_a_large_report_is_loaded_over_several_calls_and_seen_whole_or_not_at_all(folder: Path, tmp_path: Path) -> None:
    rows = [cost_row(index, cost__myCost="bad" if index % 30 == 7 else "0.5") for index in range(120)]
    put(folder, "reports/cost-csv/1.csv.gz", report(COST, rows))
    whole, sliced = tmp_path / "whole.duckdb", tmp_path / "sliced.duckdb"
    call(folder, whole)
    staged = [0]
    while call(folder, sliced, batches=1, slice_rows=1_000).remaining:
        assert query(sliced, "SELECT count(*) FROM oci_cost") == [(0,)]
        assert query(sliced, "SELECT count(*) FROM oci_report") == [(0,)]
        staged.append(query(sliced, "SELECT records_done FROM oci_report_claim")[0][0])
    assert len(staged) > 3
    assert staged == sorted(set(staged)), "each call goes on where the last one stopped"
    assert tables(sliced) == tables(whole)
    assert query(sliced, "SELECT count(*) FROM oci_cost_stage") == [(0,)]


def test_a_report_published_again_between_two_slices_starts_again(folder: Path, tmp_path: Path) -> None:
    warehouse = tmp_path / "w.duckdb"
    put(folder, "reports/cost-csv/1.csv.gz", report(COST, [cost_row(index) for index in range(300)]))
    assert call(folder, warehouse, batches=1, slice_rows=1_000).remaining == 1
    put(folder, "reports/cost-csv/1.csv.gz", report(COST, [cost_row(index, cost__myCost="2") for index in range(9)]))
    call(folder, warehouse)
    assert query(warehouse, "SELECT count(*), sum(cost_myCost) FROM oci_cost") == [(9, 18)]
    assert query(warehouse, "SELECT count(*) FROM oci_cost_stage") == [(0,)]


@pytest.mark.parametrize("newest_first", [True, False])
def test_usage_days_are_loaded_in_the_order_asked_for(folder: Path, tmp_path: Path, *, newest_first: bool) -> None:
    for publication in BillingHistory(days=3, rows_per_day=8, dialects=("focus",), republish_every=0).publications():
        put(folder, publication.name, b"".join(publication.report.chunks()))
    loaded = call(folder, tmp_path / "w.duckdb", newest_first=newest_first)
    days = [row.key.object_name[:24] for row in loaded.rows]
    assert len(set(days)) == 3
    assert days == sorted(days, reverse=newest_first)


def test_a_file_that_another_process_has_is_waited_for_and_then_named_busy(tmp_path: Path) -> None:
    path = tmp_path / "w.duckdb"
    opened(path).close()
    code = f"import duckdb, sys; c = duckdb.connect({str(path)!r}); print('open', flush=True); sys.stdin.read()"
    command = [sys.executable, "-c", code]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:  # noqa: S603
        assert other.stdout
        assert other.stdin
        assert other.stdout.readline() == "open\n"
        with pytest.raises(WarehouseBusy):
            opened(path, seconds=0.3)
        other.stdin.close()
    opened(path).close()


def test_two_calls_at_once_load_each_report_once(folder: Path, tmp_path: Path) -> None:
    for number in range(12):
        put(
            folder,
            f"reports/cost-csv/{number}.csv.gz",
            report(COST, [cost_row(50 * number + index) for index in range(50)]),
        )
    path = tmp_path / "w.duckdb"
    command = [
        sys.executable,
        "-m",
        "functions.adw_billing",
        "load",
        "--reports",
        str(folder),
        "--warehouse",
        str(path),
    ]
    both = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(2)]  # noqa: S603
    answers = [json.loads(process.communicate()[0]) for process in both]
    assert sorted(answers[0] + answers[1]) == sorted(f"{number}.csv" for number in range(12))
    assert query(path, "SELECT count(*), count(DISTINCT (object_name, object_row)) FROM oci_cost") == [(600, 600)]


def test_retention_removes_old_rows_everywhere_and_keeps_ledger_and_summary(folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "w.duckdb"
    days = ("2025-12-31", "2026-01-01")
    rows = [cost_row(index, lineItem__intervalUsageStart=f"{day}T23:59Z") for index, day in enumerate(days)]
    put(folder, "reports/cost-csv/1.csv.gz", report(COST, rows))
    call(folder, path)
    warehouse = opened(path)
    assert warehouse.retain(TENANCY, days[1]) == 1
    warehouse.close()
    seen = "SELECT lineItem_intervalUsageStart[1:10] FROM oci_billing"
    assert query(path, seen) == [(days[1],)]
    assert query(path, "SELECT rows_loaded FROM oci_report") == [(2,)]
    assert query(path, "SELECT count(*) FROM oci_cost_daily") == [(2,)]
    assert call(folder, path).rows == []


def _publications() -> list[tuple[str, bytes]]:
    """A split report, a late day, a second publication, corrections, in cost and FOCUS."""
    late = {"lineItem__intervalUsageStart": "2026-01-01T00:00Z"}
    fix = {"lineItem__isCorrection": "true", "cost__myCost": "-0.1"}
    focus = [focus_row(index) for index in range(3)]
    return [
        ("reports/cost-csv/1-00001.csv.gz", report(COST, [cost_row(index) for index in range(3)])),
        ("reports/cost-csv/1-00001.csv.gz", report(COST, [cost_row(index, cost__myCost="7") for index in range(4)])),
        ("reports/cost-csv/1-00002.csv.gz", report(COST, [cost_row(4)])),
        ("reports/cost-csv/2.csv.gz", report(COST, [cost_row(5, **late)])),
        ("reports/cost-csv/3.csv.gz", report(COST, [cost_row(6, lineItem__backreferenceNo="ref-1", **fix)])),
        ("reports/cost-csv/4.csv.gz", report(COST, [cost_row(7, lineItem__backreferenceNo="ref-6", **fix)])),
        ("FOCUS Reports/2026/01/05/1.csv.gz", report(FOCUS, focus[:2])),
        ("FOCUS Reports/2026/01/05/2.csv.gz", report(FOCUS, focus[2:])),
    ]


@given(
    order=st.permutations(range(len(_publications()))),
    stops=st.lists(st.booleans(), min_size=len(_publications()), max_size=len(_publications())),
)
@settings(max_examples=2, deadline=None, phases=[Phase.generate])
def test_any_order_and_overlap_of_what_is_published_ends_the_same(order: list[int], stops: list[bool]) -> None:
    events = _publications()
    ends = []
    with tempfile.TemporaryDirectory() as name:
        for way, calls in (("once", [False] * len(events)), ("overlapping", stops)):
            folder, path = Path(name) / way, Path(name) / f"{way}.duckdb"
            put(folder, *events[0])
            order = [index for index in order if index != 1] + [1] if way == "once" else order
            for index, stop in zip(order, calls, strict=True):
                put(folder, *events[index])
                if stop:
                    call(folder, path)
            put(folder, *events[1])
            call(folder, path)
            ends.append(tables(path))
    assert ends[0] == ends[1]
