"""Which button of which card was pressed, from the request's headers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from functions.codecard_avatar.errors import BadButton
from functions.codecard_avatar.model.card_id import ID_HEADER, parse_card_id

if TYPE_CHECKING:
    from shared.http_request import HttpRequest

LABEL_HEADER = "X-CODECARD-BUTTON-LABEL"
FUNCTION_HEADER = "X-CODECARD-BUTTON-FUNCTION"


@dataclass(frozen=True, slots=True)
class Button:
    """Card id (12 upper-case hex digits), label (``a`` or ``b``) and function (``1`` short, ``2`` long press)."""

    card_id: str
    label: str = "a"
    function: str = "1"

    @property
    def default(self) -> Button:
        """Button a, short press, of the same card: where users keep their name."""
        return replace(self, label="a", function="1")

    @property
    def key(self) -> str:
        """Label and function, such as ``b/2``, as config and registries name a button."""
        return f"{self.label}/{self.function}"

    def headers(self) -> dict[str, str]:
        """Return the three headers as the card itself sends them."""
        return {ID_HEADER: self.card_id, LABEL_HEADER: self.label, FUNCTION_HEADER: self.function}


def from_request(request: HttpRequest) -> Button:
    """Return the button of a call; without button headers it is a/1. Raises BadCardId or BadButton."""
    return Button(
        card_id=parse_card_id(request.header(ID_HEADER)),
        label=_one_of(request.header(LABEL_HEADER), "ab", LABEL_HEADER),
        function=_one_of(request.header(FUNCTION_HEADER), "12", FUNCTION_HEADER),
    )


def _one_of(text: str | None, allowed: str, header: str) -> str:
    """Return the header's value if it is one of two characters, the first of them where there is no header."""
    given = (text or "").strip().lower() or allowed[0]
    if len(given) != 1 or given not in allowed:
        raise BadButton(f"{header} must be {allowed[0]} or {allowed[1]}", fix="or leave it out", field=header)
    return given
