"""A pool below its minimum size grows to it, and pods use what comes."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.functions.oke_autoscaler.builders import new_nodes, node, pod, pool, run

GIB = 2**30
BIG = {"nodeShape": "VM.Standard.E4.Flex", "nodeShapeConfig": {"ocpus": 2, "memoryInGBs": 16}}


def snapshot(size: int = 1, **more: Any) -> dict[str, Any]:
    """One pool of ``size`` nodes of 4 vCPUs, each full, with a minimum of 3; ``more`` are fields of the file."""
    names = [f"n{number}" for number in range(size)]
    made = {
        "settings": {"node_pools": [{"id": "p", "min_size": 3, "max_size": 5}]},
        "node_pools": [pool("p", size, names, **BIG)],
        "nodes": [node(name, 3800, 14 * GIB) for name in names],
        "pods": [pod(f"full-{name}", 3800, GIB, nodeName=name) for name in names],
        "work_requests": [],
    }
    return {**made, **more, "pods": [*made["pods"], *more.get("pods", [])]}


def test_it_grows_to_the_minimum_in_one_tick_without_a_pod() -> None:
    (verdict,) = run(snapshot()).pools
    assert (verdict.action, verdict.reason, verdict.wanted_size) == ("scale-up", "below-min-size", 3)
    assert verdict.unschedulable == 0


def test_the_published_keys_leave_a_smaller_pool_alone_unless_asked() -> None:
    keys = {"node_pool_id": "p", "node_pool_min_size": 3, "node_pool_max_size": 5}
    assert new_nodes(run(snapshot(settings=keys))) == {}
    assert new_nodes(run(snapshot(settings={**keys, "enforce_min_size": True}))) == {"p": 2}
    off = {"node_pools": [{"id": "p", "min_size": 3, "max_size": 5}], "enforce_min_size": False}
    assert new_nodes(run(snapshot(settings=off))) == {}


@pytest.mark.parametrize(("pods", "nodes"), [(2, 2), (3, 3)])
def test_pods_use_the_nodes_of_the_minimum_before_more_are_bought(pods: int, nodes: int) -> None:
    waiting = [pod(f"w{number}", 3000, GIB) for number in range(pods)]
    decision = run(snapshot(pods=waiting))
    (verdict,) = decision.pools
    assert new_nodes(decision) == {"p": nodes}
    assert (verdict.reason, verdict.unschedulable) == ("unschedulable-pods", pods)


def test_a_pool_that_cannot_grow_now_waits() -> None:
    failed = {"status": "FAILED", "resources": [{"identifier": "p"}], "timeAccepted": "2026-01-01T00:00:00Z"}
    assert new_nodes(run(snapshot(work_requests=[failed]))) == {}
    updating = pool("p", 1, ["n0"], **BIG, lifecycleState="UPDATING")
    going = {**failed, "status": "IN_PROGRESS"}
    assert new_nodes(run(snapshot(node_pools=[updating], work_requests=[going]))) == {}


def test_the_limit_of_the_cluster_comes_first() -> None:
    keys = {"node_pools": [{"id": "p", "min_size": 3, "max_size": 5}], "max_nodes_total": 2}
    decision = run(snapshot(settings=keys, pods=[pod("w0", 3000, GIB), pod("w1", 3000, GIB)]))
    assert new_nodes(decision) == {"p": 1}
    assert [verdict.placed_on for verdict in decision.pods] == ["new:p", None]


def test_a_pool_whose_nodes_are_of_unknown_size_grows_as_well() -> None:
    strange = {"nodeShape": "VM.Unheard.Of.1"}
    assert new_nodes(run(snapshot(0, node_pools=[pool("p", 0, [], **strange)]))) == {"p": 3}
