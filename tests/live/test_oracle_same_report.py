"""A report is counted once on a database too: the transaction that publishes asks, also where two publish at once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from emulator.reports.generated_report import make_report
from functions.adw_billing.errors import SameReport
from functions.adw_billing.loader.load_run import LoadOptions, LoadRun, LoadSummary
from functions.adw_billing.model.warehouse import ObjectKey
from functions.adw_billing.source.reports import Folder
from shared.deadline import Deadline
from tests.support.billing_files import COST, TENANCY, cost_row, put, report
from tests.support.report_batches import ReportBatches

if TYPE_CHECKING:
    from pathlib import Path

    import oracledb

    from tests.support.oracle_server import OracleServer

Query = Callable[..., list[tuple[object, ...]]]
NAME = "reports/cost-csv/1.csv"
TEXT = report(COST, [cost_row(1), cost_row(2)])
LEDGER = "select object_name, state, rows_loaded from oci_report order by tenancy_id, object_name"
COUNT = "select count(*) from oci_cost"


@pytest.fixture
def database(made_tables: oracledb.Connection) -> oracledb.Connection:
    """Tables, which are there."""
    return made_tables


def load(server: OracleServer, folder: Path, tenancy: str = TENANCY) -> LoadSummary:
    warehouse = server.warehouse(Deadline.after(120), "call-1")
    try:
        warehouse.migrate()
        left = Deadline.after(120).remaining_seconds
        options = LoadOptions(newest_first=False, max_rows_per_slice=1_000_000, left_seconds=left)
        return LoadRun(Folder(folder, tenancy, ("cost",)), warehouse, options).run()
    finally:
        warehouse.close()


def test_a_copy_is_refused_named_and_settled(
    server: OracleServer, database: oracledb.Connection, query: Query, tmp_path: Path
) -> None:
    put(tmp_path, NAME, TEXT)
    put(tmp_path, f"{NAME}.gz", TEXT)
    put(tmp_path, "x/2.csv.gz", TEXT)
    summary = load(server, tmp_path)
    words = f"the same content as {NAME}, which is loaded"
    assert sorted(name for name, _ in summary.rejected) == [f"{NAME}.gz", "x/2.csv.gz"]
    assert {(entry.reason, entry.content) for _, entry in summary.rejected} == {("same-report", words)}
    assert query(LEDGER) == [(NAME, "loaded", 2), (f"{NAME}.gz", "rejected", 0), ("x/2.csv.gz", "rejected", 0)]
    assert query(COUNT) == [(2,)]
    assert query("select count(distinct content_sha256), count(content_sha256) from oci_report") == [(1, 3)]
    assert load(server, tmp_path).rows == []
    # of another tenancy it is the same report
    assert [row.state for row in load(server, tmp_path, f"{TENANCY}other").rows] == ["rejected"] * 3
    assert query(COUNT) == [(2,)]
    # and it is loaded when the other has another content
    put(tmp_path, NAME, report(COST, [cost_row(3)]))
    load(server, tmp_path)
    load(server, tmp_path)
    assert query(COUNT) == [(3,)]
    assert ("x/2.csv.gz", "loaded", 2) in query(LEDGER)


def test_of_two_that_are_published_at_once_one_is_refused(
    server: OracleServer, database: oracledb.Connection, query: Query, tmp_path: Path
) -> None:
    both = threading.Barrier(2)
    content = "c" * 64

    def publish(name: str) -> str:
        warehouse = server.warehouse(Deadline.after(120), f"call-{name}")
        try:
            source = ReportBatches(make_report("cost", 50), ObjectKey(TENANCY, f"{name}.csv", "e"), tmp_path)
            claim = warehouse.claim(source.key, "cost", sliced=True)
            assert claim is not None
            for batch in source.batches():
                warehouse.stage(claim, batch)
            both.wait(60)
            warehouse.commit(claim, replace(source.outcome(), content_sha256=content))
        except SameReport as same:
            warehouse.release(claim, drop=True)
            return str(same.fields["same_as"])
        finally:
            warehouse.close()
        return ""

    made = server.warehouse(Deadline.after(120), "call-0")
    made.migrate()
    made.close()
    with ThreadPoolExecutor(2) as threads:
        answers = list(threads.map(publish, ("a", "b")))
    assert sorted(answers) in (["", "a.csv"], ["", "b.csv"])
    assert query(COUNT) == [(50,)]
    assert query("select count(*) from oci_report") == [(1,)]


@pytest.mark.parametrize("known", ["content_sha256", "sha256"])
def test_a_ledger_without_hashes_of_texts_knows_what_was_stored(
    server: OracleServer, database: oracledb.Connection, query: Query, tmp_path: Path, known: str
) -> None:
    put(tmp_path, NAME, TEXT)
    load(server, tmp_path)
    other = "sha256" if known == "content_sha256" else "content_sha256"
    with database.cursor() as cursor:
        cursor.execute(f"update oci_report set {other} = null")
    database.commit()
    put(tmp_path, "2.csv", TEXT)
    assert [row.state for row in load(server, tmp_path).rows] == ["rejected"]
    assert query(COUNT) == [(2,)]


def test_reports_that_the_database_read_itself_are_known_by_their_place(
    server: OracleServer, database: oracledb.Connection, query: Query, tmp_path: Path
) -> None:
    put(tmp_path, NAME, TEXT)
    load(server, tmp_path)
    with database.cursor() as cursor:
        cursor.execute("update oci_report set sha256 = null, content_sha256 = null")
    database.commit()
    put(tmp_path, f"{NAME}.gz", report(COST, [cost_row(3)]))
    assert [row.state for row in load(server, tmp_path).rows] == ["rejected"]
    put(tmp_path, "2.csv", TEXT)  # whose bytes nobody has seen
    assert [row.state for row in load(server, tmp_path).rows] == ["loaded"]
