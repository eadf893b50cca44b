"""Black text that can be read on any background: on a plate of white where its surroundings are not light enough."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from functions.codecard_avatar.draw.badge_layout import BLACK, WHITE

if TYPE_CHECKING:
    from collections.abc import Sequence

RING_PX = 2
"""How far around a letter its surroundings decide whether it can be read."""

PLATE_X_PX, PLATE_Y_PX = 4, 3
"""White on each side of a text that stands on a plate, and above and below it."""

PLATE_RADIUS_PX = 3

WINDOW_PX = 16
"""Width of the part of a text that is judged at once, about a letter: one letter on black is lost in a long name."""

MAX_DARK = 0.2
"""Of the ring around a letter. A hair line under a name, as forms have it, is 0.05 to 0.1; a grey of dots is more."""


@dataclass(frozen=True, slots=True)
class Ink:
    """The pixels of a text, a mask in mode 1, and where it stands."""

    mask: Image.Image
    left_px: int
    top_px: int


def lay_inks(picture: Image.Image, inks: Sequence[Ink], laid: Sequence[Ink] = ()) -> None:
    """Draw texts in black, each on a plate unless what is around it is light.

    ``picture`` is in mode 1. ``laid`` are texts that it has already: what a plate takes of them is drawn again.
    """
    dark = [ink for ink in inks if ink.mask.getbbox() and not is_light_around(picture, ink)]
    draw = ImageDraw.Draw(picture)
    for ink in dark:
        plate = (ink.left_px - PLATE_X_PX, ink.top_px - PLATE_Y_PX)
        end = (ink.left_px + ink.mask.width + PLATE_X_PX - 1, ink.top_px + ink.mask.height + PLATE_Y_PX - 1)
        draw.rounded_rectangle((*plate, *end), PLATE_RADIUS_PX, fill=WHITE)
    paste_inks(picture, (*(laid if dark else ()), *inks))


def paste_inks(picture: Image.Image, inks: Sequence[Ink]) -> None:
    """Draw texts in black on a background that is known to be light where they stand."""
    for ink in inks:
        picture.paste(BLACK, (ink.left_px, ink.top_px), ink.mask)


def is_light_around(picture: Image.Image, ink: Ink) -> bool:
    """Tell whether a text can be read where it would stand, in each part of it."""
    ring = _ring(ink.mask)
    left, top = ink.left_px - RING_PX, ink.top_px - RING_PX
    # Beyond the picture's edge is the panel's frame, which counts as light.
    ground = Image.new("1", ring.size, WHITE)
    ground.paste(picture, (-left, -top))
    dark = ImageChops.logical_and(ring, ImageChops.invert(ground))
    for start in range(0, ring.width, WINDOW_PX // 2):
        window = (start, 0, min(start + WINDOW_PX, ring.width), ring.height)
        if _set_pixels(dark.crop(window)) > MAX_DARK * _set_pixels(ring.crop(window)):
            return False
    return True


def _ring(mask: Image.Image) -> Image.Image:
    """Return the pixels around those of a text, in a picture that is RING_PX larger on each side."""
    ink = Image.new("1", (mask.width + 2 * RING_PX, mask.height + 2 * RING_PX), 0)
    ink.paste(mask, (RING_PX, RING_PX))
    wide = ink.convert("L").filter(ImageFilter.MaxFilter(2 * RING_PX + 1)).convert("1")
    return ImageChops.logical_and(wide, ImageChops.invert(ink))


def _set_pixels(picture: Image.Image) -> int:
    return picture.convert("L").histogram()[255]
