"""What a container keeps of the pictures that it has drawn."""

from __future__ import annotations

import pytest

from functions.codecard_avatar.publish.picture_names import PictureOwner, card_picture_name
from functions.codecard_avatar.publish.recent_pictures import KEPT_SECONDS, MAX_PICTURES, RecentPictures


def name_of(card: int, bitmap: bytes) -> str:
    return card_picture_name(PictureOwner(f"{card:012X}", "a", "1"), bitmap)


def test_a_picture_is_found_by_its_whole_name_only() -> None:
    pictures = RecentPictures()
    pictures.keep(name_of(1, b"one"), b"one")
    assert pictures.find(name_of(1, b"one")) == b"one"
    assert pictures.find(name_of(1, b"other")) is None
    assert pictures.find(name_of(2, b"one")) is None
    assert pictures.find("Joan Citizen.bmp") is None


def test_the_newer_picture_of_a_button_takes_the_place_of_the_older() -> None:
    pictures = RecentPictures()
    pictures.keep(name_of(1, b"one"), b"one")
    pictures.keep(name_of(1, b"two"), b"two")
    assert pictures.find(name_of(1, b"one")) is None
    assert pictures.find(name_of(1, b"two")) == b"two"


def test_a_picture_is_kept_until_the_card_has_fetched_it() -> None:
    now = [0.0]
    pictures = RecentPictures(lambda: now[0])
    pictures.keep(name_of(1, b"one"), b"one")
    now[0] = KEPT_SECONDS
    assert pictures.find(name_of(1, b"one")) == b"one"
    now[0] += 0.1
    assert pictures.find(name_of(1, b"one")) is None


def test_no_more_than_so_many_are_kept_and_the_oldest_goes_first() -> None:
    pictures = RecentPictures()
    for card in range(MAX_PICTURES + 1):
        pictures.keep(name_of(card, b"x"), b"x")
    assert pictures.find(name_of(0, b"x")) is None
    assert pictures.find(name_of(1, b"x")) == b"x"


def test_only_a_cards_picture_is_kept() -> None:
    with pytest.raises(AssertionError):
        RecentPictures().keep("Joan Citizen.bmp", b"x")
