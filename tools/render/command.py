"""`make func-yaml`: everything that is generated; `--check` writes nothing and fails when a file is stale.

Each module ``tools/render/<name>.py`` but this has
``files(suite: Suite, root: Path) -> Iterator[tuple[Path, str]]``, which gives paths below ``root``
with the text that they must have.
"""

from __future__ import annotations

import argparse
import importlib
from pathlib import Path
from typing import TYPE_CHECKING

from tools import suite

if TYPE_CHECKING:
    from collections.abc import Iterator


def generated(root: Path = suite.ROOT) -> Iterator[tuple[Path, str]]:
    """Return every generated file with its text. Raises ValueError when the sources cannot be rendered."""
    declared = suite.read(root / "func-common.yaml")
    for path in sorted(Path(__file__).parent.glob("[a-z]*.py")):
        if path.stem != "command":
            yield from importlib.import_module(f"tools.render.{path.stem}").files(declared, root)


def stale(root: Path = suite.ROOT) -> dict[Path, str]:
    """Return the files that differ from what they must be, with their right text."""
    return {path: text for path, text in generated(root) if not path.exists() or path.read_text("utf-8") != text}


def main(arguments: list[str]) -> int:
    """Write what is stale, or with ``--check`` name it and return 1."""
    parser = argparse.ArgumentParser(prog="python -m tools.render", description="Write every generated file.")
    parser.add_argument("--check", action="store_true", help="write nothing; name what is stale and exit 1")
    checks = parser.parse_args(arguments).check
    try:
        found = stale()
    except ValueError as fault:
        print(fault)
        return 1
    for path, text in found.items():
        print(f"{'stale' if checks else 'wrote'}: {path.relative_to(suite.ROOT)}")
        if not checks:
            path.write_text(text, encoding="utf-8")
    if found and checks:
        print("run `make func-yaml`")
        return 1
    return 0
