"""Panels on a drawn Code Card: panel, frame, two buttons, as a PNG; one card, or several beside each other."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from PIL import Image, ImageDraw, ImageFont

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from emulator.card.screen import Screen

SCALE = 2
PANEL = (264, 176)
CARD = (400, 252)
PANEL_AT = (28, 38)
BUTTONS = (("A", 80), ("B", 152))
CAPTION = 26
BOARD, EDGE, FRAME, PAPER, COPPER, INK = "#1d2b36", "#0e1820", "#eef1ec", "#fbfbf6", "#c79a4a", "#f4f6f7"


def draw_card(screen: Screen, picture: Path) -> None:
    """Draw the card with what its panel shows."""
    _card(screen).save(picture, optimize=True)


def draw_cards(screens: Mapping[str, Screen], picture: Path) -> None:
    """Draw cards beside each other, each above its caption, at half the size."""
    cards = {caption: _card(screen) for caption, screen in screens.items()}
    width, height = (side // SCALE for side in next(iter(cards.values())).size)
    image = Image.new("RGB", (width * len(cards), height + CAPTION), "white")
    draw = ImageDraw.Draw(image)
    for number, (caption, card) in enumerate(cards.items()):
        image.paste(card.resize((width, height), Image.Resampling.LANCZOS), (width * number, 0))
        middle = (width * number + width // 2, height + CAPTION // 2 - 4)
        draw.text(middle, caption, fill=EDGE, anchor="mm", font=ImageFont.load_default(size=15))
    image.save(picture, optimize=True)


def _card(screen: Screen) -> Image.Image:
    image = Image.new("RGB", _scaled((CARD[0] + 24, CARD[1] + 24)), "white")
    draw = ImageDraw.Draw(image)
    draw.rounded_rectangle(_box(12, 12, *CARD), radius=16 * SCALE, fill=BOARD, outline=EDGE, width=2 * SCALE)
    left, top = PANEL_AT[0] + 12, PANEL_AT[1] + 12
    draw.rounded_rectangle(_box(left - 8, top - 8, PANEL[0] + 16, PANEL[1] + 16), radius=6 * SCALE, fill=FRAME)
    panel = _panel(screen).resize(_scaled(PANEL), Image.Resampling.NEAREST)
    image.paste(Image.merge("RGB", (panel, panel, panel)), _scaled((left, top)))
    draw.rectangle(_box(left, top, *PANEL), outline="#c9cec6")
    for name, height in BUTTONS:
        _button(draw, name, CARD[0] - 42 + 12, height + 12)
    for step in range(7):  # the contacts at the lower edge
        draw.rectangle(_box(left + 60 + 22 * step, CARD[1] + 2, 12, 8), fill=COPPER)
    return image


def _panel(screen: Screen) -> Image.Image:
    """Return the panel's pixels: the fetched picture, or words about where the firmware puts them."""
    if screen.picture is not None:
        with Image.open(io.BytesIO(screen.picture.png())) as shown:
            return shown.convert("L")
    panel = Image.new("L", PANEL, 255)
    draw = ImageDraw.Draw(panel)
    draw.fontmode = "1"
    for number, words in enumerate(screen.words):
        font = ImageFont.load_default(size=18 if number == 0 else 14)
        draw.text((PANEL[0] // 2, 70 + 30 * number), words, fill=0, anchor="mm", font=font)
    return panel


def _button(draw: ImageDraw.ImageDraw, name: str, x: int, y: int) -> None:
    for radius, colour in ((22, COPPER), (18, PAPER), (12, "#3b4650")):
        draw.ellipse(_box(x - radius, y - radius, 2 * radius, 2 * radius), fill=colour)
    draw.text(_scaled((x, y)), name, fill=INK, anchor="mm", font=ImageFont.load_default(size=12 * SCALE))


def _box(x: int, y: int, width: int, height: int) -> tuple[int, int, int, int]:
    return (x * SCALE, y * SCALE, (x + width) * SCALE - 1, (y + height) * SCALE - 1)


def _scaled(point: tuple[int, int]) -> tuple[int, int]:
    return point[0] * SCALE, point[1] * SCALE
