"""oke-autoscaler's decision: CPU and memory of `explain` from a file, a cold process each, and how they grow."""

from __future__ import annotations

import tempfile
from math import log
from pathlib import Path
from typing import TYPE_CHECKING

from bench.explain_process import Run, explain_cold
from bench.packing_snapshots import write_benchmark, write_groups
from bench.table import Row
from tools.byte_compile import compile_all

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
    return explain_cold(file)


def _benchmark(folder: Path, pods: int) -> Run:
    file = folder / "benchmark.json"
    write_benchmark(file, pods)
    return explain_cold(file)
