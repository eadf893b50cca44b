"""The form of one card: what was filled in, and the edit of the registry that it asks for."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from functions.codecard_avatar.badges_page.typed_card import check_typed
from functions.codecard_avatar.card.card_entry import EntryFaults, entry_key, entry_value, fields_of
from functions.codecard_avatar.card.registry_edits import Edit, claim_edit, mark_of
from functions.codecard_avatar.model.card_id import card_id_of, card_key_of
from functions.codecard_avatar.model.claim_code import card_of_claim_code

if TYPE_CHECKING:
    from collections.abc import Mapping

CARD, BUTTON, KEY, SEEN = "card", "button", "key", "seen"
FIELDS = {
    "title": "Name",
    "role": "Role",
    "company": "Company",
    "detail": "Detail",
    "pronouns": "Pronouns",
    "event": "Event",
    "qr": "QR code: a text, vcard or mecard",
    "email": "Email of the contact",
    "phone": "Phone of the contact",
    "url": "Web address of the contact",
    "photo": "Photo: an object of the private bucket",
    "layout": "Layout",
}
"""What the form asks for; an entry's other fields stay as they are."""

MAIN_FIELDS = ("title", "role", "company")
"""Those that are asked for first."""


@dataclass(frozen=True, slots=True)
class CardForm:
    """The form as it is shown: ``key`` is of the entry that is edited, empty for a new one; faults by field."""

    card: str = ""
    button: str = ""
    key: str = ""
    seen: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    faults: Mapping[str, str] = field(default_factory=dict)


def form_of(posted: Mapping[str, str]) -> CardForm:
    """Return what was sent, as it is shown again. BadRequest for a text that is too long for that."""
    for name in (*FIELDS, CARD, BUTTON, KEY, SEEN):
        check_typed(name, posted.get(name, ""))
    texts = {name: posted.get(name, "").strip() for name in FIELDS}
    key, seen = posted.get(KEY, ""), posted.get(SEEN, "")
    return CardForm(posted.get(CARD, "").strip(), posted.get(BUTTON, ""), key, seen, texts)


def form_of_entry(key: str, value: object) -> CardForm:
    """Return the form that edits an entry."""
    card, _, button = key.partition("/")
    return CardForm(card, button, key, mark_of(value), fields_of(value) or {})


def new_entry(form: CardForm) -> Edit:
    """Return the edit that registers a card by its id, or claims one by its code. Raises EntryFaults."""
    faults: dict[str, str] = {}
    value: str | dict[str, str] = ""
    edit: Edit | None = None
    try:
        value = entry_value(form.fields)
    except EntryFaults as fault:
        faults.update(_by_form_field(fault))
    try:
        edit = _card_edit(form, value)
    except EntryFaults as fault:
        faults.update(fault.by_field)
    if faults or edit is None:
        raise EntryFaults(faults)
    return edit


def changed_entry(form: CardForm, value: object) -> Edit:
    """Return the edit of an entry whose value was ``value`` when it was read last. Raises EntryFaults."""
    kept = {name: text for name, text in (fields_of(value) or {}).items() if name not in FIELDS}
    try:
        key = card_key_of(form.key)
    except ValueError as fault:
        raise EntryFaults({CARD: str(fault)}) from None
    try:
        return Edit("put", key, entry_value({**kept, **form.fields}), seen=form.seen or mark_of(None))
    except EntryFaults as fault:
        raise EntryFaults(_by_form_field(fault)) from None


def _card_edit(form: CardForm, value: str | dict[str, str]) -> Edit:
    by_code, by_id = _read(card_of_claim_code, form.card), _read(card_id_of, form.card)
    if by_code and by_id and by_code != by_id:
        spelt = [":".join(re.findall("..", each)) for each in (by_id, by_code)]
        raise EntryFaults(
            {CARD: f"is a card's id and a claim code alike: write {spelt[0]}, or for the code {spelt[1]}"}
        )
    if by_code and form.button:
        raise EntryFaults({BUTTON: "cannot be chosen with a claim code: register the card first"})
    if by_code:
        return claim_edit(form.card, value)
    if not by_id and "/" not in form.card:
        raise EntryFaults({CARD: "must be a card's id of 12 hex digits, or the claim code on its screen"})
    return Edit("add", entry_key(form.card, form.button), value)


def _read(read: object, text: str) -> str:
    try:
        return str(read(text))  # type: ignore[operator]
    except ValueError:
        return ""


def _by_form_field(fault: EntryFaults) -> dict[str, str]:
    return {"title" if name == "name" else name: text for name, text in fault.by_field.items()}
