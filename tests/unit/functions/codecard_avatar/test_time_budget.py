"""One time budget for everything."""

from __future__ import annotations

import pytest

from functions.codecard_avatar.time_budget import (
    ANSWER_SECONDS,
    MARGIN_SECONDS,
    MIN_BUDGET_SECONDS,
    press_deadline,
    process_age_seconds,
)
from shared.deadline import Deadline


def left(call_deadline: Deadline, spent: float = 0.0) -> float:
    return press_deadline(call_deadline, spent).remaining_seconds()


def test_a_call_has_the_cards_patience_less_the_way_and_the_drawing() -> None:
    assert left(Deadline.after(30)) == pytest.approx(ANSWER_SECONDS - MARGIN_SECONDS, abs=0.5)


def test_the_start_of_a_cold_container_is_taken_off() -> None:
    assert left(Deadline.after(30), 2.0) == pytest.approx(ANSWER_SECONDS - MARGIN_SECONDS - 2.0, abs=0.5)


def test_a_slow_start_still_leaves_a_second() -> None:
    assert left(Deadline.after(30), 20.0) == pytest.approx(MIN_BUDGET_SECONDS, abs=0.5)


def test_the_deadline_of_the_call_comes_first() -> None:
    assert left(Deadline.after(0.2)) <= 0.2


def test_a_process_knows_its_age() -> None:
    assert 0 < process_age_seconds() < 24 * 3600
