"""The places of the badge do not overlap, and lie on the panel."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest

from emulator.card import panel
from functions.codecard_avatar.draw import badge_layout, bitmap
from functions.codecard_avatar.model.badge_name import BadgeName

if TYPE_CHECKING:
    from functions.codecard_avatar.draw.badge_layout import Box

LEFT, TOP = badge_layout.IDENTICON_LEFT_TOP_PX
IDENTICON_BOX: Box = (LEFT, TOP, LEFT + badge_layout.IDENTICON_PX, TOP + badge_layout.IDENTICON_PX)
NAMES_BOX: Box = (badge_layout.NAME_LEFT_PX, 126, badge_layout.NAME_RIGHT_PX, badge_layout.HEIGHT_PX)
BOXES = {
    "names": NAMES_BOX,
    "identicon": IDENTICON_BOX,
    "caption": badge_layout.CAPTION_BOX,
    "heading": badge_layout.HEADING_BOX,
    "edge label": badge_layout.EDGE_LABEL_BOX,
}


def overlap(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


@pytest.mark.parametrize("pair", list(itertools.combinations(BOXES, 2)), ids=" and ".join)
def test_no_two_places_overlap(pair: tuple[str, str]) -> None:
    assert not overlap(*(BOXES[name] for name in pair))


@pytest.mark.parametrize("name", BOXES)
def test_every_place_lies_on_the_picture(name: str) -> None:
    left, top, right, bottom = BOXES[name]
    assert 0 <= left < right <= badge_layout.WIDTH_PX
    assert 0 <= top < bottom <= badge_layout.HEIGHT_PX


def test_the_picture_is_the_panel_turned() -> None:
    assert (
        (badge_layout.HEIGHT_PX, badge_layout.WIDTH_PX)
        == (bitmap.WIDTH_PX, bitmap.HEIGHT_PX)
        == (panel.WIDTH_PX, panel.HEIGHT_PX)
    )


def test_the_identicon_has_a_frame_on_all_sides() -> None:
    beside_the_cells = badge_layout.IDENTICON_PX - 8 * badge_layout.IDENTICON_CELL_PX
    assert beside_the_cells - badge_layout.IDENTICON_FRAME_PX >= badge_layout.IDENTICON_FRAME_PX


def test_every_line_shows_a_part_of_the_name() -> None:
    assert all(hasattr(BadgeName, line.field) for line in badge_layout.NAME_LINES)
    baselines = [line.baseline_px for line in badge_layout.NAME_LINES]
    assert baselines == sorted(baselines)
