"""`python -m …`, which schedules and users have, prints and exits as `oci-functions` does."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from ops.cli.main import root
from tests.support.billing_files import COST, cost_row, put, report

ROOT = Path(__file__).parents[4]
SNAPSHOT = str(ROOT / "docs" / "examples" / "decision.json")
OCID = "ocid1.fnfunc.oc1.iad.aaaa"
MODULES = {
    "billing": "functions.adw_billing",
    "autoscaler": "functions.oke_autoscaler",
    "badge": "functions.codecard_avatar",
    "cloud": "emulator",
}


def alias(*words: str) -> subprocess.CompletedProcess[str]:
    """Run the alias of a command as a process of its own."""
    group, *rest = words
    module, rest = (MODULES[group], rest) if group in MODULES else (f"shared.{group}", rest)
    command = [sys.executable, "-m", module, *rest]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)  # noqa: S603


@pytest.mark.parametrize(
    "words",
    [
        ["autoscaler", "explain", "--snapshot", SNAPSHOT],
        ["autoscaler", "explain", "--snapshot", SNAPSHOT, "--text"],
        ["autoscaler", "explain", "--snapshot", "missing.json"],
        ["billing", "load", "--reports", "missing", "--warehouse", "w"],
        ["billing", "report", "--warehouse", "missing"],
        ["badge", "render", "--name", "\u200b", "--png", "x.png"],
        ["invoke", "no-ocid"],
        ["invoke", OCID, "--endpoint", "ftp://x"],
        ["invoke", OCID, "--auth", "config", "--config-file", "missing"],
        ["preflight", "--compartment", "c", "--config-file", "missing"],
        ["cloud", "cluster", "--scenario", "missing"],
    ],
    ids=" ".join,
)
def test_an_alias_prints_and_exits_as_the_command_does(words: list[str]) -> None:
    old, new = alias(*words), CliRunner().invoke(root(), words)
    assert (old.stdout, old.stderr, old.returncode) == (new.stdout, new.stderr, new.exit_code)
    assert old.stdout + old.stderr != ""


def test_both_load_and_report_the_same(tmp_path: Path) -> None:
    reports = tmp_path / "reports"
    put(reports, "reports/cost-csv/0001000000001.csv", report(COST, [cost_row()]))
    old, new = tmp_path / "old.duckdb", tmp_path / "new.duckdb"
    load = ["billing", "load", "--reports", str(reports), "--warehouse"]
    loaded = CliRunner().invoke(root(), [*load, str(new)])
    assert (loaded.exit_code, loaded.stdout) == (0, alias(*load, str(old)).stdout)
    assert len(json.loads(loaded.stdout)) == 1
    page = ["--out", str(tmp_path / "cost.html")]
    shown = CliRunner().invoke(root(), ["billing", "report", "--warehouse", str(new), *page])
    assert shown.stdout == alias("billing", "report", "--warehouse", str(old), *page).stdout
    document = json.loads(
        CliRunner().invoke(root(), ["billing", "report", "--warehouse", str(new), *page, "--json"]).stdout
    )
    assert [line["dialect"] for line in document["ledger"]] == ["cost"]
    assert document["page"] == page[1]
    assert Path(page[1]).exists()


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (["invoke"], 1),
        (["preflight"], 2),
        (["billing", "load"], 2),
        (["badge", "render"], 2),
        (["autoscaler", "explain"], 2),
        (["autoscaler"], 1),
        (["cloud", "serve", "--port", "x"], 2),
    ],
    ids=str,
)
def test_wrong_arguments_of_an_alias_end_as_they_always_did(words: list[str], status: int) -> None:
    done = alias(*words)
    assert (done.returncode, done.stdout) == (status, "")
    assert done.stderr.startswith("usage: python -m ")
