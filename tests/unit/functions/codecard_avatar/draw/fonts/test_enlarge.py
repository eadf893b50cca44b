"""Bitmap glyphs made larger: no stairs, no closed gaps, thicker where there is room."""

from __future__ import annotations

from itertools import pairwise

import pytest
from PIL import Image

from functions.codecard_avatar.draw.fonts import FOLDER
from functions.codecard_avatar.draw.fonts.enlarge import enlarged
from functions.codecard_avatar.draw.fonts.pixel_font import pixel_font


def small(character: str) -> Image.Image:
    glyph = pixel_font(FOLDER / "unifont.pxf").glyph(character)
    assert glyph is not None
    return Image.frombytes("1", (glyph.width_px, 16), glyph.rows)


def black(picture: Image.Image) -> int:
    return picture.convert("L").histogram()[255]


@pytest.mark.parametrize("height_px", [20, 32, 40, 64])
def test_the_size_is_the_one_that_is_asked_for(height_px: int) -> None:
    assert enlarged(small("山"), height_px, "bold").size == (height_px, height_px)
    assert enlarged(small("A"), height_px, "bold").size == (height_px // 2, height_px)


def test_bold_is_thicker_where_there_is_room() -> None:
    assert black(enlarged(small("山"), 48, "bold")) > 1.2 * black(enlarged(small("山"), 48, "regular"))


@pytest.mark.parametrize("height_px", range(20, 65, 4))
def test_the_gaps_of_a_korean_syllable_stay_open(height_px: int) -> None:
    # 철 ends below in a letter of three horizontals, one pixel apart: white must be met twice on the way down.
    picture = enlarged(small("철"), height_px, "bold")
    box = picture.crop((0, height_px // 2, height_px, height_px)).getbbox()
    assert box is not None
    gaps = set()
    for x in range(box[0], box[2]):
        column = [bool(picture.getpixel((x, y))) for y in range(height_px // 2, height_px)]
        gaps.add(sum(before and not after for before, after in pairwise(column)))
    assert max(gaps) >= 3


def test_a_diagonal_has_no_stairs() -> None:
    line = Image.new("1", (16, 16))
    for at in range(16):
        line.putpixel((at, at), 1)
    large = enlarged(line, 48, "regular")
    # Doubled pixels would leave the corner between two steps white: (3, 2) and (2, 3) of each step.
    steps = [large.getpixel((3 * at + 3, 3 * at + 2)) for at in range(2, 13)]
    assert all(steps)
