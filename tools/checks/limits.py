"""Size limits that ruff has no rule for: functions, modules, nesting, handlers, folders.

``python -m tools.checks.limits`` prints every breach as ``file:line: text`` and exits 1 when there is one.
"""

from __future__ import annotations

import ast
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from tools.checks.faults import refuse_options, report

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("functions", "shared", "ops", "emulator")
"""What all limits hold for; tests have the limit of a folder alone."""
FOLDER_MODULES = 20
FUNCTION_LINES = 40
MODULE_LINES = 300
HANDLER_LINES = 10
NESTING = 3

Definition = ast.FunctionDef | ast.AsyncFunctionDef
BLOCKS = (ast.If, ast.For, ast.AsyncFor, ast.While, ast.With, ast.AsyncWith, ast.Try, ast.Match)


def breaches(path: Path, text: str) -> Iterator[str]:
    """Every breach in one module, as ``file:line: text``."""
    lines = len(text.splitlines())
    limit = HANDLER_LINES if path.name == "func.py" else MODULE_LINES
    if lines > limit:
        yield f"{path}:1: {lines} lines, at most {limit}"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, Definition):
            yield from _function_breaches(path, node)


def _function_breaches(path: Path, node: Definition) -> Iterator[str]:
    lines = (node.end_lineno or node.lineno) - node.lineno + 1
    if lines > FUNCTION_LINES:
        yield f"{path}:{node.lineno}: {node.name} has {lines} lines, at most {FUNCTION_LINES}"
    depth = max((_depth(child) for child in node.body), default=0)
    if depth > NESTING:
        yield f"{path}:{node.lineno}: {node.name} is nested {depth} deep, at most {NESTING}"


def _depth(node: ast.AST) -> int:
    """Levels of blocks from a statement down; elif counts as its if, nested functions are judged by themselves."""
    if isinstance(node, Definition | ast.ClassDef | ast.Lambda):
        return 0
    below = 0
    for name, value in ast.iter_fields(node):
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                is_elif = name == "orelse" and isinstance(node, ast.If) and isinstance(child, ast.If)
                below = max(below, _depth(child) - int(is_elif))
    return below + int(isinstance(node, BLOCKS))


def crowded(root: Path, names: Iterable[str]) -> Iterator[str]:
    """Yield every folder with too many modules; `__init__.py` is not counted."""
    for name in names:
        counts = Counter(path.parent for path in (root / name).rglob("*.py") if path.name != "__init__.py")
        for folder, modules in sorted(counts.items()):
            if modules > FOLDER_MODULES:
                yield f"{folder.relative_to(root)}: {modules} modules, at most {FOLDER_MODULES}"


def every_breach(root: Path = ROOT) -> Iterator[str]:
    """Yield every breach of a limit below a root."""
    for package in PACKAGES:
        for path in sorted((root / package).rglob("*.py")):
            yield from breaches(path.relative_to(root), path.read_text(encoding="utf-8"))
    yield from crowded(root, [*PACKAGES, "tests"])


def main() -> int:
    """Print every breach; 1 when there is one."""
    return report(every_breach())


if __name__ == "__main__":
    refuse_options("tools.checks.limits", __doc__)
    sys.exit(main())
