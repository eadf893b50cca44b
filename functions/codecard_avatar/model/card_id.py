"""A card's id: its MAC address as 12 hex digits."""

from __future__ import annotations

import re

from functions.codecard_avatar.errors import BadCardId

ID_HEADER = "X-CODECARD-ID"

_CARD_ID = re.compile(r"[0-9A-F]{12}")


def parse_card_id(text: str | None) -> str:
    """Return a card's id in upper case. Raises BadCardId."""
    given = (text or "").strip().upper()
    if not given:
        raise BadCardId(f"The request has no header {ID_HEADER}", fix="send the card's 12 hex digits", field=ID_HEADER)
    if not _CARD_ID.fullmatch(given):
        raise BadCardId(f"{ID_HEADER} must be 12 hex digits", fix="such as CC50E3CCBFFF", field=ID_HEADER)
    return given
