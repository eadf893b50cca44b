"""Outline fonts reduced to the letters of names, for a drawer that takes glyphs by code point."""

from __future__ import annotations

import io
import itertools
import lzma
from dataclasses import dataclass

import uharfbuzz
from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.ttLib.tables._c_m_a_p import CmapSubtable

FIRST_GLYPH_CODE = 0xF0000
"""Private-use code point of glyph 0. Each glyph has one: a shaper names glyphs by index, Pillow draws by code point."""

MIN_KERN = 1 / 50
"""Of an em: what is less than a pixel in a name of 50 pixels is left out."""

MAX_KERN_PAIRS = 2_500
"""The largest ones."""


# A reader allocates the whole dictionary: 64 MB by default, for fonts of 0.2 MB at most.
_PACKING = [{"id": lzma.FILTER_LZMA2, "preset": 9 | lzma.PRESET_EXTREME, "dict_size": 1 << 18}]


@dataclass(frozen=True, slots=True)
class OutlineFont:
    """A font file to make: of which package and file, its letters (ranges, inclusive), its layout features.

    One whose ``target`` ends in ``.xz`` is packed as a whole. The kerning of some is kept beside it: Pillow takes
    none from a font without FriBiDi.
    """

    package: str
    source: str
    target: str
    letters: tuple[tuple[int, int], ...]
    features: tuple[str, ...] = ()
    is_kerned: bool = False


def reduced(source: bytes, wanted: OutlineFont) -> tuple[bytes, list[list[int]]]:
    """Return the font file, and the ranges of code points that it has."""
    font = TTFont(io.BytesIO(source), recalcTimestamp=False)
    # Without the fonts' own hints (where they have any), FreeType hints them itself: the pictures are as good, the
    # files a third smaller.
    options = subset.Options(
        layout_features=list(wanted.features), hinting=False, notdef_outline=True, name_IDs=[0, 1, 2, 13, 14]
    )
    options.drop_tables += ["DSIG", "STAT", "meta"]
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=_codes(wanted.letters))
    subsetter.subset(font)
    covered = sorted(font.getBestCmap())
    _name_all_glyphs(font)
    file = io.BytesIO()
    font.save(file)
    content = file.getvalue()
    if wanted.target.endswith(".xz"):
        content = lzma.compress(content, filters=_PACKING)
    return content, _ranges(covered)


def _codes(ranges: tuple[tuple[int, int], ...]) -> list[int]:
    return [code for first, last in ranges for code in range(first, last + 1)]


def _ranges(codes: list[int]) -> list[list[int]]:
    """Return sorted code points as ranges, first and last."""
    found: list[list[int]] = []
    for code in codes:
        if found and found[-1][1] == code - 1:
            found[-1][1] = code
        else:
            found.append([code, code])
    return found


def _name_all_glyphs(font: TTFont) -> None:
    """Give each glyph its private-use code point beside those that it has."""
    table = CmapSubtable.newSubtable(12)
    table.platformID, table.platEncID, table.language = 3, 10, 0
    table.cmap = dict(font.getBestCmap())
    table.cmap.update({FIRST_GLYPH_CODE + at: name for at, name in enumerate(font.getGlyphOrder())})
    font["cmap"].tables = [table]


def kerning(source: bytes, letters: tuple[tuple[int, int], ...]) -> dict[int, str]:
    """Return the pairs of letters that a font moves together or apart, by thousandths of an em, as one text a value."""
    face = uharfbuzz.Face(source)
    font, least = uharfbuzz.Font(face), face.upem * MIN_KERN
    characters = [chr(code) for code in _codes(letters) if font.get_nominal_glyph(code)]
    alone = {each: _advance(font, each) for each in characters}
    pairs: dict[str, int] = {}
    for first, second in itertools.product(characters, characters):
        value = _advance(font, first + second) - alone[first] - alone[second]
        if abs(value) >= least:
            pairs[first + second] = round(value / face.upem * 100) * 10
    by_value: dict[int, str] = {}
    for pair in sorted(pairs, key=lambda pair: (-abs(pairs[pair]), pair))[:MAX_KERN_PAIRS]:
        by_value[pairs[pair]] = by_value.get(pairs[pair], "") + pair
    return by_value


def _advance(font: uharfbuzz.Font, text: str) -> int:
    buffer = uharfbuzz.Buffer()
    buffer.add_str(text)
    buffer.guess_segment_properties()
    uharfbuzz.shape(font, buffer, {"kern": True, "liga": False, "calt": False})
    return sum(position.x_advance for position in buffer.glyph_positions)
