"""One call of codecard-avatar: a card's button, or the picture that it fetches afterwards."""

from __future__ import annotations

import hashlib
import time
from typing import TYPE_CHECKING

from functions.codecard_avatar import time_budget
from functions.codecard_avatar.card import button, card_json, registry
from functions.codecard_avatar.container import Container
from functions.codecard_avatar.draw import names
from functions.codecard_avatar.errors import NameMissing, NameUnreadable
from functions.codecard_avatar.publish import picture_names, publish
from functions.codecard_avatar.settings import Settings
from shared.results import HttpAnswer

if TYPE_CHECKING:
    from functions.codecard_avatar.card.registry import Registry
    from functions.codecard_avatar.draw.names import BadgeName
    from functions.codecard_avatar.publish.publish import Published
    from shared.deadline import Deadline
    from shared.errors import FunctionError
    from shared.handler import Call
    from shared.http_request import HttpRequest

__all__ = ["Settings", "on_error", "serve"]

BUILT_IN_CACHE = "public, max-age=3600"
"""A picture with the built-in background changes with the function's version only."""

OWN_CACHE = "no-cache"
"""The user may replace background and identicon service at any time."""

_container = Container()


def serve(call: Call[Settings], container: Container = _container) -> HttpAnswer:
    """Answer a card with its badge's address, or the request for that picture. Raises FunctionError."""
    deadline = time_budget.budget(call.deadline, container.start_seconds())
    wanted = publish.picture_name(call.request)
    try:
        return _card(call, container, deadline) if wanted is None else _picture(wanted, call, container, deadline)
    finally:
        if container.http.private_hosts:
            call.summary["private_hosts"] = container.http.private_hosts


def on_error(error: FunctionError, request: HttpRequest) -> HttpAnswer:
    """A template that the card shows; for a picture also a status that tells the card that there is none."""
    answer = card_json.answer(card_json.failure_fields(error))
    if publish.picture_name(request) is None:
        return answer
    return HttpAnswer(404 if isinstance(error, NameUnreadable) else 503, answer.headers, answer.body)


def _card(call: Call[Settings], container: Container, deadline: Deadline) -> HttpAnswer:
    """Button, registry, name, picture, address."""
    started = time.monotonic()
    pressed = button.from_request(call.request)
    call.summary.update(card=pressed.card_id, button=pressed.label + pressed.function)
    entry = registry.look_up(_registry(call.settings, container), pressed, deadline)
    if not entry.known:
        call.summary["outcome"] = "unknown card"
        return card_json.answer(card_json.passed_through(entry.fields))
    name = names.split(entry.fields.get("title", ""))
    if name is None:
        raise NameMissing("This card has no name yet", fix="save one as its title", field="title")
    published = _published(name, call, container, deadline)
    call.metrics.add("badge_seconds", time.monotonic() - started)
    return card_json.answer(card_json.badge_fields(entry.fields, published.url, published.fingerprint))


def _picture(wanted: str, call: Call[Settings], container: Container, deadline: Deadline) -> HttpAnswer:
    """The bitmap of the name in the address: the same bytes for the same address."""
    from functions.codecard_avatar.draw import artist  # loads Pillow

    name = picture_names.name_of(wanted)
    if name is None:
        raise NameUnreadable("The address of the picture holds no name", field="picture")
    card_file = artist.card_file(name, call.settings, container, deadline, call.summary)
    changes = call.settings.image_bg_name or call.settings.identicon_service
    headers = {
        "Content-Type": "image/bmp",
        "Cache-Control": OWN_CACHE if changes else BUILT_IN_CACHE,
        "ETag": f'"{hashlib.sha256(card_file).hexdigest()[:20]}"',
    }
    return HttpAnswer(200, headers, card_file)


def _registry(settings: Settings, container: Container) -> Registry:
    if settings.apex_url:
        return registry.BackendRegistry(settings.apex_url, container.http)
    if settings.card_registry:
        return registry.ObjectRegistry(container.bucket(settings), settings.card_registry)
    return registry.ConfigRegistry(settings.card_names or {})


def _published(name: BadgeName, call: Call[Settings], container: Container, deadline: Deadline) -> Published:
    settings = call.settings
    if settings.publish == "inline":
        inline = publish.InlinePublisher(container.http, settings.public_url, call.request, container.fingerprints)
        return inline.publish(name, deadline)
    from functions.codecard_avatar.draw import artist  # loads Pillow

    card_file = artist.card_file(name, settings, container, deadline, call.summary)
    return publish.BucketPublisher(container.bucket(settings), container.readable).publish(card_file, deadline)
