"""Texts that are cut: their longest beginning that fits, with an ellipsis behind it."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from functions.codecard_avatar.draw.typesetting import typeset
from functions.codecard_avatar.model.badge_name import ELLIPSIS

if TYPE_CHECKING:
    from functions.codecard_avatar.draw.typesetting import Face


def shorten(text: str, face: Face, size_px: int, width_px: int) -> str:
    """Return a text as it is where it fits, or else its longest beginning that fits with an ellipsis behind it."""
    if typeset(text, face, size_px).width_px <= width_px:
        return text
    low, high = 0, len(text)
    while high - low > 1:
        middle = (low + high) // 2
        fits = typeset(with_ellipsis(text, middle), face, size_px).width_px <= width_px
        low, high = (middle, high) if fits else (low, middle)
    return with_ellipsis(text, low)


def with_ellipsis(text: str, end: int) -> str:
    """Return the beginning of a text up to ``end``, or a little less, with an ellipsis behind it."""
    # A letter keeps its combining marks: the end moves back to before it.
    while end > 0 and unicodedata.combining(text[end]):
        end -= 1
    return text[:end].rstrip() + ELLIPSIS
