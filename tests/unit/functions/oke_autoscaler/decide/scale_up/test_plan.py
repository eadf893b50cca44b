"""The plan: existing nodes first, then new ones at least cost; the more important pods first where room is short."""

from __future__ import annotations

from functions.oke_autoscaler.decide.scale_up.plan import plan_scale_up
from tests.unit.functions.oke_autoscaler.decide.scale_up.small_clusters import HOST, cluster, spread


def test_pods_that_fit_on_a_node_buy_none() -> None:
    plan = plan_scale_up(cluster({"large": (4000, 40, 9)}, pods=3, live=3000))
    assert (plan.new_nodes, plan.waiting, plan.left) == ({}, {}, {})
    assert [(node.name, count) for rows in plan.placed.values() for node, count in rows] == [("n", 3)]


def test_only_what_does_not_fit_there_buys() -> None:
    plan = plan_scale_up(cluster({"large": (4000, 40, 9)}, pods=8, live=3000))
    assert (plan.new_nodes, sum(plan.waiting.values()), plan.left) == ({"large": 2}, 5, {})


def test_of_plans_that_place_all_pods_the_cheapest_is_taken() -> None:
    plan = plan_scale_up(cluster({"small": (1000, 11, 9), "large": (4000, 40, 9)}, pods=5))
    assert plan.new_nodes == {"large": 1, "small": 1}


def test_where_room_is_short_the_important_pods_come_first() -> None:
    state = cluster({"small": (1000, 10, 2)}, sizes={1000: 3}, important={999: 1})
    plan = plan_scale_up(state)
    important, usual = state.pending
    assert (important.priority, plan.left) == (100, {usual.ident: 2})


def test_of_plans_of_equal_cost_the_one_of_preferred_pools_is_taken() -> None:
    pools = {"one": (1000, 10, 9), "two": (1000, 10, 9)}
    for name in pools:
        assert plan_scale_up(cluster(pools, pods=3, priorities={name: 1})).new_nodes == {name: 3}


def test_the_whole_cluster_has_a_limit_of_nodes() -> None:
    plan = plan_scale_up(cluster({"small": (1000, 10, 9)}, pods=5, max_nodes_total=3))
    assert (plan.new_nodes, sum(plan.left.values())) == ({"small": 2}, 3)


def test_rules_between_pods_hold_on_new_nodes() -> None:
    plan = plan_scale_up(cluster({"large": (4000, 40, 9)}, pods=3, rules=spread(HOST)))
    assert [count for rows in plan.placed.values() for _, count in rows] == [1, 1, 1]


def test_without_a_pool_that_may_grow_all_waiting_pods_are_left() -> None:
    plan = plan_scale_up(cluster({"small": (1000, 10, 0)}, pods=2))
    assert (plan.new_nodes, sum(plan.left.values())) == ({}, 2)
