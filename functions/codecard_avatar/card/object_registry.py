"""The registry in the bucket (`card_registry`): a JSON object of cards, or a folder of them for many cards."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from functions.codecard_avatar.card.registry import entry_of
from functions.codecard_avatar.card.registry_document import (
    EMPTY,
    FOLDER_END,
    MAX_REGISTRY_BYTES,
    object_name,
    parse_document,
)
from functions.codecard_avatar.errors import RegistryLate, RegistryUnreadable
from functions.codecard_avatar.storage.bucket_client import ObjectMissingError
from functions.codecard_avatar.storage.link_trouble import fix_of
from shared.http.client import HttpError

if TYPE_CHECKING:
    from functions.codecard_avatar.card.button import Button
    from functions.codecard_avatar.card.registry import Entry
    from functions.codecard_avatar.card.registry_document import RegistryDocument
    from functions.codecard_avatar.storage.bucket_client import BucketClient
    from shared.deadline import Deadline

MAX_TOLD, MAX_TOLD_CHARACTERS = 3, 40
"""Keys that are quoted of those with a fault, and how much of each."""

TOO_LARGE_FIX = "import the cards into a folder: card_registry with a / at its end"


class HeldDocument:
    """The registry's object that a container has read last: ``of`` which bucket and name, with its etag."""

    def __init__(self) -> None:
        self.of: tuple[object, str] = (None, "")
        self.etag = ""
        self.document = EMPTY


class ObjectRegistry:
    """Reads the bucket's object, or of a folder the part of the card."""

    def __init__(self, bucket: BucketClient, name: str, held: HeldDocument | None = None) -> None:
        self._bucket = bucket
        self._name = name
        self._held = held or HeldDocument()

    def find(self, button: Button, deadline: Deadline) -> Entry:
        """Return the button's own entry, else the card's. Raises RegistryLate or RegistryUnreadable."""
        return _entry(self._read(object_name(self._name, button.card_id), deadline), button)

    @property
    def faults(self) -> str:
        """What is wrong with the document that was read last: keys that no press can find. Empty for a good one."""
        document = self._held.document
        told = {"there twice": sorted(document.twice), "no card's id": list(document.strangers)}
        return "; ".join(
            f"{len(keys)} {fault}: {', '.join(repr(key[:MAX_TOLD_CHARACTERS]) for key in keys[:MAX_TOLD])}"
            for fault, keys in told.items()
            if keys
        )

    def _read(self, name: str, deadline: Deadline) -> RegistryDocument:
        """Return the object's document as it is in the bucket at this moment."""
        # What is held is never used without asking: a changed name shows at the next press, whichever container answers
        # it. The etag saves the bytes and the reading of an object that is the same.
        held, of = self._held, (self._bucket.url, name)
        try:
            etag = held.etag if held.of == of else ""
            fetched = self._bucket.get_if_changed(name, deadline, MAX_REGISTRY_BYTES, etag)
            if fetched is not None:
                held.document = parse_document(fetched.body)
                held.of, held.etag = of, fetched.etag
        except ObjectMissingError as error:
            if not self._name.endswith(FOLDER_END):
                raise RegistryUnreadable(f"card_registry: {error}", field="card_registry") from None
            return EMPTY  # of a folder: no card of this part has been saved yet
        except HttpError as error:
            failure = RegistryLate if error.late else RegistryUnreadable
            fix = TOO_LARGE_FIX if error.too_large else fix_of(error)
            raise failure(f"card_registry: {error}", fix=fix, field="card_registry") from None
        except ValueError as fault:
            raise RegistryUnreadable(f"card_registry {fault}", field="card_registry") from None
        return held.document


def _entry(document: RegistryDocument, button: Button) -> Entry:
    """Return what the document says of the button, or of its card. Raises RegistryUnreadable for this card alone."""
    own = f"{button.card_id}/{button.key}"
    for key in (own, button.card_id, f"{button.card_id}/{button.default.key}"):
        if key in document.twice:
            fix = "keep one of them"
            raise RegistryUnreadable(f"card_registry has {key} twice", fix=fix, field="card_registry")
        if key in document.cards:
            is_buttons_own = key == own or button == button.default
            return replace(entry_of(document.cards[key], key), is_buttons_own=is_buttons_own)
    return replace(entry_of(None), is_buttons_own=False)  # the document has nothing of the whole card
