"""A loader that is killed at any step loses no row and loads none twice."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.billing_files import COST, FOCUS, USAGE, cost_row, focus_row, put, report, usage_row

ROOT = Path(__file__).resolve().parents[3]


def sweep(tmp_path: Path, points: int) -> dict[str, object]:
    folder, work = tmp_path / "reports", tmp_path / "work"
    work.mkdir(parents=True)
    rows = [cost_row(index, tags__x="", cost__myCost="bad" if index == 30 else "0.5") for index in range(60)]
    put(folder, "reports/cost-csv/1.csv.gz", report(COST, rows))
    put(folder, "reports/usage-csv/1.csv.gz", report(USAGE, [usage_row(index) for index in range(40)]))
    put(folder, "FOCUS Reports/2026/01/05/1.csv.gz", report(FOCUS, [focus_row(index) for index in range(40)]))
    (folder / "reports/cost-csv/2.csv.gz").write_bytes((folder / "reports/cost-csv/1.csv.gz").read_bytes()[:-20])
    seed = os.environ.get("KILL_SEED", secrets.token_hex(4))
    sys.stdout.write(f"KILL_SEED={seed}\n")
    command = [sys.executable, "-m", "tests.support.billing_kill_sweep", str(folder), str(work), seed, str(points)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=3000)  # noqa: S603  (ours)
    assert done.returncode == 0, done.stderr
    found: dict[str, object] = json.loads(done.stdout)
    return found


def test_killed_at_ten_points_of_chance_the_end_is_the_same(tmp_path: Path) -> None:
    found = sweep(tmp_path, 10)
    assert found["differing"] == []
    assert found["killed"] == 10


@pytest.mark.soak
@pytest.mark.timeout(3000)
def test_killed_at_every_point_the_end_is_the_same(tmp_path: Path) -> None:
    found = sweep(tmp_path, 0)
    assert found["differing"] == []
    assert found["killed"] == found["steps"]
    assert found["steps"] >= 200
