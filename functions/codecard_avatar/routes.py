"""The two routes: a card's button press (`…/avatar`), and the picture of an inline badge (`…/badge/{picture}`)."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

from functions.codecard_avatar.card import button, card_json, registry
from functions.codecard_avatar.errors import NameUnreadable
from functions.codecard_avatar.model.button_layout import layout_of
from functions.codecard_avatar.publish import picture_names
from functions.codecard_avatar.publish.publishers import BucketPublisher, InlinePublisher
from shared.results import HttpAnswer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from functions.codecard_avatar.card.button import Button
    from functions.codecard_avatar.card.registry import Entry
    from functions.codecard_avatar.container_state import ContainerState
    from functions.codecard_avatar.publish.publishers import Published
    from functions.codecard_avatar.render import RenderedBadge
    from functions.codecard_avatar.settings import Settings
    from shared.deadline import Deadline
    from shared.handler import Call


def answer_press(call: Call[Settings], container: ContainerState, deadline: Deadline) -> HttpAnswer:
    """Answer a button press: look up the card's owner, publish the badge, return its address. Raises FunctionError."""
    started = time.monotonic()
    pressed = button.from_request(call.request)
    entry = _look_up(pressed, call, container, deadline)
    if not entry.known:
        return card_json.card_answer(card_json.readable_fields(entry.fields))
    # The badge is drawn and lies where the card will fetch it before anything is answered: a card that was promised a
    # picture and gets none leaves its panel white, while a failure that is answered here is one that it shows.
    badge = _draw(entry, pressed, call, container, deadline)
    published = _publish(badge, pressed, call, container, deadline)
    call.metrics.add("badge_seconds", time.monotonic() - started)
    return card_json.card_answer(
        card_json.badge_fields(entry.fields, published.url, published.fingerprint, badge.notes)
    )


def answer_picture(file_name: str, call: Call[Settings], container: ContainerState, deadline: Deadline) -> HttpAnswer:
    """Send the picture of an address: that of a card's button as it is now, or of a name. Raises FunctionError."""
    from functions.codecard_avatar.publish import picture_answers  # not for a press

    kept = container.pictures.find(file_name)
    if kept is not None:
        call.summary["picture_bytes"] = len(kept)
        return picture_answers.picture_answer(kept, call.request, picture_answers.CACHE_CUSTOM)
    owner = picture_names.picture_owner(file_name)
    if owner is None:
        return _answer_named_picture(file_name, call, container, deadline)
    asked = button.Button(*owner)
    entry = _look_up(asked, call, container, deadline)
    if not entry.known:
        return answer_notice(card_json.readable_fields(entry.fields))
    badge = _draw(entry, asked, call, container, deadline)
    return picture_answers.picture_answer(badge.bitmap, call.request, picture_answers.CACHE_CUSTOM)


def answer_notice(fields: Mapping[str, str]) -> HttpAnswer:
    """Return a picture with the words that a template would show: who asked for a picture draws nothing else."""
    from functions.codecard_avatar import render  # loads Pillow
    from functions.codecard_avatar.publish import picture_answers  # not for a press

    # The status is 200 because the firmware draws no picture of any other answer.
    bitmap = render.notice_bitmap(*(fields.get(name, "") for name in ("title", "subtitle", "bodytext")))
    headers = {"Content-Type": picture_answers.BITMAP_TYPE, "Cache-Control": picture_answers.CACHE_NEVER}
    return HttpAnswer(200, headers, bitmap)


def _answer_named_picture(
    file_name: str, call: Call[Settings], container: ContainerState, deadline: Deadline
) -> HttpAnswer:
    """Draw the name in an address of former versions, as they did: the same bytes for the same address."""
    from functions.codecard_avatar.publish import picture_answers  # not for a press

    title = picture_names.title_of(file_name)
    if title is None:
        raise NameUnreadable("The address is not one of a picture", field="picture")
    from functions.codecard_avatar import render  # loads Pillow

    badge = render.render_badge({"title": title}, "classic", call, container, deadline)
    is_custom = call.settings.image_bg_name or call.settings.identicon_service
    cache_control = picture_answers.CACHE_CUSTOM if is_custom else picture_answers.CACHE_BUILT_IN
    return picture_answers.picture_answer(badge.bitmap, call.request, cache_control)


def _look_up(pressed: Button, call: Call[Settings], container: ContainerState, deadline: Deadline) -> Entry:
    """Return the entry of a button, and say in the log whose it is."""
    call.summary.update(card=pressed.card_id, button=pressed.label + pressed.function)
    entry = registry.look_up(container.registry(call.settings), pressed, deadline)
    if entry.known:
        return entry
    from functions.codecard_avatar.card.unknown_card import unknown_card_fields  # not for a badge

    call.summary["outcome"] = "unknown card"
    return replace(entry, fields=unknown_card_fields(entry.fields, pressed.card_id))


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
    badge: RenderedBadge, pressed: Button, call: Call[Settings], container: ContainerState, deadline: Deadline
) -> Published:
    """Put the badge where the config says; for HEAD, which may change nothing, say only where it would be."""
    settings = call.settings
    if settings.publish == "inline":
        owner = picture_names.PictureOwner(pressed.card_id, pressed.label, pressed.function)
        name = picture_names.card_picture_name(owner, badge.bitmap)
        hosts = settings.allowed_hosts
        inline = InlinePublisher(container.http, settings.public_url, hosts, container.fingerprints)
        published = inline.publish(name, call.request, deadline, call.summary)
        container.pictures.keep(name, badge.bitmap)
        return published
    publisher = BucketPublisher(container.bucket(settings), container.stored_names)
    if call.request.method == "HEAD":
        return publisher.look(badge.bitmap, deadline)
    return publisher.publish(badge.bitmap, deadline)
