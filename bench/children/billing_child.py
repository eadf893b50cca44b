"""One measured way of loading a report: `python -m bench.children.billing_child WAY REPORT WORK`.

Prints JSON: seconds, rows, peak memory and, where it applies, statements. The parent reads the CPU of the process.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import shutil
import sys
import time
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.memory import peak_bytes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import pyarrow as pa

    from functions.adw_billing.model.warehouse import Batch

TENANCY = "ocid1.tenancy.oc1..bench"
COLUMNS = 17
"""The columns of a report that the published loader keeps: it takes them by position."""


def original(report: Path, work: Path) -> dict[str, Any]:
    """Load as the published loader does, up to the list that it hands to executemany.

    Unpack to disk, read twice with pandas, write a CSV, read that as lists of texts.
    """
    import pandas as pd

    warnings.simplefilter("ignore")  # pandas says how slow its way with these dates is
    plain, trimmed = work / "report.csv", work / "trim_report.csv"
    with gzip.open(report) as packed, plain.open("wb") as unpacked:
        shutil.copyfileobj(packed, unpacked)
    pd.read_csv(plain, index_col=False, parse_dates=[0])
    names = [f"column_{number}" for number in range(COLUMNS)]
    kept = list(range(COLUMNS))
    frame = pd.read_csv(plain, index_col=False, usecols=kept, parse_dates=[0], header=0, names=names)
    frame.insert(0, "usage_report", f"{TENANCY}-report")
    frame.to_csv(trimmed, index=None, header=True)
    with trimmed.open(encoding="utf-8") as file:
        reader = csv.reader(file)
        next(reader)
        rows = list(reader)
    return {"rows": len(rows)}


def arrow(report: Path, _work: Path) -> dict[str, Any]:
    """Load as the function does: our stream, parsed, checked, summed, and taken by python-oracledb as Arrow batches."""
    from functions.adw_billing.model.headers import layout
    from functions.adw_billing.parse.chunks import Splitter
    from functions.adw_billing.parse.parser import Parser
    from functions.adw_billing.source.gunzip import ProvenStream
    from functions.adw_billing.warehouse.oracle.sql import ROW_FORMAT
    from shared.bounded_work import ahead

    stream = ProvenStream(_stored(report), report.stat().st_size)
    splitter = Splitter(stream.pieces())
    found = layout(splitter.header())
    parser = Parser(found, ROW_FORMAT, "")
    with ahead(splitter.chunks) as chunks, ahead(lambda: parser.batches(chunks, 1)) as batches:
        return {"rows": sum(map(_handed_over, batches))}


def _handed_over(batch: Batch) -> int:
    """Return the rows of a batch that the driver has taken; as in a load, it is released before the next one comes."""
    import oracledb

    for table in (each for each in (batch.rows, batch.billing) if each is not None):
        frame: Any = oracledb.from_arrow(table)  # typed as one array or many; a table is many
        if sum(map(len, frame.column_arrays())) != batch.sums.rows * table.num_columns:
            raise AssertionError("a batch lost rows")
    return batch.sums.rows


def embedded(report: Path, work: Path) -> dict[str, Any]:
    """Load as the command line does: from the file to a commit in the embedded warehouse."""
    from functions.adw_billing.loader.load_run import LoadOptions, LoadRun
    from functions.adw_billing.source.reports import Folder
    from functions.adw_billing.warehouse.duckdb.file import connect
    from functions.adw_billing.warehouse.duckdb.session import Session
    from functions.adw_billing.warehouse.duckdb.warehouse import DuckDbWarehouse
    from shared.deadline import Deadline

    class CountingSession(Session):
        statements = 0

        def run(self, statement: str, values: Any = None, rows: pa.Table | None = None) -> None:  # noqa: ANN401
            self.statements += 1
            super().run(statement, values, rows)

    session = CountingSession(connect(str(work / "bench.duckdb"), Deadline.after(60), 0))
    warehouse = DuckDbWarehouse(session, call_id="bench", cost_from="")
    warehouse.migrate()
    before = session.statements
    options = LoadOptions(newest_first=False, max_rows_per_slice=10_000_000, left_seconds=lambda: 1e6)
    summary = LoadRun(Folder(report.parent, TENANCY, ("cost",)), warehouse, options).run()
    statements = session.statements - before
    warehouse.close()
    return {"rows": sum(row.rows_loaded for row in summary.rows), "statements": statements}


def gunzip(report: Path, _work: Path) -> dict[str, Any]:
    """Unpack and check, nothing else: no way of loading can use less."""
    from functions.adw_billing.source.gunzip import ProvenStream

    stream = ProvenStream(_stored(report), report.stat().st_size)
    return {"rows": 0, "bytes": sum(len(piece) for piece in stream.pieces())}


def _stored(report: Path) -> Iterator[bytes]:
    with report.open("rb") as file:
        while chunk := file.read(256 << 10):
            yield chunk


WAYS: dict[str, Callable[[Path, Path], dict[str, Any]]] = {
    "original": original,
    "arrow": arrow,
    "embedded": embedded,
    "gunzip": gunzip,
}


def main(arguments: list[str]) -> int:
    """Load once and print the figures."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.children.billing_child", description="Load a report in one way."
    )
    parser.add_argument("way", choices=sorted(WAYS))
    parser.add_argument("report", type=Path, help="a gzipped CSV report")
    parser.add_argument("work", type=Path, help="folder for what the load writes")
    asked = parser.parse_args(arguments)
    if asked.way != "original":
        sys.modules["numpy"] = None  # type: ignore[assignment]  # not in the image; Arrow would import it
    started = time.perf_counter()
    result = WAYS[asked.way](asked.report, asked.work)
    seconds = time.perf_counter() - started
    print(json.dumps({**result, "seconds": seconds, "peak_mib": peak_bytes("self") / (1 << 20)}))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
