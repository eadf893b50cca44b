"""Text can be read on every background, and a light one is left as it is."""

from __future__ import annotations

import functools
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from functions.codecard_avatar.draw import badge_layout, badge_picture
from functions.codecard_avatar.draw.contrast import Ink, is_light_around, lay_inks
from functions.codecard_avatar.draw.layouts.classic import draw
from functions.codecard_avatar.draw.photo import dithered
from functions.codecard_avatar.model.badge_content import BadgeContent, Layout, content_of
from functions.codecard_avatar.model.badge_name import from_title

SIZE = (264, 176)
NAMES = ("Joan Citizen", "John Citizen", "Jean Citizen", "Ivan Citizen", "Jo Cipher", "Ann Cipher", "Gyp Ngyq")
FIELDS = {"role": "Engineer", "company": "Example", "pronouns": "they/them", "detail": "Ask me", "qr": "@joan"}


def content(name: str, layout: Layout = "classic") -> BadgeContent:
    found = content_of({"title": name, **FIELDS}, layout)
    assert found is not None
    return found


def plain(colour: int) -> Image.Image:
    return Image.new("1", SIZE, colour)


@functools.cache
def on_white(name: str, layout: Layout = "classic") -> Image.Image:
    return badge_picture.draw_badge(content(name, layout), plain(255)).picture


def black_pixels(picture: Image.Image) -> int:
    return picture.convert("L").histogram()[0]


def set_pixels(picture: Image.Image) -> int:
    return picture.convert("L").histogram()[255]


def noise(seed: int, darkest: int) -> Image.Image:
    levels = random.Random(seed).randbytes(SIZE[0] * SIZE[1])  # noqa: S311
    return Image.frombytes("L", SIZE, levels).point(lambda level: 255 if level >= darkest else 0, "1")


def dithered_level(level: int) -> Image.Image:
    return Image.new("L", SIZE, level).convert("1")


def boxed(boxes: list[tuple[int, ...]]) -> Image.Image:
    picture = plain(255)
    for x, y, other_x, other_y in boxes:
        ImageDraw.Draw(picture).rectangle((min(x, other_x), min(y, other_y), max(x, other_x), max(y, other_y)), fill=0)
    return picture


BACKGROUNDS = st.one_of(
    st.builds(noise, st.integers(0, 9), st.integers(0, 256)),
    st.builds(dithered_level, st.integers(0, 255)),
    st.builds(boxed, st.lists(st.tuples(*[st.integers(0, 264)] * 4), max_size=6)),
)


def name_like(picture: Image.Image) -> str:
    """Which name's pixels agree best with the picture around where its letters stand."""
    box = (0, 126, 160, 176)

    def disagreement(name: str) -> int:
        want = on_white(name).crop(box)
        around = ImageChops.invert(want).convert("L").filter(ImageFilter.MaxFilter(5)).convert("1")
        return black_pixels(ImageChops.invert(ImageChops.logical_and(around, difference(picture.crop(box), want))))

    return min(NAMES, key=disagreement)


def difference(one: Image.Image, other: Image.Image) -> Image.Image:
    return ImageChops.logical_xor(one, other)


@settings(deadline=None, max_examples=40)
@given(BACKGROUNDS, st.sampled_from(NAMES))
def test_the_name_is_read_over_any_background(background: Image.Image, name: str) -> None:
    picture = draw(content(name), background, None).picture
    assert name_like(picture) == name
    # Whatever the background, no letter is lost: what surrounds the ink of each is mostly white.
    ink = ImageChops.invert(on_white(name).crop((0, 126, 160, 176)))
    wide = ink.convert("L").filter(ImageFilter.MaxFilter(5)).convert("1")
    ring = ImageChops.logical_and(wide, ImageChops.invert(ink))
    dark = ImageChops.logical_and(ring, ImageChops.invert(picture.crop((0, 126, 160, 176))))
    for left in range(0, 150, 5):
        part = (left, 0, left + 12, 50)
        assert set_pixels(dark.crop(part)) <= 10 + 0.3 * set_pixels(ring.crop(part))


@pytest.mark.parametrize("layout", ["name-first", "details", "qr", "photo"])
@pytest.mark.parametrize("ground", [plain(0), dithered_level(128), dithered_level(60)], ids=["black", "grey", "dark"])
def test_every_text_of_every_layout_stands_on_white(layout: Layout, ground: Image.Image) -> None:
    drawn, on_light = (badge_picture.draw_badge(content("Joan Citizen", layout), each) for each in (ground, plain(255)))
    assert len(drawn.boxes) > 2
    for left, top, right, bottom in drawn.boxes:
        box = (left, top, right, bottom)
        assert drawn.picture.crop(box).tobytes() == on_light.picture.crop(box).tobytes()


def test_a_light_background_with_a_line_under_the_name_is_left_as_it_is() -> None:
    lined = plain(255)
    for baseline in (148, 171):
        ImageDraw.Draw(lined).line((4, baseline, 158, baseline), fill=0)
    picture = draw(content("Joan Citizen"), lined, None).picture
    assert picture.tobytes() == ImageChops.logical_and(lined, on_white("Joan Citizen")).tobytes()


def test_one_letter_on_black_is_not_lost_in_a_long_name() -> None:
    background = plain(255)
    ImageDraw.Draw(background).rectangle((130, 120, 145, 176), fill=0)
    name = from_title("Wilhelmina Vandenberghe")
    assert name is not None
    picture = draw(BadgeContent(name), background, None).picture
    assert ImageChops.logical_and(ImageChops.invert(on_white("Wilhelmina Vandenberghe")), picture).getbbox() is None
    ring = picture.crop((128, 150, 148, 156)).convert("L").histogram()
    assert ring[255] > ring[0]


def test_a_plate_takes_nothing_of_a_text_beside_it() -> None:
    picture = plain(0)
    tall, low = Image.new("1", (4, 20), 255), Image.new("1", (30, 6), 255)
    lay_inks(picture, (Ink(tall, 20, 20),))
    lay_inks(picture, (Ink(low, 10, 41),), laid=(Ink(tall, 20, 20),))
    assert black_pixels(picture.crop((20, 20, 24, 40))) == 80


def test_an_empty_text_changes_nothing() -> None:
    picture = plain(0)
    lay_inks(picture, (Ink(Image.new("1", (5, 5), 0), 9, 9),))
    assert picture.tobytes() == plain(0).tobytes()


def test_a_text_at_the_edge_of_the_panel_is_judged_by_what_is_on_it() -> None:
    block = Image.new("1", (20, 10), 255)
    assert is_light_around(plain(255), Ink(block, 0, 0))
    assert not is_light_around(plain(0), Ink(block, 0, 0))
    assert not is_light_around(plain(0), Ink(block, 250, 170))


def test_the_identicon_keeps_its_frame_on_a_dark_background() -> None:
    left, top = badge_layout.IDENTICON_LEFT_TOP_PX
    box = (left, top, left + 85, top + 85)
    picture = draw(content("Joan Citizen"), plain(0), None).picture
    assert picture.crop(box).tobytes() == on_white("Joan Citizen").crop(box).tobytes()


def test_a_photo_behind_the_name_leaves_it_readable() -> None:
    photo = dithered(Image.radial_gradient("L").resize(SIZE))
    for name in NAMES:
        assert name_like(draw(content(name), photo, None).picture) == name
