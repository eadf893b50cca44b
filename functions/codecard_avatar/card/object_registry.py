"""The registry in the bucket: a JSON object of cards (`card_registry`)."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from functions.codecard_avatar.card.registry import entry_of
from functions.codecard_avatar.errors import RegistryLate, RegistryUnreadable
from shared.http.client import HttpError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from functions.codecard_avatar.card.button import Button
    from functions.codecard_avatar.card.registry import Entry
    from functions.codecard_avatar.storage.bucket_client import BucketClient
    from shared.deadline import Deadline

MAX_REGISTRY_BYTES = 1024 * 1024


class ObjectRegistry:
    """Reads the bucket's object.

    Keys are card ids, or ``<card id>/<label>/<function>`` for one button; values are names, or objects of a card's
    fields: ``{"CC50E3CCBFFF": "Joan Citizen", "CC50E3CCBFFF/b/2": {"title": "…", "subtitle": "…"}}``.
    """

    def __init__(self, bucket: BucketClient, name: str) -> None:
        self._bucket = bucket
        self._name = name

    def find(self, button: Button, deadline: Deadline) -> Entry:
        """Return the button's own entry, else the card's. Raises RegistryLate or RegistryUnreadable."""
        # The object is read at each press and never kept: a changed name shows at the next press, whichever container
        # answers it.
        try:
            document = json.loads(self._bucket.get(self._name, deadline, MAX_REGISTRY_BYTES))
        except HttpError as error:
            failure = RegistryLate if error.late else RegistryUnreadable
            raise failure(f"card_registry: {error}", field="card_registry") from None
        except (ValueError, RecursionError):
            raise RegistryUnreadable("card_registry is no JSON", field="card_registry") from None
        if not isinstance(document, dict):
            raise RegistryUnreadable("card_registry must be a JSON object of card ids", field="card_registry")
        return _entry(document, button)


def _entry(document: Mapping[str, object], button: Button) -> Entry:
    """Return what the document says of the button, or of its card; its keys may have any case."""
    cards = {key.upper(): value for key, value in document.items()}
    own = f"{button.card_id}/{button.label}/{button.function}".upper()
    if own in cards:
        return entry_of(cards[own], own)
    entry = entry_of(cards.get(button.card_id), button.card_id)
    return replace(entry, is_buttons_own=button == button.default)
