"""A claim code names its card, and a code with a mistake names none."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.codecard_avatar.model.claim_code import ALPHABET, EXAMPLE_CODE, card_of_claim_code, claim_code_of

IDS = st.integers(0, 2**48 - 1).map("{:012X}".format)


def test_the_example_is_the_documents_cards_code() -> None:
    assert claim_code_of("cc:50:e3:cc:bf:ff") == EXAMPLE_CODE


@given(IDS)
def test_a_code_is_three_groups_of_four_and_gives_the_card_back(card_id: str) -> None:
    code = claim_code_of(card_id)
    assert re.fullmatch(f"[{ALPHABET}]{{4}}(-[{ALPHABET}]{{4}}){{2}}", code)
    assert card_of_claim_code(code) == card_id
    assert card_of_claim_code(f" {code.lower().replace('-', ' ')} ") == card_id


def test_letters_that_look_like_digits_are_read_as_those() -> None:
    code = claim_code_of("000000000001")
    assert card_of_claim_code(code.replace("0", "O").replace("1", "l")) == "000000000001"


@given(IDS, st.integers(0, 11), st.integers(1, 31))
def test_one_wrong_character_is_noticed(card_id: str, place: int, step: int) -> None:
    text = claim_code_of(card_id).replace("-", "")
    wrong = ALPHABET[(ALPHABET.index(text[place]) + step) % 32]
    with pytest.raises(ValueError, match="has a mistake"):
        card_of_claim_code(text[:place] + wrong + text[place + 1 :])


@given(IDS, st.integers(0, 10))
def test_two_neighbours_that_change_places_are_noticed(card_id: str, place: int) -> None:
    text = claim_code_of(card_id).replace("-", "")
    swapped = text[:place] + text[place + 1] + text[place] + text[place + 2 :]
    if swapped != text:
        with pytest.raises(ValueError, match="has a mistake"):
            card_of_claim_code(swapped)


@pytest.mark.parametrize(
    "code", ["", "SH8E-7K5Z", "SH8E-7K5Z-ZYDKX", "SH8E-7K5Z-ZYDU", "SH8E-7K5Z-ZYD\u0664", "CC50E3CCBFF!"]
)
def test_another_text_is_refused_with_an_example(code: str) -> None:
    with pytest.raises(ValueError, match=f"such as {EXAMPLE_CODE}"):
        card_of_claim_code(code)
