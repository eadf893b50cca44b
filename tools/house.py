"""The house for docs/architecture.md: a picture drawn from the contracts of imports, and a map of all modules."""

from __future__ import annotations

import ast
import re
import tomllib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PACKAGES = ("ops", "functions", "shared", "emulator")
"""What a user runs. Tools and bench may import all of it, and only commands of ops import them."""
NODE_CHARACTERS = 70
"""Characters after which the modules of one layer go on in the next line of the picture."""


def picture(root: Path) -> str:
    """Return the picture as a Mermaid flowchart: one box a layer of a contract, arrows as imports may run.

    A dotted line leads from a room to its own layers.
    """
    contracts = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    floors = dict(_containers(contracts))
    lines = ["```mermaid", "flowchart TB"]
    for package in PACKAGES:
        lines += _package(package, {name: floors[name] for name in sorted(floors) if name.split(".")[0] == package})
    lines += [
        f"  {_ident(a)} --> {_ident(b)}" for a in PACKAGES for b in PACKAGES if a != b and _allowed(contracts, a, b)
    ]
    lines += [f"  {above} -.-> {_ident(name)}" for name in sorted(floors) if (above := _box_above(floors, name))]
    return "\n".join([*lines, "```"]) + "\n"


def _containers(contracts: list[dict[str, Any]]) -> Iterator[tuple[str, list[list[str]]]]:
    """Yield each package that a contract gives layers, with its layers from top to bottom, names relative to it."""
    for contract in contracts:
        if contract["type"] == "layers":
            layers = [re.split(r"\s*[|:]\s*", layer) for layer in contract["layers"]]
            if "containers" in contract:
                yield from ((container, layers) for container in contract["containers"])
            else:
                container = layers[0][0].rpartition(".")[0]
                yield container, [[name.removeprefix(f"{container}.") for name in layer] for layer in layers]


def _allowed(contracts: list[dict[str, Any]], importer: str, imported: str) -> bool:
    """Return whether no contract forbids a package another one."""
    return not any(
        contract["type"] == "forbidden"
        and importer in contract["source_modules"]
        and imported in contract["forbidden_modules"]
        for contract in contracts
    )


def _package(package: str, floors: dict[str, list[list[str]]]) -> Iterator[str]:
    """Yield a package's box with a box for each of its containers."""
    yield f'  subgraph {_ident(package)}["{package}"]'
    for name, layers in floors.items():
        if name == package:
            yield from _layers(name, layers, "    ")
        else:
            yield f'    subgraph {_ident(name)}["{name.replace(".", "/")}"]'
            yield from _layers(name, layers, "      ")
            yield "    end"
    yield "  end"


def _layers(name: str, layers: list[list[str]], indent: str) -> Iterator[str]:
    for number, layer in enumerate(layers):
        text = ""
        for module in layer:
            broken = len(text.rpartition("<br/>")[2]) + len(module) > NODE_CHARACTERS
            text += f"{'<br/>' if broken else ' · ' if text else ''}{module}"
        yield f'{indent}{_ident(name)}_{number}["{text}"]'
    yield f"{indent}{' --> '.join(f'{_ident(name)}_{number}' for number in range(len(layers)))}"


def _box_above(floors: dict[str, list[list[str]]], name: str) -> str:
    """Return the box of the layer that a container is a member of; none where no contract names it."""
    parent, _, own = name.rpartition(".")
    numbers = [number for number, layer in enumerate(floors.get(parent, [])) if own in layer]
    return f"{_ident(parent)}_{numbers[0]}" if numbers else ""


def _ident(name: str) -> str:
    return name.replace(".", "__")


def module_map(root: Path, folder: str) -> str:
    """Return a table of every room and module below a folder, with the first line of its docstring."""
    lines = ["| module | what |", "| --- | --- |"]
    for room in sorted(path.parent for path in (root / folder).rglob("__init__.py")):
        lines.append(f"| **`{room.relative_to(root)}/`** | **{_first_line(room / '__init__.py')}** |")
        modules = sorted(path for path in room.glob("*.py") if path.name != "__init__.py")
        lines += [f"| `{path.relative_to(root / folder)}` | {_first_line(path)} |" for path in modules]
    return "\n".join(lines) + "\n"


def _first_line(path: Path) -> str:
    text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return text.partition("\n")[0].replace("|", "\\|")
