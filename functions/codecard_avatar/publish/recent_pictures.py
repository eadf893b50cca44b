"""Pictures that this container has just promised to a card, kept until the card has fetched them."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from functions.codecard_avatar.publish.picture_names import picture_owner

if TYPE_CHECKING:
    from collections.abc import Callable

    from functions.codecard_avatar.publish.picture_names import PictureOwner

MAX_PICTURES = 64
"""410 KB at most; a card fetches its picture within seconds, and more presses a minute are those of many containers."""

KEPT_SECONDS = 60.0
"""After that an address shows what the card's entry says by then."""


@dataclass(frozen=True, slots=True)
class _Kept:
    file_name: str
    bitmap: bytes
    until_seconds: float


class RecentPictures:
    """One picture for each button of a card, the last that was drawn."""

    # The card fetches the picture about a second after the press, and Fn gives the call to the container that is warm:
    # most often the one that has just drawn it. Any other looks the card up again, so nothing depends on this.
    def __init__(self, now_seconds: Callable[[], float] = time.monotonic) -> None:
        self._now_seconds = now_seconds
        self._pictures: dict[PictureOwner, _Kept] = {}

    def keep(self, file_name: str, bitmap: bytes) -> None:
        """Keep the picture of a file name, in place of the former one of the same button."""
        owner = picture_owner(file_name)
        if owner is None:
            raise AssertionError("the file name is no card's")
        self._pictures.pop(owner, None)
        self._pictures[owner] = _Kept(file_name, bitmap, self._now_seconds() + KEPT_SECONDS)
        if len(self._pictures) > MAX_PICTURES:
            del self._pictures[next(iter(self._pictures))]

    def find(self, file_name: str) -> bytes | None:
        """Return the picture of just this file name, or None."""
        owner = picture_owner(file_name)
        kept = self._pictures.get(owner) if owner else None
        if kept is None or kept.file_name != file_name or kept.until_seconds < self._now_seconds():
            return None
        return kept.bitmap
