"""A picture of words: what the panel shows in place of a badge that cannot be made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PIL import Image

from functions.codecard_avatar.draw.badge_layout import BLACK, HEIGHT_PX, WHITE, WIDTH_PX
from functions.codecard_avatar.draw.typesetting import measure, typeset

if TYPE_CHECKING:
    from collections.abc import Iterator

    from functions.codecard_avatar.draw.typesetting import Face

MARGIN_PX = 10
BAND_PX = 44
"""Height of the black band with the title."""

TEXT_WIDTH_PX = WIDTH_PX - 2 * MARGIN_PX
TITLE_SIZE_PX, SUBTITLE_SIZE_PX = 26, 18
TEXT_SIZES_PX = (16, 14, 13, 12)
"""Sizes that are tried for the text; in the smallest one, lines that have no room are left out."""

_TEXT_TOP_PX = BAND_PX + 34
_LEADING = 1.25


def draw_notice(title: str, subtitle: str, text: str) -> Image.Image:
    """Return a landscape picture of 264 x 176 pixels in mode 1 with a title, a line and a text below it."""
    picture = Image.new("1", (WIDTH_PX, HEIGHT_PX), WHITE)
    picture.paste(BLACK, (0, 0, WIDTH_PX, BAND_PX))
    _draw_line(picture, title, "bold", TITLE_SIZE_PX, baseline_px=BAND_PX - 13, colour=WHITE)
    _draw_line(picture, subtitle, "bold", SUBTITLE_SIZE_PX, baseline_px=BAND_PX + 24)
    size_px, lines = fit_text(text)
    for at, line in enumerate(lines):
        baseline_px = _TEXT_TOP_PX + size_px + round(at * _LEADING * size_px)
        _draw_line(picture, line, "regular", size_px, baseline_px=baseline_px)
    return picture


def fit_text(text: str) -> tuple[int, list[str]]:
    """Return the largest of TEXT_SIZES_PX in which a text has room below the title, and its lines."""
    for size_px in TEXT_SIZES_PX:
        lines = list(wrap_words(text, "regular", size_px, TEXT_WIDTH_PX))
        room = int((HEIGHT_PX - MARGIN_PX // 2 - _TEXT_TOP_PX - size_px) / (_LEADING * size_px)) + 1
        if len(lines) <= room:
            break
    return size_px, lines[:room]


def wrap_words(text: str, face: Face, size_px: int, width_px: int) -> Iterator[str]:
    """Yield the lines of a text, broken between words; only a word that is wider than a line is broken itself."""
    line = ""
    for word in text.split():
        longer = f"{line} {word}".strip()
        if measure(longer, face, size_px) <= width_px:
            line = longer
            continue
        if line:
            yield line
        *full, line = _pieces(word, face, size_px, width_px)
        yield from full
    if line:
        yield line


def _pieces(word: str, face: Face, size_px: int, width_px: int) -> Iterator[str]:
    """Yield a word in pieces that each fit a line: most often the word itself."""
    piece = ""
    for letter in word:
        if piece and measure(piece + letter, face, size_px) > width_px:
            yield piece
            piece = ""
        piece += letter
    yield piece


def _draw_line(
    picture: Image.Image, text: str, face: Face, size_px: int, *, baseline_px: int, colour: int = BLACK
) -> None:
    """Put a line on its baseline; what is wider than the picture ends at the margin."""
    if not text.strip():
        return
    line = next(wrap_words(text, face, size_px, TEXT_WIDTH_PX))
    drawn = typeset(line, face, size_px)
    picture.paste(colour, (MARGIN_PX, baseline_px - drawn.above_px), drawn.mask)
