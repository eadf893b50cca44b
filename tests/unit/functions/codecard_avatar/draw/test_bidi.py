"""Runs of one direction, in the order in which they are drawn."""

from __future__ import annotations

import pytest

from functions.codecard_avatar.draw.bidi import directional_runs, is_right_to_left

ALEF, BET = "\u05d0", "\u05d1"
POINT = "\u05b4"
"""A vowel below the letter before it."""


@pytest.mark.parametrize(
    ("text", "runs"),
    [
        ("ab", [("ab", False)]),
        (ALEF + BET, [(ALEF + BET, True)]),
        (f"a {ALEF}", [("a ", False), (ALEF, True)]),
        (f"{ALEF} a", [("a", False), (f"{ALEF} ", True)]),
        (f"{ALEF} 12 {BET}", [(f" {BET}", True), ("12", False), (f"{ALEF} ", True)]),
        (f"a {ALEF}{POINT} b", [("a ", False), (ALEF + POINT, True), (" b", False)]),
        (f"{POINT}{ALEF}", [(POINT + ALEF, True)]),
        # both brackets of a pair turn the same way (N0), at a line's end too
        (f"{ALEF} Ltd. (2026)", [("Ltd. (2026)", False), (f"{ALEF} ", True)]),
        (f"{ALEF} (David)", [(")", True), ("David", False), (f"{ALEF} (", True)]),
        (f"a {ALEF} (b", [("a ", False), (ALEF, True), (" (b", False)]),
        (f"a [{ALEF}] (({BET}))", [("a [", False), (ALEF, True), ("] ((", False), (BET, True), ("))", False)]),
        ("-", [("-", False)]),
        ("", []),
    ],
)
def test_runs_stand_as_they_are_drawn(text: str, runs: list[tuple[str, bool]]) -> None:
    assert directional_runs(text) == runs


def test_the_lines_direction_is_that_of_its_first_letter() -> None:
    assert is_right_to_left(f"(1) {ALEF} a")  # a number has no direction of its own
    assert not is_right_to_left(f"1 a {ALEF}")
    assert is_right_to_left(f"({ALEF}) a")
    assert not is_right_to_left("")
