"""What a preview draws beside the card's texts: the config's background and identicons, a photo by name, chosen files.

A photo is read by the name in the card's field, as a press reads it: whoever may open the page has a token of the
domain, and what is no picture is never shown. Files that were chosen in the browser come with the call and are drawn,
never stored.
"""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING

from functions.codecard_avatar import render
from functions.codecard_avatar.badges_page.badge_panels import Scenery
from functions.codecard_avatar.draw import photo
from functions.codecard_avatar.draw.untrusted_images import MAX_PICTURE_BYTES
from functions.codecard_avatar.errors import BackgroundLate, BackgroundUnusable
from shared.errors import BadRequest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from PIL.Image import Image

    from functions.codecard_avatar.container_state import ContainerState
    from functions.codecard_avatar.model.badge_content import BadgeContent
    from functions.codecard_avatar.model.badge_name import BadgeName
    from functions.codecard_avatar.settings import Settings
    from shared.deadline import Deadline
    from shared.handler import Call

PHOTO_FILE, BACKGROUND_FILE = "photo_file", "background_file"
"""Fields of a posted form with a picture file in base64 (RFC 4648, section 5, so that nothing in it is escaped)."""


def chosen_files(form: Mapping[str, str]) -> dict[str, bytes]:
    """Return the picture files of a form by field. Raises BadRequest for what is no base64, or is too large."""
    return {name: _decoded(name, form[name]) for name in (PHOTO_FILE, BACKGROUND_FILE) if form.get(name)}


def scenery_of(
    call: Call[Settings], container: ContainerState, deadline: Deadline, files: Mapping[str, bytes] | None = None
) -> Scenery:
    """Return what a press would draw with, and the files that were chosen in its place."""
    chosen = files or {}
    background, notes = _background(chosen.get(BACKGROUND_FILE), call.settings, container, deadline)

    def fetch_photo(content: BadgeContent, name: str) -> BadgeContent:
        return render.with_photo(content, name, call.settings, container, deadline)

    def identicon(name: BadgeName) -> Image | None:
        return render.service_identicon(name, call, container, deadline)

    return Scenery(background, chosen.get(PHOTO_FILE, b""), notes, fetch_photo, identicon)


def _background(
    chosen: bytes | None, settings: Settings, container: ContainerState, deadline: Deadline
) -> tuple[Image | None, tuple[str, ...]]:
    """Return the background; one that cannot be had costs the preview nothing but a note."""
    try:
        if chosen:
            return photo.background_picture(chosen), ()
        return render.own_background(settings, container, deadline), ()
    except (BackgroundLate, BackgroundUnusable) as fault:
        if chosen:
            return None, (f"the background {fault.message.removeprefix('image_bg_name ')}",)
        return None, (f"{fault.message}: a press shows this as an error",)


def _decoded(name: str, text: str) -> bytes:
    try:
        data = base64.b64decode(text, altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise BadRequest(f"{name} is no base64", fix="send the picture's bytes in base64url", field=name) from None
    if len(data) > MAX_PICTURE_BYTES:
        fix = f"choose one of at most {MAX_PICTURE_BYTES} bytes"
        raise BadRequest(f"{name} has {len(data)} bytes", fix=fix, field=name)
    return data
