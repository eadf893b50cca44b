"""Small objects that one transaction publishes: each is what it would be alone, whatever is wrong with another."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING, Any

import pytest

from functions.adw_billing.loader import small_objects
from functions.adw_billing.loader.load_run import LoadOptions, LoadRun, LoadSummary
from functions.adw_billing.model.report_object import ReportObject
from functions.adw_billing.parse.chunks import CHUNK_BYTES
from functions.adw_billing.settings import DIALECTS
from functions.adw_billing.source.reports import Folder
from functions.adw_billing.warehouse.duckdb.file import connect
from functions.adw_billing.warehouse.duckdb.session import Session
from functions.adw_billing.warehouse.duckdb.warehouse import DuckDbWarehouse
from shared.deadline import Deadline
from tests.support.billing_files import (
    COST,
    FOCUS,
    TENANCY,
    USAGE,
    cost_row,
    focus_row,
    put,
    query,
    report,
    usage_row,
)
from tests.support.billing_kill_sweep import TABLES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import pyarrow as pa

ALONE = 100
"""Bytes of a chunk, and so of an object that is published with others: none is so small."""
STATES = "SELECT object_name, state, rows_loaded FROM oci_report ORDER BY 1"


class TamperingSession(Session):
    """Counts statements, and loses or doubles a row of those that are published together."""

    def __init__(self, *arguments: Any, tamper: str = "") -> None:
        super().__init__(*arguments)
        self.statements: list[str] = []
        self._tamper = tamper

    def run(self, statement: str, values: Any = None, rows: pa.Table | None = None) -> None:
        self.statements.append(statement)
        if (
            rows is not None
            and self._tamper
            and statement.startswith(f"INSERT INTO {self._tamper} BY NAME SELECT * FROM")
        ):
            rows = rows.slice(1)
        super().run(statement, values, rows)


class Twice(Folder):
    """A source that lists the same name in two versions, as no bucket does."""

    def list(self) -> list[ReportObject]:
        found = super().list()
        return [
            *found,
            *(
                ReportObject(TENANCY, each.name, "other", each.size_bytes, each.modified, each.dialect)
                for each in found
            ),
        ]


class Broken(Folder):
    """A source that fails in the middle of an object, as no reader is known to do."""

    def read(self, report: ReportObject) -> Iterator[bytes]:
        for chunk in super().read(report):
            yield chunk[:50]
            if report.name.endswith("3.csv.gz"):
                raise RecursionError
            yield chunk[50:]


def run(
    folder: Path, warehouse: Path, chunk_bytes: int = CHUNK_BYTES, source: type[Folder] = Folder, tamper: str = ""
) -> tuple[LoadSummary, list[str]]:
    session = TamperingSession(connect(str(warehouse), Deadline.after(30), 0), tamper=tamper)
    opened = DuckDbWarehouse(session, call_id="c", cost_from="")
    opened.migrate()
    del session.statements[:]
    options = LoadOptions(
        newest_first=False, max_rows_per_slice=1000, left_seconds=lambda: 1e6, chunk_bytes=chunk_bytes
    )
    try:
        return LoadRun(source(folder, TENANCY, DIALECTS), opened, options).run(), session.statements
    finally:
        opened.close()


def put_cost(folder: Path, numbers: Sequence[int], **cells: str) -> None:
    for number in numbers:
        rows = [cost_row(10 * number + at, **cells) for at in range(3)]
        put(folder, f"reports/cost-csv/{number}.csv.gz", report(COST, rows))


def content(warehouse: Path) -> list[Any]:
    return [query(warehouse, statement) for statement in TABLES]


def test_each_is_what_it_would_be_alone(folder: Path, tmp_path: Path) -> None:
    put_cost(folder, range(1, 4), cost__myCost="98765432101.5", tags__x="a")
    put(folder, "reports/cost-csv/4.csv.gz", report(COST, [cost_row(1), cost_row(2, cost__myCost="x"), cost_row(3)]))
    put(folder, "reports/cost-csv/5.csv.gz", report(COST, [cost_row(2, cost__myCost="x")]))
    put(folder, "reports/cost-csv/6.csv.gz", report(COST, []))
    put(folder, "reports/cost-csv/7.csv.gz", report(COST, [cost_row(9)])).write_bytes(b"")
    put(folder, "reports/cost-csv/8.csv.gz", report(COST, [cost_row(9)])[:-40])
    put(folder, "reports/cost-csv/9.csv.gz", report(COST[::-1], [cost_row(9, lineItem__intervalUsageStart="")]))
    put(folder, "reports/usage-csv/1.csv.gz", report(USAGE, [usage_row(1, usage__billedQuantity="9.0E20")]))
    put(folder, "reports/usage-csv/2.csv.gz", report(FOCUS, [focus_row(1)]))
    put(folder, "FOCUS Reports/2026/01/05/1.csv.gz", report(FOCUS, [focus_row(1), focus_row(2, BilledCost="1E-24")]))
    damaged = put(folder, "FOCUS Reports/2026/01/06/2.csv.gz", report(FOCUS, [focus_row(3)]))
    damaged.write_bytes(damaged.read_bytes()[:-9])
    alone, together = tmp_path / "alone.duckdb", tmp_path / "together.duckdb"
    (one, slowly), (many, quickly) = run(folder, alone, ALONE), run(folder, together)
    assert content(together) == content(alone)
    assert many.rows == one.rows
    assert (many.rejected, many.unread, many.remaining) == (one.rejected, one.unread, 0)
    assert quickly.count("BEGIN") < slowly.count("BEGIN")


def test_a_hundred_objects_take_the_statements_of_one(folder: Path, warehouse: Path) -> None:
    put_cost(folder, range(1, 101))
    _, statements = run(folder, warehouse)
    assert statements.count("COMMIT") == 1
    assert len(statements) <= 16
    assert query(warehouse, "SELECT count(*), sum(rows_loaded) FROM oci_report") == [(100, 300)]


def test_an_object_that_the_database_refuses_stops_no_other(folder: Path, warehouse: Path) -> None:
    put_cost(folder, range(1, 8))
    put_cost(folder, [3], cost__myCost="99999999999999")  # the day's sum is more than any column holds
    summary, _ = run(folder, warehouse)
    assert [entry.reason for _, entry in summary.rejected] == ["sum-too-large"]
    states = query(warehouse, STATES)
    assert [state for _, state, _ in states] == ["loaded"] * 2 + ["rejected"] + ["loaded"] * 4
    assert query(warehouse, "SELECT count(*), sum(cost_myCost) FROM oci_cost") == [(18, 9)]
    assert query(warehouse, "SELECT sum(row_count), sum(cost) FROM oci_cost_daily") == [(18, 9)]


def test_an_object_that_fails_as_nobody_foresaw_stops_no_other(folder: Path, warehouse: Path) -> None:
    put_cost(folder, range(1, 8))
    summary, _ = run(folder, warehouse, source=Broken)
    assert [row.state for row in summary.rows] == ["loaded"] * 2 + ["rejected"] + ["loaded"] * 4
    assert [entry.reason for _, entry in summary.rejected] == ["unforeseen"]
    assert query(warehouse, "SELECT count(*) FROM oci_cost") == [(18,)]


@pytest.mark.parametrize("table", ["oci_cost", "oci_report_rejected"])
def test_a_batch_that_is_not_as_it_was_parsed_is_not_published(
    folder: Path, warehouse: Path, table: str, caplog: pytest.LogCaptureFixture
) -> None:
    """A row is lost on the way: the proof of its object says so, and each is loaded alone."""
    put_cost(folder, [1, 2])
    put(folder, "reports/cost-csv/3.csv.gz", report(COST, [cost_row(1), cost_row(2, cost__myCost="x"), cost_row(3)]))
    summary, _ = run(folder, warehouse, tamper=table)
    assert [entry.getMessage() for entry in caplog.records if entry.levelname == "WARNING"] == ["batch not published"]
    assert [row.state for row in summary.rows] == ["loaded", "loaded", "partial"]
    assert query(warehouse, "SELECT count(*) FROM oci_cost") == [(8,)]
    assert query(warehouse, "SELECT count(*) FROM oci_report_rejected") == [(1,)]


def test_two_versions_of_one_name_are_never_both_there(folder: Path, warehouse: Path) -> None:
    put_cost(folder, [1, 2])
    run(folder, warehouse, source=Twice)
    assert query(warehouse, "SELECT object_etag, count(*) FROM oci_cost GROUP BY 1") == [("other", 6)]
    assert query(warehouse, "SELECT sum(row_count) FROM oci_cost_daily") == [(6,)]


@pytest.mark.parametrize("what", ["MAX_OBJECTS", "bytes"])
def test_a_batch_has_an_end(folder: Path, warehouse: Path, what: str) -> None:
    count = small_objects.MAX_OBJECTS + 2 if what == "MAX_OBJECTS" else 8
    put_cost(folder, range(1, count + 1))
    text_bytes = len(gzip.decompress((folder / "reports/cost-csv/1.csv.gz").read_bytes()))
    _, statements = run(folder, warehouse, CHUNK_BYTES if what == "MAX_OBJECTS" else text_bytes)
    assert 2 <= statements.count("COMMIT") < count
    assert query(warehouse, "SELECT count(*) FROM oci_cost") == [(3 * count,)]


def test_the_same_report_under_two_names_is_counted_once_in_one_batch_too(folder: Path, warehouse: Path) -> None:
    put_cost(folder, [1, 2])
    put(folder, "reports/cost-csv/3.csv.gz", gzip.decompress((folder / "reports/cost-csv/1.csv.gz").read_bytes()))
    summary, _ = run(folder, warehouse)
    assert [row.state for row in summary.rows] == ["loaded", "loaded", "rejected"]
    assert [entry.reason for _, entry in summary.rejected] == ["same-report"]
    assert query(warehouse, "SELECT count(*) FROM oci_cost") == [(6,)]
