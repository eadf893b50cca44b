"""The badge as a landscape picture of 264 x 176 black or white pixels, drawn with Pillow.

Positions are ink boxes of the published badges (docs/codecard-avatar.md).
"""

from __future__ import annotations

import bisect
import functools
import unicodedata
from typing import TYPE_CHECKING

from PIL import Image, ImageDraw

from functions.codecard_avatar import background, bitmap
from functions.codecard_avatar.background import BLACK, WHITE
from functions.codecard_avatar.fonts import BOLD, REGULAR, font
from functions.codecard_avatar.glyphs import BOX, ELLIPSIS, drawable
from functions.codecard_avatar.identicon import CELLS, grid

if TYPE_CHECKING:
    from PIL.ImageFont import FreeTypeFont

    from functions.codecard_avatar.names import BadgeName

NAME_LEFT_PX = 7
NAME_RIGHT_PX = 157
"""Right end of the ink of a name: 6 px before the stamp."""
FIRST_BASELINE_PX = 146
LAST_BASELINE_PX = 169
NAME_SIZE_PX = 20
SMALLEST_NAME_PX = 10

MOST_BOXES = 3
"""In place of a name of which nothing can be drawn."""

STAMP_PX = 85
STAMP_AT_PX = (163, 75)
FRAME_PX = 6
CELL_PX = 9

Box = tuple[int, int, int, int]
CAPTION_BOX: Box = (168, 163, 249, 173)
HEADING_BOX: Box = (167, 64, 248, 72)
EDGE_BOX: Box = (250, 64, 260, 137)
HEADING = "8 x 8 of SHA-256"
EDGE = "drawn by code"
LABEL_SIZES_PX = (11, 10, 9, 8, 7, 6)


def badge(name: BadgeName, own_background: Image.Image | None = None, stamp: Image.Image | None = None) -> Image.Image:
    """The badge in mode 1; ``own_background`` is 264 x 176 and ``stamp`` 85 x 85, both in mode 1."""
    picture = (own_background or _default_background()).copy()
    draw = ImageDraw.Draw(picture)
    draw.fontmode = "1"
    _name_line(draw, name.first, BOLD, FIRST_BASELINE_PX)
    _name_line(draw, name.last, REGULAR, LAST_BASELINE_PX)
    picture.paste(stamp or local_stamp(name.initials), STAMP_AT_PX)
    _label(draw, CAPTION_BOX, f"{drawable(name.initials)}?s={CELLS}&p=30")
    _label(draw, HEADING_BOX, HEADING)
    _edge_label(picture)
    return picture


def portrait_pixels(picture: Image.Image) -> bytes:
    """The landscape picture turned counter-clockwise, as the rows that bitmap.encode takes."""
    return picture.transpose(Image.Transpose.ROTATE_90).tobytes()


def card_file(picture: Image.Image) -> bytes:
    """The bytes that the card fetches."""
    return bitmap.encode(portrait_pixels(picture))


def local_stamp(identicon_name: str) -> Image.Image:
    """The identicon in its black frame, 85 x 85 pixels."""
    stamp = Image.new("1", (STAMP_PX, STAMP_PX), BLACK)
    draw = ImageDraw.Draw(stamp)
    for row, cells in enumerate(grid(identicon_name)):
        for column, is_white in enumerate(cells):
            if is_white:
                left, top = FRAME_PX + CELL_PX * column, FRAME_PX + CELL_PX * row
                draw.rectangle((left, top, left + CELL_PX - 1, top + CELL_PX - 1), fill=WHITE)
    return stamp


@functools.cache
def _default_background() -> Image.Image:
    return background.default()


def _name_line(draw: ImageDraw.ImageDraw, text: str, weight: str, baseline_px: int) -> None:
    """A line of a name in the largest size that fits; in the smallest one what does not fit becomes an ellipsis."""
    if not text:
        return
    visible = drawable(text) or BOX * min(len(text), MOST_BOXES)
    for size_px in range(NAME_SIZE_PX, SMALLEST_NAME_PX - 1, -1):
        face = font(weight, size_px)
        if _fits(face, visible):
            break
    else:
        visible = _shortened(face, text)
    left = _ink(face, visible)[0]
    draw.text((NAME_LEFT_PX - left, baseline_px), visible, fill=BLACK, font=face, anchor="ls")


def _ink(face: FreeTypeFont, visible: str) -> Box:
    """The box of the black pixels (right and lower end exclusive), from the text's origin on its baseline."""
    mask, (x, y) = face.getmask2(visible, mode="1", anchor="ls")
    left, top, right, bottom = mask.getbbox() or (0, 0, 0, 0)
    return x + left, y + top, x + right, y + bottom


def _fits(face: FreeTypeFont, visible: str) -> bool:
    left, _, right, _ = _ink(face, visible)
    return right - left <= NAME_RIGHT_PX - NAME_LEFT_PX


def _shortened(face: FreeTypeFont, text: str) -> str:
    """The longest beginning of whole characters (a letter with its marks) that fits with an ellipsis behind it."""
    ends = [at for at in range(1, len(text)) if not unicodedata.combining(text[at])]
    fitting = bisect.bisect_right(ends, 0, key=lambda end: not _fits(face, _elided(text, end)))
    return _elided(text, ends[fitting - 1] if fitting else 0)


def _elided(text: str, end: int) -> str:
    return drawable(text[:end].rstrip() + ELLIPSIS)


def _label(draw: ImageDraw.ImageDraw, box: Box, text: str, ink: int = BLACK) -> None:
    """A small text in the largest size that fits, in the box's lower left corner."""
    left, top, right, bottom = box
    for size_px in LABEL_SIZES_PX:
        face = font(REGULAR, size_px)
        x0, y0, x1, y1 = _ink(face, text)
        if x1 - x0 <= right - left and y1 - y0 <= bottom - top:
            break
    draw.text((left - x0, bottom - y1), text, fill=ink, font=face, anchor="ls")


@functools.cache
def _edge_text() -> Image.Image:
    """The label of the right edge, turned clockwise, as a mask (1 = ink)."""
    left, top, right, bottom = EDGE_BOX
    width, height = bottom - top, right - left
    mask = Image.new("1", (width, height), 0)
    draw = ImageDraw.Draw(mask)
    draw.fontmode = "1"
    _label(draw, (0, 0, width, height), EDGE, ink=1)
    return mask.transpose(Image.Transpose.ROTATE_270)


def _edge_label(picture: Image.Image) -> None:
    picture.paste(BLACK, EDGE_BOX, _edge_text())
