"""What is saved of a card: fields as people give them, looked at before anything is written."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from functions.codecard_avatar.model.badge_content import MAX_LINE_CHARACTERS, MAX_QR_CHARACTERS
from functions.codecard_avatar.model.badge_name import MAX_CHARACTERS, from_title
from functions.codecard_avatar.model.button_layout import BUTTONS, LAYOUT_FIELD, PHOTO_FIELD, parse_layout
from functions.codecard_avatar.model.card_fields import CARD_FIELDS, MAX_FIELD_CHARACTERS
from functions.codecard_avatar.model.card_id import card_key_of

if TYPE_CHECKING:
    from collections.abc import Mapping

PERSON_FIELDS = ("title", "role", "company", "pronouns", "event", "detail", "qr", PHOTO_FIELD, LAYOUT_FIELD)
"""The fields that a person is described by, in the order in which they are shown and written."""

MAX_OBJECT_NAME_BYTES = 1024

_LINE_ENDS = frozenset("\r\n\t")
_MAX_CHARACTERS = {"title": MAX_CHARACTERS, "qr": MAX_QR_CHARACTERS, PHOTO_FIELD: MAX_OBJECT_NAME_BYTES}


class EntryFaults(ValueError):
    """What is wrong with a card's fields: ``by_field`` says it for each."""

    def __init__(self, by_field: Mapping[str, str]) -> None:
        super().__init__("; ".join(f"{field} {fault}" for field, fault in by_field.items()))
        self.by_field = dict(by_field)


def entry_key(card: str, button: str = "") -> str:
    """Return a registry's key for a card, or for one of its buttons (``a/2``). Raises EntryFaults."""
    faults: dict[str, str] = {}
    key = ""
    try:
        key = card_key_of(card)
    except ValueError as fault:
        faults["card"] = str(fault)
    label = button.strip().lower()
    if label and label not in BUTTONS:
        faults["button"] = f"must be one of {', '.join(BUTTONS)}, or left out for the whole card"
    elif label and "/" in key and not key.endswith(label):
        faults["button"] = f"is not the button that the card's key {key} names"
    if faults:
        raise EntryFaults(faults)
    return f"{key}/{label}" if label and "/" not in key else key


def entry_value(fields: Mapping[str, str]) -> str | dict[str, str]:
    """Return what a registry holds of a card: its name alone, or its fields without empty ones. Raises EntryFaults."""
    kept = {name: text.strip() for name, text in fields.items() if text.strip()}
    faults = {name: fault for name, text in kept.items() if (fault := _fault_of(name, text))}
    if from_title(kept.get("title", "")) is None:
        faults.setdefault("name", "must have at least one letter: it is what the badge shows")
    if faults:
        raise EntryFaults(faults)
    if LAYOUT_FIELD in kept:
        kept[LAYOUT_FIELD] = parse_layout(kept[LAYOUT_FIELD])
    ordered = {name: kept[name] for name in dict.fromkeys((*PERSON_FIELDS, *CARD_FIELDS)) if name in kept}
    return ordered["title"] if list(ordered) == ["title"] else ordered


def fields_of(value: object) -> dict[str, str] | None:
    """Return a card's fields of what a registry holds; None where it is neither a name nor an object of texts."""
    if isinstance(value, str):
        return {"title": value}
    if not isinstance(value, dict) or not all(isinstance(text, str) for text in value.values()):
        return None
    return dict(value)


def _fault_of(name: str, text: str) -> str:
    """Return what is wrong with a field's text, empty for a good one."""
    if name not in CARD_FIELDS:
        return "is no field of a card"
    # A QR code may hold a vCard, whose lines end. Joiners of scripts are no printable characters and belong to names.
    printable = text.isprintable()  # nearly all are: a table has a hundred thousand
    controls = set() if printable else {each for each in text if unicodedata.category(each) in {"Cc", "Cs"}}
    if controls - (_LINE_ENDS if name == "qr" else frozenset()):
        return "holds a line end or another control character"
    limit = _MAX_CHARACTERS.get(name, MAX_FIELD_CHARACTERS.get(name, MAX_LINE_CHARACTERS))
    if len(text) > limit or (name == PHOTO_FIELD and len(text.encode()) > MAX_OBJECT_NAME_BYTES):
        return f"has {len(text)} characters, of which {limit} are kept: shorten it"
    if name == PHOTO_FIELD:
        return _photo_fault(text)
    return _layout_fault(text) if name == LAYOUT_FIELD else ""


def _photo_fault(text: str) -> str:
    """Return what is wrong with a photo's name: a press fetches none of these."""
    if any(part in {"", ".", ".."} for part in text.split("/")):
        return "must be the name of an object in private_bucket, such as photos/joan.png"
    return ""


def _layout_fault(text: str) -> str:
    try:
        parse_layout(text)
    except ValueError as fault:
        return str(fault)
    return ""
