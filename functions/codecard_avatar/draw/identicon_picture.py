"""The identicon as pixels: the stamp of the published badge, in its frame of 6 px."""

from __future__ import annotations

from PIL import Image, ImageDraw

from functions.codecard_avatar.draw import badge_layout
from functions.codecard_avatar.draw.badge_layout import BLACK, WHITE
from functions.codecard_avatar.draw.identicon import identicon_cells


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
