"""The badge as a landscape picture of 264 x 176 black or white pixels, drawn with Pillow, and as the card's file."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from PIL import Image, ImageDraw

from functions.codecard_avatar.draw import background, badge_layout
from functions.codecard_avatar.draw.background import BLACK, WHITE
from functions.codecard_avatar.draw.bitmap import encode_bitmap
from functions.codecard_avatar.draw.fonts import BOLD, REGULAR
from functions.codecard_avatar.draw.glyphs import visual_text
from functions.codecard_avatar.draw.identicon import CELLS, identicon_cells
from functions.codecard_avatar.draw.text_mask import fit_label, fit_name_line

if TYPE_CHECKING:
    from functions.codecard_avatar.draw.badge_layout import Box, NameLine
    from functions.codecard_avatar.model.badge_name import BadgeName


def draw_badge(
    name: BadgeName, own_background: Image.Image | None = None, identicon: Image.Image | None = None
) -> Image.Image:
    """Return the badge in mode 1; ``own_background`` is 264 x 176 and ``identicon`` 85 x 85, both in mode 1."""
    picture = (own_background or _default_background()).copy()
    for line in badge_layout.NAME_LINES:
        _draw_name_line(picture, getattr(name, line.field), line)
    picture.paste(identicon or draw_identicon(name.initials), badge_layout.IDENTICON_LEFT_TOP_PX)
    caption = f"{visual_text(name.initials)}?s={CELLS}&p=30"
    _paste_label(picture, fit_label(caption, badge_layout.CAPTION_BOX), badge_layout.CAPTION_BOX)
    _paste_label(picture, _heading(), badge_layout.HEADING_BOX)
    picture.paste(BLACK, badge_layout.EDGE_LABEL_BOX[:2], _edge_label())
    return picture


def draw_identicon(initials: str) -> Image.Image:
    """Return the identicon in its black frame, 85 x 85 pixels."""
    picture = Image.new("1", (badge_layout.IDENTICON_PX, badge_layout.IDENTICON_PX), BLACK)
    draw = ImageDraw.Draw(picture)
    cell_px = badge_layout.IDENTICON_CELL_PX
    for row, cells in enumerate(identicon_cells(initials)):
        for column, is_white in enumerate(cells):
            if is_white:
                left, top = (badge_layout.IDENTICON_FRAME_PX + cell_px * at for at in (column, row))
                draw.rectangle((left, top, left + cell_px - 1, top + cell_px - 1), fill=WHITE)
    return picture


def bitmap_file(picture: Image.Image) -> bytes:
    """Return the file that the card fetches of a landscape picture."""
    # The panel is portrait and the card is worn on its side: counter-clockwise, the landscape picture becomes the rows
    # that the firmware writes to the panel. Pillow's mode 1 has the bits as the file wants them, highest bit left.
    return encode_bitmap(picture.transpose(Image.Transpose.ROTATE_90).tobytes())


@functools.cache
def _default_background() -> Image.Image:
    return background.default_background()


def _draw_name_line(picture: Image.Image, text: str, line: NameLine) -> None:
    """Put a line of the name on its baseline; an empty text draws nothing."""
    if text:
        fitted = fit_name_line(text, BOLD if line.is_bold else REGULAR)
        top_px = line.baseline_px + fitted.below_px - fitted.mask.height
        picture.paste(BLACK, (badge_layout.NAME_LEFT_PX, top_px), fitted.mask)


def _paste_label(picture: Image.Image, mask: Image.Image, box: Box) -> None:
    """Put a label into the lower left corner of its box."""
    picture.paste(BLACK, (box[0], box[3] - mask.height), mask)


@functools.cache
def _heading() -> Image.Image:
    return fit_label(badge_layout.HEADING, badge_layout.HEADING_BOX)


@functools.cache
def _edge_label() -> Image.Image:
    """Return the label of the right edge, turned clockwise."""
    left, top, right, bottom = badge_layout.EDGE_LABEL_BOX
    flat = fit_label(badge_layout.EDGE_LABEL, (0, 0, bottom - top, right - left))
    return flat.transpose(Image.Transpose.ROTATE_270)
