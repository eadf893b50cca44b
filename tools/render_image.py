"""deploy/image/requirements.txt: what the image installs, at the lock's versions, with the lock's hashes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tools.suite import Suite

HEADER = "# Exported from uv.lock by `make func-yaml`: run that, do not edit.\n"
NOT_IN_THE_IMAGE = ("pytest", "pytest-asyncio", "cython", "wheel", "pbr", "setuptools")
"""What the fdk distribution asks for and never imports at run time: tests/house lays the image out without them."""


def files(_: Suite, root: Path) -> Iterator[tuple[Path, str]]:
    """The requirements of the image."""
    yield root / "deploy" / "image" / "requirements.txt", HEADER + export(root)


def export(root: Path) -> str:
    """The lock as pip's requirements. Raises ValueError when uv refuses, for example a lock that is out of date."""
    command = [str(Path(sys.executable).parent / "uv"), "export", "--locked", "--offline", "--quiet"]
    options = ["--no-default-groups", "--no-emit-project", "--no-annotate", "--no-header"]
    pruned = [word for name in NOT_IN_THE_IMAGE for word in ("--prune", name)]
    done = subprocess.run([*command, *options, *pruned], cwd=root, check=False, capture_output=True, text=True)  # noqa: S603  (our own list)
    if done.returncode:
        raise ValueError(done.stderr.strip())
    return done.stdout
