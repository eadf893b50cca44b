"""Bitmap fonts packed into one file each: a page of 256 code points is found by its number and unpacked alone.

``functions/codecard_avatar/draw/fonts/pixel_font.py`` reads the format and describes it.
"""

from __future__ import annotations

import io
import lzma
import struct
from typing import TYPE_CHECKING

from fontTools.ttLib import TTFont
from PIL import Image, ImageDraw, ImageFont

if TYPE_CHECKING:
    from collections.abc import Mapping

MAGIC = b"PXF2"
PAGE_GLYPHS = 256
FILTERS = ({"id": lzma.FILTER_LZMA1, "lc": 0, "lp": 1, "pb": 1, "preset": 9, "dict_size": 1 << 16},)
"""LZMA without headers, for pairs of bytes: a seventh smaller than zlib's pages of half the size."""

PixelGlyph = tuple[int, int, bytes]
"""Width in pixels, where its left column stands (0, or less for a mark), rows from the top, each padded to bytes."""


def packed(glyphs: Mapping[int, PixelGlyph], height_px: int, above_px: int) -> bytes:
    """Return the file of a font; ``above_px`` of the ``height_px`` rows are above the baseline."""
    pages = max(glyphs) // PAGE_GLYPHS + 1
    offsets, body = [], b""
    start = len(MAGIC) + 4 + 4 * (pages + 1)
    for page in range(pages):
        offsets.append(start + len(body))
        body += _page(glyphs, page)
    offsets.append(start + len(body))
    head = MAGIC + struct.pack("<BBH", height_px, above_px, pages) + struct.pack(f"<{pages + 1}I", *offsets)
    return head + body


def _page(glyphs: Mapping[int, PixelGlyph], page: int) -> bytes:
    found = [glyphs.get(code) for code in range(page * PAGE_GLYPHS, (page + 1) * PAGE_GLYPHS)]
    if not any(found):
        return b""
    widths = bytes(glyph[0] if glyph else 0 for glyph in found)
    lefts = struct.pack(f"{PAGE_GLYPHS}b", *(glyph[1] if glyph else 0 for glyph in found))
    content = widths + lefts + b"".join(glyph[2] for glyph in found if glyph)
    return lzma.compress(content, format=lzma.FORMAT_RAW, filters=FILTERS)


def unifont_glyphs(hex_file: bytes, combining_file: bytes) -> dict[int, PixelGlyph]:
    """Return the glyphs of GNU Unifont from its own text files: ``code:rows`` and ``code:left`` a line."""
    lefts = {int(code, 16): int(left) for code, left in _fields(combining_file)}
    rows = {int(code, 16): bytes.fromhex(row) for code, row in _fields(hex_file)}
    return {code: (len(row) // 2, lefts.get(code, 0), row) for code, row in rows.items()}


def _fields(file: bytes) -> list[list[str]]:
    return [line.split(":") for line in file.decode("ascii").splitlines() if line]


def strike_glyphs(font_file: bytes, size_px: int, above_px: int) -> dict[int, PixelGlyph]:
    """Return the glyphs that a font has as bitmaps of a size; FreeType gives them as they are."""
    face = ImageFont.truetype(io.BytesIO(font_file), size_px, layout_engine=ImageFont.Layout.BASIC)
    glyphs = {}
    for code in TTFont(io.BytesIO(font_file)).getBestCmap():
        width = round(face.getlength(chr(code)))
        picture = Image.new("1", (width, size_px))
        draw = ImageDraw.Draw(picture)
        draw.fontmode = "1"
        draw.text((0, above_px), chr(code), fill=1, font=face, anchor="ls")
        glyphs[code] = (width, 0, picture.tobytes())
    return glyphs
