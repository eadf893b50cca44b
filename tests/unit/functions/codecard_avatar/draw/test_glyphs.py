"""What the font can draw, and in which order."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.codecard_avatar.draw.fonts import BOLD, REGULAR, font
from functions.codecard_avatar.draw.glyphs import COVERAGE, MISSING_LETTER, has_glyph, visual_text


@pytest.mark.parametrize("weight", [REGULAR, BOLD])
def test_every_character_of_the_coverage_is_in_the_font_file(weight: str) -> None:
    face = font(weight, 20)
    missing = bytes(face.getmask("\U0010fffd", mode="1"))
    covered = [chr(code) for first, last in COVERAGE for code in range(first, last + 1)]
    assert len(covered) > 1600
    assert [f"{ord(each):04x}" for each in covered if bytes(face.getmask(each, mode="1")) == missing] == []


def test_latin_is_covered_whole() -> None:
    latin = [*range(0x20, 0x7F), *range(0xA0, 0x250)]
    assert all(has_glyph(chr(code)) for code in latin)


@pytest.mark.parametrize(
    ("text", "drawn"),
    [
        ("Łukasz Żółć", "Łukasz Żółć"),
        ("Nguyễn Thị Ánh", "Nguyễn Thị Ánh"),
        ("\uff2a\uff2f\uff21\uff2e", "JOAN"),  # full-width letters have plain ones
        ("ﬃ", "ffi"),
        ("李小龙", MISSING_LETTER * 3),
        ("a\u3000b", "a b"),
        ("Jo★an", "Joan"),
        ("🎉", ""),
    ],
)
def test_what_the_font_has_not_is_a_plain_letter_a_box_or_nothing(text: str, drawn: str) -> None:
    assert visual_text(text) == drawn


def test_hebrew_is_drawn_from_right_to_left() -> None:
    assert visual_text("שרה") == "הרש"


def test_latin_inside_hebrew_keeps_its_direction_and_brackets_are_mirrored() -> None:
    assert visual_text("שרה (Sara)") == "(Sara) הרש"


def test_digits_in_a_right_to_left_line_stay_in_order() -> None:
    assert visual_text("כהן 42") == "42 ןהכ"


def test_arabic_letters_are_joined() -> None:
    assert visual_text("محمد") == "\ufeaa\ufee4\ufea4\ufee3"  # dal final, meem medial, hah medial, meem initial


def test_lam_and_alef_are_one_letter() -> None:
    assert visual_text("سلام") == "\ufee1\ufefc\ufeb3"


def test_a_letter_that_does_not_join_its_follower_stands_alone() -> None:
    assert visual_text("داود") == "\ufea9\ufeed\ufe8d\ufea9"


@given(st.text())
def test_everything_drawn_is_in_the_font(text: str) -> None:
    assert all(map(has_glyph, visual_text(text)))
