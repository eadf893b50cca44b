"""Deadlines, with time passed in."""

import pytest

from shared.deadline import Deadline
from shared.errors import DeadlineExceeded


def test_a_header_is_read_as_utc() -> None:
    assert Deadline.from_header("2026-11-22T09:48:20Z").at_epoch_seconds == 1795340900
    assert Deadline.from_header("2026-11-22T09:48:20").at_epoch_seconds == 1795340900


@pytest.mark.parametrize("text", [None, "", "soon", "2026-99-99"])
def test_without_a_readable_header_thirty_seconds_are_left(text: str | None) -> None:
    assert Deadline.from_header(text, now=1000).remaining_seconds(1000) == 30


def test_a_step_gets_what_is_left() -> None:
    deadline = Deadline(100)
    assert deadline.bounded(5, now=90) == 5
    assert deadline.bounded(50, now=90, margin_seconds=2) == 8
    with pytest.raises(DeadlineExceeded):
        deadline.bounded(5, now=99, margin_seconds=2)


def test_steps_that_share_the_time_leave_some_for_those_after_them() -> None:
    deadline = Deadline(100.0)
    assert deadline.half(now=90.0) == Deadline(95.0)
    assert deadline.share(1, 4, now=80.0) == Deadline(85.0)
    assert deadline.share(4, 4, now=80.0) == deadline
    assert deadline.before_answer(now=95.0) == Deadline(99.0)
    assert deadline.before_answer(now=0.0) == Deadline(98.0)


def test_the_earlier_deadline_wins() -> None:
    assert Deadline(100).earlier(4, now=10).at_epoch_seconds == 14
    assert Deadline(12).earlier(4, now=10).at_epoch_seconds == 12
    assert Deadline(12).less(4).at_epoch_seconds == 8
    assert Deadline(12).expired(now=12)
