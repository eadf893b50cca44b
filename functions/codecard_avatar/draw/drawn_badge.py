"""What a drawing of a badge gives: its pixels, and in words what could not be drawn as asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image


@dataclass(frozen=True, slots=True)
class DrawnBadge:
    """A landscape picture of 264 x 176 pixels in mode 1, and what is not on it as it was asked for."""

    picture: Image
    notes: tuple[str, ...] = ()
