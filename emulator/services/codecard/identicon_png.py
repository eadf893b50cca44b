"""A picture such as the original's identicon service sent: 85x85 pixels, PNG, one grey level a pixel."""

from __future__ import annotations

import hashlib
import struct
import zlib

SIDE_PX = 85
_CELLS = 8
_CELL_PX = 9
_FRAME_PX = (SIDE_PX - _CELLS * _CELL_PX) // 2


def identicon_png(name: str) -> bytes:
    """Return the identicon of a name as a PNG file: eight by eight cells, mirrored, in a black frame.

    Cell (row, column) is white where bit `row` of byte `column` of SHA-256(name) is set, for columns 0 to 3.
    """
    digest = hashlib.sha256(name.encode()).digest()
    rows = b"".join(b"\0" + bytes(_grey(digest, x, y) for x in range(SIDE_PX)) for y in range(SIDE_PX))
    header = struct.pack(">IIBBBBB", SIDE_PX, SIDE_PX, 8, 0, 0, 0, 0)
    chunks = _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(rows, 9)) + _chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks


def _grey(digest: bytes, x: int, y: int) -> int:
    column, row = ((value - _FRAME_PX) // _CELL_PX for value in (x, y))
    if not (0 <= column < _CELLS and 0 <= row < _CELLS):
        return 0
    return 255 * (digest[min(column, _CELLS - 1 - column)] >> row & 1)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
