"""Coverage a folder: sums of what is below it, and floors that only rise."""

from __future__ import annotations

import pytest

from tools.coverage_floor import Covered, by_folder, faults, floors
from tools.suite import ROOT


def summary(statements: int, lines: int, branches: int = 0, ran: int = 0) -> dict[str, dict[str, int]]:
    """Return one file of coverage's JSON report."""
    return {
        "summary": {
            "num_statements": statements,
            "covered_lines": lines,
            "num_branches": branches,
            "covered_branches": ran,
        }
    }


def test_a_folder_counts_lines_and_branches_of_all_that_is_below_it() -> None:
    found = by_folder({"a/b/x.py": summary(6, 3, 2, 1), "a/y.py": summary(8, 8)})
    assert found["a/b"] == Covered(8, 4)
    assert found["a"] == Covered(16, 12)
    assert found["a"].percent == 75.0


@pytest.mark.parametrize(
    ("percent", "now", "highest", "fault"),
    [
        (80, {"a": 80.0}, {}, []),
        (79, {"a": 80.0}, {}, ["a: 79.0 % is below the floor of 80 %"]),
        (90, {"a": 80.0}, {"a": 85.0}, ["a: a floor of 80 % is lower than the 85 % of before"]),
        (90, {}, {"a": 85.0}, ["a: a floor of 0 % is lower than the 85 % of before"]),
        (90, {"a": 85.0}, {"a": 85.0, "moved": 90.0}, []),
        (90, {"gone": 1.0}, {}, ["gone: 0.0 % is below the floor of 1 %"]),
    ],
)
def test_a_folder_below_its_floor_and_a_floor_that_fell_are_faults(
    percent: int, now: dict[str, float], highest: dict[str, float], fault: list[str]
) -> None:
    assert list(faults({"a": Covered(100, percent)}, now, highest)) == fault


def test_every_function_and_library_has_a_floor() -> None:
    held = floors((ROOT / "pyproject.toml").read_text())
    folders = {"shared", "ops", *(str(path.parent.relative_to(ROOT)) for path in ROOT.glob("functions/*/func.py"))}
    assert folders <= held.keys()
