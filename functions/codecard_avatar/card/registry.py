"""Who a card belongs to: the backend over HTTP, a JSON object in the bucket, or a map in the config.

`Registry` is the seam for further ones, such as a reader of the Oracle table CODEMAKER (columns badgeId, buttonLabel,
buttonFunction and those of model/card_fields.py): one method, no knowledge of HTTP or drawing.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from functions.codecard_avatar.card import backend_answer
from functions.codecard_avatar.errors import (
    BackendDown,
    BackendLate,
    BackendUnreadable,
    RegistryLate,
    RegistryUnreadable,
)
from functions.codecard_avatar.model.card_fields import MAX_FIELD_CHARACTERS
from shared.http.client import HttpError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from functions.codecard_avatar.card.button import Button
    from functions.codecard_avatar.storage.bucket import Bucket
    from shared.deadline import Deadline
    from shared.http.client import HttpClient

BACKEND_BYTES = 64 * 1024
REGISTRY_BYTES = 1024 * 1024

UNKNOWN = {
    "template": "template1",
    "title": "Uh oh!",
    "subtitle": "Unknown card",
    "bodytext": "This card has no name in the registry of this function",
    "icon": "fail",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """A card's fields; not ``known``: the fields say so to the person with the card, and no badge is made of them."""

    fields: Mapping[str, str]
    known: bool


class Registry(Protocol):
    """Finds the entry of a card's button before the deadline. Raises CardFailure."""

    def find(self, button: Button, deadline: Deadline) -> Entry:
        """The entry; one that is not known where there is none for this very button."""
        ...


def look_up(registry: Registry, button: Button, deadline: Deadline) -> Entry:
    """The button's entry, or that of button a, short press, where users keep their name."""
    entry = registry.find(button, deadline)
    if entry.known or button == button.main:
        return entry
    main = registry.find(button.main, deadline)
    return main if main.known else entry


class BackendRegistry:
    """The ORDS backend of the original (`apex_url`)."""

    def __init__(self, url: str, http: HttpClient) -> None:
        self._url = url
        self._http = http

    def find(self, button: Button, deadline: Deadline) -> Entry:
        """Ask with the card's own headers. Raises BackendLate, BackendDown or BackendUnreadable."""
        try:
            headers = {**button.headers(), "accept": "application/json"}
            answer = self._http.send("GET", self._url, deadline, limit_bytes=BACKEND_BYTES, headers=headers)
        except HttpError as error:
            raise (BackendLate if error.late else BackendDown)(str(error), field="apex_url") from None
        if answer.status != 200:
            cause = "redirects, which is not followed" if 300 <= answer.status < 400 else f"answered {answer.status}"
            raise BackendDown(f"The card backend {cause}", fix="check apex_url", field="apex_url")
        try:
            fields = backend_answer.read(answer.body.decode("utf-8", "replace"))
        except ValueError as fault:
            raise BackendUnreadable(f"The backend sent no card: {fault}", field="apex_url") from None
        return Entry(fields, known=not backend_answer.is_unknown(fields))


class ObjectRegistry:
    """A JSON object in the bucket (`card_registry`).

    Keys are card ids, or ``<card id>/<label>/<function>`` for one button; values are names, or objects of a card's
    fields: ``{"CC50E3CCBFFF": "Joan Citizen", "CC50E3CCBFFF/b/2": {"title": "…", "subtitle": "…"}}``.
    """

    def __init__(self, bucket: Bucket, name: str) -> None:
        self._bucket = bucket
        self._name = name

    def find(self, button: Button, deadline: Deadline) -> Entry:
        """Read the object anew: a name that was changed is shown at the next press.

        Raises RegistryLate or RegistryUnreadable.
        """
        try:
            document = json.loads(self._bucket.get(self._name, deadline, REGISTRY_BYTES))
        except HttpError as error:
            failure = RegistryLate if error.late else RegistryUnreadable
            raise failure(f"card_registry: {error}", field="card_registry") from None
        except (ValueError, RecursionError):
            raise RegistryUnreadable("card_registry is no JSON", field="card_registry") from None
        if not isinstance(document, dict):
            raise RegistryUnreadable("card_registry must be a JSON object of card ids", field="card_registry")
        return _entry(_value(document, button))


class ConfigRegistry:
    """Names in the config (`card_names`)."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self._names = names

    def find(self, button: Button, deadline: Deadline) -> Entry:  # noqa: ARG002  (of the protocol; nothing waits here)
        """The card's name, whatever the button."""
        return _entry(self._names.get(button.card_id))


def _value(document: Mapping[str, object], button: Button) -> object:
    cards = {key.upper(): value for key, value in document.items()}
    own = f"{button.card_id}/{button.label}/{button.function}".upper()
    return cards.get(own, cards.get(button.card_id))


def _entry(value: object) -> Entry:
    """An entry of a name or of a card's fields; anything else is an unknown card. Raises RegistryUnreadable."""
    if value is None:
        return Entry(UNKNOWN, known=False)
    fields = {"title": value} if isinstance(value, str) else value
    if not isinstance(fields, dict) or not all(isinstance(text, str) for text in fields.values()):
        raise RegistryUnreadable("A card of card_registry must be a name or an object of texts", field="card_registry")
    return Entry({name: text for name, text in fields.items() if name in MAX_FIELD_CHARACTERS}, known=True)
