"""What a drawing of a badge gives: its pixels, and in words what could not be drawn as asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from PIL.Image import Image

    from functions.codecard_avatar.draw.badge_layout import Box

MAX_NAMED_LETTERS = 6
"""Of the letters without a glyph that a note names."""

NAME_SHORTENED = "the name is shortened"


@dataclass(frozen=True, slots=True)
class DrawnBadge:
    """A landscape picture of 264 x 176 pixels in mode 1, and what is not on it as it was asked for.

    ``boxes`` are the places of the texts and pictures that a layout has drawn.
    """

    picture: Image
    notes: tuple[str, ...] = ()
    boxes: tuple[Box, ...] = ()


def missing_note(letters: Iterable[str]) -> str:
    """Return the note that names the letters without a glyph; an empty text when there are none."""
    named = tuple(dict.fromkeys(letters))
    # With its number, because the card's answer is ASCII and a log's reader may have no font for it either.
    told = ", ".join(f"{each} (U+{ord(each):04X})" for each in named[:MAX_NAMED_LETTERS])
    more = ", …" if len(named) > MAX_NAMED_LETTERS else ""
    return f"no glyph for {told}{more}" if named else ""
