"""Sizes over time, as the changes tell them."""

from __future__ import annotations

from functions.oke_autoscaler.cluster_page.size_timeline import cost_a_month, size_timeline
from functions.oke_autoscaler.model.decision import PoolVerdict
from functions.oke_autoscaler.model.tick_state import ChangeRecord


def pool(name: str, size: int, cost: float | None = 10.0) -> PoolVerdict:
    return PoolVerdict(f"id-{name}", name, size, size, "no-resource-pressure", "ready", node_cost=cost)


def grown(at: float, name: str, before: int, after: int, **more: str) -> ChangeRecord:
    return ChangeRecord(at=at, what="scale-up", pool=name, size_before=before, size_after=after, pods_count=3, **more)


def test_each_pool_has_its_size_after_every_change_and_now() -> None:
    history = [grown(0, "a", 1, 4), ChangeRecord(at=30, what="drain", pool="a"), grown(60, "b", 0, 2)]
    chart = size_timeline(history, [pool("a", 3), pool("b", 2)], now=120)
    assert chart["x"] == ["1970-01-01T00:00:00Z", "1970-01-01T00:01:00Z", "1970-01-01T00:02:00Z"]
    assert {each["name"]: each["values"] for each in chart["series"]} == {"a": [4, 4, 3], "b": [0, 2, 2]}
    assert chart["totals"] == ["for 3 pods", "for 3 pods", "now"]


def test_a_pool_that_is_gone_keeps_its_line_and_flapping_is_marked() -> None:
    chart = size_timeline([grown(0, "old", 1, 2, flapping="bought and removed")], [pool("a", 1)], now=60)
    assert {each["name"]: each["values"] for each in chart["series"]} == {"a": [1, 1], "old": [2, 2]}
    assert chart["marks"] == [{"x": "1970-01-01T00:00:00Z", "text": "flapping: bought and removed"}]


def test_more_than_eight_pools_are_one_line_with_the_rest() -> None:
    pools = [pool(f"p{at}", at) for at in range(12)]
    chart = size_timeline([grown(0, "p11", 10, 11)], pools, now=60)
    assert len(chart["series"]) == 9
    assert (chart["series"][-1]["name"], chart["series"][-1]["values"]) == ("4 others", [6, 6])


def test_without_a_change_there_is_no_chart() -> None:
    assert size_timeline([grown(500, "a", 1, 2)], [pool("a", 1)], now=60)["x"] == []


def test_a_cost_is_told_only_where_every_pools_is_known() -> None:
    sizes = {"id-a": 2, "id-b": 1}
    assert cost_a_month([pool("a", 2), pool("b", 1, 5.0)], sizes) == 25.0
    assert cost_a_month([pool("a", 2), pool("b", 1, None)], sizes) is None
