"""Nodes are kept for pods that could use them and in pools that change, and nowhere else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.unit.functions.oke_autoscaler.builders import CLOCK, Json, node, pod, pool, run

if TYPE_CHECKING:
    from functions.oke_autoscaler.model.decision import Decision

GIB = 1 << 30
MARK = {
    "key": "DeletionCandidateOfClusterAutoscaler",
    "value": str(int(CLOCK) - 3600),
    "effect": "PreferNoSchedule",
}


def two_pools(waiting: list[Json], **bounds: Any) -> Json:
    """Pool a, full and bounded as told, and pool b with two idle nodes, one of them marked for an hour."""
    nodes = [node("a0", 1000, GIB, labels={"name": "a"})]
    nodes += [node(name, 1000, GIB, labels={"name": "b"}) for name in ("b0", "b1")]
    nodes[1]["spec"]["taints"] = [MARK]
    return {
        "node_pools": [pool("a", 1, ["a0"]), pool("b", 2, ["b0", "b1"])],
        "nodes": nodes,
        "pods": [pod("full", 900, 1, nodeName="a0"), *waiting],
        "metrics": {name: {"cpu_percent": 1.0, "ram_percent": 1.0} for name in ("a0", "b0", "b1")},
        "settings": {
            "node_pools": [{"id": "a", "max_size": 5, **bounds}, {"id": "b", "max_size": 2}],
            "node_pool_eval_cpu_load": 50,
            "unneeded_minutes": 0,
        },
    }


def for_pool(name: str, cpu_m: int = 500, **more: Any) -> Json:
    return pod("new", cpu_m, 1, nodeSelector={"name": name}, **more)


def gone(decision: Decision) -> list[str]:
    return [removal.node for removal in decision.remove]


def why(decision: Decision) -> dict[str, str | None]:
    return {verdict.node: verdict.remove_now_reason for verdict in decision.nodes}


def test_an_idle_node_of_another_pool_goes_while_a_pool_grows() -> None:
    decision = run(two_pools([for_pool("a")]))
    assert (decision.wanted(), gone(decision)) == ({"a": 2}, ["b0"])


@pytest.mark.parametrize(
    "waiting",
    [
        for_pool("a", 99_000),  # no pool has it
        for_pool("c"),
        for_pool("a"),  # at its maximum
    ],
)
def test_an_idle_node_goes_while_a_pod_waits_that_could_not_use_it(waiting: Json) -> None:
    decision = run(two_pools([waiting], max_size=1))
    assert (decision.wanted(), gone(decision)) == ({}, ["b0"])


@pytest.mark.parametrize("change", ["updating", "out-of-capacity"])
def test_an_idle_node_goes_while_another_pool_changes_or_has_no_capacity(change: str) -> None:
    made = two_pools([for_pool("a")])
    if change == "updating":
        made["node_pools"][0]["nodes"].append({"id": "a9", "lifecycleState": "CREATING"})
    else:
        made["work_requests"] = [
            {"status": "FAILED", "timeAccepted": "2025-12-31T23:59:00Z", "resources": [{"identifier": "a"}]}
        ]
    decision = run(made)
    assert (decision.wanted(), gone(decision)) == ({}, ["b0"])


@pytest.mark.parametrize("waiting", [for_pool("b", 500), for_pool("b", 1000), pod("new", 800, 1)])
def test_a_node_that_a_waiting_pod_could_use_is_kept_with_its_mark(waiting: Json) -> None:
    decision = run(two_pools([waiting], max_size=1))
    assert (gone(decision), decision.unmark) == ([], ())
    assert why(decision)["b0"] == "pods-pending"


def test_a_node_that_is_too_small_even_when_it_is_empty_is_not_kept() -> None:
    """Its DaemonSet's pod takes what is missing."""
    made = two_pools([pod("new", 950, 1)], max_size=1)
    daemon = pod("d", 100, 1, "d", nodeName="b0")
    daemon["metadata"]["ownerReferences"][0]["kind"] = "DaemonSet"
    assert gone(run(made)) == []
    made["pods"].append(daemon)
    assert gone(run(made)) == ["b0"]


def test_a_taint_that_the_pod_does_not_tolerate_frees_the_node() -> None:
    made = two_pools([pod("new", 500, 1)], max_size=1)
    made["nodes"][1]["spec"]["taints"].append({"key": "gpu", "value": "x", "effect": "NoSchedule"})
    assert gone(run(made)) == ["b0"]


def test_a_pool_that_grows_keeps_its_other_nodes() -> None:
    """Also one that the pod cannot use."""
    made = two_pools([for_pool("b", 800)])
    made["settings"]["node_pools"][1]["max_size"] = 5
    made["nodes"][1]["spec"]["taints"].append({"key": "old", "value": "", "effect": "NoSchedule"})
    made["nodes"] += [node("b2", 1000, GIB, labels={"name": "b"}), made["nodes"].pop(1)]
    made["pods"] += [pod(f"full-{name}", 900, 1, nodeName=name) for name in ("b1", "b2")]
    made["node_pools"][1] = pool("b", 3, ["b0", "b1", "b2"])
    decision = run(made)
    assert (decision.wanted(), gone(decision)) == ({"b": 4}, [])
    assert why(decision)["b0"] == "pods-pending"
