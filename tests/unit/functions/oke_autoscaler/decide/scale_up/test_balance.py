"""On equal cost new nodes go to the emptiest zone, in one pool or over pools that are alike."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest

from functions.oke_autoscaler.decide.scale_up.balance import Balance
from functions.oke_autoscaler.decide.scale_up.plan import plan_scale_up
from tests.unit.functions.oke_autoscaler.decide.scale_up.small_clusters import HOST, ZONE, cluster, spread

if TYPE_CHECKING:
    from functions.oke_autoscaler.decide.simulation.cluster_state import ClusterState

ZONAL = {"a": (2000, 10, 20), "b": (2000, 10, 20), "c": (2000, 10, 20)}
ZONES = {"a": ["z1"], "b": ["z2"], "c": ["z3"]}
PREFERRED = [{"max_skew": 1, "topology_key": ZONE, "when_unsatisfiable": "ScheduleAnyway"}]


def zones_of_new_nodes(state: ClusterState) -> list[int]:
    plan = plan_scale_up(state)
    assert not plan.left
    return sorted(Counter(node.labels[ZONE] for node, group, _ in plan.steps if group is None).values())


@pytest.mark.parametrize("rules", [[], PREFERRED, spread(ZONE), spread(HOST)])
@pytest.mark.parametrize("apart", [True, False])
@pytest.mark.parametrize("zonal", [True, False])
def test_nine_pods_of_a_node_each_give_three_nodes_a_zone(rules: list[object], *, apart: bool, zonal: bool) -> None:
    pools = ZONAL if zonal else {"a": (2000, 10, 20)}
    zones = ZONES if zonal else {"a": ["z1", "z2", "z3"]}
    state = cluster(pools, sizes={1900: 9}, rules=rules, apart=apart, zones=zones)  # type: ignore[arg-type]
    assert zones_of_new_nodes(state) == [3, 3, 3]


def test_a_zone_without_room_in_its_pool_leaves_the_rest_to_the_others() -> None:
    state = cluster({**ZONAL, "a": (2000, 10, 1)}, sizes={1900: 9}, zones=ZONES)
    assert plan_scale_up(state).new_nodes == {"a": 1, "b": 4, "c": 4}


def test_sizes_that_differ_by_some_kilobytes_are_alike_and_others_are_not() -> None:
    pools = {"a": (2000, 10, 20), "b": (1990, 10, 20), "c": (1000, 10, 20)}
    state = cluster(pools, pods=1, zones=ZONES)
    balance = Balance(state.simulation, state.offerings)
    classes = {offering.pool_status.name: balance.class_of(offering) for offering in state.offerings}
    assert classes["a"] == classes["b"] != classes["c"]


def test_pods_that_fit_the_larger_of_two_like_pools_only_go_there() -> None:
    state = cluster({"a": (2000, 10, 20), "b": (1990, 10, 20)}, sizes={1995: 4}, zones=ZONES)
    assert plan_scale_up(state).new_nodes == {"a": 4}


def test_a_cheaper_pool_is_not_left_for_the_sake_of_a_zone() -> None:
    state = cluster({**ZONAL, "a": (2000, 9, 20)}, sizes={1900: 9}, zones=ZONES)
    assert plan_scale_up(state).new_nodes == {"a": 9}


def test_nodes_that_are_there_count() -> None:
    state = cluster(ZONAL, sizes={1900: 2}, zones=ZONES)
    for node in state.simulation.nodes:
        zone = ZONES[node.pool or ""][0]
        node.labels = {**node.labels, ZONE: zone}
    for _ in range(2):
        offering = next(each for each in state.offerings if each.pool_status.name == "a")
        full = offering.make(offering.placements[0])
        state.simulation.open(full)
        state.simulation.close(full)
    assert plan_scale_up(state).new_nodes == {"b": 1, "c": 1}
