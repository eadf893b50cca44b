"""One time budget for everything."""

from __future__ import annotations

import threading

import pytest

from shared.deadline import Deadline
from shared.http.time_budget import (
    ANSWER_SECONDS,
    LEAST_SECONDS,
    MARGIN_SECONDS,
    LateError,
    budget,
    process_age_seconds,
    within,
)


def left(call_deadline: Deadline, spent: float = 0.0) -> float:
    return budget(call_deadline, spent).remaining_seconds()


def test_a_call_has_the_cards_patience_less_the_way_and_the_drawing() -> None:
    assert left(Deadline.after(30)) == pytest.approx(ANSWER_SECONDS - MARGIN_SECONDS, abs=0.5)


def test_the_start_of_a_cold_container_is_taken_off() -> None:
    assert left(Deadline.after(30), 2.0) == pytest.approx(ANSWER_SECONDS - MARGIN_SECONDS - 2.0, abs=0.5)


def test_a_slow_start_still_leaves_a_second() -> None:
    assert left(Deadline.after(30), 20.0) == pytest.approx(LEAST_SECONDS, abs=0.5)


def test_the_deadline_of_the_call_comes_first() -> None:
    assert left(Deadline.after(0.2)) <= 0.2


def test_work_in_time_gives_its_value_or_its_error() -> None:
    def fail() -> None:
        raise ValueError("x")

    assert within(Deadline.after(5), lambda: 7, lambda: None) == 7
    with pytest.raises(ValueError, match="x"):
        within(Deadline.after(5), fail, lambda: None)


def test_late_work_is_left_behind_and_told_so() -> None:
    abandoned = threading.Event()
    with pytest.raises(LateError):
        within(Deadline.after(0.05), lambda: abandoned.wait(60), abandoned.set)
    assert abandoned.is_set()


def test_after_the_deadline_nothing_is_begun() -> None:
    begun = threading.Event()
    with pytest.raises(LateError):
        within(Deadline.after(-1), begun.set, lambda: None)
    assert not begun.is_set()


def test_a_process_knows_its_age() -> None:
    assert 0 < process_age_seconds() < 24 * 3600
