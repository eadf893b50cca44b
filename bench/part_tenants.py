"""oke-autoscaler's decision on many small apps, each with a rule of its own: cost by apps, a cold process each."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from bench.explain_process import Run, explain_cold
from bench.table import Row
from bench.tenant_snapshots import write_tenants
from tools.byte_compile import compile_all

if TYPE_CHECKING:
    from collections.abc import Iterator

NAMES = {
    "apart": "anti-affinity",
    "spread": "spread",
    "alone": "anti-affinity to all others of its namespace",
    "mix": "rule of any kind",
}
RUNNING = (1_000, 2_000, 4_000)
RUNNING_BAR_SECONDS = 1.5
PENDING = (200, 400, 800)
PENDING_BAR_SECONDS = 1.0
MANY = 10_000
MANY_BAR_SECONDS = 3.0
MANY_BAR_MIB = 200


def rows() -> Iterator[Row]:
    """Measure apps that run in a tick with nothing to do, apps that wait, and 10,000 of all kinds of rules."""
    compile_all()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "tenants.json"
        for rule, name in NAMES.items():
            for apps in RUNNING:
                run = _run(file, rule, apps, running=True)
                yield _row(
                    f"{apps} running apps, an own {name} each", run, None if rule == "alone" else RUNNING_BAR_SECONDS
                )
            for apps in PENDING:
                run = _run(file, rule, apps, running=False)
                yield _row(f"{apps} pending apps, an own {name} each", run, PENDING_BAR_SECONDS)
        for running, state in ((True, "running"), (False, "pending")):
            run = _run(file, "mix", MANY, running=running)
            yield _row(f"{MANY} {state} apps, an own rule of any kind each", run, MANY_BAR_SECONDS, MANY_BAR_MIB)


def _run(file: Path, rule: str, apps: int, *, running: bool) -> Run:
    write_tenants(file, rule, apps, running=running)
    return explain_cold(file)


def _row(name: str, run: Run, seconds: float | None, mib: int | None = None) -> Row:
    value = f"{run.cpu_seconds:.2f} s, {run.mib:.0f} MiB"
    if seconds is None:
        return Row(name, value)
    holds = run.cpu_seconds <= seconds and (mib is None or run.mib <= mib)
    return Row(name, value, f"<= {seconds} s" + (f", {mib} MiB" if mib is not None else ""), holds)
