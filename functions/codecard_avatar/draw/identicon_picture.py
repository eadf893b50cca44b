"""The identicon as pixels: the published badge's stamp in its frame of 6 px, and smaller ones without a frame."""

from __future__ import annotations

from PIL import Image, ImageDraw

from functions.codecard_avatar.draw import badge_layout
from functions.codecard_avatar.draw.badge_layout import BLACK, WHITE
from functions.codecard_avatar.draw.identicon import CELLS, identicon_cells


def draw_identicon(initials: str) -> Image.Image:
    """Return the identicon in its black frame, 85 x 85 pixels."""
    picture = Image.new("1", (badge_layout.IDENTICON_PX, badge_layout.IDENTICON_PX), BLACK)
    cells = draw_cells(initials, badge_layout.IDENTICON_CELL_PX)
    picture.paste(cells, (badge_layout.IDENTICON_FRAME_PX,) * 2)
    return picture


def draw_cells(initials: str, cell_px: int) -> Image.Image:
    """Return the cells alone, without a frame."""
    side_px = CELLS * cell_px
    picture = Image.new("1", (side_px, side_px), BLACK)
    draw = ImageDraw.Draw(picture)
    for row, cells in enumerate(identicon_cells(initials)):
        for column, is_white in enumerate(cells):
            if is_white:
                left, top = cell_px * column, cell_px * row
                draw.rectangle((left, top, left + cell_px - 1, top + cell_px - 1), fill=WHITE)
    return picture


def cells_of(identicon: Image.Image, cell_px: int) -> Image.Image:
    """Return the cells of a service's identicon of 85 x 85 pixels, without its frame, in another size."""
    first, last = (
        badge_layout.IDENTICON_FRAME_PX,
        badge_layout.IDENTICON_FRAME_PX + CELLS * badge_layout.IDENTICON_CELL_PX,
    )
    side_px = CELLS * cell_px
    return identicon.resize((side_px, side_px), Image.Resampling.NEAREST, box=(first, first, last, last))
