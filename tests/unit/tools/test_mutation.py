"""Scores of mutants: what counts as killed, which tests have to do it, and a floor for modules that are there."""

from __future__ import annotations

import tomllib

import pytest

from tools.coverage_floor import Covered, floors
from tools.mutation import TABLE, mutmut_settings, row, score
from tools.suite import ROOT


def test_a_mutant_is_killed_by_a_test_that_fails_or_never_ends() -> None:
    failed, timed_out, survived, without_test, not_checked = 1, 36, 0, 33, None
    assert score([failed, timed_out, survived, without_test, not_checked]) == Covered(5, 2)


def test_the_tests_of_a_module_are_those_of_the_folder_that_mirrors_its_own() -> None:
    table = tomllib.loads(mutmut_settings(["shared/settings.py", "functions/a/b/c.py", "functions/a/b/d.py"]))
    told = table["tool"]["mutmut"]
    assert told["only_mutate"] == ["shared/settings.py", "functions/a/b/c.py", "functions/a/b/d.py"]
    assert told["pytest_add_cli_args_test_selection"] == ["tests/unit/functions/a/b", "tests/unit/shared"]


@pytest.mark.parametrize(("killed", "note"), [(90, ""), (92, ""), (93, ", can rise to 91")])
def test_a_floor_that_can_rise_is_named(killed: int, note: str) -> None:
    assert row("m.py", Covered(100, killed), 90.0).partition("floor 90 %")[2] == note


def test_every_module_with_a_floor_is_there_with_a_folder_of_tests() -> None:
    held = floors((ROOT / "pyproject.toml").read_text(), TABLE)
    assert held
    for module in held:
        assert (ROOT / module).is_file(), module
        assert list((ROOT / "tests" / "unit" / module).parent.glob("test_*.py")), module
