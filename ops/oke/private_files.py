"""Files that only their owner can read, whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

FOLDER_MODE = 0o700
FILE_MODE = 0o600


def private_folder(path: Path) -> Path:
    """Make a folder that only its owner can look into, if it is not there; return it."""
    path.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
    return path


def write(path: Path, content: str) -> None:
    """Replace a file in one step; a link stays one, and what it leads to is replaced."""
    target = path.resolve()
    private_folder(target.parent)
    beside = target.with_name(f".{target.name}.{os.getpid()}.new")
    beside.unlink(missing_ok=True)
    # Made with its mode, so that nobody can open it in between; fsync before the rename, so that a crash of the machine
    # leaves the old file or the new one and no empty one.
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(target)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
