"""A text as pixels: where its baseline is, what fits, and where it is cut."""

from __future__ import annotations

import pytest

from functions.codecard_avatar.draw.badge_layout import LABEL_SIZES_PX, MAX_NAME_SIZE_PX, MIN_NAME_SIZE_PX
from functions.codecard_avatar.draw.fonts import BOLD, REGULAR, font
from functions.codecard_avatar.draw.text_mask import fit_label, fit_name_line, fits_name_line, shorten, text_mask
from functions.codecard_avatar.model.badge_name import ELLIPSIS

SMALLEST, LARGEST = font(BOLD, MIN_NAME_SIZE_PX), font(BOLD, MAX_NAME_SIZE_PX)


@pytest.mark.parametrize("size_px", range(MIN_NAME_SIZE_PX, MAX_NAME_SIZE_PX + 1))
@pytest.mark.parametrize("weight", [REGULAR, BOLD])
def test_letters_without_a_descender_end_at_the_baseline_in_every_size(weight: str, size_px: int) -> None:
    assert text_mask(font(weight, size_px), "Hill").below_px == 0


def test_what_is_below_the_baseline_is_counted() -> None:
    assert text_mask(LARGEST, "g").below_px > 0
    assert text_mask(LARGEST, "\u2019").below_px < 0


def test_a_text_without_pixels_has_an_empty_mask() -> None:
    empty = text_mask(LARGEST, " ")
    assert (empty.mask.size, empty.mask.getbbox()) == ((1, 1), None)


def test_a_mask_has_no_margins() -> None:
    mask = text_mask(LARGEST, "Joan").mask
    assert mask.getbbox() == (0, 0, *mask.size)


def test_a_long_name_is_made_smaller_before_it_is_shortened() -> None:
    assert fits_name_line(SMALLEST, "Wolfeschlegelsteinhaus")
    assert not fits_name_line(LARGEST, "Wolfeschlegelsteinhaus")
    assert fit_name_line("Wolfeschlegelsteinhaus", BOLD).mask.width <= 150
    assert shorten(SMALLEST, "W" * 200).endswith(ELLIPSIS)


def test_a_name_is_cut_after_the_last_letter_that_fits() -> None:
    kept = shorten(SMALLEST, "W" * 200).removesuffix(ELLIPSIS)
    assert fits_name_line(SMALLEST, kept + ELLIPSIS)
    assert not fits_name_line(SMALLEST, kept + "W" + ELLIPSIS)


def test_a_name_of_which_no_letter_fits_is_an_ellipsis() -> None:
    assert shorten(font(BOLD, 400), "WW") == ELLIPSIS


def test_a_shortened_name_never_loses_a_mark_of_its_last_letter() -> None:
    shortened = shorten(SMALLEST, "q\u0308\u0323" * 100)
    assert shortened.removesuffix(ELLIPSIS).replace("q\u0308\u0323", "") == ""


def test_a_name_of_which_nothing_can_be_drawn_is_one_to_three_boxes() -> None:
    one, three, many = (fit_name_line("\U0001f389" * count, BOLD).mask.width for count in (1, 3, 9))
    assert one < three == many


def test_a_label_takes_the_largest_size_that_fits_its_box() -> None:
    widths = [text_mask(font(REGULAR, size_px), "label").mask.width for size_px in LABEL_SIZES_PX]
    assert fit_label("label", (0, 0, 200, 20)).width == widths[0]
    assert fit_label("label", (10, 10, 10 + widths[2], 30)).width == widths[2]
    assert fit_label("label", (0, 0, 1, 1)).width == widths[-1]
