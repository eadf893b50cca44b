"""A page as one file on disk, for the commands that write one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.errors import BadRequest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SUFFIXES = (".html", ".htm")


def write_page(out: Path, make: Callable[[], bytes]) -> str:
    """Write what ``make`` returns, and return a sentence about it for a person.

    Raises BadRequest with the field ``out`` for a name that no browser takes for a page, before anything is made, and
    for a file that cannot be written.
    """
    if out.suffix not in SUFFIXES:
        raise BadRequest(f"{out} is no HTML file", fix="let its name end in .html", field="out")
    content = make()
    store_page(out, content)
    return f"{out} written, {len(content):,} bytes: it opens from disk and fetches nothing"


def store_page(out: Path, content: bytes) -> None:
    """Write a file and the folders that it lies in. Raises BadRequest with the field ``out``."""
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_bytes(content)
    except OSError as fault:
        raise BadRequest(f"{out} cannot be written: {fault.strerror}", fix="name another file", field="out") from None
