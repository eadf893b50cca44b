"""A card's id: its MAC address, however it is written, as 12 hex digits; and the key of one of its buttons."""

from __future__ import annotations

import re

from functions.codecard_avatar.errors import BadCardId

ID_HEADER = "X-CODECARD-ID"

EXAMPLE = "CC50E3CCBFFF"

_PAIR, _QUAD = "[0-9A-F]{2}", "[0-9A-F]{4}"
_SPELLINGS = re.compile(
    rf"[0-9A-F]{{12}}|{_PAIR}(?P<of_pairs>[:-]){_PAIR}(?:(?P=of_pairs){_PAIR}){{4}}"
    rf"|{_QUAD}(?P<of_quads>[.:-]){_QUAD}(?P=of_quads){_QUAD}"
)
"""48 bits, bare; in six pairs (IEEE 802: dashes; most tools: colons); or in three groups of four (a switch: dots)."""

_BUTTON = re.compile(r"(?P<card>[^/]+)/(?P<label>[ABab])/(?P<function>[12])")


def card_id_of(text: str) -> str:
    """Return the id of a MAC address in upper case, without separators; ValueError says what is wrong and the fix."""
    given = text.strip().upper()
    if _SPELLINGS.fullmatch(given):
        return re.sub("[.:-]", "", given)
    raise ValueError(f"must be 12 hex digits, such as {EXAMPLE} or CC:50:E3:CC:BF:FF{_why_not(given)}")


def card_key_of(text: str) -> str:
    """Return a registry's key, a card's id or ``<id>/<label>/<function>``, as it is compared; ValueError as above.

    The label is in lower case there: ``CC50E3CCBFFF/b/2``.
    """
    button = _BUTTON.fullmatch(text.strip())
    if button is None and "/" in text:
        raise ValueError(f"must be a card's id, or one with a button a or b and 1 or 2: {EXAMPLE}/b/2")
    if button is None:
        return card_id_of(text)
    return f"{card_id_of(button['card'])}/{button['label'].lower()}/{button['function']}"


def parse_card_id(text: str | None) -> str:
    """Return the id that a request's header gives. Raises BadCardId."""
    if not (text or "").strip():
        raise BadCardId(f"The request has no header {ID_HEADER}", fix="send the card's 12 hex digits", field=ID_HEADER)
    try:
        return card_id_of(text or "")
    except ValueError:
        fix = f"such as {EXAMPLE}"
        raise BadCardId(f"{ID_HEADER} must be 12 hex digits{_why_not(text or '')}", fix=fix, field=ID_HEADER) from None


def _why_not(text: str) -> str:
    """Return what distinguishes a text from a MAC address, of what people usually send; it holds none of the text."""
    bare = re.sub(r"[\s.:_-]", "", text)
    if not re.fullmatch(r"[0-9A-Fa-f]+", bare):
        return ": it has other characters"
    if len(bare) == 16:
        return ": it has 16, those of an EUI-64"
    return f": it has {len(bare)}" if len(bare) != 12 else ": its separators are not those of a MAC address"
