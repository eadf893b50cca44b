"""The bitmap file that every firmware of the card draws right and fast.

1 bit a pixel, 40-byte header, palette at 54, pixels at 62, bottom-up, portrait (docs/codecard-avatar.md, "What the card
can read").
"""

from __future__ import annotations

import struct

WIDTH_PX = 176
HEIGHT_PX = 264
ROW_BYTES = WIDTH_PX // 8
PADDED_ROW_BYTES = (ROW_BYTES + 3) // 4 * 4
HEADER_BYTES = 62
"""File header (14), information header (40) and palette (8)."""

# Over plain HTTP, when the server has closed already, the firmware does not get the end of the file, and the row in
# which that end lies is not drawn. With bytes after the pixels, which no decoder looks at, it is those that are lost.
TRAILER = b"\0\0\0\0"
"""Bytes that follow the pixels."""

FILE_BYTES = HEADER_BYTES + HEIGHT_PX * PADDED_ROW_BYTES + len(TRAILER)
"""6,402: less than one TLS record as the card receives it (about 11.6 KB). Each further record costs the firmware waits
of 1.6 s and more, so that the 139,530 bytes of the original took 50 s."""

_INFORMATION_HEADER_BYTES = 40
"""BITMAPINFOHEADER. With the 124 bytes of BITMAPV5HEADER a 1-bit file is drawn wrong: the firmware takes the palette
from byte 54 of the file, whatever size the header says that it has."""

_PIXELS_PER_METRE = 4606
"""117 dots an inch, which the 2.7 inch panel has."""

_PALETTE = b"\0\0\0\0" + b"\xff\xff\xff\0"
"""Blue, green, red and a zero: 0 is black, 1 is white."""


def encode_bitmap(pixels: bytes) -> bytes:
    """Return the file of a portrait picture: 264 rows from the top, 22 bytes each, highest bit left, 1 = white.

    ValueError when ``pixels`` has another size.
    """
    if len(pixels) != HEIGHT_PX * ROW_BYTES:
        raise ValueError(f"{len(pixels)} bytes of pixels, {HEIGHT_PX * ROW_BYTES} are needed")
    image_bytes = HEIGHT_PX * PADDED_ROW_BYTES
    header = struct.pack("<2sIHHI", b"BM", FILE_BYTES, 0, 0, HEADER_BYTES)
    information = struct.pack(
        "<IiiHHIIiiII",
        *(_INFORMATION_HEADER_BYTES, WIDTH_PX, HEIGHT_PX, 1, 1, 0, image_bytes),
        *(_PIXELS_PER_METRE, _PIXELS_PER_METRE, 2, 2),
    )
    # A positive height means that the lowest row comes first. The format also has top-down files (a negative height);
    # the firmware draws those wrong.
    padding = bytes(PADDED_ROW_BYTES - ROW_BYTES)
    bottom_up = range(len(pixels) - ROW_BYTES, -1, -ROW_BYTES)
    rows = b"".join(pixels[at : at + ROW_BYTES] + padding for at in bottom_up)
    return header + information + _PALETTE + rows + TRAILER
