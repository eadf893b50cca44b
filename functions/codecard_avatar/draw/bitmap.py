"""The bitmap file that every firmware of the card draws right and fast. Pure.

1 bit a pixel, 40-byte header, palette at 54, pixels at 62, bottom-up, portrait; docs/codecard-avatar.md says why.
"""

from __future__ import annotations

import struct

WIDTH_PX = 176
HEIGHT_PX = 264
ROW_BYTES = WIDTH_PX // 8
PADDED_ROW_BYTES = (ROW_BYTES + 3) // 4 * 4
PIXELS_AT = 62
TAIL = b"\0\0\0\0"
"""After the pixels: over plain HTTP the card loses the last row when nothing follows it and the server has closed."""

FILE_BYTES = PIXELS_AT + HEIGHT_PX * PADDED_ROW_BYTES + len(TAIL)
_PIXELS_PER_METRE = 4606
"""117 dots an inch, which the 2.7 inch panel has."""


def encode(pixels: bytes) -> bytes:
    """The file of a portrait picture: 264 rows from the top, 22 bytes each, highest bit left, 1 = white.

    ValueError when ``pixels`` has another size.
    """
    if len(pixels) != HEIGHT_PX * ROW_BYTES:
        raise ValueError(f"{len(pixels)} bytes of pixels, {HEIGHT_PX * ROW_BYTES} are needed")
    image_bytes = HEIGHT_PX * PADDED_ROW_BYTES
    header = struct.pack("<2sIHHI", b"BM", FILE_BYTES, 0, 0, PIXELS_AT)
    information = struct.pack(
        "<IiiHHIIiiII", 40, WIDTH_PX, HEIGHT_PX, 1, 1, 0, image_bytes, _PIXELS_PER_METRE, _PIXELS_PER_METRE, 2, 2
    )
    palette = b"\0\0\0\0" + b"\xff\xff\xff\0"
    padding = bytes(PADDED_ROW_BYTES - ROW_BYTES)
    bottom_up = range(len(pixels) - ROW_BYTES, -1, -ROW_BYTES)
    rows = b"".join(pixels[at : at + ROW_BYTES] + padding for at in bottom_up)
    return header + information + palette + rows + TAIL
