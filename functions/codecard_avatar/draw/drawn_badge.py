"""What a drawing of a badge gives: its pixels, and in words what could not be drawn as asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image

    from functions.codecard_avatar.draw.badge_layout import Box


@dataclass(frozen=True, slots=True)
class DrawnBadge:
    """A landscape picture of 264 x 176 pixels in mode 1, and what is not on it as it was asked for.

    ``boxes`` are the places of the texts and pictures that a layout has drawn.
    """

    picture: Image
    notes: tuple[str, ...] = ()
    boxes: tuple[Box, ...] = ()
