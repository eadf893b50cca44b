"""The rooms of the house: the contracts refuse what they promise to refuse, and every room says what it holds."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from tools.suite import ROOT, read

PACKAGES = ("functions", "shared", "ops", "emulator", "tools", "bench")
ROOMS = sorted(
    path.parent.relative_to(ROOT)
    for package in PACKAGES
    for path in (ROOT / package).rglob("*.py")
    if path.name[0] != "."
)


class Addition(NamedTuple):
    """One import that a module must not have, and words of the contract that refuses it."""

    file: str
    statement: str
    contract: str

    @property
    def importer(self) -> str:
        """Return the importing module."""
        return self.file.removesuffix(".py").replace("/", ".")

    @property
    def imported(self) -> str:
        """Return the imported module."""
        return self.statement.split()[-1]


FORBIDDEN = (
    Addition("functions/adw_billing/parse/decimals.py", "import socket", "adw-billing"),
    Addition("functions/adw_billing/parse/records.py", "import duckdb", "adw-billing"),
    Addition("functions/oke_autoscaler/decide/scale_up/plan.py", "import oci", "oke-autoscaler"),
    Addition(
        "functions/adw_billing/loader/load_plan.py", "import functions.adw_billing.warehouse.oracle.sql", "adw-billing"
    ),
    Addition(
        "functions/adw_billing/warehouse/duckdb/sql.py", "import functions.adw_billing.warehouse.oracle.sql", "adw-b"
    ),
    Addition(
        "functions/oke_autoscaler/clients/lease.py", "import functions.oke_autoscaler.decide.decide", "oke-autoscaler"
    ),
    Addition(
        "functions/oke_autoscaler/decide/simulation/constraints.py",
        "import functions.oke_autoscaler.decide.scale_up.plan",
        "oke-autoscaler",
    ),
    Addition("functions/codecard_avatar/draw/bitmap.py", "import requests", "codecard-avatar"),
    Addition("shared/results.py", "import functions.request_context.serve", "shared"),
    Addition("emulator/cloud.py", "import functions.request_context.serve", "emulator"),
    Addition(
        "functions/oke_autoscaler/decide/decide.py",
        "if TYPE_CHECKING:\n    import functions.oke_autoscaler.act.observe",
        "oke-autoscaler",
    ),
)
CIRCLE = Addition(
    "tools/render/terraform.py", "if TYPE_CHECKING:\n    import tools.render.docs", "no circle of imports"
)
"""tools.render.docs imports this module: nothing but the contract against circles refuses the way back."""


def copy_of_the_code(folder: Path) -> Path:
    """Copy the packages and their configuration."""
    for package in PACKAGES:
        shutil.copytree(ROOT / package, folder / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def broken(folder: Path) -> dict[str, str]:
    """Return the broken contracts by name, each with what the linter reports of it."""
    done = subprocess.run(  # noqa: S603
        [Path(sys.executable).parent / "lint-imports", "--no-logo", "--no-cache"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder), "COLUMNS": "1000"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Contracts: " in done.stdout, done.stdout + done.stderr
    names = [line.removesuffix(" BROKEN") for line in done.stdout.splitlines() if line.endswith(" BROKEN")]
    found = {name: done.stdout.rpartition(f"\n{name}\n---")[2].split("\n---", maxsplit=1)[0] for name in names}
    assert bool(found) == bool(done.returncode)
    return found


@pytest.fixture(scope="module")
def refused(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What the linter reports of a copy of the tree that has all the forbidden imports."""
    folder = copy_of_the_code(tmp_path_factory.mktemp("house"))
    for addition in (*FORBIDDEN, CIRCLE):
        with (folder / addition.file).open("a", encoding="utf-8") as file:
            file.write(f"\n{addition.statement}\n")
    return broken(folder)


@pytest.mark.parametrize("addition", FORBIDDEN, ids=lambda each: f"{each.importer} imports {each.imported}")
def test_a_contract_refuses_a_forbidden_import(addition: Addition, refused: dict[str, str]) -> None:
    import_ = f"{addition.importer} -> {addition.imported} (l."
    assert any(addition.contract in name and import_ in text for name, text in refused.items()), refused


def test_a_contract_refuses_a_circle_of_imports_that_are_for_type_checking_only(refused: dict[str, str]) -> None:
    (text,) = (text for name, text in refused.items() if CIRCLE.contract in name)
    assert "No cycles are allowed in tools.render." in text


def test_the_contracts_hold_for_the_code_as_it_is(tmp_path: Path) -> None:
    assert broken(copy_of_the_code(tmp_path)) == {}


@pytest.mark.parametrize("room", sorted(set(ROOMS)), ids=str)
def test_a_room_says_in_one_line_what_is_in_it(room: Path) -> None:
    text = ast.get_docstring(ast.parse((ROOT / room / "__init__.py").read_text()))
    assert text
    assert text.splitlines()[0].endswith(".")


def test_every_function_is_in_the_contract_of_independence() -> None:
    text = (ROOT / "pyproject.toml").read_text()
    assert all(f'"functions.{entry.folder}"' in text for entry in read().functions)


def test_a_handler_holds_nothing_but_its_handler() -> None:
    for path in ROOT.glob("functions/*/func.py"):
        kinds = [type(node).__name__ for node in ast.parse(path.read_text()).body]
        assert set(kinds) <= {"Expr", "ImportFrom", "Assign"}, path
        assert len(path.read_text().splitlines()) <= 10
