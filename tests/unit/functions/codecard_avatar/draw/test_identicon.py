"""The identicon is the one that the published badges show."""

from __future__ import annotations

import pytest

from functions.codecard_avatar.draw.identicon import identicon_cells

PUBLISHED = {
    "JoCi": ["###..###", "#.#..#.#", "........", ".#.##.#.", "..#..#..", "#.#..#.#", "...##...", "#.#..#.#"],
    "CaSe": ["........", "###..###", "#.#..#.#", "........", "..####..", "..#..#..", "##....##", "..#..#.."],
    "GuRu": ["...##...", ".#.##.#.", "..####..", "#..##..#", "..####..", "#.#..#.#", ".#....#.", "#......#"],
}
"""Read from three published badges: # is black, . is white."""


@pytest.mark.parametrize("name", PUBLISHED)
def test_the_three_published_identicons_are_drawn_cell_by_cell(name: str) -> None:
    assert ["".join(".#"[not white] for white in row) for row in identicon_cells(name)] == PUBLISHED[name]


@pytest.mark.parametrize("name", ["", "é", "李小", "\ud800"])
def test_any_text_has_a_grid_that_is_its_own_mirror_image(name: str) -> None:
    assert all(row == row[::-1] and len(row) == 8 for row in identicon_cells(name))


def test_case_is_part_of_the_name() -> None:
    assert identicon_cells("JoCi") != identicon_cells("joci")
