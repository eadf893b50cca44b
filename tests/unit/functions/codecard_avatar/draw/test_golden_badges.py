"""Badges drawn today are, pixel for pixel, the ones that are kept in tests/golden/badges."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from functions.codecard_avatar.draw import badge_picture
from functions.codecard_avatar.model.badge_content import content_of

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
