"""The card's e-paper panel: what its firmware draws of a bitmap file, and that as a picture for people.

Written from the facts of the firmware (docs/codecard-avatar.md, "The bitmap") and from nothing that makes badges, so
that it can tell whether those are right.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass

from emulator.card.firmware_json import CardError

WIDTH_PX = 176
HEIGHT_PX = 264
WHITE_ABOVE = 384
"""A pixel is white where red + green + blue is more than this."""

_PALETTE_OFFSET_BYTES = 54
_KNOWN_HEADERS = {(40, 1), (40, 4), (40, 8), (40, 24), (124, 24)}
"""Sizes of the information header and bits a pixel that are drawn right."""


@dataclass(frozen=True)
class Panel:
    """The panel, portrait: 264 rows of 176 pixels, True is white."""

    rows: tuple[tuple[bool, ...], ...]

    def landscape(self) -> tuple[tuple[bool, ...], ...]:
        """Return it as the card is worn: 176 rows of 264 pixels, the panel turned clockwise."""
        return tuple(tuple(self.rows[y][x] for y in range(HEIGHT_PX - 1, -1, -1)) for x in range(WIDTH_PX))

    def png(self) -> bytes:
        """Return the landscape view as a PNG of 1 bit a pixel."""
        rows = self.landscape()
        packed = b"".join(b"\0" + _packed(row) for row in rows)
        header = struct.pack(">IIBBBBB", len(rows[0]), len(rows), 1, 0, 0, 0, 0)
        chunks = _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(packed, 9)) + _chunk(b"IEND", b"")
        return b"\x89PNG\r\n\x1a\n" + chunks


def draw_panel(file: bytes, *, last_byte_lost: bool = False) -> Panel:
    """Return what the firmware draws. Raises CardError for a file that it draws wrong, with the reason.

    ``last_byte_lost``: over plain HTTP, when the server has closed, the firmware misses the end of the file, and with
    it the last row unless something follows the pixels.
    """
    if len(file) < _PALETTE_OFFSET_BYTES or file[:2] != b"BM":
        raise CardError("no bitmap")
    offset, header_bytes, width, height, _, bits, compression = struct.unpack_from("<IIiiHHI", file, 10)
    if (header_bytes, bits) not in _KNOWN_HEADERS or compression:
        raise CardError(f"drawn wrong: {bits} bits, header of {header_bytes} bytes, compression {compression}")
    if height < 0:
        raise CardError("drawn wrong: top-down")
    if (width, height) != (WIDTH_PX, HEIGHT_PX):
        raise CardError(f"drawn wrong: {width} x {height} pixels")
    palette = _palette(file, bits, offset)
    row_bytes = (width * bits + 31) // 32 * 4
    end = offset + row_bytes * height
    if len(file) < end + int(last_byte_lost):
        raise CardError("the last row is lost")
    # The file has the lowest row first; the panel's rows are read from the top.
    rows = (file[at : at + row_bytes] for at in range(end - row_bytes, offset - 1, -row_bytes))
    return Panel(tuple(_row(row, bits, palette) for row in rows))


def _palette(file: bytes, bits: int, offset: int) -> list[bool]:
    """Return which entries are white."""
    # The firmware takes the palette from byte 54 of the file, where a header of 40 bytes ends, whatever size the header
    # says that it has: that is why a 1-bit file with a header of 124 bytes is not among the known ones.
    if bits == 24:
        return []
    size = 1 << bits
    if offset < _PALETTE_OFFSET_BYTES + 4 * size:
        raise CardError("drawn wrong: the palette is cut")
    entries = (file[at : at + 3] for at in range(_PALETTE_OFFSET_BYTES, _PALETTE_OFFSET_BYTES + 4 * size, 4))
    return [sum(entry) > WHITE_ABOVE for entry in entries]


def _row(row: bytes, bits: int, palette: list[bool]) -> tuple[bool, ...]:
    """Return which pixels of a row are white; the highest bits of a byte are its leftmost pixel."""
    if bits == 24:
        return tuple(sum(row[at : at + 3]) > WHITE_ABOVE for at in range(0, 3 * WIDTH_PX, 3))
    in_byte, mask = 8 // bits, (1 << bits) - 1
    shifts = [8 - bits * (1 + position) for position in range(in_byte)]
    return tuple(palette[byte >> shift & mask] for byte in row for shift in shifts)[:WIDTH_PX]


def _packed(row: tuple[bool, ...]) -> bytes:
    bits = "".join("1" if white else "0" for white in row)
    return bytes(int(bits[at : at + 8].ljust(8, "0"), 2) for at in range(0, len(bits), 8))


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
