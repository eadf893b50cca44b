"""Everything that a badge shows, as one value: what the layouts draw from, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

from functions.codecard_avatar.model.badge_name import clean_title, from_fields

if TYPE_CHECKING:
    from collections.abc import Mapping

    from functions.codecard_avatar.model.badge_name import BadgeName

Layout = Literal["classic", "name-first", "qr", "photo", "details"]
"""How a badge is laid out: ``classic`` as the original drew it, ``name-first`` with the name as large as it goes,
``qr`` a page with a QR code, ``photo`` with the owner's picture, ``details`` with all lines of text."""

LAYOUTS: tuple[Layout, ...] = get_args(Layout)

CONTENT_FIELDS = {
    "role": ("role",),
    "company": ("company", "subtitle"),
    "detail": ("detail", "bodytext"),
    "pronouns": ("pronouns",),
    "event": ("event",),
    "qr": ("qr", "barcode"),
}
"""Fields of BadgeContent with the fields of a card that give them, the first that has a text wins. The second one of a
pair is a column that the ORDS backend has."""

CONTACT_FIELDS = ("email", "phone", "url")
"""Fields of a card that only a contact has."""

MAX_LINE_CHARACTERS = 200
MAX_QR_CHARACTERS = 400
"""Of a QR code's text: what a code of 4 pixels a module, or of 3, can hold on the panel is less."""


@dataclass(frozen=True, slots=True)
class BadgeContent:
    """What a badge shows. Texts are plain words in reading order, empty where there is nothing to show.

    ``role`` is the owner's job title, ``company`` their company or subtitle, ``detail`` one further line, ``event`` the
    event's name, ``qr`` the text of the QR code, ``photo`` the bytes of a picture file (PNG, JPEG, WebP or GIF),
    ``notes`` say in words what is not there as it was asked for.
    """

    name: BadgeName
    layout: Layout = "classic"
    role: str = ""
    company: str = ""
    detail: str = ""
    pronouns: str = ""
    event: str = ""
    qr: str = ""
    photo: bytes = b""
    notes: tuple[str, ...] = ()


def content_of(fields: Mapping[str, str], layout: Layout, event: str = "", photo: bytes = b"") -> BadgeContent | None:
    """Return the content that a card's fields give, or None where they give no name.

    ``event`` is shown where the fields name none, and so are pronouns of the title.
    """
    name = from_fields(fields)
    if name is None:
        return None
    texts = {field: _first_text(fields, sources) for field, sources in CONTENT_FIELDS.items()}
    texts["pronouns"] = texts["pronouns"] or name.pronouns
    texts["event"] = texts["event"] or clean_title(event)
    texts["qr"], note = _qr_text(fields, name, texts)
    notes = (note,) if note and layout == "qr" else ()
    return BadgeContent(name=name, layout=layout, photo=photo, notes=notes, **texts)


def _first_text(fields: Mapping[str, str], sources: tuple[str, ...]) -> str:
    texts = (clean_title(fields.get(source, "")) for source in sources)
    return next((text[:MAX_LINE_CHARACTERS] for text in texts if text), "")


def _qr_text(fields: Mapping[str, str], name: BadgeName, texts: Mapping[str, str]) -> tuple[str, str]:
    """Return the text of the QR code, and a note; one that was given stays as it is, with the line ends of a vCard."""
    given = (fields.get(source, "").strip() for source in CONTENT_FIELDS["qr"])
    asked = next((text[:MAX_QR_CHARACTERS] for text in given if text), "")
    if not asked:
        return "", ""
    from functions.codecard_avatar.model.contact import Contact, qr_text  # most cards ask for none

    code = qr_text(asked, Contact(name, texts["role"], texts["company"], **_contact_texts(fields)))
    return code.text, code.note


def _contact_texts(fields: Mapping[str, str]) -> dict[str, str]:
    return {field: clean_title(fields.get(field, "")) for field in CONTACT_FIELDS}
