"""A node gives way to a cheaper one of another pool: when, which, and how later ticks go on."""

from __future__ import annotations

from typing import Any

import pytest

from functions.oke_autoscaler.act.answers import tick_answer
from functions.oke_autoscaler.model.decision import Replacement
from functions.oke_autoscaler.model.replacements import REPLACED_SINCE
from tests.unit.functions.oke_autoscaler.builders import CLOCK, Json, new_nodes, node, pod, pool, run

GIB = 2**30
SHAPE = {"nodeShape": "VM.Standard.E4.Flex"}


def cluster(used: int = 3000, cheap_nodes: int = 0, **more: Any) -> Json:
    """A dear pool with one node of 8 CPUs that runs one pod, and a cheap pool of nodes of 4 CPUs."""
    settings = {
        "node_pools": [
            {"id": "dear", "max_size": 5, "cost": 200},
            {"id": "cheap", "max_size": more.pop("max_size", 5), "cost": more.pop("cheap_cost", 100)},
        ],
        "node_pool_eval_cpu_load": 50,
        "replace_saving_percent": more.pop("percent", 30),
        **more.pop("settings", {}),
    }
    cheap = [f"c{number}" for number in range(cheap_nodes)]
    dear = node("d", 8000, 64 * GIB)
    dear["metadata"]["annotations"] = more.pop("annotations", {})
    made = {
        "settings": settings,
        "node_pools": [
            pool("dear", 1, ["d"]),
            pool("cheap", len(cheap), cheap, **SHAPE, nodeShapeConfig={"ocpus": 2, "memoryInGBs": 16}),
        ],
        "nodes": [dear, *(node(name, 3800, 14 * GIB) for name in cheap)],
        "pods": [pod("app", used, GIB, nodeName="d"), *more.pop("pods", [])],
        "metrics": {name: {"cpu_percent": 90.0} for name in ("d", *cheap)},
        "work_requests": [],
    }
    return {**made, **more}


def noted(minutes: float) -> dict[str, str]:
    return {REPLACED_SINCE: str(int(CLOCK - 60 * minutes))}


def test_the_new_node_is_asked_for_first_and_nothing_is_drained() -> None:
    decision = run(cluster())
    assert decision.replacement == Replacement("d", "cheap")
    assert new_nodes(decision) == {"cheap": 1}
    assert decision.remove == ()
    _, (body,) = (part.values() for part in tick_answer(decision, nodes=False)["node-pools"])
    assert (body["action"], body["reason"], body["node-count"]) == ("scale-up", "replacement", "1")


@pytest.mark.parametrize(
    "more",
    [
        {"percent": 0},
        {"percent": 51},
        {"cheap_cost": 150},
        {"used": 3900},  # too much for a cheap node
        {"max_size": 0},
        {"pods": [pod("waits", 100, GIB, nodeSelector={"name": "nowhere"})]},
        {"settings": {"max_nodes_total": 1}},
        {"settings": {"node_pool_eval_cpu_load": 0}},
        {"settings": {"disruption_budget": "0"}},
        {"annotations": {"cluster-autoscaler.kubernetes.io/scale-down-disabled": "true"}},
        {"annotations": noted(5)},
        {"annotations": noted(60)},
        {"annotations": noted(-5)},
    ],
)
def test_there_is_none_when_something_is_against_it(more: dict[str, Any]) -> None:
    decision = run(cluster(**more))
    assert decision.replacement is None
    assert new_nodes(decision) == {}


def test_a_pool_at_its_minimum_or_a_pod_that_must_stay_holds_the_node() -> None:
    held = cluster()
    held["settings"]["node_pools"][0]["min_size"] = 1
    assert run(held).replacement is None
    stays = cluster()
    stays["pods"][0]["metadata"]["annotations"] = {"cluster-autoscaler.kubernetes.io/safe-to-evict": "false"}
    assert run(stays).replacement is None


def test_a_node_whose_pods_fit_on_the_others_is_left_to_the_usual_removal() -> None:
    made = cluster(used=1500, cheap_nodes=1, pods=[pod("on-c0", 2000, GIB, nodeName="c0")])
    assert run(made).replacement is None
    made["pods"][0] = pod("app", 3500, GIB, nodeName="d")
    assert run(made).replacement == Replacement("d", "cheap")


def roomy(**more: Any) -> Json:
    """The dear node is full to three eighths, by a pod for which the cheap node has room; neither is unneeded."""
    made = cluster(used=3000, cheap_nodes=1, pods=[pod("on-c0", 500, GIB, nodeName="c0", **STAYS)], **more)
    made["settings"]["node_utilization_percent"] = 20
    made["metrics"] = {"d": {"cpu_percent": 30.0}, "c0": {"cpu_percent": 80.0}}
    return made


STAYS = {"annotations": {"cluster-autoscaler.kubernetes.io/safe-to-evict": "false"}}


