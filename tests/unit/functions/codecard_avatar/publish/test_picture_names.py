"""Names of pictures cannot collide, go stale or be too long."""

from __future__ import annotations

import re
from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.codecard_avatar.draw import badge_picture
from functions.codecard_avatar.model import badge_name
from functions.codecard_avatar.model.badge_content import BadgeContent
from functions.codecard_avatar.publish import picture_names
from functions.codecard_avatar.publish.picture_names import MAX_FILE_NAME_CHARACTERS

GATEWAY = f"https://{'a' * 26}.apigateway.eu-frankfurt-1.oci.customer-oci.com/codecard/badge/"


def address(title: str, folder: str = GATEWAY, limit: int = 150) -> str:
    name = badge_name.from_title(title)
    assert name is not None
    return picture_names.picture_address(folder, name, limit)


def read_back(url: str) -> str:
    name = picture_names.name_of(unquote(urlsplit(url).path.rpartition("/")[2]))
    assert name is not None
    return name.full


@pytest.mark.parametrize(
    ("title", "file_name"),
    [
        ("Joan Citizen", "Joan%20Citizen.bmp"),
        ("Conan O'Brien", "Conan%20O'Brien.bmp"),
        ("J. R. Smith-Jones", "J.%20R.%20Smith-Jones.bmp"),
    ],
)
def test_a_simple_name_stands_in_the_address_as_it_is(title: str, file_name: str) -> None:
    assert address(title) == GATEWAY + file_name


@pytest.mark.parametrize(
    "title",
    [
        "Александр Сергеевич Пушкин",
        "Zoë Müller",
        "שרה כהן",
        "AC/DC",
        "../../etc/passwd",
        "a?b#c%d&e=f",
        "xn--x",
        "🎉",
        "'; drop table",
    ],
)
def test_any_other_name_comes_back_out_of_its_address(title: str) -> None:
    url = address(title)
    assert read_back(url) == title
    assert len(url) <= 150
    assert url.isascii()
    assert urlsplit(url).path.startswith("/codecard/badge/")


@pytest.mark.parametrize("title", ["W" * 200, "王" * 200, "Ünïcödé " * 25, "~" * 200])
def test_a_name_too_long_for_an_address_ends_in_an_ellipsis(title: str) -> None:
    url = address(title)
    assert len(url) <= 150
    assert read_back(url).endswith(badge_name.ELLIPSIS)


@given(st.text(max_size=220))
def test_every_address_is_short_ascii_and_holds_a_name_that_is_drawn_alike(title: str) -> None:
    name = badge_name.from_title(title)
    if name is None:
        return
    url = picture_names.picture_address(GATEWAY, name, 150)
    assert url.isascii()
    assert len(url) <= 150
    assert re.fullmatch(r"(?:[A-Za-z0-9.,'_-]|%20)+", url.removeprefix(GATEWAY))
    read = read_back(url)
    assert read == name.full or read.endswith(badge_name.ELLIPSIS)


@pytest.mark.parametrize(
    "text", ["", ".bmp", "x", "x.png", "xn--\u00e9.bmp", "xn--999999999.bmp", "\0.bmp", "xn--.bmp"]
)
def test_an_address_without_a_name_is_recognised(text: str) -> None:
    assert picture_names.name_of(text) is None


def test_an_address_longer_than_any_that_is_given_is_not_looked_at() -> None:
    """Decoding takes time that grows with the square of the length, and anybody may send an address."""
    for start, end in (("", ".bmp"), ("xn--", "-.bmp")):
        room = MAX_FILE_NAME_CHARACTERS - len(start) - len(end)
        assert picture_names.name_of(start + "W" * room + end) is not None
        assert picture_names.name_of(start + "W" * (room + 1) + end) is None


@given(st.text(max_size=80))
def test_any_file_name_is_a_name_or_none(text: str) -> None:
    picture_names.name_of(text)
    picture_names.name_of(f"xn--{text}.bmp")


def test_people_with_the_same_initials_have_pictures_of_their_own() -> None:
    names = [badge_name.from_title(title) for title in ("Joan Citizen", "Joe Cipher")]
    files = [badge_picture.bitmap_file(badge_picture.draw_badge(BadgeContent(name)).picture) for name in names if name]
    assert len({picture_names.object_name(file) for file in files}) == 2
    assert address("Joan Citizen") != address("Joe Cipher")


def test_the_same_picture_has_the_same_name() -> None:
    assert picture_names.object_name(b"BM") == picture_names.object_name(b"BM")
