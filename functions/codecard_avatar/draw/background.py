"""The default background, drawn here for this project: a header and the way of a button press to pixels.

What is drawn stays clear of the places of the names, the identicon and its labels (badge_layout.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PIL import Image, ImageDraw

from functions.codecard_avatar.draw.badge_layout import BLACK, HEIGHT_PX, WHITE, WIDTH_PX
from functions.codecard_avatar.draw.fonts import BOLD, REGULAR, font

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw as Draw

HEADER_BOTTOM_PX = 53


def default_background() -> Image.Image:
    """Return a landscape picture of 264 x 176 pixels in mode 1."""
    picture = Image.new("1", (WIDTH_PX, HEIGHT_PX), WHITE)
    draw = ImageDraw.Draw(picture)
    draw.fontmode = "1"
    _header(draw)
    _button(draw, 24, 92)
    _cloud(draw, 76, 92)
    _pixels(draw, 118, 77)
    for left in (45, 105):
        _arrow(draw, left, 92)
    return picture


def _header(draw: Draw) -> None:
    """Draw a black band with the slot for a lanyard and the words."""
    draw.rectangle((0, 0, WIDTH_PX - 1, HEADER_BOTTOM_PX), fill=BLACK)
    draw.rounded_rectangle((110, 6, 153, 13), radius=4, fill=WHITE)
    draw.text((7, 44), "Code Card", fill=WHITE, font=font(BOLD, 24), anchor="ls")
    draw.text((257, 44), "press - cloud - pixels", fill=WHITE, font=font(REGULAR, 10), anchor="rs")


def _button(draw: Draw, x: int, y: int) -> None:
    """Draw a push button with the card's letter."""
    draw.ellipse((x - 16, y - 16, x + 16, y + 16), outline=BLACK, width=2)
    draw.ellipse((x - 11, y - 11, x + 11, y + 11), fill=BLACK)
    draw.text((x, y + 5), "A", fill=WHITE, font=font(BOLD, 14), anchor="ms")


def _cloud(draw: Draw, x: int, y: int) -> None:
    """Draw a cloud: black parts, then the same parts 2 px smaller in white."""
    parts = ((-22, -2, 2, 14), (-14, -14, 10, 12), (0, -9, 22, 14))
    for inset, colour in ((0, BLACK), (2, WHITE)):
        for left, top, right, bottom in parts:
            draw.ellipse((x + left + inset, y + top + inset, x + right - inset, y + bottom - inset), fill=colour)
        draw.rectangle((x - 12, y + 4 + inset, x + 12, y + 14 - inset), fill=colour)
    draw.text((x, y + 8), "fn", fill=BLACK, font=font(BOLD, 14), anchor="ms")


def _pixels(draw: Draw, left: int, top: int) -> None:
    """Draw a panel with a picture of six by six pixels."""
    draw.rounded_rectangle((left - 2, top - 2, left + 32, top + 32), radius=4, outline=BLACK, width=2)
    rows = ("..##..", ".####.", "##..##", "######", ".#..#.", "#....#")
    for row, cells in enumerate(rows):
        for column, cell in enumerate(cells):
            if cell == "#":
                x, y = left + 3 + 4 * column, top + 3 + 4 * row
                draw.rectangle((x, y, x + 3, y + 3), fill=BLACK)


def _arrow(draw: Draw, left: int, y: int) -> None:
    """Draw an arrow to the right."""
    draw.line((left, y, left + 5, y), fill=BLACK, width=2)
    draw.polygon(((left + 4, y - 4), (left + 8, y), (left + 4, y + 4)), fill=BLACK)
