"""How a cluster went: a moment only where something is other, bounded, and read back as it was."""

from __future__ import annotations

import pytest

from functions.oke_autoscaler.model.course import (
    MAX_BYTES,
    MAX_MOMENTS,
    Moment,
    Size,
    next_course,
    read_course,
    standings,
    written_course,
)


def course_of(*ticks: tuple[float, int, dict[str, Size]]) -> tuple[Moment, ...]:
    moments: tuple[Moment, ...] = ()
    for at, pending, pools in ticks:
        moments = next_course(moments, at, pending, pools)
    return moments


def test_a_tick_that_finds_what_the_last_one_found_adds_nothing() -> None:
    one = {"a": (1, 10.0), "b": (2, None)}
    found = course_of((10.7, 0, one), (20, 0, one), (30, 3, one), (40, 3, {**one, "a": (4, 10.0)}))
    assert found == (Moment(10, 0, one), Moment(30, 3), Moment(40, 3, {"a": (4, 10.0)}))
    assert standings(found)[-1].pools == {"a": (4, 10.0), "b": (2, None)}


def test_a_pool_of_another_function_stays_and_one_that_no_tick_knows_goes() -> None:
    moments = course_of((10, 0, {"ours": (1, None), "theirs": (2, None), "gone": (3, None)}))
    found = next_course(moments, 20, 0, {"ours": (1, None)}, {"theirs"})
    assert standings(found)[-1].pools == {"ours": (1, None), "theirs": (2, None)}


def test_time_never_goes_back() -> None:
    assert [each.at for each in course_of((100, 0, {}), (90, 1, {}))] == [100, 100]


def test_what_is_cut_off_is_in_the_first_that_stays() -> None:
    moments = [Moment(0, 0, {"a": (0, None), "still": (7, 1.5)})]
    moments += [Moment(at, at, {"a": (at, None)}) for at in range(1, MAX_MOMENTS + 20)]
    found = next_course(moments, MAX_MOMENTS + 20, 0, {"a": (5, None), "still": (7, 1.5)})
    assert len(found) == MAX_MOMENTS
    assert (standings(found)[0].pools, found[0].at) == ({"a": (21, None), "still": (7, 1.5)}, 21)


def test_many_pools_that_all_change_stay_within_the_bytes() -> None:
    names = [f"pool-{number}-{'x' * 200}" for number in range(100)]
    found = course_of(*((float(at), 0, dict.fromkeys(names, (at, 123.45))) for at in range(60)))
    assert len(written_course(found).encode()) <= MAX_BYTES
    assert len(standings(found)[0].pools) == 100


def test_what_was_written_is_read_back() -> None:
    found = course_of((10, 0, {"a": (1, 10.0)}), (20, 5, {"a": (3, None)}))
    assert read_course(written_course(found)) == found


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"version":2,"moments":[]}', '{"version":1,"moments":[["x"]]}', "[" * 99999]
)
def test_what_cannot_be_read_is_no_course(text: str) -> None:
    assert read_course(text) == ()
