"""docs/compared.md: each row that says what oke-autoscaler does names tests or scenarios, and all of them are there."""

from __future__ import annotations

import ast
import re

import pytest

from tools.suite import ROOT

PAGE = ROOT / "docs" / "compared.md"
REFERENCE = re.compile(r"`((?:tests|emulator/scenarios)/[^`]+)`")
COLUMNS = 5
SAYS_NO = {"no"}
"""What a cell of ours says where there is nothing to prove."""


def rows() -> list[list[str]]:
    """The rows of the tables whose last column is the proof, as cells."""
    found: list[list[str]] = []
    inside = False
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")] if line.startswith("|") else []
        if not cells:
            inside = False
        elif cells[-1] == "proved by":
            inside = True
        elif inside and set(cells[0]) != {"-"}:
            found.append(cells)
    return found


def faults(reference: str) -> str:
    """What is wrong with a reference; nothing when the file and the test in it are there."""
    file, _, name = reference.partition("::")
    path = ROOT / file
    if not path.is_file():
        return f"{reference}: no such file"
    if not name:
        return ""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    tests = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
    return "" if name in tests else f"{reference}: no such test"


@pytest.mark.parametrize("cells", rows(), ids=lambda cells: re.sub(r"\W+", "-", cells[0]))
def test_every_row_names_what_proves_it(cells: list[str]) -> None:
    assert len(cells) == COLUMNS
    named = REFERENCE.findall(cells[-1])
    assert bool(named) != (cells[1] in SAYS_NO), "a row names its tests, unless it says that there is no such thing"
    assert [fault for one in named if (fault := faults(one))] == []


def test_the_page_has_its_rows_and_says_what_is_not_done() -> None:
    assert len(rows()) >= 40
    assert "## What we do not do" in PAGE.read_text(encoding="utf-8")


def test_a_reference_that_leads_nowhere_is_seen() -> None:
    here = "tests/house/test_compared.py"
    assert faults(f"{here}::test_a_reference_that_leads_nowhere_is_seen") == ""
    assert faults(f"{here}::test_of_another_name") == f"{here}::test_of_another_name: no such test"
    assert faults("emulator/scenarios/none.yaml") == "emulator/scenarios/none.yaml: no such file"
