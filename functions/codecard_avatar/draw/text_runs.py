"""A line cut into runs of one font and one direction, in the order in which they are drawn."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, NamedTuple

from functions.codecard_avatar.draw.bidi import directional_runs

if TYPE_CHECKING:
    from functions.codecard_avatar.draw.fonts.line_fonts import LineFont

_JOINERS = "\u200c\u200d"
"""Zero width non-joiner and joiner: they say how neighbours join, and have no picture."""

_EMOJI_MODIFIERS = range(0x1F3FB, 0x1F400)
"""Skin colours of the emoji before them: the panel has none."""


class TextRun(NamedTuple):
    """Characters in reading order that one font draws; without a font, one that is drawn as a placeholder."""

    text: str
    font: LineFont | None
    is_right_to_left: bool


def text_runs(text: str, fonts: tuple[LineFont, ...]) -> tuple[list[TextRun], tuple[str, ...]]:
    """Return the runs of a line from left to right, and the characters that no font has, each once."""
    if text.isascii() and text.isprintable() and (plain := _main_font(text, fonts)):
        return [TextRun(text, plain, is_right_to_left=False)], ()  # as below, without looking at each letter
    line = unicodedata.normalize("NFC", "".join(each for each in text if not _is_invisible(each)))
    main = _main_font(line, fonts)
    runs: list[TextRun] = []
    missing: list[str] = []
    for part, is_right_to_left in directional_runs(line):
        found: list[TextRun] = []
        for cluster in _clusters(part):
            drawn, font = _drawable(cluster, main, fonts, missing)
            if found and font and found[-1].font == font:
                found[-1] = TextRun(found[-1].text + drawn, font, is_right_to_left)
            elif drawn:
                found.append(TextRun(drawn, font, is_right_to_left))
        runs += reversed(found) if is_right_to_left else found
    return runs, tuple(dict.fromkeys(missing))


def _is_invisible(character: str) -> bool:
    """Tell whether a character stands for no picture: controls, formats, variation selectors, colours of emoji."""
    if character in _JOINERS:
        return False
    is_selector = 0xFE00 <= ord(character) <= 0xFE0F or ord(character) in _EMOJI_MODIFIERS
    return is_selector or unicodedata.category(character) in {"Cc", "Cf"}


def _is_european(character: str) -> bool:
    """Tell whether it is a Latin, Greek or Cyrillic letter, a mark on one, or a sign that all scripts use."""
    code = ord(character)
    return code < 0x0530 or 0x1E00 <= code < 0x2070


def _main_font(line: str, fonts: tuple[LineFont, ...]) -> LineFont | None:
    """Return the first font that has all of a line's Latin, Greek and Cyrillic letters, so that they look alike."""
    letters = {each for each in line if _is_european(each) and each not in _JOINERS}
    return next((font for font in fonts if all(map(font.has, letters))), None) if letters else None


def _clusters(text: str) -> list[str]:
    """Return letters together with the marks and joiners that follow them."""
    found: list[str] = []
    for character in text:
        if found and (character in _JOINERS or unicodedata.category(character)[0] == "M"):
            found[-1] += character
        else:
            found.append(character)
    return found


def _drawable(
    cluster: str, main: LineFont | None, fonts: tuple[LineFont, ...], missing: list[str]
) -> tuple[str, LineFont | None]:
    """Return what is drawn of a cluster and its font, None for a placeholder; note what is missing."""
    wanted = cluster.strip(_JOINERS) or cluster
    order = (main, *fonts) if main and _is_european(cluster[0]) else fonts
    for font in order:
        if all(font.has(each) for each in wanted if each not in _JOINERS):
            return (cluster if font.has_glyph_codes else wanted), font
    # A letter is worth more than its marks: they are left out where no font has both.
    base, marks = cluster[0], [each for each in cluster[1:] if each not in _JOINERS]
    missing += [base, *marks] if not (found := next((font for font in order if font.has(base)), None)) else marks
    return base, found
