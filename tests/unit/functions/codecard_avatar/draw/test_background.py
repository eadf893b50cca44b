"""The built-in background leaves room for what is drawn on it."""

from __future__ import annotations

import pytest
from PIL import ImageChops

from functions.codecard_avatar.draw.background import HEADER_BOTTOM_PX, default_background
from functions.codecard_avatar.draw.badge_layout import HEIGHT_PX, WIDTH_PX


@pytest.mark.parametrize("place", [(0, 122, WIDTH_PX, HEIGHT_PX), (160, HEADER_BOTTOM_PX + 1, WIDTH_PX, HEIGHT_PX)])
def test_the_places_of_names_and_identicon_are_white(place: tuple[int, int, int, int]) -> None:
    assert ImageChops.invert(default_background().convert("L").crop(place)).getbbox() is None


def test_it_is_black_and_white_and_the_header_reaches_from_edge_to_edge() -> None:
    picture = default_background()
    assert (picture.mode, picture.size) == ("1", (WIDTH_PX, HEIGHT_PX))
    corners = ((0, 0), (WIDTH_PX - 1, 0), (0, HEADER_BOTTOM_PX), (WIDTH_PX - 1, HEADER_BOTTOM_PX))
    assert {picture.getpixel(at) for at in corners} == {0}
