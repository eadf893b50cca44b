"""What a cold start may cost, in CPU time, so that a card with a tenth of a CPU behind it still gets its answer."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from bench import part_badge
from tools.byte_compile import compile_all

ROOT = Path(__file__).resolve().parents[2]
SPARED = ("oci", "requests", "urllib3", "pydantic", "duckdb", "oracledb", "kubernetes")


def test_a_cold_start_holds_its_bars_on_all_ways_of_publishing(tmp_path: Path) -> None:
    print(compile_all())  # noqa: T201  (a figure without its .pyc files would mean something else)
    rows = list(part_badge.cold_rows(tmp_path, runs=2))
    missed = [(row.name, row.value, row.bar) for row in rows if row.holds is False]
    assert len([row for row in rows if row.holds is not None]) == 3
    assert missed == []


def test_no_large_package_is_imported_for_a_press() -> None:
    code = (
        "import sys, functions.codecard_avatar.func, functions.codecard_avatar.render, shared.oci.signature;"
        f"print([name for name in {SPARED} if name in sys.modules])"
    )
    environment = {"PYTHONPATH": str(ROOT), "PATH": os.environ.get("PATH", "")}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)  # noqa: S603
    assert done.stdout.strip() == "[]"
