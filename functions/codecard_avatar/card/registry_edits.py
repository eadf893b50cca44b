"""Edits of a registry's document: which cards are added, replaced and removed, without a look at where it is stored.

An edit says what is wanted of one key, so that it can be made again on a document that somebody else has changed in
the meantime: whoever writes reads the newest version, makes the edits, and writes on the condition that it still is
the newest one. Keys that nobody asked about stay as they are, those that no card has included.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from functions.codecard_avatar.model.card_id import card_key_of
from functions.codecard_avatar.model.claim_code import card_of_claim_code

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from functions.codecard_avatar.card.registry_document import RegistryDocument

Wish = Literal["add", "put", "claim", "remove"]
"""``add``: the key must not be there with another value; ``put``: whatever is there is replaced; ``claim``: nothing of
the card may be there; ``remove``: the key must be there."""


@dataclass(frozen=True, slots=True)
class Edit:
    """What is wanted of a key (model/card_id.py, ``card_key_of``); ``where`` it was asked for, such as ``line 3``.

    ``seen`` is the mark (`mark_of`) of the value that whoever asks has seen there: with another one by now, a ``put``
    or ``remove`` is refused. Empty, nothing is compared.
    """

    wish: Wish
    key: str
    value: str | Mapping[str, str] = ""
    where: str = ""
    seen: str = ""


class EditRefused(ValueError):
    """Edits that cannot be made on the document as it is: ``faults`` says so for each; none has been made."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("; ".join(faults))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Edited:
    """A document's pairs after the edits, and how many keys were ``added``, ``replaced``, ``removed`` or ``same``."""

    pairs: tuple[tuple[str, object], ...]
    added: int = 0
    replaced: int = 0
    removed: int = 0
    same: int = 0

    @property
    def changes(self) -> int:
        """How many keys are other than they were."""
        return self.added + self.replaced + self.removed


def edited(document: RegistryDocument, edits: Iterable[Edit]) -> Edited:
    """Return the document after all edits. Raises EditRefused, with all reasons, when one of them cannot be made."""
    wanted = list(edits)
    present = {**document.cards, **dict.fromkeys(document.twice, _AMBIGUOUS)}
    cards = {key.partition("/")[0] for key in present}
    if faults := [fault for edit in wanted if (fault := _fault_of(edit, present, cards))]:
        raise EditRefused(faults)
    new = {edit.key: edit.value for edit in wanted if edit.wish != "remove"}
    removed = {edit.key for edit in wanted if edit.wish == "remove"}
    same = {key for key, value in new.items() if present.get(key) == value}
    replaced = {key for key in new if key in present} - same
    pairs: list[tuple[str, object]] = []
    for written, value in document.pairs:
        key = _key(written)
        if key in removed:
            continue
        if key not in new:
            pairs.append((written, value))
        elif key in present:
            pairs.append((key, new[key]))
            del present[key]  # a key that was there twice is so no longer
    added = [key for key in new if key not in same and key not in replaced]
    pairs += [(key, new[key]) for key in added]
    return Edited(tuple(pairs), len(added), len(replaced), len(removed), len(same))


def claim_edit(code: str, value: str | Mapping[str, str]) -> Edit:
    """Return the edit by which the owner of a card gives it a name; ValueError says what is wrong with the code."""
    return Edit("claim", card_of_claim_code(code), value)


def mark_of(value: object) -> str:
    """Return a mark by which a value is known again, whoever writes it down; that of None is of a key without one."""
    return hashlib.sha256(_json(value).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def still_wanted(document: RegistryDocument, edits: Iterable[Edit]) -> list[Edit]:
    """Return the edits whose wish has not come true in a document."""
    return [edit for edit in edits if not _is_true(document, edit)]


def _is_true(document: RegistryDocument, edit: Edit) -> bool:
    if edit.wish == "remove":
        return edit.key not in document.cards and edit.key not in document.twice
    return document.cards.get(edit.key) == edit.value


def document_bytes(pairs: Iterable[tuple[str, object]]) -> bytes:
    """Return a registry's object: JSON with a card a line, so that two versions can be compared."""
    lines = [f"{_json(key)}: {_json(value)}" for key, value in pairs]
    return ("{\n" + ",\n".join(lines) + "\n}\n").encode() if lines else b"{}\n"


_AMBIGUOUS = object()
"""Of a key that is there twice with different values."""


def _fault_of(edit: Edit, present: Mapping[str, object], cards: set[str]) -> str:
    """Return why an edit cannot be made, empty when it can."""
    where = f"{edit.where}: " if edit.where else ""
    is_there, is_same = edit.key in present, present.get(edit.key) == edit.value
    if edit.seen and not is_same and edit.seen != _present_mark(present, edit.key):
        told = "changed" if is_there else "removed"
        return f"{where}{edit.key} has been {told} by somebody else since it was looked at"
    if edit.wish == "remove" and not is_there:
        return f"{where}{edit.key} is not in the registry"
    if edit.wish == "add" and is_there and not is_same:
        return f"{where}{edit.key} is in the registry with other fields: replace it (--replace), or leave it out"
    if edit.wish == "claim" and edit.key.partition("/")[0] in cards:
        return f"{where}card {edit.key} has an owner already: whoever keeps the registry can change that"
    return ""


def _present_mark(present: Mapping[str, object], key: str) -> str:
    value = present.get(key)
    return mark_of(None if value is _AMBIGUOUS else value)


def _key(written: str) -> str | None:
    try:
        return card_key_of(written)
    except ValueError:
        return None


def _json(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False)
    try:
        text.encode()
    except UnicodeEncodeError:  # half a surrogate pair, which JSON can write and UTF-8 cannot, stays an escape
        return json.dumps(value)
    return text
