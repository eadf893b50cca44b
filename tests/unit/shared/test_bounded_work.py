"""Items made in a thread of their own: in order, with their errors, and never waited for longer than there is time."""

from __future__ import annotations

import itertools
import threading
from typing import TYPE_CHECKING

import pytest

from shared.bounded_work import Late, ahead, within

if TYPE_CHECKING:
    from collections.abc import Iterator


def test_items_come_in_order_and_no_more_are_made_than_asked_for() -> None:
    made: list[int] = []

    def numbers() -> Iterator[int]:
        for number in range(100):
            made.append(number)
            yield number

    with ahead(numbers, 2) as items:
        assert list(itertools.islice(items, 5)) == [0, 1, 2, 3, 4]
    assert len(made) <= 9
    with ahead(lambda: range(3)) as items:
        assert list(items) == [0, 1, 2]


def test_an_error_is_raised_where_its_item_was_due() -> None:
    def numbers() -> Iterator[int]:
        yield 1
        raise ValueError("the second one")

    with ahead(numbers) as items:
        assert next(items) == 1
        with pytest.raises(ValueError, match="the second one"):
            next(items)


def test_an_item_that_does_not_come_is_given_up_and_all_threads_end() -> None:
    silent = threading.Event()
    left = iter([1.0, 1.0, 0.0])

    def source() -> Iterator[int]:
        yield 1
        silent.wait(60)

    stopped = threading.Event()
    before = threading.active_count()
    with (
        ahead(source, stopped=stopped) as numbers,
        ahead(lambda: (2 * number for number in numbers), stopped=stopped, left_seconds=lambda: next(left)) as doubled,
    ):
        assert next(doubled) == 2
        with pytest.raises(Late):
            next(doubled)
        assert threading.active_count() == before + 2
    assert threading.active_count() <= before + 1, "only the one that waits for its source may still be there"
    silent.set()


def test_work_in_time_gives_its_value_or_its_error() -> None:
    def fail() -> None:
        raise ValueError("x")

    assert within(5, lambda: 7) == 7
    with pytest.raises(ValueError, match="x"):
        within(5, fail)


def test_late_work_is_abandoned_and_left_behind() -> None:
    abandoned = threading.Event()
    with pytest.raises(Late):
        within(0.05, lambda: abandoned.wait(60), abandon=abandoned.set)
    assert abandoned.is_set()


def test_late_work_that_waits_for_something_else_is_abandoned_again() -> None:
    waits = [threading.Event() for _ in range(3)]
    ended = threading.Event()

    def work() -> None:
        for each in waits:
            each.wait(60)
        ended.set()

    def abandon() -> None:
        following = [each for each in waits if not each.is_set()]
        if following:
            following[0].set()

    with pytest.raises(Late):
        within(0.05, work, abandon=abandon, ending_seconds=6)
    assert ended.is_set()


def test_without_time_nothing_is_begun() -> None:
    begun = threading.Event()
    with pytest.raises(Late):
        within(0, begun.set)
    assert not begun.is_set()
