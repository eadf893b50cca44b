"""oke-autoscaler's decision: CPU and memory of `explain` from a file, a cold process each, and how they grow."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from math import log
from pathlib import Path
from typing import TYPE_CHECKING

from bench.packing_snapshots import write_benchmark, write_groups
from bench.table import Row
from tools.byte_compile import ROOT, compile_all

if TYPE_CHECKING:
    from collections.abc import Iterator

BIG = 51_000
GROUPS = 200
LIVE_NODES = 5_000
CURVE = (1_000, 5_000, 10_000, BIG)
CPU_BAR_SECONDS = 8.0
BENCHMARK_BAR_SECONDS = 2.0
MEMORY_BAR_MIB = 400
SLACK = 1.5
"""What a step of the curve may cost beyond n log n: start-up, cache sizes and a busy machine."""


@dataclass(frozen=True, slots=True)
class Run:
    """CPU seconds, peak memory in MiB and new nodes of one `explain`."""

    cpu_seconds: float
    mib: float
    new_nodes: int


def rows() -> Iterator[Row]:
    """Measure both snapshots at their full size against the bars, then the curves."""
    with tempfile.TemporaryDirectory() as folder:
        compile_all()
        groups = [_groups(Path(folder), pods) for pods in CURVE]
        benchmark = [_benchmark(Path(folder), pods) for pods in CURVE]
    yield from _bars(groups[-1], benchmark[-1])
    yield from _curve(f"pods in groups of {BIG // GROUPS}", groups)
    yield from _curve("pods of Cluster Autoscaler's benchmark", benchmark)


def _bars(big: Run, benchmark: Run) -> Iterator[Row]:
    name = f"{BIG} pods, {GROUPS} groups, 4 pools, {LIVE_NODES} nodes"
    cpu, memory = f"<= {CPU_BAR_SECONDS} s", f"<= {MEMORY_BAR_MIB} MiB"
    yield Row(f"explain, {name}: CPU", f"{big.cpu_seconds:.2f} s", cpu, big.cpu_seconds <= CPU_BAR_SECONDS)
    yield Row(f"explain, {name}: memory", f"{big.mib:.0f} MiB", memory, big.mib <= MEMORY_BAR_MIB)
    yield Row(f"explain, {name}: new nodes", str(big.new_nodes))
    seconds = benchmark.cpu_seconds
    bar = f"<= {BENCHMARK_BAR_SECONDS} s"
    yield Row("explain, Cluster Autoscaler's benchmark: CPU", f"{seconds:.2f} s", bar, seconds <= BENCHMARK_BAR_SECONDS)
    nodes = benchmark.new_nodes
    yield Row("explain, Cluster Autoscaler's benchmark: new nodes", str(nodes), "<= 2595", nodes <= 2595)


def _curve(name: str, runs: list[Run]) -> Iterator[Row]:
    """Compare each step with the one before: no more than n log n, with some slack."""
    for number, (pods, run) in enumerate(zip(CURVE, runs, strict=True)):
        value = f"{run.cpu_seconds:.2f} s, {run.mib:.0f} MiB"
        if not number:
            yield Row(f"{pods} {name}", value)
            continue
        before = CURVE[number - 1]
        most = pods * log(pods) / (before * log(before)) * SLACK
        times = run.cpu_seconds / runs[number - 1].cpu_seconds
        yield Row(f"{pods} {name}", f"{value}, {times:.1f} times", f"<= {most:.1f} times", times <= most)


def _groups(folder: Path, pods: int) -> Run:
    file = folder / "groups.json"
    write_groups(file, pods, max(1, pods * GROUPS // BIG), pods * LIVE_NODES // BIG)
    return _explain(file)


def _benchmark(folder: Path, pods: int) -> Run:
    file = folder / "benchmark.json"
    write_benchmark(file, pods)
    return _explain(file)


def _explain(file: Path) -> Run:
    """Run one cold process; its usage is the kernel's figure (VmHWM starts at zero with the program)."""
    code = (
        "import resource, sys; from functions.oke_autoscaler.explain.command import main;"
        "main(['--snapshot', sys.argv[1]]); used = resource.getrusage(resource.RUSAGE_SELF);"
        "peak = next(line.split()[1] for line in open('/proc/self/status') if line.startswith('VmHWM'));"
        "print(used.ru_utime + used.ru_stime, int(peak) / 1024, file=sys.stderr)"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(  # noqa: S603  (our own command)
        [sys.executable, "-c", code, str(file)], env=environment, check=True, capture_output=True
    )
    cpu_seconds, mib = (float(text) for text in done.stderr.split())
    pools = json.loads(done.stdout)["pools"]
    return Run(cpu_seconds, mib, sum(pool["wanted_size"] - pool["size"] for pool in pools))
