"""Waits between two looks: within their limits whatever chance says, and never shorter than the service asks."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ops.oke.pace import JITTER, Pace, retry_after_seconds
from ops.oke.progress import BAR_CELLS, Progress, bar

CHANCE = st.floats(0, 1, exclude_max=True)


@given(st.integers(0, 10_000), CHANCE)
def test_a_wait_is_between_a_second_and_half_a_minute(turn: int, chance: float) -> None:
    seconds = Pace(chance=lambda: chance).seconds(turn)
    assert 1 <= seconds <= 30 * (1 + JITTER)


@given(st.integers(0, 100), st.floats(0.1, 600), CHANCE)
def test_what_the_service_asks_for_is_never_undercut(turn: int, asked: float, chance: float) -> None:
    assert Pace(chance=lambda: chance).seconds(turn, asked) >= asked


def test_waits_grow() -> None:
    pace = Pace(chance=lambda: 0.0)
    waits = [pace.seconds(turn) for turn in range(12)]
    assert (waits[0], waits[-1], waits) == (1, 30, sorted(waits))


@pytest.mark.parametrize(
    ("text", "seconds"), [("7", 7), ("0.5", 0.5), ("", None), (None, None), ("0", None), ("-1", None), ("inf", None)]
)
def test_a_header_that_says_no_seconds_says_nothing(text: str | None, seconds: float | None) -> None:
    assert retry_after_seconds(text) == seconds
    assert retry_after_seconds("Wed, 21 Oct 2026 07:28:00 GMT") is None


@pytest.mark.parametrize(
    ("done", "of", "filled"),
    [(0, 3, 0), (1, 2, BAR_CELLS // 2), (3, 3, BAR_CELLS), (5, 3, BAR_CELLS), (0, 0, BAR_CELLS)],
)
def test_a_bar_is_as_full_as_the_work(done: int, of: int, filled: int) -> None:
    assert bar(done, of).count("#") == filled
    assert len(bar(done, of)) == BAR_CELLS + 2


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def told(stream: io.StringIO, *, is_quiet: bool = False) -> str:
    clock = iter(range(100))
    progress = Progress(lambda: next(clock), stream, is_quiet=is_quiet)
    progress.step("making it")
    for done in (0, 0, 1):
        progress.turn(f"{done} of 1 nodes", done, 1)
    progress.note("mind this")
    progress.close()
    return stream.getvalue()


def test_a_terminal_has_one_line_that_changes_and_a_file_one_a_change() -> None:
    assert told(Terminal()).count("\r") == 3
    lines = told(io.StringIO()).splitlines()
    assert [line.rpartition(", ")[0] for line in lines[1:3]] == [
        f"{bar(0, 1)} 0 of 1 nodes",
        f"{bar(1, 1)} 1 of 1 nodes",
    ]
    assert told(io.StringIO(), is_quiet=True) == "mind this\n"
