"""The badge as a landscape picture of 264 x 176 black or white pixels, drawn with Pillow, and as the card's file."""

from __future__ import annotations

import dataclasses
import importlib
from typing import TYPE_CHECKING

from PIL import Image

from functions.codecard_avatar.draw.bitmap import encode_bitmap

if TYPE_CHECKING:
    from functions.codecard_avatar.draw.drawn_badge import DrawnBadge
    from functions.codecard_avatar.model.badge_content import BadgeContent, Layout

_MODULES: dict[Layout, str] = {
    "classic": "classic",
    "name-first": "name_first",
    "qr": "qr",
    "photo": "photo",
    "details": "details",
}
"""Modules of draw/layouts."""


def draw_badge(
    content: BadgeContent, own_background: Image.Image | None = None, identicon: Image.Image | None = None
) -> DrawnBadge:
    """Return the badge; ``own_background`` is 264 x 176 and ``identicon`` 85 x 85, both in mode 1."""
    # A layout is loaded when a badge asks for it: a cold container that draws one layout has no use for the others'
    # imports (a QR encoder, decoders of photos).
    module = _MODULES.get(content.layout, "classic")
    layout = importlib.import_module(f"functions.codecard_avatar.draw.layouts.{module}")
    drawn: DrawnBadge = layout.draw(content, own_background, identicon)
    return dataclasses.replace(drawn, notes=(*content.notes, *drawn.notes)) if content.notes else drawn


def bitmap_file(picture: Image.Image) -> bytes:
    """Return the file that the card fetches of a landscape picture."""
    # The panel is portrait and the card is worn on its side: counter-clockwise, the landscape picture becomes the rows
    # that the firmware writes to the panel. Pillow's mode 1 has the bits as the file wants them, highest bit left.
    return encode_bitmap(picture.transpose(Image.Transpose.ROTATE_90).tobytes())
