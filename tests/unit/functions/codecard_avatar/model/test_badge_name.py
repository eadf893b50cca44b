"""What a badge makes of a title."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.codecard_avatar.model.badge_name import MAX_CHARACTERS, BadgeName, clean_title, from_fields, from_title


@pytest.mark.parametrize(
    ("title", "first", "last", "initials"),
    [
        ("Joan Citizen", "Joan", "Citizen", "JoCi"),
        ("Conan O'Brien", "Conan", "O'Brien", "CoOB"),
        ("Zoë Müller-Lüdenscheidt", "Zoë", "Müller-Lüdenscheidt", "ZoMü"),
        ("Madonna", "Madonna", "", "Ma"),
        ("Ana Maria da Silva", "Ana Maria", "da Silva", "AnSi"),
        ("  Joan \t Citizen\n", "Joan", "Citizen", "JoCi"),
        ("Joan 🎉 Citizen ⭐", "Joan", "Citizen", "JoCi"),
        ("🎉", "🎉", "", "🎉"),
        ("שרה כהן", "שרה", "כהן", "שרכה"),
        ("李小龙", "李小龙", "", "李小"),
        ("Jo$(touch x) Citizen", "Jo$(touch x)", "Citizen", "JoCi"),
        ("'; drop table", "'; drop", "table", "ta"),
        ("../../etc/passwd", "../../etc/passwd", "", "et"),
        ("X Æ", "X", "Æ", "XÆ"),
    ],
)
def test_a_title_becomes_two_lines_and_the_identicons_name(title: str, first: str, last: str, initials: str) -> None:
    assert from_title(title) == BadgeName(first, last, initials)


@pytest.mark.parametrize(
    "title", ["", "   ", "\0\x1b\n", "\u200b\u202e", "\ue03a", "\u034f", "\u3164\uffa0", "\U000e0100"]
)
def test_a_title_with_nothing_to_see_is_no_name(title: str) -> None:
    assert from_title(title) is None


def test_decomposed_letters_are_the_same_name_as_composed_ones() -> None:
    assert from_title("Zoe\u0308 Mu\u0308ller") == from_title("Zoë Müller")


def test_control_characters_and_direction_marks_are_not_part_of_a_name() -> None:
    name = from_title("Jo\x07an\u202e Citi\u200bzen")
    assert name is not None
    assert name.full == "Jo an Citizen"


def test_marks_and_letters_without_a_picture_are_not_part_of_a_name() -> None:
    # A registered glyph of a Japanese name, a joiner of marks, and the filler that people type for an "empty" name.
    assert clean_title("\u845b\U000e0100\u57ce") == "\u845b\u57ce"
    assert clean_title("Jo\u034fan") == "Joan"
    assert clean_title("Joan\u3164Citizen") == "Joan Citizen"


@pytest.mark.parametrize("title", ["\u0645\u06cc\u200c\u0631\u0648\u062f", "\u0dc1\u0dca\u200d\u0dbb\u0dd3"])
def test_a_joiner_is_part_of_the_spelling_in_persian_and_in_the_scripts_of_india(title: str) -> None:
    name = from_title(title)
    assert name is not None
    assert name.full == title
    assert "\u200c" not in name.initials


@pytest.mark.parametrize("title", ["Jo\u200dan", "\u200dJoan", "Jo\u200c\u200dan", "Joan\u200d"])
def test_a_joiner_elsewhere_is_not(title: str) -> None:
    assert from_title(title) == from_title("Joan")


def test_two_hundred_characters_are_looked_at() -> None:
    name = from_title("x" * 5000)
    assert name is not None
    assert len(name.full) == MAX_CHARACTERS


@given(st.text())
def test_a_name_split_again_is_the_same_name(title: str) -> None:
    name = from_title(title)
    if name is not None:
        assert from_title(name.full) == name
        assert name.first
        assert len(name.initials) <= 4


def test_the_name_is_the_title_of_a_cards_fields() -> None:
    assert from_fields({"title": "Joan Citizen", "subtitle": "s"}) == from_title("Joan Citizen")
    assert from_fields({"subtitle": "s"}) is None
