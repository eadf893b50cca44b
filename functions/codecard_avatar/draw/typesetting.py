"""A line of text as black pixels: the layouts' way to text. The classic layout has its own (text_mask.py)."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from functions.codecard_avatar.draw.fonts import BOLD, REGULAR, font
from functions.codecard_avatar.draw.glyphs import has_glyph, is_right_to_left, visual_text
from functions.codecard_avatar.draw.text_mask import text_mask

if TYPE_CHECKING:
    from PIL import Image

Face = Literal["black", "bold", "regular", "condensed", "small"]
"""``black`` for a first name, ``bold`` for a last name, ``regular`` for a line, ``condensed`` for a name that is too
wide for the others, ``small`` for lines of 12 to 16 px."""

_FONTS: dict[Face, str] = {"black": BOLD, "bold": BOLD, "regular": REGULAR, "condensed": BOLD, "small": REGULAR}


@dataclass(frozen=True, slots=True)
class Typeset:
    """A text's pixels, cropped to those that are set, and where they stand.

    ``above_px`` and ``below_px`` are the rows above and below the baseline; one of them is negative for a text that
    does not reach it. ``missing`` are the characters drawn as a placeholder or left out, each once. ``rtl`` tells
    whether the line reads from right to left, so that it belongs to the right edge.
    """

    mask: Image.Image
    above_px: int
    below_px: int
    missing: tuple[str, ...] = ()
    rtl: bool = False

    @property
    def width_px(self) -> int:
        """The columns from the first to the last that has a pixel."""
        return self.mask.width


@functools.lru_cache(maxsize=256)
def typeset(text: str, face: Face, size_px: int) -> Typeset:
    """Return a line of text, given in reading order, in a face and a size (pixels an em).

    Calls with the same arguments share one mask: copy it before drawing into it.
    """
    line = text_mask(font(_FONTS[face], size_px), visual_text(text))
    missing = tuple(dict.fromkeys(each for each in text if not has_glyph(each)))
    return Typeset(line.mask, line.mask.height - line.below_px, line.below_px, missing, is_right_to_left(text))


def measure(text: str, face: Face, size_px: int) -> int:
    """Return the width that a line advances, in pixels, without drawing it: at most a few off ``width_px``."""
    return round(font(_FONTS[face], size_px).getlength(visual_text(text)))
