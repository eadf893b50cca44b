"""`expander`: pools by least cost, or in the order of their priorities; what preemptible capacity costs."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.functions.oke_autoscaler.builders import Json, new_nodes, node, pod, pool, run

GIB = 2**30
CHEAP, MIDDLE, DEAR = "cheap", "middle", "dear"


def snapshot(pods: int, sizes: dict[str, int] | None = None, **settings: Any) -> Json:
    """Three pools from zero of 2, 4 and 8 vCPUs, the dearest first in priority, and pods of one vCPU."""
    shapes = {CHEAP: 1, MIDDLE: 2, DEAR: 4}
    entries = [
        {"id": name, "max_size": (sizes or {}).get(name, 9), "priority": number} for number, name in enumerate(shapes)
    ]
    pools = [
        pool(name, 0, [], nodeShape="VM.Standard.E4.Flex", nodeShapeConfig={"ocpus": ocpus, "memoryInGBs": 8 * ocpus})
        for name, ocpus in shapes.items()
    ]
    return {
        "settings": {"node_pools": entries, "expander": "priority", **settings},
        "node_pools": pools,
        "nodes": [],
        "pods": [pod(f"w{number}", 1000, GIB) for number in range(pods)],
        "work_requests": [],
    }


def test_the_pool_of_the_highest_priority_is_used_whatever_it_costs() -> None:
    assert new_nodes(run(snapshot(1))) == {DEAR: 1}
    assert new_nodes(run(snapshot(1, expander="least-cost"))) == {CHEAP: 1}


def test_the_next_pools_take_what_it_cannot() -> None:
    assert new_nodes(run(snapshot(11, {DEAR: 1, MIDDLE: 1}))) == {DEAR: 1, MIDDLE: 1, CHEAP: 1}
    failed = {"status": "FAILED", "resources": [{"identifier": DEAR}], "timeAccepted": "2026-01-01T00:00:00Z"}
    assert new_nodes(run({**snapshot(1), "work_requests": [failed]})) == {MIDDLE: 1}


def test_a_pool_that_cannot_hold_the_pod_is_passed_over() -> None:
    made = snapshot(0)
    made["pods"] = [pod("w", 1000, GIB, nodeSelector={"name": CHEAP})]
    assert new_nodes(run(made)) == {CHEAP: 1}


@pytest.mark.parametrize(("limit", "wanted"), [(1, {DEAR: 1}), (2, {DEAR: 1, MIDDLE: 1})])
def test_the_limit_of_the_cluster_counts_over_all_of_them(limit: int, wanted: dict[str, int]) -> None:
    assert new_nodes(run(snapshot(20, {DEAR: 1}, max_nodes_total=limit))) == wanted


def two_alike(preemptible: list[bool], **entry: Any) -> Json:
    """An on-demand pool and one whose placements are preemptible or not, both of 4 vCPUs."""
    configs = [
        {"availabilityDomain": f"x:AD-{number}"} | ({"preemptibleNodeConfig": {"preemptionAction": {}}} if one else {})
        for number, one in enumerate(preemptible)
    ]
    shape = {"nodeShape": "VM.Standard.E4.Flex", "nodeShapeConfig": {"ocpus": 2, "memoryInGBs": 16}}
    spot = pool("spot", 0, [], **shape, nodeConfigDetails={"size": 0, "placementConfigs": configs})
    return {
        "settings": {"node_pools": [{"id": "a", "max_size": 9, "priority": 1}, {"id": "spot", "max_size": 9, **entry}]},
        "node_pools": [pool("a", 0, [], **shape), spot],
        "nodes": [node("other", 1000, GIB)],
        "pods": [pod("w", 3000, GIB, tolerations=[{"operator": "Exists"}])],
    }


def test_preemptible_capacity_costs_half_unless_a_cost_is_set() -> None:
    assert new_nodes(run(two_alike([True, True]))) == {"spot": 1}
    assert new_nodes(run(two_alike([True, False]))) == {"a": 1}
    assert new_nodes(run(two_alike([]))) == {"a": 1}
    assert new_nodes(run(two_alike([True, True], cost=200))) == {"a": 1}


def test_pods_go_to_the_pool_on_demand_while_there_is_no_preemptible_capacity() -> None:
    failed = {"status": "FAILED", "resources": [{"identifier": "spot"}], "timeAccepted": "2026-01-01T00:00:00Z"}
    assert new_nodes(run({**two_alike([True]), "work_requests": [failed]})) == {"a": 1}
