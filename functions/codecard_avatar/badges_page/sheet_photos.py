"""Photos of a sheet of badges: files of a folder, by the names that cards have for objects of the private bucket."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from functions.codecard_avatar.badges_page.badge_panels import Scenery
from functions.codecard_avatar.draw.untrusted_images import MAX_PICTURE_BYTES

if TYPE_CHECKING:
    from pathlib import Path

    from functions.codecard_avatar.model.badge_content import BadgeContent


def sheet_scenery(folder: Path | None) -> Scenery:
    """Return the scenery of a sheet; without a folder badges with a photo are laid out name first, with a note."""

    def fetch_photo(content: BadgeContent, name: str) -> BadgeContent:
        if folder is None or content.layout != "photo" or not name:
            return content
        file = (folder / name).resolve()
        # A table from elsewhere may name any file of this machine: only those of the folder are read.
        if not file.is_relative_to(folder.resolve()) or not file.is_file():
            return replace(content, notes=(*content.notes, f"{folder} has no photo {name[:40]}"))
        with file.open("rb") as opened:
            return replace(content, photo=opened.read(MAX_PICTURE_BYTES + 1))

    return Scenery(fetch_photo=fetch_photo)