@pytest.mark.parametrize("more", [{}, {"max_size": 1}, {"settings": {"max_nodes_total": 2}}])
def test_a_node_that_is_there_and_has_room_is_used_and_none_is_bought(more: dict[str, Any]) -> None:
    decision = run(roomy(**more))
    assert decision.replacement == Replacement("d", "")
    assert (new_nodes(decision), decision.remove) == ({}, ())
    (removal,) = run(roomy(annotations=noted(3), **more)).remove
    assert (removal.node, removal.reason, removal.evict) == ("d", "replaced", ("default/app",))


@pytest.mark.parametrize(
    "more",
    [
        {"metrics": {"d": {"cpu_percent": 60.0}}},  # its pods use more than they ask for
        {"metrics": {}},
        {"percent": 0},
        {"cheap_cost": 150},
        {"annotations": noted(60)},
        {"settings": {"disruption_budget": "0"}},
    ],
)
def test_a_full_node_stays_when_its_pods_may_be_too_much_or_no_pool_is_cheap_enough(more: dict[str, Any]) -> None:
    metrics = more.pop("metrics", None)
    made = roomy(**more)
    made["metrics"] = made["metrics"] if metrics is None else metrics
    assert (run(made).replacement, run(made).remove) == (None, ())


def test_of_a_node_to_buy_and_room_that_is_there_the_larger_saving_comes_first() -> None:
    made = roomy()
    made["settings"]["node_pools"].append({"id": "third", "max_size": 5, "cost": 10})
    made["node_pools"].append(pool("third", 0, [], **SHAPE, nodeShapeConfig={"ocpus": 2, "memoryInGBs": 16}))
    assert run(made).replacement == Replacement("d", "")


def test_a_pool_that_lacks_the_nodes_it_was_asked_for_is_asked_for_none() -> None:
    made = cluster()
    made["node_pools"][1]["nodeConfigDetails"]["size"] = 1
    assert run(made).replacement is None


def test_while_a_node_is_about_to_go_none_is_bought() -> None:
    assert run(cluster(cheap_nodes=1)).mark_unneeded == ("c0",)
    assert run(cluster(cheap_nodes=1)).replacement is None


def test_the_pods_may_share_the_new_node_with_room_that_there_is() -> None:
    made = cluster(cheap_nodes=1)
    made["pods"] = [
        pod("one", 2000, GIB, nodeName="d"),
        pod("two", 2000, GIB, nodeName="d"),
        pod("on-c0", 1500, GIB, nodeName="c0"),
    ]
    assert run(made).replacement == Replacement("d", "cheap")


def test_the_largest_saving_comes_first() -> None:
    made = cluster()
    made["settings"]["node_pools"].append({"id": "third", "max_size": 5, "cost": 60})
    made["node_pools"].append(pool("third", 0, [], **SHAPE, nodeShapeConfig={"ocpus": 2, "memoryInGBs": 16}))
    assert run(made).replacement == Replacement("d", "third")


def test_once_the_new_node_is_there_the_old_one_goes_however_full_and_loaded_it_is() -> None:
    decision = run(cluster(cheap_nodes=1, annotations=noted(5)))
    (removal,) = decision.remove
    assert (removal.node, removal.reason, removal.evict) == ("d", "replaced", ("default/app",))
    # The new node holds the pod in the simulation: it is not taken for an idle one.
    assert {verdict.node: verdict.remove_now for verdict in decision.nodes} == {"d": True, "c0": False}


def test_while_the_new_node_is_on_its_way_nothing_happens() -> None:
    made = cluster(annotations=noted(2))
    made["node_pools"][1] |= {"lifecycleState": "UPDATING", "nodeConfigDetails": {"size": 1}}
    made["work_requests"] = [
        {"status": "IN_PROGRESS", "resources": [{"identifier": "cheap"}], "timeAccepted": "2026-01-01T00:00:00Z"}
    ]
    decision = run(made)
    assert (decision.replacement, decision.remove, new_nodes(decision)) == (None, (), {})


def test_one_that_came_to_nothing_ends_and_is_tried_again_after_hours() -> None:
    for minutes, again in ((29, False), (31, False), (359, False), (360, True)):
        decision = run(cluster(annotations=noted(minutes)))
        assert (decision.replacement is not None) == again
    # After its time the note excuses nothing any more: a full node stays.
    assert run(cluster(used=5000, cheap_nodes=2, annotations=noted(31))).remove == ()


def test_with_the_key_off_a_note_means_nothing() -> None:
    assert run(cluster(percent=0, cheap_nodes=1, annotations=noted(5))).remove == ()


def test_one_tick_replaces_one_node_and_waits_for_it_before_the_next() -> None:
    made = cluster()
    made["node_pools"][0] = pool("dear", 2, ["d", "e"])
    made["nodes"].append(node("e", 8000, 64 * GIB))
    made["pods"].append(pod("other", 5500, GIB, nodeName="e"))
    assert new_nodes(run(made)) == {"cheap": 1}
    made["nodes"][0]["metadata"]["annotations"] = noted(3)
    assert run(made).replacement is None
