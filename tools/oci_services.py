"""Which services of the OCI SDK the functions need: read from the code, never typed by hand."""

from __future__ import annotations

import ast
import subprocess
import sys
from typing import TYPE_CHECKING

from shared.oci.clients import SERVICES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_LIST_SERVICES = """
import importlib.util, pathlib, sys
import oci, oci.auth.signers
for name in sys.argv[1:]:
    if importlib.util.find_spec("oci." + name):
        importlib.import_module("oci." + name)
home = pathlib.Path(oci.__file__).parent
loaded = {name.split(".")[1] for name in sys.modules if name.startswith("oci.")}
print(*sorted(name for name in loaded if (home / name / "models").is_dir()))
"""
"""Imports the services named and lists those that are loaded then: the SDK's own base needs some."""


def named(root: Path) -> set[str]:
    """Return the services that an image's code asks for: imported SDK modules, and keys of SERVICES in use.

    ops/preflight is left out: it runs on a laptop with the whole SDK.
    """
    found: set[str] = set()
    for path in [*(root / "shared").rglob("*.py"), *(root / "ops").glob("*.py"), *(root / "functions").rglob("*.py")]:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        found.update(_imported(tree))
        if path.parent.name != "oci" or path.name != "clients.py":
            found.update(SERVICES[text][0] for text in _texts(tree) if text in SERVICES)
    return {module.split(".")[1] for module in found if "." in module}


def needed(root: Path) -> list[str]:
    """Return the named services and those that the SDK loads with them. Raises CalledProcessError without one."""
    command = [sys.executable, "-c", _LIST_SERVICES, *sorted(named(root))]
    done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603  (our own interpreter)
    return done.stdout.split()


def _imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.startswith("oci."))
        elif isinstance(node, ast.ImportFrom) and node.module == "oci":
            yield from (f"oci.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("oci."):
            yield str(node.module)


def _texts(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
