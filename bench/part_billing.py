"""adw-billing: a 1,000,000-row cost report beside the published loader's way; memory for 10,000,000; a cold call.

`BENCH_ROWS` and `BENCH_LARGE_ROWS` make it smaller. Every way is a process of its own; speed is rows a second by the
clock, peak memory that of the process.
"""

from __future__ import annotations

import compileall
import gzip
import json
import os
import subprocess
import sys
import tempfile
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.table import Row
from emulator.cloud import Cloud
from emulator.functions_app import ROOT, FunctionsApp
from emulator.reports.generated_report import make_report
from emulator.services.identity.service import DEFAULT_TENANCY

if TYPE_CHECKING:
    from collections.abc import Iterator

ROWS = int(os.environ.get("BENCH_ROWS", "1000000"))
LARGE_ROWS = int(os.environ.get("BENCH_LARGE_ROWS", "10000000"))
PEAK_MIB = 400
COLD_SECONDS = 0.6
COLD_RUNS = 3
NAME = "adw-billing"


@dataclass(frozen=True, slots=True)
class Measured:
    """One way: rows, seconds by the clock, CPU seconds, peak memory in MiB, statements."""

    rows: int
    seconds: float
    cpu_seconds: float
    peak_mib: float
    statements: int

    @property
    def text(self) -> str:
        """Return the value for the table."""
        speed = f"{self.rows / self.seconds:,.0f} rows/s, " if self.rows else ""
        return f"{speed}{self.seconds:.2f} s ({self.cpu_seconds:.2f} s CPU), {self.peak_mib:.0f} MiB"


def rows() -> Iterator[Row]:
    """Measure speed and memory side by side, memory of a large report, statements a report, CPU of a cold call."""
    for folder in ("functions", "shared", "ops"):
        compileall.compile_dir(ROOT / folder, quiet=2)
    with tempfile.TemporaryDirectory(prefix="bench-billing-") as name:
        root = Path(name)
        report, large = _reports(root)
        base = _measure("original", report, root / "original")
        yield Row(f"the published loader's way, {ROWS:,} rows", base.text)
        floor = _measure("gunzip", report, root / "gunzip")
        yield Row("floor: gunzip alone, CRC checked", floor.text)
        for way, speed, memory in (("arrow", 7, 8), ("embedded", 6, 6)):
            found = _measure(way, report, root / way)
            yield from _compared(way, found, base, speed, memory)
            times = found.cpu_seconds / floor.cpu_seconds
            yield Row("  CPU, in times of the floor (the goal is 4, embedded 8)", f"{times:.1f}")
            if found.statements:
                yield Row("  statements for the report", str(found.statements))
        found = _measure("embedded", large, root / "large")
        yield Row(f"embedded, {found.rows:,} rows in one report", found.text)
        yield Row("  peak memory", f"{found.peak_mib:.0f} MiB", f"{PEAK_MIB} MiB", holds=found.peak_mib <= PEAK_MIB)
        yield from _cold_rows(root)


def _compared(way: str, found: Measured, base: Measured, speed: int, memory: int) -> Iterator[Row]:
    faster = (found.rows / found.seconds) / (base.rows / base.seconds)
    smaller = base.peak_mib / found.peak_mib
    yield Row(f"{way}, {found.rows:,} rows", found.text)
    yield Row("  times as fast", f"{faster:.1f}", f"{speed}", holds=faster >= speed)
    yield Row("  as little CPU, in times", f"{base.cpu_seconds / found.cpu_seconds:.1f}")
    yield Row("  of the memory", f"1/{smaller:.1f}", f"1/{memory}", holds=smaller >= memory)


def _reports(root: Path) -> tuple[Path, Path]:
    """Write the report, and a large one that repeats its rows as further members of the gzip file."""
    small, large = root / "small" / "report.csv.gz", root / "large-report" / "report.csv.gz"
    small.parent.mkdir()
    large.parent.mkdir()
    chunks = make_report("cost", ROWS).chunks()
    header = gzip.compress(next(chunks), 1)
    body = root / "body.gz"
    with gzip.open(body, "wb", compresslevel=6) as file:
        for chunk in chunks:
            file.write(chunk)
    rows = body.read_bytes()
    body.unlink()
    small.write_bytes(header + rows)
    with large.open("wb") as file:
        file.write(header)
        for _ in range(max(1, LARGE_ROWS // ROWS)):
            file.write(rows)
    return small, large


def _measure(way: str, report: Path, work: Path) -> Measured:
    work.mkdir()
    command = [sys.executable, "-m", "bench.children.billing_child", way, str(report), str(work)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as process:  # noqa: S603  (ours)
        out = process.stdout.read() if process.stdout else b""
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{way} ended with {process.returncode}")
    found: dict[str, Any] = json.loads(out)
    cpu = usage.ru_utime + usage.ru_stime
    return Measured(found["rows"], found["seconds"], cpu, found["peak_mib"], found.get("statements", 0))


def _cold_rows(root: Path) -> Iterator[Row]:
    """Measure a call with nothing new in a new `fdk` process, byte-compiled, embedded warehouse."""
    functions = FunctionsApp(lambda cloud: cloud.identity.mint_resource_principal())
    with Cloud(root / "cloud", functions=functions, tls=False) as cloud:
        bucket = cloud.object_storage.create_billing_bucket(DEFAULT_TENANCY)
        report = b"".join(make_report("cost", 50).chunks())
        cloud.object_storage.put(bucket, "reports/cost-csv/0001-00001.csv.gz", gzip.compress(report, mtime=0))
        keys = {"usage_report_bucket": DEFAULT_TENANCY, "warehouse": f"duckdb:{root / 'cold.duckdb'}"}
        seconds = []
        for number in range(COLD_RUNS + 1):
            again = {"oci_endpoint": cloud.endpoint, "bench_run": str(number)}
            functions.host.configure(NAME, keys | again)  # another config: a new process
            request = urllib.request.Request(f"{cloud.gateway}/invoke/{NAME}", data=b"", method="POST")  # noqa: S310
            with urllib.request.urlopen(request, timeout=60) as response:  # noqa: S310  (our own address)
                answer = json.load(response)
            if number and answer != []:
                raise AssertionError(f"there should be nothing new: {answer}")
            seconds.append(functions.host.calls[-1].cpu_seconds)
    best = min(seconds[1:])
    yield Row("cold call with nothing new: CPU", f"{best:.2f} s", f"{COLD_SECONDS} s", holds=best <= COLD_SECONDS)
