"""The pixels of each run of a line, and how far it moves the pen."""

from __future__ import annotations

import functools
import unicodedata
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from PIL import Image

from functions.codecard_avatar.draw.bidi import MIRRORED
from functions.codecard_avatar.draw.fonts import font
from functions.codecard_avatar.draw.fonts.kerning import kern_px
from functions.codecard_avatar.draw.fonts.line_fonts import SHAPED, can_shape
from functions.codecard_avatar.draw.fonts.outline_ink import Ink, outline_ink

if TYPE_CHECKING:
    from collections.abc import Iterator

    from functions.codecard_avatar.draw.fonts.line_fonts import LineFont
    from functions.codecard_avatar.draw.fonts.pixel_font import PixelFont
    from functions.codecard_avatar.draw.fonts.shaper import PlacedGlyph
    from functions.codecard_avatar.draw.text_runs import TextRun

FIRST_GLYPH_CODE = 0xF0000
"""Code point of glyph 0 in the fonts that ``python -m tools.fonts`` makes: Pillow draws by code point alone."""

_PLACEHOLDER_GAP_PX = 1


class RunInk(NamedTuple):
    """Pictures of a run with their places (``left_px`` from the run's start), and the width that the run takes."""

    inks: tuple[Ink, ...]
    advance_px: float


def run_advance(run: TextRun, size_px: int) -> float:
    """Return the width that a run takes, without drawing outlines."""
    if run.font is None:
        return _placeholders(run.text, size_px).advance_px
    if pixels := run.font.pixels:
        return sum(_pixel_advance(pixels, run.font, each) for each in run.text)
    if needs_shaping(run):
        return _shaped(run.font, run.text, is_right_to_left=run.is_right_to_left)[1]
    face = font(run.font.name, run.font.size_px)
    return sum(face.getlength(part, mode="1") + kern for part, kern in _kerned(run.font, _visual(run)))


def run_ink(run: TextRun, size_px: int) -> RunInk:
    """Return the pictures of a run."""
    if run.font is None:
        return _placeholders(run.text, size_px)
    if pixels := run.font.pixels:
        return _pixel_run(pixels, run.font, _visual(run))
    if needs_shaping(run):
        return _shaped_run(run.font, run.text, is_right_to_left=run.is_right_to_left)
    return _plain_run(run.font, _visual(run))


def needs_shaping(run: TextRun) -> bool:
    """Tell whether glyphs and places of an outline font's letters depend on their neighbours."""
    if run.font is None or not run.font.has_glyph_codes:
        return False
    return run.font.name in SHAPED or (any(map(_is_mark, run.text)) and can_shape())


def _is_mark(character: str) -> bool:
    return unicodedata.combining(character) != 0


def _visual(run: TextRun) -> str:
    return run.text[::-1].translate(MIRRORED) if run.is_right_to_left else run.text


def _kerned(line_font: LineFont, visible: str) -> Iterator[tuple[str, int]]:
    """Yield the parts of a text that are drawn as they are, each with the pixels to add behind it."""
    start = 0
    for at, pair in enumerate(map("".join, pairwise(visible)), 1):
        if kern := kern_px(line_font.name, line_font.size_px, pair):
            yield visible[start:at], kern
            start = at
    yield visible[start:], 0


def _plain_run(line_font: LineFont, visible: str) -> RunInk:
    """Return a text whose glyphs stand side by side, as the font's hints have them."""
    inks: list[Ink] = []
    face, pen = font(line_font.name, line_font.size_px), 0.0
    for part, kern in _kerned(line_font, visible):
        if ink := outline_ink(face, part):
            inks.append(Ink(ink.mask, round(pen) + ink.left_px, ink.below_px))
        pen += face.getlength(part, mode="1") + kern
    return RunInk(tuple(inks), pen)


def _shaped(line_font: LineFont, text: str, *, is_right_to_left: bool) -> tuple[list[PlacedGlyph], float]:
    from functions.codecard_avatar.draw.fonts import shaper

    return shaper.shape(line_font.name, line_font.size_px, text, is_right_to_left=is_right_to_left)


def _shaped_run(line_font: LineFont, text: str, *, is_right_to_left: bool) -> RunInk:
    glyphs, advance = _shaped(line_font, text, is_right_to_left=is_right_to_left)
    inks = []
    for glyph in glyphs:
        if ink := _glyph_ink(line_font, glyph.number):
            left = round(glyph.right_px) + ink.left_px
            inks.append(Ink(ink.mask, left, ink.below_px - round(glyph.up_px)))
    return RunInk(tuple(inks), advance)


@functools.lru_cache(maxsize=512)
def _glyph_ink(line_font: LineFont, number: int) -> Ink | None:
    return outline_ink(font(line_font.name, line_font.size_px), chr(FIRST_GLYPH_CODE + number))


def _pixel_run(pixels: PixelFont, line_font: LineFont, visible: str) -> RunInk:
    inks: list[Ink] = []
    scale, pen = line_font.size_px / pixels.height_px, 0
    below = round((pixels.height_px - pixels.above_px) * scale)
    for character in visible:
        glyph = pixels.glyph(character)
        if glyph is None:
            continue
        inks.append(Ink(_pixel_mask(pixels, line_font, character), pen + round(glyph.left_px * scale), below))
        pen += _pixel_advance(pixels, line_font, character)
    return RunInk(tuple(inks), pen)


def _pixel_advance(pixels: PixelFont, line_font: LineFont, character: str) -> int:
    """Return a glyph's width, none for a mark: that stands on the letter before it."""
    glyph = pixels.glyph(character)
    return 0 if glyph is None or _is_mark(character) else round(glyph.width_px * line_font.size_px / pixels.height_px)


@functools.lru_cache(maxsize=256)
def _pixel_mask(pixels: PixelFont, line_font: LineFont, character: str) -> Image.Image:
    glyph = pixels.glyph(character)
    assert glyph is not None  # noqa: S101
    picture = Image.frombytes("1", (glyph.width_px, pixels.height_px), glyph.rows)
    if line_font.size_px == pixels.height_px:
        return picture
    from functions.codecard_avatar.draw.fonts.enlarge import enlarged

    return enlarged(picture, line_font.size_px, line_font.weight)


def _placeholders(text: str, size_px: int) -> RunInk:
    from functions.codecard_avatar.draw.fonts.placeholder import placeholder

    inks: list[Ink] = []
    pen = _PLACEHOLDER_GAP_PX
    for character in text:
        mask, below = placeholder(character, size_px)
        inks.append(Ink(mask, pen, below))
        pen += mask.width + _PLACEHOLDER_GAP_PX
    return RunInk(tuple(inks), pen)
