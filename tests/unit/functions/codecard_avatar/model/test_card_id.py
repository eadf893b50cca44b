"""A card's id from a header, or a key of a registry, in every spelling of a MAC address."""

from __future__ import annotations

import pytest

from functions.codecard_avatar.errors import BadCardId
from functions.codecard_avatar.model.card_id import card_id_of, card_key_of, parse_card_id

SPELLINGS = [
    "CC50E3CCBFFF",
    "cc50e3ccbfff",
    " Cc50e3CCbfff ",
    "CC:50:E3:CC:BF:FF",
    "cc-50-e3-cc-bf-ff",
    "cc50.e3cc.bfff",
    "CC50:E3CC:BFFF",
    "CC50-E3CC-BFFF",
]


@pytest.mark.parametrize("text", SPELLINGS)
def test_an_id_is_twelve_upper_case_hex_digits_however_it_is_written(text: str) -> None:
    assert parse_card_id(text) == "CC50E3CCBFFF"
    assert card_id_of(text) == "CC50E3CCBFFF"
    assert card_key_of(text) == "CC50E3CCBFFF"
    assert card_key_of(f"{text}/B/2") == "CC50E3CCBFFF/b/2"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("CC50E3CCBFF", "it has 11"),
        ("CC50E3CCBFFF0", "it has 13"),
        ("CC:50:E3:CC:BF", "it has 10"),
        ("CC50E3FFFECCBFFF", "it has 16, those of an EUI-64"),
        ("GG50E3CCBFFF", "other characters"),
        ("\u0661" * 12, "other characters"),
        ("CC:50-E3:CC-BF:FF", "its separators"),
        ("CC50E3:CCBFFF", "its separators"),
        ("CC 50 E3 CC BF FF", "its separators"),
        ("CC.50.E3.CC.BF.FF", "its separators"),
        (":CC50E3CCBFFF", "its separators"),
        ("' OR 1=1 --", "other characters"),
    ],
)
def test_anything_else_is_refused_with_the_reason_and_an_example(text: str, why: str) -> None:
    with pytest.raises(BadCardId, match="must be 12 hex digits: ") as caught:
        parse_card_id(text)
    assert why in caught.value.message
    assert caught.value.fix == "such as CC50E3CCBFFF"
    with pytest.raises(ValueError, match=f"such as CC50E3CCBFFF or CC:50:E3:CC:BF:FF: .*{why}"):
        card_id_of(text)


@pytest.mark.parametrize("text", [None, "", "  "])
def test_a_missing_id_is_named(text: str | None) -> None:
    with pytest.raises(BadCardId, match="no header X-CODECARD-ID"):
        parse_card_id(text)


@pytest.mark.parametrize("text", ["CC50E3CCBFFF/c/1", "CC50E3CCBFFF/a/3", "CC50E3CCBFFF/a", "CC50E3CCBFFF/", "/a/1"])
def test_a_key_of_another_shape_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match="CC50E3CCBFFF/b/2"):
        card_key_of(text)
