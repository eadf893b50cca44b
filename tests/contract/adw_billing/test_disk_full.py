"""A disk without room: a typed answer, nothing half done, and the next call with room completes the warehouse."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from emulator.reports.generated_report import make_report
from tests.support.billing_files import load_command, put

ROOT = Path(__file__).resolve().parents[3]
NAMESPACE = ["unshare", "--user", "--map-root-user", "--mount"]
ROWS = {"1": 500, "2": 12_000, "3": 500}


@pytest.fixture
def reports(tmp_path: Path) -> Path:
    folder = tmp_path / "reports"
    for name, rows in ROWS.items():
        put(folder, f"reports/cost-csv/{name}.csv.gz", b"".join(make_report("cost", rows, seed=name).chunks()))
    return folder


def may_mount() -> bool:
    """Whether this machine lets a user mount a file system of its own."""
    try:
        done = subprocess.run([*NAMESPACE, "mount", "-t", "tmpfs", "none", "/mnt"], capture_output=True, check=False)  # noqa: S603
    except FileNotFoundError:
        return False
    return done.returncode == 0


@pytest.mark.parametrize("kib", [900, *(pytest.param(kib, marks=pytest.mark.soak) for kib in (100, 2500))])
def test_on_a_full_disk_the_answer_says_so_and_the_next_call_completes_it(
    reports: Path, tmp_path: Path, kib: int
) -> None:
    if not may_mount():
        pytest.skip("no file system of its own can be mounted here: `unshare --user --mount` is refused")
    work = tmp_path / "work"
    work.mkdir()
    command = [*NAMESPACE, sys.executable, "-m", "tests.support.billing_full_disk", str(reports), str(work), str(kib)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603
    found = json.loads(done.stdout)
    assert found["full"]["error"]["reason"] == "disk-full"
    assert found["full"]["error"]["fix"]
    assert {row["state"] for row in found["after"]["reports"]} == {"loaded"}
    assert found["same"]


@pytest.mark.parametrize("limit_bytes", [20_000, 1_000_000])
def test_a_limit_of_file_sizes_is_a_full_disk_too(reports: Path, tmp_path: Path, limit_bytes: int) -> None:
    command = load_command(reports, tmp_path / "billing.duckdb")
    limit = (resource.RLIMIT_FSIZE, (limit_bytes, limit_bytes))
    done = subprocess.run(  # noqa: S603
        command,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(*limit),
    )
    assert done.returncode == 1
    assert json.loads(done.stdout)["error"]["reason"] == "disk-full"
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603
    assert json.loads(done.stdout)
