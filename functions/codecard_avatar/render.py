"""The bitmap of a badge: background and identicon fetched where the config asks for them, then drawn with Pillow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from functions.codecard_avatar.draw import badge_picture, untrusted_images
from functions.codecard_avatar.draw.identicon import CELLS
from functions.codecard_avatar.errors import BackgroundLate, BackgroundUnusable, NameMissing
from functions.codecard_avatar.model.badge_content import content_of
from functions.codecard_avatar.storage.link_trouble import fix_of
from shared.http.client import HttpError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from PIL.Image import Image

    from functions.codecard_avatar.container_state import ContainerState
    from functions.codecard_avatar.model.badge_content import Layout
    from functions.codecard_avatar.model.badge_name import BadgeName
    from functions.codecard_avatar.settings import Settings
    from shared.deadline import Deadline
    from shared.handler import Call

MAX_IDENTICON_SECONDS = 0.8
"""How long the identicon service is waited for: a fifth of the budget, because the badge can do without it."""


@dataclass(frozen=True, slots=True)
class RenderedBadge:
    """The file that the card fetches, and in words what could not be drawn as it was asked for."""

    bitmap: bytes
    notes: tuple[str, ...] = ()


def render_badge(
    fields: Mapping[str, str],
    layout: Layout,
    call: Call[Settings],
    container: ContainerState,
    deadline: Deadline,
) -> RenderedBadge:
    """Return the badge of a card's fields. Raises NameMissing, BackgroundLate or BackgroundUnusable."""
    content = content_of(fields, layout, call.settings.event_name)
    if content is None:
        raise NameMissing("This card has no name yet", fix="save one as its title", field="title")
    background = own_background(call.settings, container, deadline)
    identicon = _identicon(content.name, call, container, deadline)
    drawn = badge_picture.draw_badge(content, background, identicon)
    bitmap = badge_picture.bitmap_file(drawn.picture)
    call.summary.update(layout=layout, picture_bytes=len(bitmap))
    return RenderedBadge(bitmap, drawn.notes)


def notice_bitmap(title: str, subtitle: str, text: str) -> bytes:
    """Return the file that says why there is no badge."""
    from functions.codecard_avatar.draw.notice import draw_notice  # rare

    return badge_picture.bitmap_file(draw_notice(title, subtitle, text))


def draw_sample(title: str, layout: Layout) -> None:
    """Draw a badge for nobody: its layout and its fonts are loaded then."""
    content = content_of({"title": title}, layout)
    if content is not None:
        badge_picture.bitmap_file(badge_picture.draw_badge(content).picture)


def own_background(settings: Settings, container: ContainerState, deadline: Deadline) -> Image | None:
    """Return the user's own background, or None for the built-in one. Raises BackgroundLate, BackgroundUnusable."""
    if not settings.image_bg_name:
        return None
    from functions.codecard_avatar.draw import photo  # few have a background of their own

    try:
        data = container.private_bucket(settings).get(
            settings.image_bg_name, deadline, untrusted_images.MAX_PICTURE_BYTES
        )
    except HttpError as error:
        failure = BackgroundLate if error.late else BackgroundUnusable
        raise failure(f"image_bg_name: {error}", fix=fix_of(error), field="image_bg_name") from None
    return photo.background_picture(data)


def _identicon(name: BadgeName, call: Call[Settings], container: ContainerState, deadline: Deadline) -> Image | None:
    """Return the identicon of the configured service, or None where the built-in one is drawn.

    A service that is late or answers nonsense does not fail the badge; the summary line names the cause.
    """
    service = call.settings.identicon_service
    if not service:
        return None
    url = f"{service.rstrip('/')}/{quote(name.initials, safe='')}?s={CELLS}&p=30"
    limit_bytes = untrusted_images.MAX_IDENTICON_BYTES
    try:
        answer = container.http.send("GET", url, deadline.earlier(MAX_IDENTICON_SECONDS), limit_bytes=limit_bytes)
        if answer.status != 200:
            raise ValueError(f"answered {answer.status}")  # noqa: TRY301  (one way out for all that is wrong with it)
        return untrusted_images.decode_identicon(answer.body)
    except (HttpError, ValueError) as fault:
        call.summary["identicon_service"] = f"not used: {fault}"
        return None
