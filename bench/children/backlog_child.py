"""Loads a folder of reports into an embedded warehouse in one run, as a process of its own.

`python -m bench.children.backlog_child FOLDER WAREHOUSE` prints JSON: CPU seconds of the call before its first batch
(listing, ledger, names that are known, imports), of each object after it, by kind of statement, and memory.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from bench.memory import peak_bytes, resident_bytes
from functions.adw_billing.loader.load_run import LoadOptions, LoadRun
from functions.adw_billing.model.report_object import ReportObject
from functions.adw_billing.warehouse.duckdb.file import MEMORY_LIMIT, connect
from functions.adw_billing.warehouse.duckdb.session import Session
from functions.adw_billing.warehouse.duckdb.warehouse import DuckDbWarehouse
from shared.deadline import Deadline

if TYPE_CHECKING:
    from collections.abc import Iterator

    import duckdb
    import pyarrow as pa

TENANCY = "ocid1.tenancy.oc1..bench"
OBJECT_ROWS = 1_000
"""Rows of an object that the warehouse is filled with."""


class Files:
    """The reports of a folder, listed by their names alone: the function has that from the bucket's list."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def list(self) -> list[ReportObject]:
        """List all."""
        paths = sorted(self._folder.iterdir())
        return [
            ReportObject(TENANCY, f"reports/cost-csv/{path.name}", path.name, path.stat().st_size, None, "cost")
            for path in paths
        ]

    def read(self, report: ReportObject) -> Iterator[bytes]:
        """Yield the bytes of one."""
        yield (self._folder / report.etag).read_bytes()


def fill(connection: duckdb.DuckDBPyConnection, rows: int) -> None:
    """Fill a warehouse to so many rows: those that it has again and again, under other names and on other days."""
    found = connection.execute("SELECT count(*) FROM oci_cost").fetchone() or (0,)
    values = {"times": rows // max(1, found[0])}
    times = "range(1, CAST($times AS BIGINT)) t(i)"
    name = f"'reports/cost-csv/old-' || lpad(CAST(i * 1000 + object_row // {OBJECT_ROWS} AS VARCHAR), 9, '0')"
    day = "lineItem_intervalUsageStart + to_days(CAST(i % 365 AS INTEGER)) AS lineItem_intervalUsageStart"
    copies = f"SELECT o.* REPLACE ({name} AS object_name, {day}) FROM oci_cost o, {times}"
    days = (
        f"SELECT d.* REPLACE (usage_day + CAST(i AS INTEGER) AS usage_day) FROM oci_cost_daily d, {times} WHERE i < 365"
    )
    names = "(SELECT DISTINCT object_name AS name FROM oci_cost) o, (SELECT * FROM oci_report LIMIT 1) r"
    hashes = "sha256(name) AS sha256, sha256(name || ' ') AS content_sha256"
    ledger = f"SELECT r.* REPLACE (name AS object_name, {hashes}) FROM {names} WHERE name <> object_name"
    statements = [
        f"INSERT INTO {table} BY NAME {query}"
        for table, query in (("oci_cost", copies), ("oci_cost_daily", days), ("oci_report", ledger))
    ]
    connection.execute("SET memory_limit = '1GB'")
    for statement in statements:
        connection.execute(statement, values if "$times" in statement else None)
    connection.execute("CHECKPOINT warehouse")
    connection.execute(f"SET memory_limit = '{MEMORY_LIMIT}'")


class TimedSession(Session):
    """Adds up the CPU seconds of statements by their first words."""

    seconds: ClassVar[defaultdict[str, float]] = defaultdict(float)

    def run(self, statement: str, values: Any = None, rows: pa.Table | None = None) -> None:  # noqa: ANN401
        """Run a statement."""
        started = time.process_time()
        super().run(statement, values, rows)
        self.seconds[" ".join(statement.split()[:3])] += time.process_time() - started


def load(source: Files, warehouse: DuckDbWarehouse) -> list[tuple[int, float, int]]:
    """Load all; objects done, CPU seconds so far and resident bytes, whenever the loader says how far it is."""
    points: list[tuple[int, float, int]] = []

    def progress(done: int, _total: int, _rows: int) -> None:
        if not points or done > points[-1][0]:
            points.append((done, time.process_time(), resident_bytes()))
            if done and not TimedSession.seconds["begun"]:
                TimedSession.seconds.clear()
                TimedSession.seconds["begun"] = done

    options = LoadOptions(
        newest_first=False, max_rows_per_slice=10_000_000, left_seconds=lambda: 1e6, progress=progress
    )
    LoadRun(source, warehouse, options).run()
    return points


def main(arguments: list[str]) -> int:
    """Load once and print the figures."""
    parser = argparse.ArgumentParser(prog="python -m bench.children.backlog_child", description="Load a folder.")
    parser.add_argument("folder", type=Path, help="gzipped cost reports")
    parser.add_argument("warehouse", type=Path, help="file of the warehouse")
    parser.add_argument("--fill", type=Path, help="a folder with a report to fill the warehouse with beforehand")
    parser.add_argument("--rows", type=int, default=0, help="how many rows it is filled to")
    asked = parser.parse_args(arguments)
    sys.modules["numpy"] = None  # type: ignore[assignment]  # not in the image; Arrow would import it
    connection = connect(str(asked.warehouse), Deadline.after(60), 0)
    warehouse = DuckDbWarehouse(TimedSession(connection), call_id="bench", cost_from="0001-01-01")
    warehouse.migrate()
    if asked.fill:
        load(Files(asked.fill), warehouse)
        fill(connection, asked.rows)
        warehouse = DuckDbWarehouse(TimedSession(connection), call_id="bench", cost_from="0001-01-01")
    TimedSession.seconds.clear()
    started = time.process_time()
    points = load(Files(asked.folder), warehouse)
    (first, begun, _), (last, ended, after) = points[1], points[-1]
    half = max(resident for done, _, resident in points if done <= last / 2)
    each = (ended - begun) / (last - first)
    seconds = {words: value / (last - first) for words, value in TimedSession.seconds.items() if words != "begun"}
    warehouse.close()
    figures = {
        "objects": last,
        "each": each,
        "call": begun - started - first * each,
        "statements": dict(sorted(seconds.items(), key=lambda item: -item[1])),
        "grown_bytes": after - half,
        "peak_bytes": peak_bytes("self"),
    }
    print(json.dumps(figures))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
