"""Names of pictures cannot collide, go stale or be too long."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.codecard_avatar.publish import picture_names
from functions.codecard_avatar.publish.picture_names import MAX_FILE_NAME_CHARACTERS, PictureOwner

OWNER = PictureOwner("CC50E3CCBFFF", "b", "2")


def test_an_object_is_named_after_its_content() -> None:
    assert picture_names.object_name(b"BM") == picture_names.object_name(b"BM")
    assert picture_names.object_name(b"BM") != picture_names.object_name(b"BN")


def test_a_cards_picture_is_named_after_its_button_and_its_content() -> None:
    name = picture_names.card_picture_name(OWNER, b"BM")
    assert name == "CC50E3CCBFFF-b2-60552acac4d4873c.bmp"
    assert picture_names.picture_owner(name) == OWNER
    assert picture_names.card_picture_name(OWNER, b"BN") != name


@pytest.mark.parametrize(
    "file_name",
    [
        "CC50E3CCBFFF-b2-60552acac4d4873c.png",
        "cc50e3ccbfff-b2-60552acac4d4873c.bmp",
        "CC50E3CCBFFF-c1-60552acac4d4873c.bmp",
        "CC50E3CCBFFF-a3-60552acac4d4873c.bmp",
        "CC50E3CCBFFF-a1-60552acac4d4873.bmp",
        "CC50E3CCBFFF-a1-.bmp",
        "Joan Citizen.bmp",
        "",
    ],
)
def test_any_other_form_is_no_cards_picture(file_name: str) -> None:
    assert picture_names.picture_owner(file_name) is None


@pytest.mark.parametrize(
    ("file_name", "title"),
    [
        ("Joan Citizen.bmp", "Joan Citizen"),
        ("J. R. Smith-Jones.bmp", "J. R. Smith-Jones"),
        ("xn--Zo Mller-u1a6o.bmp", "Zo\u00eb M\u00fcller"),
        ("xn--ACDC-rz7u.bmp", "AC/DC"),
    ],
)
def test_the_name_in_an_address_of_former_versions_is_read(file_name: str, title: str) -> None:
    assert picture_names.title_of(file_name) == title


@pytest.mark.parametrize(
    "text", ["", ".bmp", "x", "x.png", "xn--\u00e9.bmp", "xn--999999999.bmp", "\0.bmp", "xn--.bmp"]
)
def test_an_address_without_a_name_is_recognised(text: str) -> None:
    assert picture_names.title_of(text) is None


def test_an_address_longer_than_any_that_is_given_is_not_looked_at() -> None:
    """Decoding takes time that grows with the square of the length, and anybody may send an address."""
    for start, end in (("", ".bmp"), ("xn--", "-.bmp")):
        room = MAX_FILE_NAME_CHARACTERS - len(start) - len(end)
        assert picture_names.title_of(start + "W" * room + end) is not None
        assert picture_names.title_of(start + "W" * (room + 1) + end) is None


@given(st.text(max_size=80))
def test_any_file_name_is_a_name_or_none(text: str) -> None:
    picture_names.title_of(text)
    picture_names.title_of(f"xn--{text}.bmp")
