"""adw-billing: what small reports cost, in an empty warehouse and in one of 12,000,000 rows; a year of hourly reports.

`BENCH_WAREHOUSE_ROWS` and `BENCH_BACKLOG` (objects that are loaded of the year's) make it smaller or whole. CPU seconds
of the process, without those of the call before its first batch, which have a row of their own. The source is a folder:
what the download costs is not in them.
"""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.table import Row
from emulator.functions_app import ROOT
from emulator.reports.generated_report import make_report

if TYPE_CHECKING:
    from collections.abc import Iterator

WAREHOUSE_ROWS = int(os.environ.get("BENCH_WAREHOUSE_ROWS", "12000000"))
BACKLOG = int(os.environ.get("BENCH_BACKLOG", "600"))
YEAR = 79_200
"""Objects of a year: nine an hour."""
BACKLOG_ROWS = 1_000
FILL_ROWS = 100_000
SMALL = 1_536
"""Objects of 10 rows: six batches."""
SMALL_ROWS = 10
SMALL_MS = 8
GROWTH = 1.3
YEAR_SECONDS = 2_500
PEAK_MIB = 400
GROWN_MIB = 32
"""Of a sample: a garbage of one batch more or less; what is kept of each object for the answer is a KiB."""
_MIB = 1 << 20


def rows() -> Iterator[Row]:
    """Measure a small object in both warehouses, and a sample of a year's backlog."""
    with tempfile.TemporaryDirectory(prefix="bench-backlog-") as name:
        root = Path(name)
        small = _reports(root / "small", SMALL, SMALL_ROWS)
        fill = _reports(root / "fill", 1, FILL_ROWS)
        empty = _measure(small, root / "empty.duckdb")
        each = 1000 * empty["each"]
        yield Row(
            f"a report of {SMALL_ROWS} rows in an empty warehouse: CPU",
            f"{each:.2f} ms",
            f"{SMALL_MS} ms",
            each <= SMALL_MS,
        )
        yield from _profile(empty)
        full = _measure(small, root / "full.duckdb", "--fill", str(fill), "--rows", str(WAREHOUSE_ROWS))
        growth = full["each"] / empty["each"]
        yield Row(f"the same beside {WAREHOUSE_ROWS:,} rows: CPU", f"{1000 * full['each']:.2f} ms")
        yield Row("  times that of an empty warehouse", f"{growth:.2f}", f"{GROWTH}", growth <= GROWTH)
        yield Row("  once a call: listing, ledger, known names", f"{full['call']:.2f} s")
        (root / "full.duckdb").unlink()
        yield from _year(root)


def _year(root: Path) -> Iterator[Row]:
    sample = _reports(root / "backlog", BACKLOG, BACKLOG_ROWS)
    found = _measure(sample, root / "backlog.duckdb")
    seconds = found["call"] + YEAR * found["each"]
    how = "measured" if found["objects"] >= YEAR else f"from a sample of {found['objects']:,}"
    text = f"{seconds:,.0f} s, {how}"
    yield Row(
        f"a year, {YEAR:,} reports of {BACKLOG_ROWS:,} rows: CPU", text, f"{YEAR_SECONDS:,} s", seconds <= YEAR_SECONDS
    )
    yield from _profile(found)
    peak, grown = (found[name] / _MIB for name in ("peak_bytes", "grown_bytes"))
    yield Row("  peak memory", f"{peak:.0f} MiB", f"{PEAK_MIB} MiB", peak <= PEAK_MIB)
    yield Row("  grown in its second half", f"{grown:.0f} MiB", f"{GROWN_MIB} MiB", grown <= GROWN_MIB)


def _profile(found: dict[str, Any]) -> Iterator[Row]:
    """Say where the CPU of an object goes."""
    statements = found["statements"]
    rest = found["each"] - sum(statements.values())
    parts = ", ".join(f"{words} {1000 * value:.2f}" for words, value in list(statements.items())[:4])
    yield Row("  of it reading, parsing and all else", f"{1000 * rest:.2f} ms")
    yield Row("  of it in the database", f"{1000 * (found['each'] - rest):.2f} ms ({parts})")


def _reports(folder: Path, count: int, rows: int) -> Path:
    """Write reports of the same rows, each with a reference number of its own."""
    folder.mkdir()
    header, *body = b"".join(make_report("cost", rows).chunks()).split(b"\r\n")
    reference, _, rest = body[0].partition(b",")
    for number in range(count):
        first = b"%s-%d,%s" % (reference.strip(b'"'), number, rest)
        text = b"\r\n".join([header, first, *body[1:]])
        (folder / f"{number:012d}-00001.csv.gz").write_bytes(gzip.compress(text, 6, mtime=0))
    return folder


def _measure(folder: Path, warehouse: Path, *options: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "bench.children.backlog_child", str(folder), str(warehouse), *options]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True)  # noqa: S603  (ours)
    return dict(json.loads(done.stdout))
