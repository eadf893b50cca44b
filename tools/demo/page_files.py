"""The demo's pages: costs, cluster and badges, each written by its command as one file that opens from disk."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

from emulator.example_cards import registry_object
from tools.suite import ROOT

if TYPE_CHECKING:
    from pathlib import Path

EVENT = "DevCon 2026"
SNAPSHOT = ROOT / "docs" / "examples" / "cluster-in-motion.json"
COST_VIEWS = ("--months", "1", "--looked-into", "2")
"""Of the cost page: the newest month and all together, and into the two largest services; more views cost more CPU."""


def write_costs(warehouse: Path, out: Path) -> None:
    """Write the cost page of a warehouse."""
    _write(out / "costs.html", "billing", "page", "--warehouse", str(warehouse), *COST_VIEWS)


def write_cluster(out: Path) -> None:
    """Write the cluster page of a cluster that has hours behind it."""
    _write(out / "cluster.html", "autoscaler", "page", "--snapshot", str(SNAPSHOT))


def write_badges(out: Path) -> None:
    """Write the badges of some made-up people."""
    cards = out / "cards.json"
    cards.write_bytes(registry_object())
    _write(out / "badges.html", "badge", "page", "--cards", str(cards), "--event", EVENT)


def _write(page: Path, *command: str) -> None:
    """Run a command of `oci-functions` that writes a page, and say so; RuntimeError with its words where it fails."""
    words = [sys.executable, "-m", "ops.cli.main", *command, "--out", str(page)]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603  (our own command)
    if done.returncode:
        raise RuntimeError(f"oci-functions {' '.join(command)}: {done.stdout}{done.stderr}")
    print(f"   out/{page.name}: open it in a browser ({page.stat().st_size:,} bytes; it fetches nothing)")
