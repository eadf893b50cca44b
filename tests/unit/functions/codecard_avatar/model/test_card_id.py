"""A card's id from a header or a key of the config."""

from __future__ import annotations

import pytest

from functions.codecard_avatar.errors import BadCardId
from functions.codecard_avatar.model.card_id import parse_card_id


@pytest.mark.parametrize("text", ["CC50E3CCBFFF", "cc50e3ccbfff", " Cc50e3CCbfff "])
def test_an_id_is_twelve_upper_case_hex_digits(text: str) -> None:
    assert parse_card_id(text) == "CC50E3CCBFFF"


@pytest.mark.parametrize("text", ["CC50E3CCBFF", "CC50E3CCBFFF0", "CC:50:E3:CC:BF:FF", "GG50E3CCBFFF", "\u0661" * 12])
def test_anything_else_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(BadCardId) as caught:
        parse_card_id(text)
    assert caught.value.fix == "such as CC50E3CCBFFF"


@pytest.mark.parametrize("text", [None, "", "  "])
def test_a_missing_id_is_named(text: str | None) -> None:
    with pytest.raises(BadCardId, match="no header X-CODECARD-ID"):
        parse_card_id(text)
