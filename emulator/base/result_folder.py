"""The folder that results are written into, looked at before the work and not after it."""

from __future__ import annotations

import tempfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


class FolderNotWritable(RuntimeError):
    """Results cannot be written there; the text names the folder and the fix."""


def make_writable(folder: Path) -> Path:
    """Make the folder and return it. Raises FolderNotWritable where no file can be made in it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except FileExistsError:
        raise FolderNotWritable(f"{folder} is a file, and results go into a folder of that name: move it") from None
    except OSError as fault:
        raise FolderNotWritable(
            f"{folder}: {fault.strerror}; results go there: give it to yourself, or remove it"
        ) from None
    return folder
