"""The text of a QR code: as it was given, or a contact built of a card's fields (vCard or MECARD)."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from functions.codecard_avatar.model.badge_name import BadgeName

MAX_QR_BYTES = 192
"""Of a code on the panel: 3 pixels a module leave 49 modules of 176 pixels, which is version 8, level L."""

_FEDIVERSE_HANDLE = re.compile(r"@([A-Za-z0-9_.-]+)@([A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)")
_LEFT_OUT_FIRST = ("role", "company", "phone", "url", "email")
_VCARD_ESCAPES = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n"})
_MECARD_ESCAPES = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", ":": "\\:"})


@dataclass(frozen=True, slots=True)
class Contact:
    """What a contact says of a person; every text but the name's may be empty."""

    name: BadgeName
    role: str = ""
    company: str = ""
    email: str = ""
    phone: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class QrText:
    """The text of a code, and in words what is not in it as it was asked for."""

    text: str
    note: str = ""


def qr_text(asked: str, contact: Contact) -> QrText:
    """Return the text of the code that a card's field `qr` asks for.

    ``vcard`` and ``mecard`` are built of the contact, the first form that fits the panel; everything else stands for
    itself. A handle of the fediverse (``@joan@example.social``) is the address of its profile; any other handle does
    not say whose it is, and stays a text.
    """
    kind = asked.strip().lower()
    if kind not in {"vcard", "mecard"}:
        handle = _FEDIVERSE_HANDLE.fullmatch(asked.strip())
        return QrText(f"https://{handle[2]}/@{handle[1]}" if handle else asked)
    form = QrText("")
    for form in _forms(kind, contact):
        if len(form.text.encode("utf-8", "replace")) <= MAX_QR_BYTES:
            break
    return form


def vcard(contact: Contact) -> str:
    """Return a contact as vCard 3.0, which every phone reads; version 4 (RFC 6350) escapes in the same way."""
    name = contact.name
    full = " ".join(filter(None, (name.prefix, name.first, name.last, name.suffix)))
    lines = [
        "BEGIN:VCARD",
        "VERSION:3.0",
        f"N:{_escaped(name.last)};{_escaped(name.first)};;{_escaped(name.prefix)};{_escaped(name.suffix)}".rstrip(";"),
        f"FN:{_escaped(full)}",
    ]
    texts = {"ORG": contact.company, "TITLE": contact.role, "EMAIL": contact.email, "TEL": contact.phone}
    lines += [f"{key}:{_escaped(text)}" for key, text in texts.items() if text]
    # A URL is a value of its own kind, in which a comma and a semicolon stand for themselves. No line is folded: the
    # readers of codes join none.
    lines += [f"URL:{contact.url}"] if contact.url else []
    return "\r\n".join([*lines, "END:VCARD", ""])


def mecard(contact: Contact) -> str:
    """Return a contact as MECARD, the short form of NTT DOCOMO, in which a role is a note."""
    name = ",".join(each.translate(_MECARD_ESCAPES) for each in (contact.name.last, contact.name.first) if each)
    texts = {"ORG": contact.company, "NOTE": contact.role, "EMAIL": contact.email, "TEL": contact.phone}
    texts["URL"] = contact.url
    parts = [f"{key}:{text.translate(_MECARD_ESCAPES)};" for key, text in texts.items() if text]
    return "".join(("MECARD:N:", name, ";", *parts, ";"))


def _forms(kind: str, contact: Contact) -> Iterator[QrText]:
    """Yield the forms of a contact from the one that was asked for to the shortest."""
    says = ""
    if kind == "vcard":
        yield QrText(vcard(contact))
        says = "the vCard is too long: a MECARD is in the QR code"
    yield QrText(mecard(contact), says)
    left_out: list[str] = []
    for field in _LEFT_OUT_FIRST:
        if getattr(contact, field):
            left_out.append(field)
            blank: dict[str, Any] = {field: ""}
            contact = replace(contact, **blank)
            yield QrText(mecard(contact), f"the contact is too long: the QR code is without {', '.join(left_out)}")


def _escaped(text: str) -> str:
    return text.translate(_VCARD_ESCAPES)
