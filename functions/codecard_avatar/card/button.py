"""Which button of which card was pressed, from the request's headers. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from functions.codecard_avatar.errors import BadButton, BadCardId

if TYPE_CHECKING:
    from shared.http_request import HttpRequest

ID_HEADER = "X-CODECARD-ID"
LABEL_HEADER = "X-CODECARD-BUTTON-LABEL"
FUNCTION_HEADER = "X-CODECARD-BUTTON-FUNCTION"

_CARD_ID = re.compile(r"[0-9A-F]{12}")


@dataclass(frozen=True, slots=True)
class Button:
    """Card id (12 upper-case hex digits), label (``a`` or ``b``) and function (``1`` short, ``2`` long press)."""

    card_id: str
    label: str = "a"
    function: str = "1"

    @property
    def main(self) -> Button:
        """Button a, short press, of the same card: where users keep their name."""
        return replace(self, label="a", function="1")

    def headers(self) -> dict[str, str]:
        """The three headers as the card itself sends them."""
        return {ID_HEADER: self.card_id, LABEL_HEADER: self.label, FUNCTION_HEADER: self.function}


def from_request(request: HttpRequest) -> Button:
    """The button of a call; without button headers it is a/1. Raises BadCardId or BadButton."""
    return Button(
        card_id=card_id(request.header(ID_HEADER)),
        label=_one_of(request.header(LABEL_HEADER), "ab", LABEL_HEADER),
        function=_one_of(request.header(FUNCTION_HEADER), "12", FUNCTION_HEADER),
    )


def card_id(text: str | None) -> str:
    """A card's id in upper case. Raises BadCardId."""
    given = (text or "").strip().upper()
    if not given:
        raise BadCardId(f"The request has no header {ID_HEADER}", fix="send the card's 12 hex digits", field=ID_HEADER)
    if not _CARD_ID.fullmatch(given):
        raise BadCardId(f"{ID_HEADER} must be 12 hex digits", fix="such as CC50E3CCBFFF", field=ID_HEADER)
    return given


def _one_of(text: str | None, allowed: str, header: str) -> str:
    given = (text or "").strip().lower() or allowed[0]
    if len(given) != 1 or given not in allowed:
        raise BadButton(f"{header} must be {allowed[0]} or {allowed[1]}", fix="or leave it out", field=header)
    return given
