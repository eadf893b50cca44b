"""Nodes that are Ready and not yet what they will be: late devices, taints of the start."""

from __future__ import annotations

from typing import Any

import pytest

from functions.oke_autoscaler.decide.cluster.starting_nodes import started_amounts, started_taints
from functions.oke_autoscaler.model.kubernetes_objects import Taint
from functions.oke_autoscaler.model.nodes import TO_BE_DELETED
from tests.unit.functions.oke_autoscaler.builders import Json, new_nodes, node, pod, run

NOW = "2026-01-01T12:00:00Z"
OLD, YOUNG, GROWN_UP = "2026-01-01T06:00:00Z", "2026-01-01T11:54:00Z", "2026-01-01T11:40:00Z"
AGENT = [{"key": "node.cilium.io/agent-not-ready", "effect": "NoSchedule"}]


def host(name: str, created: str, **more: Any) -> Json:
    made = node(name, 3815, 14_000_000_000, **more)
    made["metadata"]["creationTimestamp"] = created
    made["status"]["conditions"][0]["lastTransitionTime"] = created
    return made


def bought(nodes: list[Json], pods: list[Json], pool: Json | None = None, **settings: Any) -> dict[str, int]:
    names = [each["spec"]["providerID"] for each in nodes]
    made = {
        "id": "p",
        "name": "p",
        "lifecycleState": "ACTIVE",
        "nodeConfigDetails": {"size": len(nodes)},
        "nodes": [{"id": name, "lifecycleState": "ACTIVE"} for name in names],
        **(pool or {}),
    }
    snapshot = {
        "now": NOW,
        "settings": settings,
        "node_pools": [made],
        "nodes": nodes,
        "pods": pods,
        "work_requests": [],
    }
    return new_nodes(run(snapshot))


def full(name: str) -> Json:
    return pod(f"on-{name}", 3800, 0, nodeName=name)


WANTED = pod("w", 1000, 0)
GPU_POD = pod("w", 1000, 0, extra={"nvidia.com/gpu": "1"})


@pytest.mark.parametrize(
    ("created", "taints", "want"),
    [(YOUNG, AGENT, {}), (GROWN_UP, AGENT, {"p": 1}), (YOUNG, [], {})],
)
def test_a_young_node_with_a_taint_that_older_ones_lack_is_coming(created: str, taints: list[Json], want: Json) -> None:
    nodes = [host("old", OLD), host("new", created, taints=taints)]
    assert bought(nodes, [full("old"), WANTED]) == want


def test_a_young_node_with_the_taint_of_its_pool_is_what_it_is() -> None:
    taints = [{"key": "team", "value": "a", "effect": "NoSchedule"}]
    nodes = [host("old", OLD, taints=taints), host("new", YOUNG, taints=taints)]
    tolerant = pod("w", 1000, 0, tolerations=[{"key": "team", "operator": "Exists"}])
    assert bought(nodes, [full("old"), full("new"), tolerant]) == {"p": 1}
    assert bought(nodes, [full("old"), WANTED]) == {}


def test_the_first_node_of_a_pool_is_coming_while_it_has_a_taint_that_the_pool_does_not_declare() -> None:
    assert bought([host("new", YOUNG, taints=AGENT)], [WANTED]) == {}
    assert bought([host("new", GROWN_UP, taints=AGENT)], [WANTED]) == {}  # by then it is what the pool makes


@pytest.mark.parametrize("named", ["node.cilium.io/agent-not-ready", "node.cilium.io/*", "node.cilium.io/"])
def test_a_named_startup_taint_says_nothing_of_a_new_node(named: str) -> None:
    nodes = [host("new", GROWN_UP, taints=AGENT)]
    assert bought(nodes, [WANTED], startup_taints=named) == {"p": 1}


@pytest.mark.parametrize(("created", "want"), [(YOUNG, {}), (GROWN_UP, {"p": 1})])
def test_a_young_node_without_the_gpu_of_older_ones_is_coming(created: str, want: Json) -> None:
    nodes = [host("old", OLD, extra={"nvidia.com/gpu": "1"}), host("new", created)]
    busy = pod("busy", 100, 0, nodeName="old", extra={"nvidia.com/gpu": "1"})
    assert bought(nodes, [busy, GPU_POD]) == want


def test_the_first_node_of_a_gpu_shape_is_coming_until_its_gpus_are() -> None:
    shape = {"nodeShape": "VM.GPU3.1"}
    tolerant = pod(
        "w", 1000, 0, extra={"nvidia.com/gpu": "1"}, tolerations=[{"key": "nvidia.com/gpu", "operator": "Exists"}]
    )
    label = {"node.kubernetes.io/instance-type": "VM.GPU3.1"}
    assert bought([host("new", YOUNG, labels=label)], [tolerant], shape) == {}
    assert bought([], [tolerant], shape) == {"p": 1}
    # It had its time: a pool that was thought to have GPUs has none, and the next node would have none either.
    assert bought([host("new", GROWN_UP, labels=label)], [tolerant], shape) == {}


def test_a_starting_node_will_offer_what_others_do() -> None:
    usual = {"cpu": 3815, "memory": 10, "nvidia.com/gpu": 8}
    assert started_amounts({"cpu": 3700, "nvidia.com/gpu": 0}, usual) == {
        "cpu": 3700,
        "memory": 10,
        "nvidia.com/gpu": 8,
    }


def test_a_starting_node_keeps_its_pools_taints_and_that_of_a_removal() -> None:
    taints = [Taint(key=key) for key in ("team", "agent-not-ready", TO_BE_DELETED)]
    assert [taint.key for taint in started_taints(taints, [Taint(key="team")])] == ["team", TO_BE_DELETED]
