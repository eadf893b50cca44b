"""A file that is there whole or not at all: written beside its place under a hidden name, then renamed."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING

from shared.errors import BadRequest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def hidden(path: Path) -> Path:
    """Return the name under which this process writes the file."""
    return path.with_name(f".{path.name}.{os.getpid()}.tmp")


@contextlib.contextmanager
def whole_file(path: Path, field: str) -> Iterator[Path]:
    """Yield the hidden name; what the block leaves there takes the file's place, and after an error nothing stays.

    BadRequest with the field where the place cannot be written.
    """
    written = hidden(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        written.touch()  # says now, not after the work, that the folder takes no file
    except OSError as fault:
        raise BadRequest(f"{path}: {fault.strerror}", fix="name a file that can be written", field=field) from None
    try:
        yield written
        written.replace(path)
    except OSError as fault:
        raise BadRequest(f"{path}: {fault.strerror}", fix="name a file that can be written", field=field) from None
    finally:
        written.unlink(missing_ok=True)
