"""Draws a badge: own background and stamp fetched where the config asks for them, then Pillow."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from functions.codecard_avatar.draw import drawing, pictures
from functions.codecard_avatar.draw.identicon import CELLS
from functions.codecard_avatar.errors import BackgroundLate, BackgroundUnusable
from shared.http.client import HttpError

if TYPE_CHECKING:
    from PIL.Image import Image

    from functions.codecard_avatar.container import Container
    from functions.codecard_avatar.draw.names import BadgeName
    from functions.codecard_avatar.settings import Settings
    from shared.deadline import Deadline

IDENTICON_SECONDS = 0.8


def card_file(
    name: BadgeName, settings: Settings, container: Container, deadline: Deadline, summary: dict[str, object]
) -> bytes:
    """The file that the card fetches. Raises BackgroundLate or BackgroundUnusable."""
    background = _background(settings, container, deadline)
    stamp = _stamp(name, settings, container, deadline, summary)
    made = drawing.card_file(drawing.badge(name, background, stamp))
    summary["picture_bytes"] = len(made)
    return made


def _background(settings: Settings, container: Container, deadline: Deadline) -> Image | None:
    """The user's own background, or None for the built-in one."""
    if not settings.image_bg_name:
        return None
    try:
        data = container.bucket(settings).get(settings.image_bg_name, deadline, pictures.BACKGROUND_BYTES)
    except HttpError as error:
        failure = BackgroundLate if error.late else BackgroundUnusable
        raise failure(f"image_bg_name: {error}", field="image_bg_name") from None
    return pictures.background(data)


def _stamp(
    name: BadgeName, settings: Settings, container: Container, deadline: Deadline, summary: dict[str, object]
) -> Image | None:
    """The stamp of another service, or None where the one drawn here is to be taken: none set, late or wrong."""
    service = settings.identicon_service
    if not service:
        return None
    url = f"{service.rstrip('/')}/{quote(name.initials, safe='')}?s={CELLS}&p=30"
    try:
        answer = container.http.send("GET", url, deadline.earlier(IDENTICON_SECONDS), limit_bytes=pictures.STAMP_BYTES)
        if answer.status != 200:
            raise ValueError(f"answered {answer.status}")  # noqa: TRY301  (one way out for all that is wrong with it)
        return pictures.stamp(answer.body)
    except (HttpError, ValueError) as fault:
        summary["identicon_service"] = f"not used: {fault}"
        return None
