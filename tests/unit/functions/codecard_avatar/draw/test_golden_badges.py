"""Badges drawn today are, pixel for pixel, the ones that are kept in tests/golden/badges.

Run this file with Python to draw the kept ones again, all but the classic layout's, and look at what has changed.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from functions.codecard_avatar.draw import badge_picture
from functions.codecard_avatar.draw.sheet import EVENT, FIELDS, sample_photo
from functions.codecard_avatar.model.badge_content import Layout, content_of

if TYPE_CHECKING:
    from functions.codecard_avatar.draw.drawn_badge import DrawnBadge

FOLDER = Path(__file__).resolve().parents[5] / "tests" / "golden" / "badges"
CLASSIC = {
    "joan-citizen": "Joan Citizen",
    "conan-obrien": "Conan O'Brien",
    "zoe-mueller": "Zoë Müller-Lüdenscheidt",
    "madonna": "Madonna",
    "hebrew": "שרה כהן",
    "arabic": "محمد علي",
    "cyrillic": "Анна Каренина",
    "long": "Wolfeschlegelsteinhausenbergerdorff Hubert",
    "chinese": "李小龙",
    "emoji": "🎉",
    "x": "X Æ",
}
"""Names on the badge that the first release of the layout drew, before there was any other layout."""


@pytest.mark.parametrize("slug", CLASSIC)
def test_the_classic_layout_stays_as_it_was(slug: str) -> None:
    content = content_of({"title": CLASSIC[slug]}, "classic")
    assert content is not None
    drawn = badge_picture.draw_badge(content)
    assert drawn.picture.tobytes() == Image.open(FOLDER / f"classic-{slug}.png").tobytes()


OTHERS: dict[Layout, tuple[str, ...]] = {
    "name-first": ("Joan Citizen", "Maximiliana van der Hoogenbandt", "Dr. Ana Maria da Silva PhD", "דוד בן גוריון"),
    "qr": ("Joan Citizen", "Maximiliana van der Hoogenbandt"),
    "photo": ("Joan Citizen", "Maximiliana van der Hoogenbandt"),
    "details": ("Joan Citizen", "Анна Каренина"),
}
"""Names on the badges of the other layouts, all content given."""

BADGES = [(layout, at, title) for layout, titles in OTHERS.items() for at, title in enumerate(titles)]


def drawn(layout: Layout, title: str) -> DrawnBadge:
    content = content_of({"title": title, **FIELDS}, layout, EVENT, sample_photo())
    assert content is not None
    return badge_picture.draw_badge(content)


@pytest.mark.parametrize(("layout", "at", "title"), BADGES)
def test_the_other_layouts_stay_as_they_were_looked_at(layout: Layout, at: int, title: str) -> None:
    kept = Image.open(FOLDER / f"{layout}-{at}.png")
    assert drawn(layout, title).picture.tobytes() == kept.tobytes()


if __name__ == "__main__":
    for layout, at, title in BADGES:
        drawn(layout, title).picture.save(FOLDER / f"{layout}-{at}.png", optimize=True)
