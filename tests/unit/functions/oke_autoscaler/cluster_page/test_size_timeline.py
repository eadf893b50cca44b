"""What happened over time, as changes and course tell it together."""

from __future__ import annotations

from functions.oke_autoscaler.cluster_page.size_timeline import Now, cluster_timeline, cost_a_month
from functions.oke_autoscaler.model.course import Moment
from functions.oke_autoscaler.model.decision import PoolVerdict
from functions.oke_autoscaler.model.tick_state import ChangeRecord


def pool(name: str, size: int, cost: float | None = 10.0) -> PoolVerdict:
    return PoolVerdict(f"id-{name}", name, size, size, "no-resource-pressure", "ready", node_cost=cost)


def grown(at: float, name: str, before: int, after: int) -> ChangeRecord:
    return ChangeRecord(at=at, what="scale-up", pool=name, size_before=before, size_after=after, pods_count=3)


def test_without_a_course_sizes_are_those_of_the_changes_and_nobody_knows_who_waited() -> None:
    history = [grown(0, "a", 1, 4), ChangeRecord(at=30, what="drain", nodes=("n",)), grown(60, "b", 0, 2)]
    points = cluster_timeline(history, (), Now([pool("a", 3), pool("b", 2)], 5, 120))
    assert [point.at for point in points] == [0, 30, 60, 120]
    assert [{name: size for name, (size, _) in point.pools.items()} for point in points] == [
        {"a": 4, "b": 0},
        {"a": 4, "b": 0},
        {"a": 4, "b": 2},
        {"a": 3, "b": 2},
    ]
    assert [point.pending for point in points] == [None, None, None, 5]
    assert [point.changes for point in points] == [[0], [1], [2], []]


def test_the_end_of_a_tick_is_the_moment_of_its_change_and_between_changes_the_course_counts() -> None:
    course = (Moment(600, 0, {"a": (1, 10.0)}), Moment(1003, 7, {"a": (4, 10.0)}), Moment(1200, 0))
    history = [grown(1000, "a", 1, 4), ChangeRecord(at=2000, what="put-back", nodes=("n",))]
    points = cluster_timeline(history, course, Now([pool("a", 4)], 0, 3000))
    assert [point.at for point in points] == [600, 1000, 1200, 2000, 3000]
    assert [point.pending for point in points] == [0, 7, 0, 0, 0]
    assert [point.pools["a"][0] for point in points] == [1, 4, 4, 4, 4]


def test_changes_from_before_the_course_and_a_hand_in_the_console_are_both_there() -> None:
    course = (Moment(5000, 2, {"a": (4, 10.0), "gone": (1, None)}), Moment(6000, 2, {"a": (9, 10.0), "gone": None}))
    points = cluster_timeline([grown(100, "a", 1, 4)], course, Now([pool("a", 9)], 0, 7000))
    assert [(point.at, point.pending, {name: size for name, (size, _) in point.pools.items()}) for point in points] == [
        (100, None, {"a": 4, "gone": 1}),
        (5000, 2, {"a": 4, "gone": 1}),
        (6000, 2, {"a": 9}),
        (7000, 0, {"a": 9}),
    ]


def test_what_is_later_than_the_look_is_left_out_and_without_a_change_there_is_nothing() -> None:
    assert cluster_timeline([grown(500, "a", 1, 2)], (Moment(400, 1),), Now([pool("a", 1)], 0, 60)) == []


def test_a_cost_is_told_only_where_every_pools_is_known() -> None:
    sizes = {"id-a": 2, "id-b": 1}
    assert cost_a_month([pool("a", 2), pool("b", 1, 5.0)], sizes) == 25.0
    assert cost_a_month([pool("a", 2), pool("b", 1, None)], sizes) is None
