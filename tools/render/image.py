"""What the bases install: the lock's versions with their hashes, and the services kept of the OCI SDK."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tools import oci_services

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tools.suite import Suite

HEADER = "# Exported from uv.lock by `make func-yaml`: run that, do not edit.\n"
NOT_IN_THE_IMAGE = (
    *("pytest", "pytest-asyncio", "cython", "wheel", "pbr", "setuptools"),  # of fdk: its own tests and build
    *("python-pkcs11", "aiohttp"),  # of oci: keys in hardware tokens and asynchronous clients, both optional there
    "pycparser",  # of cffi: reads C declarations where bindings are compiled; cryptography brings its own compiled
)
"""What distributions ask for and the functions never import: tests/house runs them without it."""


def files(_: Suite, root: Path) -> Iterator[tuple[Path, str]]:
    """Return the lists that Dockerfile.base reads."""
    folder = root / "deploy" / "image"
    lean = export(root)
    yield folder / "requirements.txt", HEADER + lean
    yield folder / "requirements-pages.txt", HEADER + without(export(root, "--extra", "pages"), lean)
    yield folder / "requirements-data.txt", HEADER + without(export(root, "--extra", "data"), lean)
    yield folder / "oci-services.txt", "".join(f"{name}\n" for name in oci_services.needed(root))


def export(root: Path, *extra: str) -> str:
    """Return the lock as pip's requirements. Raises ValueError when uv refuses, for example an outdated lock."""
    command = [str(Path(sys.executable).parent / "uv"), "export", "--locked", "--offline", "--quiet"]
    options = ["--no-default-groups", "--no-emit-project", "--no-annotate", "--no-header", *extra]
    pruned = [word for name in NOT_IN_THE_IMAGE for word in ("--prune", name)]
    done = subprocess.run([*command, *options, *pruned], cwd=root, check=False, capture_output=True, text=True)  # noqa: S603  (our own list)
    if done.returncode:
        raise ValueError(done.stderr.strip())
    return done.stdout


def without(requirements: str, installed: str) -> str:
    """Return the requirements that are not installed already."""
    known = set(blocks(installed))
    return "".join(f"{block}\n" for block in blocks(requirements) if block not in known)


def blocks(requirements: str) -> list[str]:
    """Return one text a package: its line, and those of its hashes."""
    return [block.rstrip("\n") for block in re.split(r"^(?=[A-Za-z0-9])", requirements, flags=re.MULTILINE) if block]
