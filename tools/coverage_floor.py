"""Branch coverage a folder, and the floors below which it must not fall.

``python -m tools.coverage_floor`` combines the data of the test run before it (`make coverage`) and prints which
share of lines and branches ran in every room. It exits 1 when a folder of ``[tool.coverage-floors]`` in pyproject.toml
is below its floor, or when a floor is lower than it was in an earlier commit. Functions that a test runs as processes
of their own end as in Fn, by SIGKILL, and do not count.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import tomllib
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from tools.checks.faults import report
from tools.suite import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

TABLE = "coverage-floors"
RAISE_POINTS = 2.0
"""Percent points above its floor from which a folder is named as one whose floor can rise."""


@dataclass(slots=True)
class Covered:
    """Lines and branches that exist, and those that ran."""

    existing: int = 0
    ran: int = 0

    @property
    def percent(self) -> float:
        """Return the share that ran, in percent; 100 where there is nothing to run."""
        return 100 * self.ran / self.existing if self.existing else 100.0


def by_folder(files: Mapping[str, Any]) -> dict[str, Covered]:
    """Return the coverage of every folder, with all that is below it, from the files of coverage's JSON report."""
    found: dict[str, Covered] = defaultdict(Covered)
    for name, file in files.items():
        summary = file["summary"]
        for folder in PurePosixPath(name).parents:
            found[str(folder)].existing += summary["num_statements"] + summary["num_branches"]
            found[str(folder)].ran += summary["covered_lines"] + summary["covered_branches"]
    return dict(sorted(found.items()))


def floors(pyproject: str, table: str = TABLE) -> dict[str, float]:
    """Return the floors that a table of a pyproject.toml holds: folder (or module) to percent."""
    return {name: float(floor) for name, floor in tomllib.loads(pyproject)["tool"].get(table, {}).items()}


def faults(measured: Mapping[str, Covered], now: Mapping[str, float], highest: Mapping[str, float]) -> Iterator[str]:
    """Yield every folder below its floor, and every floor that fell or went although its folder is still there."""
    for folder, floor in now.items():
        percent = measured[folder].percent if folder in measured else 0.0
        if percent < floor:
            yield f"{folder}: {percent:.1f} % is below the floor of {floor:g} %"
    for folder, floor in highest.items():
        if folder in measured and now.get(folder, 0.0) < floor:
            yield f"{folder}: a floor of {now.get(folder, 0.0):g} % is lower than the {floor:g} % of before"


def highest_floors(table: str = TABLE) -> dict[str, float]:
    """Return the highest floor that each folder (or module) had in the history; none where there is no git."""
    found: dict[str, float] = {}
    for commit in _git("log", "--format=%H", "--max-count=200", "--", "pyproject.toml").split():
        for folder, floor in floors(_git("show", f"{commit}:pyproject.toml"), table).items():
            found[folder] = max(floor, found.get(folder, 0.0))
    return found


def _git(*words: str) -> str:
    command = ["/usr/bin/env", "git", *words]
    return subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True).stdout  # noqa: S603


def measure() -> dict[str, Covered]:
    """Combine the data of all processes of the last run and return the coverage of every folder."""
    coverage = [sys.executable, "-m", "coverage"]
    if list(ROOT.glob(".coverage.*")):
        subprocess.run([*coverage, "combine", "--quiet"], cwd=ROOT, check=True)  # noqa: S603
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "coverage.json"
        subprocess.run([*coverage, "json", "--quiet", "-o", str(path)], cwd=ROOT, check=True)  # noqa: S603
        return by_folder(json.loads(path.read_text(encoding="utf-8"))["files"])


def main() -> int:
    """Print the table; 1 when a folder is below its floor or a floor fell."""
    argparse.ArgumentParser(prog="python -m tools.coverage_floor", description=main.__doc__).parse_args()
    measured = measure()
    now = floors((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    for folder, covered in measured.items():
        floor = now.get(folder)
        note = "" if floor is None else f"   floor {floor:g} %"
        if floor is not None and covered.percent >= floor + RAISE_POINTS:
            note += f", can rise to {int(covered.percent)}"
        print(f"{covered.percent:6.1f} %  {covered.existing:6} lines and branches  {folder}{note}")
    return report(faults(measured, now, highest_floors()))


if __name__ == "__main__":
    sys.exit(main())
