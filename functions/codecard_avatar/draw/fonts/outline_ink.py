"""Text in an outline font as black pixels, with its exact place on the baseline."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from PIL import Image, ImageDraw

if TYPE_CHECKING:
    from PIL.ImageFont import FreeTypeFont

_BASELINE_MARK = "H" + 8 * " "
"""Drawn before a text to find its baseline; the blanks keep its pixels apart from those of the text."""

_CANVAS_MARGIN_PX = 8
"""Room on the right for glyphs that reach beyond their advance width."""


class Ink(NamedTuple):
    """The pixels of a text, cropped to those that are set, and where they are seen from the text's origin.

    ``left_px`` is the column of the first pixel; ``below_px`` the number of rows below the baseline, negative for a
    text that does not reach down to it.
    """

    mask: Image.Image
    left_px: int
    below_px: int


def outline_ink(face: FreeTypeFont, visible: str) -> Ink | None:
    """Return the pixels of a text in visual order, or None when it has none."""
    # Pillow rounds the height of a hinted text, so that one drawn at anchor "ls" may be a pixel off its baseline. An H
    # stands on the baseline: its lowest row in the same drawing is where the baseline really is.
    origin = int(face.getlength(_BASELINE_MARK, mode="1"))
    size_px = int(face.size)
    width, height = origin + int(face.getlength(visible, mode="1")) + size_px + _CANVAS_MARGIN_PX, 3 * size_px
    canvas = Image.new("1", (width, height), 0)
    draw = ImageDraw.Draw(canvas)
    draw.fontmode = "1"  # no anti-aliasing: the panel has no grey
    draw.text((0, 2 * size_px), _BASELINE_MARK + visible, fill=255, font=face, anchor="ls")
    # The text begins its size before its advance position, for a glyph that reaches to the left of it (a combining
    # mark alone); the blanks of the mark are wider than that.
    edge = origin - size_px
    mark = canvas.crop((0, 0, edge, height)).getbbox()
    text = canvas.crop((edge, 0, width, height))
    box = text.getbbox()
    if mark is None or box is None:
        return None
    return Ink(text.crop(box), edge + box[0] - origin, box[3] - mark[3])
