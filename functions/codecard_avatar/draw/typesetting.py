"""A line of text as black pixels: the layouts' way to text. The classic layout has its own (text_mask.py)."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PIL import Image

from functions.codecard_avatar.draw.bidi import is_right_to_left
from functions.codecard_avatar.draw.fonts.line_fonts import Face, line_fonts
from functions.codecard_avatar.draw.fonts.outline_ink import Ink
from functions.codecard_avatar.draw.line_ink import run_advance, run_ink
from functions.codecard_avatar.draw.text_runs import text_runs

if TYPE_CHECKING:
    from functions.codecard_avatar.draw.text_runs import TextRun

__all__ = ["Face", "Typeset", "measure", "typeset"]


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
    runs, missing = _runs(text, face, size_px)
    pen, inks = 0.0, []
    for run in runs:
        drawn = run_ink(run, size_px)
        inks += [Ink(ink.mask, round(pen) + ink.left_px, ink.below_px) for ink in drawn.inks]
        pen += drawn.advance_px
    mask, below_px = _composed(inks)
    return Typeset(mask, mask.height - below_px, below_px, missing, is_right_to_left(text))


def measure(text: str, face: Face, size_px: int) -> int:
    """Return the width that a line takes, in pixels, without drawing it: at most a few off ``width_px``."""
    return round(sum(run_advance(run, size_px) for run in _runs(text, face, size_px)[0]))


@functools.lru_cache(maxsize=256)
def _runs(text: str, face: Face, size_px: int) -> tuple[list[TextRun], tuple[str, ...]]:
    return text_runs(text, line_fonts(face, size_px))


def _composed(inks: list[Ink]) -> tuple[Image.Image, int]:
    """Return all pictures as one mask, cropped, and its rows below the baseline."""
    if not inks:
        return Image.new("1", (1, 1), 0), 0
    left = min(ink.left_px for ink in inks)
    right = max(ink.left_px + ink.mask.width for ink in inks)
    top = max(ink.mask.height - ink.below_px for ink in inks)
    canvas = Image.new("1", (right - left, top + max(ink.below_px for ink in inks)), 0)
    for ink in inks:
        canvas.paste(255, (ink.left_px - left, top + ink.below_px - ink.mask.height), ink.mask)
    box = canvas.getbbox()
    if box is None:
        return Image.new("1", (1, 1), 0), 0
    return canvas.crop(box), box[3] - top
