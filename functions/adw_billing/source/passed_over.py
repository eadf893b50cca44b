"""What lies in a folder of reports and is not loaded, each with its reason: nothing is left out without a word."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_NAMED = 20
"""Files that are named; more are counted."""
REPORT_ENDS = (".csv", ".csv.gz")
ARCHIVE_ENDS = (".zip", ".tar", ".tgz", ".7z", ".bz2", ".xz", ".zst", ".gz")


def passed_over(folder: Path) -> list[str]:
    """Return lines for people: files that look like reports and are none to the loader, and links that lead nowhere."""
    found = list(_passed_over(folder))
    lines = [f"not loaded: {_shown(path.relative_to(folder))}: {why}" for path, why in found[:MAX_NAMED]]
    rest = len(found) - MAX_NAMED
    return [*lines, f"not loaded: {rest} more"] if rest > 0 else lines


def _passed_over(folder: Path) -> Iterator[tuple[Path, str]]:
    for parent, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted([*folders, *names]):
            path = Path(parent, name)
            why = _folder_fault(path) if name in folders else _file_fault(path)
            if why:
                yield path, why


def _folder_fault(path: Path) -> str:
    return "a link to a folder, which is not followed" if path.is_symlink() else ""


def _file_fault(path: Path) -> str:
    # Names are compared as the loader does, by case: an object of Oracle's bucket never has another spelling.
    lowered = path.name.lower()
    if path.is_symlink() and not path.exists():
        return "a link to nothing"
    if lowered.endswith(REPORT_ENDS):
        return "" if path.name.endswith(REPORT_ENDS) else "its name does not end in .csv or .csv.gz in small letters"
    return "an archive: unpack it" if lowered.endswith(ARCHIVE_ENDS) else ""


def _shown(path: Path) -> str:
    return str(path).encode("utf-8", "surrogateescape").decode("utf-8", "replace")
