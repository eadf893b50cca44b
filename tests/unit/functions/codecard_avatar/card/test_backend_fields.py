"""The backend's answers, well-formed or not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.services.codecard.service import COLUMNS, UNKNOWN_CARD, unescaped_json
from functions.codecard_avatar.card import backend_fields
from functions.codecard_avatar.model.card_fields import MAX_FIELD_CHARACTERS


def test_the_fields_are_those_of_the_backends_table() -> None:
    assert dict(COLUMNS) == MAX_FIELD_CHARACTERS


@pytest.mark.parametrize(
    "title",
    ['Joan "JC" Citizen', "back\\slash\\", "two\nlines", "Jo}an", 'a","b', "tab\there", '"', 'ends with "', "Zoë"],
)
def test_an_unescaped_text_is_read_as_it_was_saved(title: str) -> None:
    fields = {"template": "template1", "title": title, "subtitle": "after", "icon": 'a "quoted" icon'}
    assert backend_fields.parse_fields(unescaped_json(fields)) == fields


@given(st.text(st.characters(exclude_characters='\\"', exclude_categories=["Cs"]), min_size=1, max_size=50))
def test_any_title_without_quotes_survives(title: str) -> None:
    if title.strip():
        fields = {"template": "template1", "title": title, "bodytext": "b"}
        assert backend_fields.parse_fields(unescaped_json(fields))["title"] == title


@given(st.text(max_size=300))
def test_any_other_text_is_fields_or_a_value_error(text: str) -> None:
    try:
        fields = backend_fields.parse_fields(text)
    except ValueError:
        return
    assert fields
    assert set(fields) <= set(MAX_FIELD_CHARACTERS)


def test_numbers_are_texts_and_nulls_objects_and_unknown_fields_are_left_out() -> None:
    text = '{"title": "Joan", "badge": 7, "icon": null, "barcode": {"x": 1}, "other": "x", "subtitle": true}'
    assert backend_fields.parse_fields(text) == {"title": "Joan", "badge": "7"}


def test_a_number_beside_a_broken_text_is_read() -> None:
    assert backend_fields.parse_fields('{"badge": 7,"title":"a "b" c","icon": null}') == {
        "badge": "7",
        "title": 'a "b" c',
    }


@pytest.mark.parametrize(
    "text",
    ["", "<html>Service Unavailable</html>", "[1]", '"text"', "null", "{}", '{"other": "x"}', "{broken", "[" * 100_000],
)
def test_what_is_no_card_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError, match="answer"):
        backend_fields.parse_fields(text)


def test_uh_oh_is_known_as_unknown() -> None:
    assert backend_fields.is_unknown_card(backend_fields.parse_fields(unescaped_json(UNKNOWN_CARD)))
    assert not backend_fields.is_unknown_card({"title": "Uh oh! Citizen"})


def test_the_fields_of_the_newer_layouts_are_read_leniently_too() -> None:
    answer = '{"title": "Joan "JC" Citizen", "role": "Pilot", "qr": "https://example.com", "layout": "qr"}'
    assert backend_fields.parse_fields(answer) == {
        "title": 'Joan "JC" Citizen',
        "role": "Pilot",
        "qr": "https://example.com",
        "layout": "qr",
    }
