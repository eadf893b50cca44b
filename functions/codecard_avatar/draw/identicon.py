"""The identicon of a name, drawn here because the web service that drew it is gone."""

from __future__ import annotations

import hashlib

CELLS = 8
"""Cells a side."""


def identicon_cells(initials: str) -> tuple[tuple[bool, ...], ...]:
    """Return the 8 x 8 cells by row and column; True is white.

    ``cell(row, column) = (SHA-256(UTF-8 initials)[column] >> row) & 1`` for columns 0 to 3, mirrored to 7 to 4.
    """
    # The service published no algorithm. This one was recovered from three published badges (JoCi, CaSe, GuRu): of
    # their 96 independent cells all agree, and only 32 bits of the digest are used (8 rows of 4 columns), so any other
    # hash, byte order or bit order would disagree in about half of them. The test has the three badges as its data.
    # A lone surrogate cannot be encoded; "replace" makes it a question mark, so that any text has an identicon.
    digest = hashlib.sha256(initials.encode("utf-8", "replace")).digest()
    columns = [digest[min(column, CELLS - 1 - column)] for column in range(CELLS)]
    return tuple(tuple(bool(byte >> row & 1) for byte in columns) for row in range(CELLS))
