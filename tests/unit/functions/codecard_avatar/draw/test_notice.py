"""The picture that says why there is no badge."""

from __future__ import annotations

import pytest

from functions.codecard_avatar.draw.notice import (
    BAND_PX,
    MARGIN_PX,
    TEXT_WIDTH_PX,
    draw_notice,
    fit_text,
    wrap_words,
)
from functions.codecard_avatar.draw.typesetting import measure

LONG = "The background image_bg_name cannot be read from private_bucket: 404, no such bucket or object, or no policy"


def test_lines_are_broken_between_words() -> None:
    lines = list(wrap_words(LONG, "regular", 14, TEXT_WIDTH_PX))
    assert " ".join(lines) == LONG
    assert len(lines) > 2
    assert all(measure(line, "regular", 14) <= TEXT_WIDTH_PX for line in lines)


def test_only_a_word_wider_than_a_line_is_broken_itself() -> None:
    host = "x" * 100 + ".example.com"
    lines = list(wrap_words(f"there is no host {host} here", "regular", 14, TEXT_WIDTH_PX))
    assert lines[0] == "there is no host"
    assert "".join(lines[1:]).replace(" ", "") == host + "here"
    assert list(wrap_words("  ", "regular", 14, TEXT_WIDTH_PX)) == []


def test_a_short_text_is_set_larger_than_a_long_one_and_a_longest_one_is_cut() -> None:
    short, _ = fit_text("No name yet")
    size, lines = fit_text("word " * 34)
    assert size < short
    assert " ".join(lines) == ("word " * 34).strip()
    assert len(fit_text("word " * 500)[1]) < 10


@pytest.mark.parametrize("text", ["", LONG, "w" * 170, "word " * 34])
def test_nothing_is_drawn_outside_the_margins(text: str) -> None:
    picture = draw_notice("Uh oh!", "Background is late", text)
    assert (picture.size, picture.mode) == ((264, 176), "1")
    below = picture.crop((0, BAND_PX, 264, 176)).point(lambda value: 255 - value)
    left, _, right, bottom = below.getbbox() or (0, 0, 0, 0)
    assert left >= MARGIN_PX - 1
    assert right <= 264 - MARGIN_PX + 2
    assert bottom <= 176 - BAND_PX


def test_a_title_that_is_too_wide_ends_between_words() -> None:
    assert draw_notice("W " * 40, "W" * 60, "").size == (264, 176)
