"""Bitmap fonts in a file of pages, of which only those that a text needs are read.

``PXF2``, height and rows above the baseline (a byte each), number of pages (2 bytes), the offsets of all pages and of
the end (4 bytes each). Page n has the code points from 256 n on, as one LZMA stream: 256 widths in pixels (0: no such
glyph), 256 signed bytes for where the left column stands, then the rows of each glyph from the top, padded to bytes.
Numbers are little-endian. ``python -m tools.fonts`` writes these files.
"""

from __future__ import annotations

import functools
import lzma
import struct
from pathlib import Path
from typing import NamedTuple

MAGIC = b"PXF2"
PAGE_GLYPHS = 256
_FILTERS = ({"id": lzma.FILTER_LZMA1, "lc": 0, "lp": 1, "pb": 1, "preset": 9, "dict_size": 1 << 16},)
_HEAD = struct.Struct("<4sBBH")


class PixelGlyph(NamedTuple):
    """A glyph's rows from the top (padded to bytes), its width, and where its left column is: before 0 for a mark."""

    width_px: int
    left_px: int
    rows: bytes


class PixelFont:
    """One file of glyphs, all of ``height_px`` rows, ``above_px`` of them above the baseline."""

    def __init__(self, file: Path) -> None:
        self._file = file
        with file.open("rb") as opened:
            magic, self.height_px, self.above_px, self._pages = _HEAD.unpack(opened.read(_HEAD.size))
            offsets = opened.read(4 * (self._pages + 1))
        if magic != MAGIC:
            raise ValueError(f"{file.name} is no bitmap font of this format")
        self._offsets = struct.unpack(f"<{self._pages + 1}I", offsets)
        self._read: dict[int, dict[int, PixelGlyph]] = {}

    def glyph(self, character: str) -> PixelGlyph | None:
        """Return the character's glyph, or None when the font has none."""
        page = ord(character) // PAGE_GLYPHS
        if page >= self._pages:
            return None
        if page not in self._read:
            self._read[page] = self._page(page)
        return self._read[page].get(ord(character))

    def _page(self, page: int) -> dict[int, PixelGlyph]:
        start, end = self._offsets[page : page + 2]
        if start == end:
            return {}
        with self._file.open("rb") as opened:
            opened.seek(start)
            content = lzma.decompress(opened.read(end - start), lzma.FORMAT_RAW, filters=_FILTERS)
        lefts = struct.unpack_from(f"{PAGE_GLYPHS}b", content, PAGE_GLYPHS)
        glyphs, at = {}, 2 * PAGE_GLYPHS
        for number, width in enumerate(content[:PAGE_GLYPHS]):
            size = (width + 7) // 8 * self.height_px
            if width:
                glyphs[page * PAGE_GLYPHS + number] = PixelGlyph(width, lefts[number], content[at : at + size])
            at += size
        return glyphs


@functools.cache
def pixel_font(file: Path) -> PixelFont:
    """Return the font of a file, opened once."""
    return PixelFont(file)
