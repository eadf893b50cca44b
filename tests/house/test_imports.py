"""What import-linter cannot say: the pure cores and all they import touch neither network, files, clock nor chance."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

import pytest

from tools.suite import ROOT, read

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CORES = {
    "functions.adw_billing.loader.plan",
    "functions.adw_billing.model.exact_sums",
    "functions.adw_billing.model.headers",
    "functions.adw_billing.model.tables",
    "functions.adw_billing.parse.chunks",
    "functions.adw_billing.parse.records",
    "functions.adw_billing.parse.row_rules",
}
IMPURE = frozenset(
    {
        *("os", "time", "random", "secrets", "uuid", "socket", "ssl", "subprocess", "threading", "asyncio", "tempfile"),
        *("requests", "urllib3", "http", "urllib.request", "oci", "oracledb", "duckdb", "fdk", "pathlib", "shutil"),
    }
)


def path_of(module: str) -> Path:
    base = ROOT / module.replace(".", "/")
    return base / "__init__.py" if base.is_dir() else base.with_suffix(".py")


def imports(module: str) -> Iterator[str]:
    """Modules that are imported when this one is: at its top level, but for type checking."""
    for node in ast.parse(path_of(module).read_text()).body:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield str(node.module)
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def reached(module: str) -> set[str]:
    """The module and all of ours that it imports, one through another."""
    found: set[str] = set()
    waiting = [module]
    while waiting:
        current = waiting.pop()
        if current not in found and current.startswith(("functions.", "shared.")) and path_of(current).is_file():
            found.add(current)
            waiting.extend(imports(current))
    return found


@pytest.mark.parametrize("core", sorted(CORES))
def test_a_pure_core_imports_nothing_that_acts(core: str) -> None:
    used = {(module, name) for module in reached(core) for name in imports(module) if name in IMPURE}
    assert used == set()


def test_every_function_is_in_the_contract_of_independence() -> None:
    text = (ROOT / "pyproject.toml").read_text()
    assert all(f'"functions.{entry.folder}"' in text for entry in read().functions)


def test_a_handler_holds_nothing_but_its_handler() -> None:
    for path in ROOT.glob("functions/*/func.py"):
        kinds = [type(node).__name__ for node in ast.parse(path.read_text()).body]
        assert set(kinds) <= {"Expr", "ImportFrom", "Assign"}, path
        assert len(path.read_text().splitlines()) <= 10
