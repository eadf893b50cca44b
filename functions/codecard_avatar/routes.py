"""The two routes: a card's button press (`…/avatar`), and the picture of an inline badge (`…/badge/{picture}`)."""

from __future__ import annotations

import hashlib
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from functions.codecard_avatar.card import button, card_json, registry
from functions.codecard_avatar.card.unknown_card import unknown_card_fields
from functions.codecard_avatar.errors import NameMissing, NameUnreadable
from functions.codecard_avatar.model import badge_name
from functions.codecard_avatar.model.button_layout import layout_of
from functions.codecard_avatar.publish import picture_names
from functions.codecard_avatar.publish.publishers import BucketPublisher, InlinePublisher
from shared.results import HttpAnswer

if TYPE_CHECKING:
    from functions.codecard_avatar.card.button import Button
    from functions.codecard_avatar.card.registry import Entry
    from functions.codecard_avatar.container_state import ContainerState
    from functions.codecard_avatar.publish.publishers import Published
    from functions.codecard_avatar.render import RenderedBadge
    from functions.codecard_avatar.settings import Settings
    from shared.deadline import Deadline
    from shared.handler import Call

CACHE_BUILT_IN = "public, max-age=3600"
"""Cache-Control of a picture that is drawn from the name alone: it changes with the function's version only."""

CACHE_CUSTOM = "no-cache"
"""Cache-Control of a picture with the user's background or identicon service: either may be replaced at any time."""


def answer_press(call: Call[Settings], container: ContainerState, deadline: Deadline) -> HttpAnswer:
    """Answer a button press: look up the card's owner, publish the badge, return its address. Raises FunctionError."""
    started = time.monotonic()
    pressed = button.from_request(call.request)
    call.summary.update(card=pressed.card_id, button=pressed.label + pressed.function)
    entry = registry.look_up(container.registry(call.settings), pressed, deadline)
    if not entry.known:
        call.summary["outcome"] = "unknown card"
        return card_json.card_answer(card_json.readable_fields(unknown_card_fields(entry.fields, pressed.card_id)))
    badge = _draw(entry, pressed, call, container, deadline)
    published = _publish(badge, entry, call, container, deadline)
    call.metrics.add("badge_seconds", time.monotonic() - started)
    return card_json.card_answer(
        card_json.badge_fields(entry.fields, published.url, published.fingerprint, badge.notes)
    )


def answer_picture(file_name: str, call: Call[Settings], container: ContainerState, deadline: Deadline) -> HttpAnswer:
    """Draw the badge of the name in a picture's address: the same bytes for the same address. Raises FunctionError."""
    from functions.codecard_avatar import render  # loads Pillow

    name = picture_names.name_of(file_name)
    if name is None:
        raise NameUnreadable("The address of the picture holds no name", field="picture")
    bitmap = render.render_badge({"title": name.full}, "classic", call, container, deadline).bitmap
    is_custom = call.settings.image_bg_name or call.settings.identicon_service
    headers = {
        "Content-Type": "image/bmp",
        "Cache-Control": CACHE_CUSTOM if is_custom else CACHE_BUILT_IN,
        "ETag": f'"{hashlib.sha256(bitmap).hexdigest()[:20]}"',
    }
    return HttpAnswer(200, headers, bitmap)


def _draw(
    entry: Entry, pressed: Button, call: Call[Settings], container: ContainerState, deadline: Deadline
) -> RenderedBadge:
    """Draw the badge that a button shows of its card's entry, in the layout that card, button and config ask for."""
    from functions.codecard_avatar import render  # loads Pillow

    layout, unmet = layout_of(
        pressed.key,
        entry.fields,
        is_buttons_own=entry.is_buttons_own,
        layout=call.settings.usual_layout,
        button_layouts=call.settings.button_layouts or {},
    )
    badge = render.render_badge(entry.fields, layout, call, container, deadline)
    notes = (unmet, *badge.notes) if unmet else badge.notes
    if notes:
        call.summary["notes"] = list(notes)
    return replace(badge, notes=notes)


def _publish(
    badge: RenderedBadge, entry: Entry, call: Call[Settings], container: ContainerState, deadline: Deadline
) -> Published:
    """Put the badge where the config says."""
    settings = call.settings
    if settings.publish == "inline":
        name = badge_name.from_fields(entry.fields)
        if name is None:
            raise NameMissing("This card has no name yet", fix="save one as its title", field="title")
        hosts = settings.allowed_hosts
        inline = InlinePublisher(container.http, settings.public_url, hosts, container.fingerprints)
        return inline.publish(name, call.request, deadline, call.summary)
    return BucketPublisher(container.bucket(settings), container.readable_buckets).publish(badge.bitmap, deadline)
