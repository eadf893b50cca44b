"""Small lines of text in a column."""

from __future__ import annotations

import itertools

import pytest

from functions.codecard_avatar.draw.composition.text_rows import PITCH_PX, SIZES_PX, TextRows, fit_rows, wrap


def check(rows: TextRows, width_px: int, height_px: int) -> None:
    """All rows lie in the column and none touches another."""
    assert rows.height_px <= height_px
    ends = [
        (baseline - row.above_px, baseline + row.below_px)
        for row, baseline in zip(rows.rows, rows.baselines_px, strict=True)
    ]
    assert all(0 <= top <= bottom <= height_px for top, bottom in ends)
    assert all(before[1] < after[0] or before[1] == after[0] for before, after in itertools.pairwise(ends))
    assert all(row.width_px <= width_px for row in rows.rows)


def test_short_texts_have_the_largest_size_and_a_row_each() -> None:
    rows = fit_rows(("Engineer", "", "Example Corp"), 168, 38)
    assert (len(rows.rows), rows.size_px, rows.cut) == (2, SIZES_PX[0], ())
    check(rows, 168, 38)


def test_a_long_text_is_wrapped_between_words() -> None:
    assert wrap("Senior Platform Engineer", 16, 100) == ["Senior", "Platform", "Engineer"]
    assert wrap("Senior Platform Engineer", 16, 130) == ["Senior Platform", "Engineer"]
    assert wrap("Wolfeschlegelsteinhausen", 16, 100) is None
    assert wrap("", 16, 100) == []


def test_texts_become_smaller_before_they_are_cut() -> None:
    rows = fit_rows(("Senior Principal Developer Advocate", "Example Corp"), 168, 51)
    assert rows.size_px == 14
    assert rows.cut == ()
    check(rows, 168, 51)


@pytest.mark.parametrize("text", ["Wolfeschlegelsteinhausenbergerdorff", "word " * 40])
def test_what_does_not_fit_in_the_smallest_size_is_cut_and_named(text: str) -> None:
    rows = fit_rows((text.strip(), "Example Corp"), 150, 38)
    assert rows.cut == (text.strip(),)
    assert len(rows.rows) == 2
    check(rows, 150, 38)


def test_texts_for_which_there_is_no_row_are_named() -> None:
    rows = fit_rows(("one", "two", "three"), 150, PITCH_PX[12])
    assert len(rows.rows) == 1
    assert rows.cut == ("two", "three")


@pytest.mark.parametrize(
    "texts", [("\u0353", "0" * 16 + "\u090d"), ("हिन्दी", "ก็ที่ปู่", "Ünïcödé"), ("e" + "\u0301" * 20, "x")]
)
def test_rows_of_tall_letters_do_not_touch(texts: tuple[str, ...]) -> None:
    for height_px in (24, 38, 51):
        check(fit_rows(texts, 168, height_px), 168, height_px)
