"""A line of text as pixels: what stands where, what was missing, which way it reads."""

from __future__ import annotations

import pytest

from functions.codecard_avatar.draw.typesetting import measure, typeset


def test_the_mask_is_cropped_to_its_pixels_and_stands_on_the_baseline() -> None:
    line = typeset("Hop", "black", 40)
    assert line.mask.getbbox() == (0, 0, line.width_px, line.mask.height)
    assert line.above_px + line.below_px == line.mask.height
    assert line.below_px > 0
    assert typeset("H", "black", 40).below_px == 0


@pytest.mark.parametrize("face", ["black", "bold", "regular", "condensed"])
def test_a_measure_is_close_to_the_width_that_is_drawn(face: str) -> None:
    for text in ("Joan", "Citizen", "Maximiliana van der Hoogenbandt"):
        assert abs(measure(text, face, 30) - typeset(text, face, 30).width_px) <= 8


def test_the_direction_is_that_of_the_first_letter() -> None:
    assert typeset("דוד", "bold", 24).rtl
    assert not typeset("Joan", "bold", 24).rtl


def test_a_text_without_pixels_is_no_error() -> None:
    assert typeset("", "small", 14).width_px <= 1
