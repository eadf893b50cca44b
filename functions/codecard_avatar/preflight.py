"""`{"preflight": true}`: try what a press needs, with the function's own identity, and change nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from functions.codecard_avatar.card.button import Button
from functions.codecard_avatar.card.registry_document import object_name
from functions.codecard_avatar.container_state import ContainerState
from functions.codecard_avatar.publish.publishers import BucketPublisher, InlinePublisher
from shared import preflight_rows
from shared.addresses import Reach, is_loopback

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from functions.codecard_avatar.card.registry import Registry
    from functions.codecard_avatar.settings import Settings
    from shared.deadline import Deadline

NOBODYS_CARD = Button("000000000000")
"""The card that is looked up: the id of none, so that no registry takes the look-up for a press."""


def preflight(settings: Settings, deadline: Deadline, config: Mapping[str, str]) -> dict[str, Any]:
    """Return the answer of ``shared.preflight_rows``, in a container of its own: nothing is taken as known."""
    until = deadline.before_answer()
    rows = [preflight_rows.config_row(settings, config), *_rows(settings, ContainerState(), until)]
    return preflight_rows.preflight_answer(rows)


def _rows(settings: Settings, container: ContainerState, deadline: Deadline) -> Iterator[preflight_rows.CheckRow]:
    """Yield a row for each thing that the config names; each may take half of what is left."""
    cards = container.registry(settings)

    def registry() -> str:
        cards.find(NOBODYS_CARD, deadline.half())
        return f"{_registry_key(settings)} answers"

    def background() -> str:
        from functions.codecard_avatar.render import own_background  # loads Pillow

        own_background(settings, container, deadline.half())
        return f"{settings.image_bg_name} can be drawn on"

    def upload() -> str:
        BucketPublisher(container.bucket(settings), container.stored_names).check(deadline.half())
        return "the bucket would take a picture"

    def certificate() -> str:
        inline = InlinePublisher(container.http, settings.public_url, settings.allowed_hosts, container.fingerprints)
        return f"that of {', '.join(inline.check(deadline.half()))} is one for the card"

    yield preflight_rows.check_row("registry", registry)
    yield from _faulty_cards(cards)
    if settings.card_keepers:
        yield preflight_rows.check_row("card keepers", lambda: _writable_cards(settings, container, deadline.half()))
    if settings.image_bg_name:
        yield preflight_rows.check_row("background", background)
    if settings.publish == "bucket":
        yield preflight_rows.check_row("upload", upload)
    else:
        yield preflight_rows.check_row("certificate", certificate)
    yield from _stock_cards(settings, container, deadline)


def _faulty_cards(registry: Registry) -> Iterator[preflight_rows.CheckRow]:
    """Yield a warning where the object has keys that no press can find; one card's fault fails no other."""
    from functions.codecard_avatar.card.object_registry import ObjectRegistry

    if isinstance(registry, ObjectRegistry) and registry.faults:
        yield preflight_rows.found_row("cards", registry.faults, "mend them: badge cards list names all of them")


def _writable_cards(settings: Settings, container: ContainerState, deadline: Deadline) -> str:
    """Ask whether the page could write the registry, and write nothing. Raises FunctionError."""
    from functions.codecard_avatar.card.bucket_objects import BucketObjects

    name = object_name(settings.card_registry, NOBODYS_CARD.card_id)
    BucketObjects(container.private_bucket(settings), deadline).check_write(name)
    return f"the page may write {settings.card_registry}"


def _stock_cards(
    settings: Settings, container: ContainerState, deadline: Deadline
) -> Iterator[preflight_rows.CheckRow]:
    """Yield a row for each host of pictures: a warning where only reflashed cards can fetch them."""
    from shared.http import stock_cards

    for base, reach in _picture_hosts(settings, container):
        found, fix = stock_cards.look(container.http, base, deadline.half(), reach)
        yield preflight_rows.found_row("stock cards", found, fix)


def _picture_hosts(settings: Settings, container: ContainerState) -> list[tuple[str, Reach]]:
    """Return scheme and host of every address that a picture may have, with what a connection there may reach."""
    if settings.publish == "bucket":
        return [(container.bucket(settings).url.base, Reach.CONFIGURED)]
    if is_loopback(urlsplit(settings.public_url).hostname or ""):
        return [(settings.public_url, Reach.THIS_MACHINE)]  # the local cloud: as `InlinePublisher` reaches it
    bases = [settings.public_url] if settings.public_url else [f"https://{host}" for host in settings.allowed_hosts]
    return [(base, Reach.PUBLIC) for base in bases]


def _registry_key(settings: Settings) -> str:
    return "apex_url" if settings.apex_url else "card_registry" if settings.card_registry else "card_names"
