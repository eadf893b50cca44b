"""The badge as a landscape picture of 264 x 176 black or white pixels, drawn with Pillow.

Positions are ink boxes of the published badges (docs/codecard-avatar.md).
"""

from __future__ import annotations

import bisect
import functools
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PIL import Image, ImageDraw

from functions.codecard_avatar.draw import background, bitmap
from functions.codecard_avatar.draw.background import BLACK, WHITE
from functions.codecard_avatar.draw.fonts import BOLD, REGULAR, font
from functions.codecard_avatar.draw.glyphs import BOX, ELLIPSIS, drawable
from functions.codecard_avatar.draw.identicon import CELLS, grid

if TYPE_CHECKING:
    from PIL.ImageFont import FreeTypeFont

    from functions.codecard_avatar.draw.names import BadgeName

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

STEM = "H  "
SPARE_PX = 8


@dataclass(frozen=True, slots=True)
class Ink:
    """The black pixels of a text as a mask without margins, and how many of its rows are below the baseline.

    ``below_px`` is negative for a text that does not reach down to the baseline.
    """

    mask: Image.Image
    below_px: int


def badge(name: BadgeName, own_background: Image.Image | None = None, stamp: Image.Image | None = None) -> Image.Image:
    """The badge in mode 1; ``own_background`` is 264 x 176 and ``stamp`` 85 x 85, both in mode 1."""
    picture = (own_background or _default_background()).copy()
    _name_line(picture, name.first, BOLD, FIRST_BASELINE_PX)
    _name_line(picture, name.last, REGULAR, LAST_BASELINE_PX)
    picture.paste(stamp or local_stamp(name.initials), STAMP_AT_PX)
    caption = f"{drawable(name.initials)}?s={CELLS}&p=30"
    _paste_label(picture, _label(caption, CAPTION_BOX), CAPTION_BOX)
    _paste_label(picture, _heading(), HEADING_BOX)
    picture.paste(BLACK, EDGE_BOX[:2], _edge())
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


def _name_line(picture: Image.Image, text: str, weight: str, baseline_px: int) -> None:
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
    _paste(picture, _ink(face, visible), NAME_LEFT_PX, baseline_px)


def _ink(face: FreeTypeFont, visible: str) -> Ink:
    """The text's black pixels.

    Pillow rounds the height of a hinted text, so that its baseline may be a pixel off; an H before the text tells
    where the baseline is.
    """
    width, height = int(face.getlength(STEM + visible)) + SPARE_PX, 3 * int(face.size)
    canvas = Image.new("1", (width, height), 0)
    draw = ImageDraw.Draw(canvas)
    draw.fontmode = "1"
    draw.text((0, 2 * int(face.size)), STEM + visible, fill=255, font=face, anchor="ls")
    edge = int(face.getlength(STEM)) - int(face.size) // 4
    stem = canvas.crop((0, 0, edge, height)).getbbox()
    text = canvas.crop((edge, 0, width, height))
    box = text.getbbox()
    if stem is None or box is None:
        return Ink(Image.new("1", (1, 1), 0), 0)
    return Ink(text.crop(box), box[3] - stem[3])


def _paste(picture: Image.Image, ink: Ink, left_px: int, baseline_px: int) -> None:
    picture.paste(BLACK, (left_px, baseline_px + ink.below_px - ink.mask.height), ink.mask)


def _fits(face: FreeTypeFont, visible: str) -> bool:
    wide_px = NAME_RIGHT_PX - NAME_LEFT_PX
    return face.getlength(visible) < 2 * wide_px and _ink(face, visible).mask.width <= wide_px


def _shortened(face: FreeTypeFont, text: str) -> str:
    """The longest beginning of whole characters (a letter with its marks) that fits with an ellipsis behind it."""
    ends = [at for at in range(1, len(text)) if not unicodedata.combining(text[at])]
    fitting = bisect.bisect_right(ends, 0, key=lambda end: not _fits(face, _elided(text, end)))
    return _elided(text, ends[fitting - 1] if fitting else 0)


def _elided(text: str, end: int) -> str:
    return drawable(text[:end].rstrip() + ELLIPSIS)


def _label(text: str, box: Box) -> Image.Image:
    """The ink of a small text in the largest size that fits into the box."""
    left, top, right, bottom = box
    for size_px in LABEL_SIZES_PX:
        mask = _ink(font(REGULAR, size_px), text).mask
        if mask.width <= right - left and mask.height <= bottom - top:
            break
    return mask


def _paste_label(picture: Image.Image, mask: Image.Image, box: Box) -> None:
    """Put a label into the lower left corner of its box."""
    picture.paste(BLACK, (box[0], box[3] - mask.height), mask)


@functools.cache
def _heading() -> Image.Image:
    return _label(HEADING, HEADING_BOX)


@functools.cache
def _edge() -> Image.Image:
    """The label of the right edge, turned clockwise."""
    left, top, right, bottom = EDGE_BOX
    return _label(EDGE, (0, 0, bottom - top, right - left)).transpose(Image.Transpose.ROTATE_270)
