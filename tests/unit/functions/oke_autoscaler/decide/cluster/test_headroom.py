"""Headroom buys and holds nodes, gives way to pods, and is counted nowhere."""

from __future__ import annotations

from typing import Any

from functions.oke_autoscaler.act.answers import tick_answer
from tests.unit.functions.oke_autoscaler.builders import Json, new_nodes, node, pod, pool, run

GIB = 2**30


def snapshot(used: list[int], count: int = 2, **more: Any) -> Json:
    """A pool of nodes of 4 CPUs with ``used`` millicores taken on each, and headroom for pods of one CPU."""
    names = [f"n{number}" for number in range(len(used))]
    settings = {
        "node_pool_id": "p",
        "node_pool_min_size": 0,
        "node_pool_max_size": more.pop("max_size", 5),
        "node_pool_eval_cpu_load": 90,
        "unneeded_minutes": 0,
        "headroom": [{"cpu": "1", "memory": "1Gi", "count": count, **more.pop("entry", {})}],
    }
    running = [pod(f"on-{name}", cpu, 1, nodeName=name) for name, cpu in zip(names, used, strict=True) if cpu]
    return {
        "settings": settings,
        "node_pools": [pool("p", len(names), names)],
        "nodes": [node(name, 4000, 16 * GIB, labels={"kind": "x"}) for name in names],
        "pods": [*running, *more.pop("pods", [])],
        "metrics": {name: {"cpu_percent": 10.0} for name in names},
        "work_requests": [],
        **more,
    }


def test_a_node_is_bought_when_it_does_not_fit() -> None:
    decision = run(snapshot([3500]))
    ((level, body),) = tick_answer(decision, nodes=False).items()
    assert (level, body["action"], body["reason"], body["node-count"]) == ("success", "scale-up", "headroom", "2")
    assert "unschedulable-pods-count" not in body
    assert decision.pods == []


def test_nothing_happens_while_it_fits() -> None:
    assert new_nodes(run(snapshot([2000]))) == {}


def test_pods_take_its_room_and_the_plan_makes_up_for_it() -> None:
    waiting = [pod("w", 2000, GIB)]
    decision = run(snapshot([2000], pods=waiting))
    assert [verdict.placed_on for verdict in decision.pods] == ["n0"]
    ((_, body),) = tick_answer(decision, nodes=False).items()
    assert (body["reason"], body["node-count"]) == ("headroom", "2")


def test_at_the_maximum_pods_come_first_and_the_answer_says_what_lacks() -> None:
    decision = run(snapshot([4000], max_size=2, count=2, pods=[pod("w", 3000, GIB)]))
    ((level, body),) = tick_answer(decision, nodes=False).items()
    assert [verdict.placed_on for verdict in decision.pods] == ["new:p"]
    assert (level, body["reason"], body["unschedulable-pods-count"]) == ("success", "unschedulable-pods", "1")
    assert body["headroom-unplaced-count"] == "1"


def test_a_node_that_holds_it_stays_and_one_that_does_not_goes() -> None:
    decision = run(snapshot([3900, 0, 0]))
    assert [removal.node for removal in decision.remove] == ["n1"]
    reasons = {verdict.node: verdict.reason for verdict in decision.nodes}
    assert reasons["n2"] == "NoPlaceForHeadroom"
    assert decision.headroom_nodes == {"n1"}


def test_the_pods_of_a_node_do_not_move_into_it() -> None:
    assert [removal.node for removal in run(snapshot([1000, 2500], count=1)).remove] == []
    assert [removal.node for removal in run(snapshot([500, 2500], count=1)).remove] == ["n0"]


def test_selector_and_tolerations_say_which_nodes_count() -> None:
    elsewhere = snapshot([0], entry={"node_selector": {"kind": "y"}})
    decision = run(elsewhere)
    assert new_nodes(decision) == {"p": -1}
    ((level, body),) = tick_answer(decision, nodes=False).items()
    assert (level, body["headroom-unplaced-count"]) == ("success", "2")
    tainted = snapshot([0])
    tainted["nodes"][0]["spec"]["taints"] = [{"key": "gpu", "value": "present", "effect": "NoSchedule"}]
    ((_, body),) = tick_answer(run(tainted), nodes=False).items()
    assert body["headroom-unplaced-count"] == "2"
    tainted["settings"]["headroom"][0]["tolerations"] = [{"key": "gpu", "operator": "Exists"}]
    ((_, body),) = tick_answer(run(tainted), nodes=False).items()
    assert "headroom-unplaced-count" not in body
