"""The panel as the layouts draw on it: bands, rules, frames, lines of text and pictures, from the left or mirrored."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PIL import Image, ImageDraw

from functions.codecard_avatar.draw.badge_layout import BLACK, HEIGHT_PX, WHITE, WIDTH_PX
from functions.codecard_avatar.draw.contrast import Ink, lay_inks
from functions.codecard_avatar.draw.drawn_badge import DrawnBadge, missing_note

if TYPE_CHECKING:
    from collections.abc import Iterable

    from functions.codecard_avatar.draw.badge_layout import Box

MARGIN_PX = 8
"""White between the panel's edge and what is drawn; bands and photos alone reach the edge."""


class Canvas:
    """A picture that is being drawn. Every place is given as for a badge that is read from left to right.

    ``mirrored`` turns the places round, not the pixels, for a name that is read from right to left.
    """

    def __init__(self, own_background: Image.Image | None, *, mirrored: bool = False) -> None:
        self._picture = own_background.copy() if own_background else Image.new("1", (WIDTH_PX, HEIGHT_PX), WHITE)
        self._has_own_background = own_background is not None
        self._mirrored = mirrored
        self._notes: list[str] = []
        self._inks: list[Ink] = []
        self._boxes: list[Box] = []

    def fill(self, box: Box, colour: int) -> None:
        """Fill a box."""
        ImageDraw.Draw(self._picture).rectangle(_inclusive(self._place(box)), fill=colour)

    def rule(self, left_px: int, right_px: int, top_px: int) -> None:
        """Draw a hair line."""
        if self._has_own_background:
            self.fill((left_px - 1, top_px - 1, right_px + 1, top_px + 2), WHITE)
        self.fill((left_px, top_px, right_px, top_px + 1), BLACK)

    def frame(self, box: Box) -> None:
        """Draw a hair frame, its inside white."""
        ImageDraw.Draw(self._picture).rectangle(_inclusive(self._place(box)), fill=WHITE, outline=BLACK)

    def text(self, mask: Image.Image, left_px: int, top_px: int, colour: int = BLACK) -> None:
        """Draw a text's pixels."""
        box = (left_px, top_px, left_px + mask.width, top_px + mask.height)
        self._boxes.append(self._place(box))
        left, top, *_ = self._place(box)
        if self._has_own_background and colour == BLACK:
            ink = Ink(mask, left, top)
            lay_inks(self._picture, (ink,), self._inks)
            self._inks.append(ink)
        else:
            self._picture.paste(colour, (left, top), mask)

    def paste(self, picture: Image.Image, left_px: int, top_px: int) -> None:
        """Draw a picture."""
        box = self._place((left_px, top_px, left_px + picture.width, top_px + picture.height))
        self._boxes.append(box)
        self._picture.paste(picture, box)

    def note(self, text: str) -> None:
        """Say what is not drawn as it was asked for."""
        if text not in self._notes:
            self._notes.append(text)

    def note_missing(self, letters: Iterable[str]) -> None:
        """Say which letters have no glyph."""
        if note := missing_note(letters):
            self.note(note)

    def drawn(self) -> DrawnBadge:
        """Return what has been drawn."""
        return DrawnBadge(self._picture, tuple(self._notes), tuple(self._boxes))

    def _place(self, box: Box) -> Box:
        left, top, right, bottom = box
        return (WIDTH_PX - right, top, WIDTH_PX - left, bottom) if self._mirrored else box


def _inclusive(box: Box) -> Box:
    """Return a box as Pillow's drawing takes it: right and bottom belong to it."""
    return (box[0], box[1], box[2] - 1, box[3] - 1)
