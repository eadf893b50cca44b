"""Where a report stands among all reports of its bucket, whatever folder it was copied to and however it is packed."""

from __future__ import annotations

import re

_BUCKET = re.compile(r"(?:.*/|^)(?=(?:reports/(?:cost|usage)-csv|FOCUS Reports)/)", re.DOTALL)
"""What stands before the last folder that Oracle's bucket has at its top."""
PACKED = ".gz"


def split(path: str) -> tuple[str, str]:
    """Return the folder that stands for the bucket, and the report's name in it.

    A path without a folder of Oracle's stands for itself: nothing tells where its bucket begins.
    """
    found = _BUCKET.match(path)
    return (found.group(), path[found.end() :]) if found else (path, path)


def place(path: str) -> str:
    """Return the report's name in its bucket without `.gz`: the same for a report and for the same report unpacked."""
    return split(path)[1].removesuffix(PACKED)


def spellings(path: str) -> tuple[str, str]:
    """Return the two names that an object of this place can have in a bucket."""
    found = place(path)
    return found, found + PACKED


def path_text(path: str) -> str:
    """Return a path as a text that every warehouse takes, bytes that are no UTF-8 replaced."""
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
