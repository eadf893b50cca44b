"""One meaning a name: a module, class or public function of one area shares its name with none of another."""

from __future__ import annotations

import ast
from collections import defaultdict
from typing import TYPE_CHECKING

from tools.suite import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SAME_MEANING = {
    "Settings": "the config keys of a function, read by shared.settings",
    "__main__": "what `python -m` runs",
    "add_arguments": "declares a command's arguments on a parser that it is given",
    "card": "the Code Card: what it sends and can read",
    "clients": "adapters to other services' interfaces",
    "command": "one command of a command line",
    "command_line": "the commands of a function on this machine",
    "connect": "opens the connection or session that a call works with",
    "errors": "what can be expected to go wrong, as a tree",
    "func": "the entry point for the FDK",
    "kubernetes": "the API of a Kubernetes cluster: asked in shared, answered in the emulator",
    "main": "a command's entry point: arguments in, exit status out",
    "metrics": "figures for monitoring: posted by shared, printed by a command",
    "model": "plain values that the rooms above share",
    "nodes": "nodes of a Kubernetes cluster",
    "oke": "Oracle's Kubernetes Engine: its client, and its emulation",
    "preflight": "checks that change nothing",
    "publish": "makes something visible to its readers, whole or not at all",
    "reading": "answers from what is stored, and changes nothing",
    "reports": "OCI's usage, cost and FOCUS reports: read by the loader, made by the emulator",
    "serve": "answers one call of a function",
    "settings": "config keys",
    "volumes": "volumes of pods, and their claims",
    "text": "a result as text for people and grep",
}
"""Names that stand in several areas and mean the same in each, with that meaning."""


def areas() -> Iterator[tuple[str, Path]]:
    """Yield each function's folder, the common library and the local cloud, by name."""
    for handler in sorted(ROOT.glob("functions/*/func.py")):
        yield handler.parent.name, handler.parent
    yield "shared", ROOT / "shared"
    yield "emulator", ROOT / "emulator"


def names(folder: Path) -> Iterator[str]:
    """Yield the modules, rooms, classes and public functions of the top level of modules below a folder."""
    for path in folder.rglob("*.py"):
        yield path.parent.name if path.name == "__init__.py" else path.stem
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and node.name[0] != "_":
                yield node.name


def repeated() -> dict[str, set[str]]:
    """Return the names that stand in more than one area, with the areas."""
    found: dict[str, set[str]] = defaultdict(set)
    for area, folder in areas():
        for name in names(folder):
            found[name].add(area)
    return {name: where for name, where in found.items() if len(where) > 1}


def test_a_name_in_two_areas_means_the_same_in_both() -> None:
    assert {name: where for name, where in repeated().items() if name not in SAME_MEANING} == {}


def test_the_list_of_equal_meanings_has_no_name_that_stands_in_one_area_only() -> None:
    assert SAME_MEANING.keys() - repeated().keys() == set()
