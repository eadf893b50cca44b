"""Files that only their owner can read, whole or not at all."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING

from shared.errors import BadRequest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FOLDER_MODE = 0o700
FILE_MODE = 0o600


def private_folder(path: Path, field: str) -> Path:
    """Make a folder that only its owner can look into, if it is not there; return it.

    Raises BadRequest with the argument that names it.
    """
    with _named(path, field):
        path.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
    return path


def write(path: Path, content: str, field: str) -> None:
    """Replace a file in one step; a link stays one, and what it leads to is replaced.

    Raises BadRequest with the argument that names it; the old file is there then.
    """
    with _named(path, field):
        target = path.resolve()
        private_folder(target.parent, field)
        beside = target.with_name(f".{target.name}.{os.getpid()}.new")
        beside.unlink(missing_ok=True)
        try:
            _write_new(beside, content)
            beside.replace(target)
        except BaseException:
            beside.unlink(missing_ok=True)
            raise


def _write_new(path: Path, content: str) -> None:
    # Made with its mode, so that nobody can open it in between; fsync before the rename, so that a crash of the machine
    # leaves the old file or the new one and no empty one.
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


@contextlib.contextmanager
def _named(path: Path, field: str) -> Iterator[None]:
    try:
        yield
    except OSError as fault:
        raise BadRequest(
            f"{path} cannot be written: {fault.strerror or fault}", field=field, fix="name another"
        ) from None
