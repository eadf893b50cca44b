r"""The JSON that every firmware of the card can read: one flat object of ASCII texts without escapes.

Firmware S (the stock card) and K read up to the first ``}``, O refuses any ``\u``, K has 400 bytes for the whole
document, and the fonts have 0x20 to 0x7E only (docs/codecard-avatar.md, "What the card can read"). emulator/card checks
each of these rules.
"""

from __future__ import annotations

import json
import unicodedata
from typing import TYPE_CHECKING

from functions.codecard_avatar.card.shown_text import message_with_fix, shorten
from functions.codecard_avatar.errors import CardFailure
from functions.codecard_avatar.model.card_fields import MAX_FIELD_CHARACTERS
from shared.results import HttpAnswer

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from shared.errors import FunctionError

MAX_DOCUMENT_BYTES = 390
"""Of an answer with a card's fields, for K, whose document holds 400 bytes; S takes about 1.5 KB."""

_TEXTS = ("title", "subtitle", "bodytext")
DETAIL_FIELD = "detail"
MAX_DETAIL_CHARACTERS = 120
"""Of the notes on a drawing, for people who look at the answer; no firmware reads the field."""

MAX_SHOWN_CHARACTERS = {
    "template1": (16, 20, 170),
    "template2": (22, 26, 105),
    "template3": (16, 24, 170),
    "template4": (20, 32, 170),
    "template5": (0, 15, 170),
    "template6": (0, 15, 80),
    "template7": (22, 105, 0),
    "template9": (50, 50, 0),
    "template10": (15, 26, 65),
    "template11": (22, 26, 0),
}
"""Of title, subtitle and bodytext, by template, as they fit on the panel; the card cuts the rest off."""

TEMPLATE_OF_OTHERS = "template1"
"""Whose lengths hold for a template that is not known."""

_REPLACEMENTS = {
    '"': "'",
    "\\": "/",
    "{": "(",
    "}": ")",
    "\u00df": "ss",
    "\u00c6": "AE",
    "\u00e6": "ae",
    "\u00d8": "O",
    "\u00f8": "o",
    "\u0152": "OE",
    "\u0153": "oe",
    "\u0141": "L",
    "\u0142": "l",
    "\u0110": "D",
    "\u0111": "d",
    "\u00d0": "D",
    "\u00f0": "d",
    "\u00de": "Th",
    "\u00fe": "th",
    "\u0131": "i",
    "\u2018": "'",
    "\u2019": "'",
    "\u201c": "'",
    "\u201d": "'",
    "\u2013": "-",
    "\u2014": "-",
}
"""Characters that end or escape a text, and those that Unicode does not decompose into ASCII."""


def card_text(text: str) -> str:
    """Return the text in the card's characters: accents dropped, controls a blank, what has no ASCII likeness ``?``."""
    return " ".join("".join(map(_ascii, unicodedata.normalize("NFC", text))).split())


def _ascii(character: str) -> str:
    """Return what stands for a character; nothing for marks and for format characters, which have no width."""
    if character in _REPLACEMENTS:
        return _REPLACEMENTS[character]
    if " " <= character <= "~":
        return character
    if unicodedata.category(character) in {"Cc", "Zl", "Zp", "Zs"}:
        return " "
    likeness = unicodedata.normalize("NFKD", character)
    ascii_only = "".join(_REPLACEMENTS.get(each, each) for each in likeness if " " <= each <= "~").strip()
    return ascii_only or ("" if unicodedata.category(character) in {"Mn", "Cf", "Cs"} else "?")


def readable_fields(fields: Mapping[str, str]) -> dict[str, str]:
    """Return a backend's fields made readable for the card, in their order, cut to what their template shows."""
    shown = MAX_SHOWN_CHARACTERS.get(fields.get("template", ""), MAX_SHOWN_CHARACTERS[TEMPLATE_OF_OTHERS])
    limits = {**MAX_FIELD_CHARACTERS, **dict(zip(_TEXTS, shown, strict=True))}
    kept: dict[str, str] = {}
    for name, text in fields.items():
        if name in limits:
            plain = card_text(text)
            _add_if_it_fits(kept, name, shorten(plain, limits[name]) if name in _TEXTS else plain[: limits[name]])
    return kept


def badge_fields(
    fields: Mapping[str, str], picture_url: str, fingerprint: str, notes: Iterable[str] = ()
) -> dict[str, str]:
    """Return the answer with a badge: the backend's fields with template8, the picture and notes on it.

    What the card reads for template8 comes first; the title, the notes and the backend's other fields follow as long as
    the smallest firmware has room for them.
    """
    kept = {"template": "template8", "backgroundColor": "white", "backgroundImage": picture_url}
    if fingerprint:
        kept["fingerprint"] = fingerprint
    _add_if_it_fits(kept, "title", card_text(fields.get("title", ""))[: MAX_FIELD_CHARACTERS["title"]])
    _add_as_much_as_fits(kept, DETAIL_FIELD, card_text("; ".join(notes))[:MAX_DETAIL_CHARACTERS])
    for name, text in fields.items():
        if name in MAX_FIELD_CHARACTERS and name not in kept and name != "fingerprint":
            _add_if_it_fits(kept, name, card_text(text)[: MAX_FIELD_CHARACTERS[name]])
    return kept


def failure_fields(error: FunctionError) -> dict[str, str]:
    """Return the template that shows an expected failure, and its reason for callers that are no card."""
    title, subtitle = ("Uh oh!", error.reason) if not isinstance(error, CardFailure) else (error.title, error.subtitle)
    limits = MAX_SHOWN_CHARACTERS["template1"]
    shown = {
        "title": shorten(card_text(title), limits[0]),
        "subtitle": shorten(card_text(subtitle), limits[1]),
        "bodytext": message_with_fix(card_text(error.message or error.meaning), card_text(error.fix), limits[2]),
    }
    return {"template": "template1", **shown, "icon": "fail", "reason": error.reason}


def card_answer(fields: Mapping[str, str]) -> HttpAnswer:
    """Return the HTTP answer; the order of its headers is part of the contract."""
    # S takes the first header that ends in "ype: " for the content type, and that must not be the last header. O looks
    # for such a header after Content-Length, which a gateway may put behind Content-Type: X-Codecard-Type is the one
    # that it then finds, and for S the header after the content type.
    # The status is 200 for a failure too: the firmware ignores it, and a gateway may replace the body of an error.
    headers = {
        "Content-Type": "application/json",
        "Cache-Control": "no-store",
        "X-Codecard-Type": "application/json",
    }
    return HttpAnswer(200, headers, encode_document(fields))


def encode_document(fields: Mapping[str, str]) -> bytes:
    """Return the document's bytes; ValueError when a text holds what a firmware cannot read."""
    document = json.dumps(fields).encode("ascii")
    if b"\\" in document or document.count(b"}") != 1:
        raise ValueError("a text of the answer is not in the card's characters")
    return document


def _add_if_it_fits(kept: dict[str, str], name: str, text: str) -> None:
    """Add a field unless the document would outgrow the smallest firmware."""
    if text and len(encode_document({**kept, name: text})) <= MAX_DOCUMENT_BYTES:
        kept[name] = text


def _add_as_much_as_fits(kept: dict[str, str], name: str, text: str) -> None:
    """Add the beginning of a text that is for people, as much as the smallest firmware has room for."""
    room = MAX_DOCUMENT_BYTES - len(encode_document({**kept, name: ""}))
    _add_if_it_fits(kept, name, text[: max(0, room)].rstrip())
