"""Which button was pressed."""

from __future__ import annotations

import pytest

from functions.codecard_avatar.card.button import Button, from_request
from functions.codecard_avatar.errors import BadButton, BadCardId
from shared.http_request import HttpRequest, from_parts

CARD = "CC50E3CCBFFF"


def request(**headers: str) -> HttpRequest:
    return from_parts(
        "POST", "/codecard/avatar", {name.replace("_", "-"): value for name, value in headers.items()}, "http"
    )


def test_the_cards_own_headers_are_taken() -> None:
    got = from_request(request(x_codecard_id=CARD, x_codecard_button_label="b", x_codecard_button_function="2"))
    assert got == Button(CARD, "b", "2")
    assert got.headers() == {
        "X-CODECARD-ID": CARD,
        "X-CODECARD-BUTTON-LABEL": "b",
        "X-CODECARD-BUTTON-FUNCTION": "2",
    }


def test_without_button_headers_it_is_button_a_short_press() -> None:
    assert from_request(request(x_codecard_id=CARD)) == Button(CARD, "a", "1")


def test_lower_case_ids_and_upper_case_labels_are_accepted() -> None:
    assert from_request(request(x_codecard_id=CARD.lower(), x_codecard_button_label="B")) == Button(CARD, "b", "1")


@pytest.mark.parametrize(
    "given", [None, "", " ", "CC50", CARD + "0", "CC:50:E3:CC:BF", "GG50E3CCBFFF", "../../etc/pa", "\u0661" * 12]
)
def test_anything_but_twelve_hex_digits_is_no_card(given: str | None) -> None:
    headers = {} if given is None else {"x_codecard_id": given}
    with pytest.raises(BadCardId, match="X-CODECARD-ID"):
        from_request(request(**headers))


@pytest.mark.parametrize(
    "headers",
    [{"x_codecard_button_label": "c"}, {"x_codecard_button_function": "3"}, {"x_codecard_button_label": "ab"}],
)
def test_a_button_that_no_card_has_is_named(headers: dict[str, str]) -> None:
    with pytest.raises(BadButton, match="X-CODECARD-BUTTON"):
        from_request(request(x_codecard_id=CARD, **headers))
