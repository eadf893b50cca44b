"""Text as a mask of black pixels, and what fits into a given width or box."""

from __future__ import annotations

import bisect
import unicodedata
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from PIL import Image

from functions.codecard_avatar.draw.badge_layout import (
    LABEL_SIZES_PX,
    MAX_NAME_SIZE_PX,
    MIN_NAME_SIZE_PX,
    NAME_LEFT_PX,
    NAME_RIGHT_PX,
)
from functions.codecard_avatar.draw.fonts import REGULAR, font
from functions.codecard_avatar.draw.fonts.outline_ink import outline_ink
from functions.codecard_avatar.draw.glyphs import MISSING_LETTER, visual_text
from functions.codecard_avatar.model.badge_name import ELLIPSIS

if TYPE_CHECKING:
    from PIL.ImageFont import FreeTypeFont

    from functions.codecard_avatar.draw.badge_layout import Box

MAX_MISSING_LETTERS = 3
"""Boxes drawn in place of a name of which nothing can be drawn."""


@dataclass(frozen=True, slots=True)
class TextMask:
    """The pixels of a text, cropped to those that are set, and how many of its rows are below the baseline.

    ``below_px`` is negative for a text that does not reach down to the baseline.
    """

    mask: Image.Image
    below_px: int
    is_cut: bool = False


def fit_name_line(text: str, weight: str) -> TextMask:
    """Return a line in the largest size that fits its width; in the smallest one it is cut and ends in an ellipsis."""
    visible = visual_text(text) or MISSING_LETTER * min(len(text), MAX_MISSING_LETTERS)
    for size_px in range(MAX_NAME_SIZE_PX, MIN_NAME_SIZE_PX - 1, -1):
        face = font(weight, size_px)
        if fits_name_line(face, visible):
            return text_mask(face, visible)
    return replace(text_mask(face, shorten(face, text)), is_cut=True)


def fit_label(text: str, box: Box) -> Image.Image:
    """Return the mask of a small text in the largest of LABEL_SIZES_PX that fits into the box, or else in the last."""
    left, top, right, bottom = box
    for size_px in LABEL_SIZES_PX:
        mask = text_mask(font(REGULAR, size_px), text).mask
        if mask.width <= right - left and mask.height <= bottom - top:
            break
    return mask


def text_mask(face: FreeTypeFont, visible: str) -> TextMask:
    """Return the pixels of a text that is in visual order already."""
    ink = outline_ink(face, visible)
    return TextMask(ink.mask, ink.below_px) if ink else TextMask(Image.new("1", (1, 1), 0), 0)


def fits_name_line(face: FreeTypeFont, visible: str) -> bool:
    """Tell whether a text fits the width of a name; one of twice the width is refused without drawing it."""
    max_px = NAME_RIGHT_PX - NAME_LEFT_PX
    return face.getlength(visible) < 2 * max_px and text_mask(face, visible).mask.width <= max_px


def shorten(face: FreeTypeFont, text: str) -> str:
    """Return the longest beginning of a text that fits with an ellipsis behind it, in visual order.

    It is cut between whole characters: a letter keeps its combining marks.
    """
    # Bisection draws about 8 beginnings in place of 200. Where a ligature makes a longer beginning narrower the border
    # between fitting and not is not unique; what bisection returns has been tried and fits in any case, because its
    # lower bound only moves past ends that do.
    ends = [at for at in range(1, len(text)) if not unicodedata.combining(text[at])]
    fitting = bisect.bisect_right(ends, 0, key=lambda end: not fits_name_line(face, _with_ellipsis(text, end)))
    return _with_ellipsis(text, ends[fitting - 1] if fitting else 0)


def _with_ellipsis(text: str, end: int) -> str:
    return visual_text(text[:end].rstrip() + ELLIPSIS)
