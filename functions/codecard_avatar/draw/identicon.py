"""The identicon of a name, drawn here because the web service that drew it is gone. Pure.

The algorithm was recovered from three published badges, whose 96 cells it gives without a difference
(tests/unit/functions/codecard_avatar/draw/test_identicon.py).
"""

from __future__ import annotations

import hashlib

CELLS = 8


def grid(name: str) -> tuple[tuple[bool, ...], ...]:
    """The 8 x 8 cells of a name by row and column; True is white on the stamp.

    ``cell(row, column) = (SHA-256(UTF-8 name)[column] >> row) & 1`` for columns 0 to 3, mirrored to 7 to 4.
    """
    digest = hashlib.sha256(name.encode("utf-8", "replace")).digest()
    columns = [digest[min(column, CELLS - 1 - column)] for column in range(CELLS)]
    return tuple(tuple(bool(byte >> row & 1) for byte in columns) for row in range(CELLS))
