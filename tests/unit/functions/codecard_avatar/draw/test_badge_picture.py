"""Where the black pixels of a badge are."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops

from functions.codecard_avatar.draw import badge_layout, badge_picture
from functions.codecard_avatar.draw.identicon import identicon_cells
from functions.codecard_avatar.draw.identicon_picture import draw_identicon
from functions.codecard_avatar.model import badge_name
from functions.codecard_avatar.model.badge_content import BadgeContent

NAMES = (0, 126, 163, 176)
"""The part of the badge that names may use; the identicon begins at 163."""


def drawn(title: str) -> Image.Image:
    name = badge_name.from_title(title)
    assert name is not None
    return badge_picture.draw_badge(BadgeContent(name)).picture


def black_box(picture: Image.Image, box: tuple[int, int, int, int]) -> tuple[int, int, int, int] | None:
    """The box of what is black inside a box, in the badge's own pixels; right and lower end exclusive."""
    found = ImageChops.invert(picture.convert("L").crop(box)).getbbox()
    return None if found is None else (found[0] + box[0], found[1] + box[1], found[2] + box[0], found[3] + box[1])


def test_a_badge_is_landscape_in_black_and_white() -> None:
    picture = drawn("Joan Citizen")
    assert (picture.mode, picture.size) == ("1", (264, 176))


def test_the_identicon_is_where_the_published_badge_has_it() -> None:
    picture = drawn("Joan Citizen")
    frame = picture.crop((163, 75, 248, 160))
    assert {frame.getpixel((at, 2)) for at in range(85)} == {0}
    cells = [[frame.getpixel((6 + 9 * x + 4, 6 + 9 * y + 4)) == 255 for x in range(8)] for y in range(8)]
    assert cells == [list(row) for row in identicon_cells("JoCi")]
    around = [picture.getpixel(at) for at in ((162, 100), (248, 100), (200, 74), (200, 160))]
    assert around == [255] * 4


def test_the_names_stand_on_their_lines_at_the_left() -> None:
    picture = drawn("Hana Hill")  # letters without anything below the line
    first, last = black_box(picture, (0, 126, 163, 150)), black_box(picture, (0, 150, 163, 176))
    assert first is not None
    assert last is not None
    assert (first[0], first[3]) == (7, 146)
    assert (last[0], last[3]) == (7, 169)


def test_the_labels_fill_the_boxes_of_the_published_ones() -> None:
    picture = drawn("Joan Citizen")
    caption, heading, edge = (
        black_box(picture, box) for box in ((163, 161, 250, 176), (163, 54, 249, 75), (249, 54, 264, 161))
    )
    for found, box in (
        (caption, badge_layout.CAPTION_BOX),
        (heading, badge_layout.HEADING_BOX),
        (edge, badge_layout.EDGE_LABEL_BOX),
    ):
        assert found is not None
        assert box[0] <= found[0]
        assert box[1] <= found[1]
        assert found[2] <= box[2]
        assert found[3] <= box[3]
    assert caption is not None
    assert heading is not None
    assert (caption[2] - caption[0], heading[2] - heading[0]) >= (75, 75)


@pytest.mark.parametrize(
    "title",
    ["W" * 200, "x " * 100, "Wolfeschlegelsteinhausenbergerdorff Hubert", "Ünïcödé " * 25, "王" * 200, "محمد " * 40],
)
def test_a_long_name_ends_before_the_identicon(title: str) -> None:
    assert black_box(drawn(title), (157, 126, 163, 176)) is None


def test_a_name_of_marks_alone_leaves_its_line_empty_or_marked() -> None:
    assert drawn("\u0301").size == (264, 176)


def test_a_name_of_which_nothing_can_be_drawn_is_shown_as_a_box() -> None:
    assert black_box(drawn("🎉"), (0, 126, 163, 150)) is not None


@settings(deadline=None, max_examples=60)
@given(st.text(min_size=1, max_size=220))
def test_any_name_stays_in_its_place(title: str) -> None:
    name = badge_name.from_title(title)
    if name is None:
        return
    picture = badge_picture.draw_badge(BadgeContent(name)).picture
    found = black_box(picture, NAMES)
    assert found is not None or not (name.first + name.last).strip("\u0300\u00a0 _")
    assert found is None or (found[0] >= 7 and found[2] <= 157)
    assert picture.crop((163, 75, 248, 160)).tobytes() == draw_identicon(name.initials).tobytes()
