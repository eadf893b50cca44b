"""Mutation testing of pure modules: each is changed in small ways, and a test of its own folder must fail each time.

``python -m tools.mutation`` (`make soak`) runs mutmut on a copy of the checkout, on the modules of
``[tool.mutation-floors]`` in pyproject.toml, and prints which share of the mutants each module's tests killed. It exits
1 when a module is below its floor, or when a floor is lower than it was in an earlier commit.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from tools.checks.faults import report
from tools.coverage_floor import RAISE_POINTS, Covered, faults, floors, highest_floors
from tools.suite import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterable

TABLE = "mutation-floors"
MUTATED = ("functions", "shared")
ALSO_COPIED = ("emulator", "tests", "pyproject.toml", "func-common.yaml")
"""What the tests need beside the packages that mutants are made of."""

SURVIVED_STATUSES = frozenset({0, 5, 33})
"""Exit statuses of a mutant's tests (mutmut/stats.py): they passed, or there were none. Any other: a test killed it."""

MAX_SHOWN = 400
"""Surviving mutants that are printed."""


def main(arguments: list[str] | None = None) -> int:
    """Print the table of scores; 1 when a module is below its floor or a floor fell."""
    parser = argparse.ArgumentParser(prog="python -m tools.mutation", description=main.__doc__)
    parser.add_argument("modules", nargs="*", metavar="MODULE", help="paths of modules; all that have a floor")
    parser.add_argument("--keep", metavar="FOLDER", help="work in this new folder and keep it, for `mutmut show NAME`")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="mutants tested at once")
    options = parser.parse_args(arguments)
    held = floors((ROOT / "pyproject.toml").read_text(encoding="utf-8"), TABLE)
    modules = options.modules or sorted(held)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(options.keep or temporary) / "checkout"
        copy_checkout(folder, modules)
        run_mutmut(folder, options.workers)
        statuses = {module: read_statuses(folder, module) for module in modules}
    measured = {module: score(found.values()) for module, found in statuses.items()}
    for module, killed in measured.items():
        print(row(module, killed, held.get(module)))
    survivors = [name for found in statuses.values() for name, status in found.items() if status in SURVIVED_STATUSES]
    for name in survivors[:MAX_SHOWN]:
        print(f"survived: {name}")
    now = {module: held[module] for module in modules if module in held}
    return report(faults(measured, now, highest_floors(TABLE)))


def copy_checkout(folder: Path, modules: Iterable[str]) -> None:
    """Copy what mutmut needs into a new folder, and tell it there which modules to mutate."""
    folder.mkdir(parents=True)
    for name in (*MUTATED, *ALSO_COPIED):
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, folder / name)
    with (folder / "pyproject.toml").open("a", encoding="utf-8") as file:
        file.write(mutmut_settings(list(modules)))


def mutmut_settings(modules: list[str]) -> str:
    """Return the table ``[tool.mutmut]``: of each module, the tests of the folder that mirrors its own."""
    tests = sorted({str(PurePosixPath("tests/unit") / PurePosixPath(module).parent) for module in modules})
    values = {
        "source_paths": list(MUTATED),
        "only_mutate": modules,
        "also_copy": list(ALSO_COPIED),
        "pytest_add_cli_args": ["-m", "not soak", "-p", "no:xdist"],
        "pytest_add_cli_args_test_selection": tests,
        # Forked from a process that has run the tests, a mutant would find what functions with a cache have kept.
        "process_isolation": "forkserver",
    }
    lines = [f"{name} = {json.dumps(value)}" for name, value in values.items()]
    return "\n".join(["", "[tool.mutmut]", *lines, "use_git_change_detection = false", ""])


def run_mutmut(folder: Path, workers: int) -> None:
    """Make the mutants and run the tests on each. Raises CalledProcessError where the tests fail without a mutant."""
    command = [sys.executable, "-m", "mutmut", "run", "--max-children", str(workers)]
    shared_data = os.environ.get("SUITE_SHARED", str(ROOT.parent / "shared"))
    # Mutants import the copy: an inherited PYTHONPATH would lead them to the checkout, where nothing is mutated.
    environment = {**os.environ, "SUITE_SHARED": shared_data, "PYTHONPATH": ""}
    done = subprocess.run(command, cwd=folder, env=environment, check=False, capture_output=True, text=True)  # noqa: S603
    if done.returncode:
        print(done.stdout[-3000:], done.stderr[-3000:], file=sys.stderr)
        done.check_returncode()


def read_statuses(folder: Path, module: str) -> dict[str, int | None]:
    """Return the exit status of each mutant of a module, by the mutant's name; none where it has no mutants."""
    path = folder / "mutants" / f"{module}.meta"
    if not path.exists():
        return {}
    found: dict[str, int | None] = json.loads(path.read_text(encoding="utf-8"))["exit_code_by_key"]
    return found


def score(statuses: Iterable[int | None]) -> Covered:
    """Return how many mutants there are, and how many of them a test killed."""
    known = list(statuses)
    return Covered(len(known), sum(status is not None and status not in SURVIVED_STATUSES for status in known))


def row(module: str, killed: Covered, floor: float | None) -> str:
    """Return a module's line of the table."""
    note = "" if floor is None else f"   floor {floor:g} %"
    if floor is not None and killed.percent >= floor + RAISE_POINTS + 1:
        note += f", can rise to {int(killed.percent - RAISE_POINTS)}"
    return f"{killed.percent:6.1f} %  {killed.ran:4} of {killed.existing:4} mutants killed  {module}{note}"


if __name__ == "__main__":
    sys.exit(main())
