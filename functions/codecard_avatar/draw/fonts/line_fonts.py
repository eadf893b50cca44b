"""The fonts of each face, in the order in which they are asked for a letter."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Literal, NamedTuple

from functions.codecard_avatar.draw.fonts import BOLD, FOLDER, REGULAR
from functions.codecard_avatar.draw.fonts.coverage import has_outline
from functions.codecard_avatar.draw.fonts.pixel_font import pixel_font

if TYPE_CHECKING:
    from functions.codecard_avatar.draw.fonts.pixel_font import PixelFont

Face = Literal["black", "bold", "regular", "condensed", "small"]
"""``black`` for a first name, ``bold`` for a last name, ``regular`` for a line, ``condensed`` for a name that is too
wide for the others, ``small`` for lines of 12 to 16 px."""

INTER_BLACK = "Inter-Black.otf"
INTER_SEMI_BOLD = "Inter-SemiBold.otf"
CONDENSED_BOLD = "NotoSans-ExtraCondensedBold.ttf"
HEBREW_BLACK = "NotoSerifHebrew-Black.ttf"
_SHAPED_SCRIPTS = (
    *("Arabic", "Devanagari", "Thai", "Bengali", "Gurmukhi", "Gujarati", "Oriya", "Tamil", "Telugu", "Kannada"),
    *("Malayalam", "Sinhala", "Lao", "Myanmar", "Khmer"),
)
SHAPED = tuple(f"NotoSans{script}-Bold.ttf.xz" for script in _SHAPED_SCRIPTS)
"""Fonts of scripts whose letters change with their neighbours."""

UNIFONT = "unifont.pxf"
_SMALL_SIZES_PX = (16, 14, 12)
_MAX_SMALL_PX = 19
"""Above it the face ``small`` is ``regular``."""

_PIXELS_SUFFIX = ".pxf"

_MIN_INTER_BLACK_PX = 20
_MIN_INTER_SEMI_BOLD_PX = 18
"""Below these, stems of Inter are one pixel in one letter and two in the next; DejaVu is hinted for such sizes."""

_MIN_HEBREW_BLACK_PX = 28
"""From here on thick and thin strokes tell Hebrew from Latin letters; below it the thin ones break."""

_MIN_SHAPED_PX = 14
"""No script with marks above and below its letters can be read in less."""

_ALL = range(0x110000)
_HEBREW = range(0x0590, 0x0600)
_UNIFONT_PX = 16
_MIN_ENLARGED_PX = 20
_ENLARGED_STEP_PX = 4
"""Unifont is drawn as it is, or from 20 px on enlarged to a multiple of 4: quarters of its pixels keep strokes even."""


class LineFont(NamedTuple):
    """A font file in a size; ``weight`` tells an enlarged bitmap font how thick to draw, ``letters`` what it is for."""

    name: str
    size_px: int
    weight: Literal["bold", "regular"] = "bold"
    letters: range = _ALL

    @property
    def pixels(self) -> PixelFont | None:
        """The font as a bitmap font, None when it has outlines."""
        return _pixels(self.name)

    @property
    def has_glyph_codes(self) -> bool:
        """Whether its glyphs can be drawn by number: DejaVu is as it was, without code points for them."""
        return not self.name.endswith(_PIXELS_SUFFIX) and self.name not in {REGULAR, BOLD}

    def has(self, character: str) -> bool:
        """Tell whether the font has a glyph for the character."""
        return ord(character) in self.letters and _has(self.name, character)


@functools.cache
def _pixels(name: str) -> PixelFont | None:
    return pixel_font(FOLDER / name) if name.endswith(_PIXELS_SUFFIX) else None


@functools.lru_cache(maxsize=4096)
def _has(name: str, character: str) -> bool:
    # Each letter of each line that is tried asks several fonts: most of the time of a new name.
    if pixels := _pixels(name):
        return pixels.glyph(character) is not None
    return has_outline(name, character) and (name not in SHAPED or can_shape())


@functools.cache
def can_shape() -> bool:
    """Tell whether there is a shaper; asked by the first letter that needs one, since looking for it loads it."""
    from functions.codecard_avatar.draw.fonts import shaper

    return shaper.harfbuzz() is not None


def line_fonts(face: Face, size_px: int) -> tuple[LineFont, ...]:
    """Return the fonts of a face: first those for Latin, Greek and Cyrillic letters, which a line is not to mix."""
    weight: Literal["bold", "regular"] = "regular" if face in {"regular", "small"} else "bold"
    sans = LineFont(BOLD if weight == "bold" else REGULAR, size_px)
    hebrew = LineFont(HEBREW_BLACK, size_px)
    # Hebrew letters in strokes of one pixel read as Latin ones (a name as TIT), so they are bold in every face.
    bold_hebrew = LineFont(BOLD, size_px, letters=_HEBREW)
    shaped = tuple(LineFont(name, max(size_px, _MIN_SHAPED_PX)) for name in SHAPED)
    chain = (
        *_own(face, size_px),
        *shaped,
        bold_hebrew,
        sans,
        hebrew,
        LineFont(UNIFONT, _unifont_size(size_px), weight),
    )
    is_large_name = weight == "bold" and size_px >= _MIN_HEBREW_BLACK_PX
    return (hebrew, *chain) if is_large_name else chain


def _own(face: Face, size_px: int) -> tuple[LineFont, ...]:
    """Return the font that a face has for itself, none where it is DejaVu."""
    if face == "black" and size_px >= _MIN_INTER_BLACK_PX:
        return (LineFont(INTER_BLACK, size_px),)
    if face == "bold" and size_px >= _MIN_INTER_SEMI_BOLD_PX:
        return (LineFont(INTER_SEMI_BOLD, size_px),)
    if face == "condensed":
        return (LineFont(CONDENSED_BOLD, size_px),)
    if face == "small" and size_px <= _MAX_SMALL_PX:
        strike = next((size for size in _SMALL_SIZES_PX if size <= size_px), _SMALL_SIZES_PX[-1])
        return (LineFont(f"small-{strike}.pxf", strike, "regular"),)
    return ()


def _unifont_size(size_px: int) -> int:
    return _UNIFONT_PX if size_px < _MIN_ENLARGED_PX else size_px // _ENLARGED_STEP_PX * _ENLARGED_STEP_PX
