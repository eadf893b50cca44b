"""The bitmap of a badge: background and identicon fetched where the config asks for them, then drawn with Pillow."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import quote

from functions.codecard_avatar.draw import badge_picture, untrusted_images
from functions.codecard_avatar.draw.identicon import CELLS
from functions.codecard_avatar.errors import BackgroundLate, BackgroundUnusable, NameMissing
from functions.codecard_avatar.model.badge_content import content_of
from functions.codecard_avatar.model.button_layout import PHOTO_FIELD
from functions.codecard_avatar.storage.link_trouble import fix_of
from shared.errors import NotAuthorised
from shared.http.client import HttpError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from PIL.Image import Image

    from functions.codecard_avatar.container_state import ContainerState
    from functions.codecard_avatar.model.badge_content import BadgeContent, Layout
    from functions.codecard_avatar.model.badge_name import BadgeName
    from functions.codecard_avatar.settings import Settings
    from shared.deadline import Deadline
    from shared.handler import Call

MAX_IDENTICON_SECONDS = 0.8
"""How long the identicon service is waited for: a fifth of the budget, because the badge can do without it."""


MAX_PHOTO_SECONDS = 1.0
"""How long a photo is waited for: the badge can do without."""

MAX_NOTED_CHARACTERS = 24


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
    identicon = service_identicon(content.name, call, container, deadline)
    content = with_photo(content, fields.get(PHOTO_FIELD, "").strip(), call.settings, container, deadline)
    drawn = badge_picture.draw_badge(content, background, identicon)
    bitmap = badge_picture.bitmap_file(drawn.picture)
    call.summary.update(layout=content.layout, picture_bytes=len(bitmap))
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


def with_photo(
    content: BadgeContent, photo_name: str, settings: Settings, container: ContainerState, deadline: Deadline
) -> BadgeContent:
    """Return the content with the owner's photo where its layout shows one, or laid out name first with the reason."""
    if content.layout != "photo" or not photo_name:
        return content
    # Asked after the background and on the connection that brought it: a second one at the same time would save one
    # round trip of some 20 ms, and cost the CPU of another TLS handshake, which takes a small container longer.
    try:
        data = _photo(photo_name, settings, container, deadline)
    except (HttpError, NotAuthorised, ValueError) as fault:
        late = isinstance(fault, HttpError) and fault.late
        why = "is late" if late else f"cannot be read: {fault}"
        note = f"the photo {photo_name[:MAX_NOTED_CHARACTERS]} {why}: laid out name first"
        return replace(content, layout="name-first", notes=(*content.notes, note))
    return replace(content, photo=data)


def _photo(name: str, settings: Settings, container: ContainerState, deadline: Deadline) -> bytes:
    """Return the bytes of a picture in the private bucket. Raises HttpError, NotAuthorised or ValueError."""
    if not (settings.private_bucket or settings.oss_bucket):
        raise ValueError("private_bucket is not set")
    if any(part in {"", ".", ".."} for part in name.split("/")):
        raise ValueError("that is no name of an object")
    # At most half of what is left, so that the badge that does without a late one has time to be stored.
    share = deadline.half().earlier(MAX_PHOTO_SECONDS)
    data = container.private_bucket(settings).get(name, share, untrusted_images.MAX_PICTURE_BYTES)
    if not data:
        raise ValueError("it is empty")
    return data


def service_identicon(
    name: BadgeName, call: Call[Settings], container: ContainerState, deadline: Deadline
) -> Image | None:
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
