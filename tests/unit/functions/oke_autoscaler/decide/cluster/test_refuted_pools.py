"""A pool on a node of which the scheduler refused a pod is not grown for that pod, or one in its place, again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from functions.oke_autoscaler.decide.cluster.refuted_pools import REMEMBERED_SECONDS, owner_and_needs
from functions.oke_autoscaler.model.kubernetes_objects import Pod
from functions.oke_autoscaler.model.tick_state import MAX_REFUSED, PoolMemory, RefusedKind, TickState, within_bounds
from tests.unit.functions.oke_autoscaler.builders import CLOCK, new_nodes, node, pod, pool, run

if TYPE_CHECKING:
    from functions.oke_autoscaler.model.decision import Decision

Json = dict[str, Any]
GIB = 1 << 30
HOUR_AGO = "2025-12-31T23:00:00Z"
ODD = "0/1 nodes are available: 1 node(s) did not please a plug-in."


def refused(name: str, app: str = "odd", **more: Any) -> Json:
    made = pod(name, more.pop("cpu_m", 1000), GIB, app, **more)
    condition = {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": ODD}
    made["metadata"]["creationTimestamp"] = HOUR_AGO
    made["status"]["conditions"] = [{**condition, "lastTransitionTime": HOUR_AGO}]
    return made


def live(name: str, since: str = HOUR_AGO) -> Json:
    made = node(name, 4000, 16 * GIB)
    made["metadata"]["creationTimestamp"] = since
    made["status"]["conditions"][0]["lastTransitionTime"] = since
    return made


def cluster(*pods: Json, nodes: tuple[Json, ...] = (), state: Json | None = None, **more: Any) -> Json:
    names = [each["metadata"]["name"] for each in nodes]
    entry = {"id": "a", "min_size": 0, "max_size": 9, "resources": {"cpu": "4", "memory": "16Gi", "pods": "110"}}
    return {
        "now": "2026-01-01T00:00:00Z",
        "settings": {"node_pools": [entry], "node_pool_eval_cpu_load": 50},
        "node_pools": [pool("a", len(names), names, **more)],
        "nodes": list(nodes),
        "pods": list(pods),
        "work_requests": [],
        "state": state or {},
    }


def after(decision: Decision) -> Json:
    """The state that the next tick reads."""
    made: Json = msgspec.to_builtins(TickState(pools=dict(decision.memories)))
    return made


def seen_refused(*pods: Json) -> Json:
    """The state after a tick that found the pods refused on an empty node."""
    decision = run(cluster(*pods, nodes=(live("a-0"),)))
    assert new_nodes(decision) == {}
    return after(decision)


def test_what_an_empty_node_did_not_help_no_other_of_its_pool_is_bought_for() -> None:
    state = seen_refused(refused("odd-1"))
    decision = run(cluster(refused("odd-2"), state=state))
    assert new_nodes(decision) == {}
    assert decision.pods[0].reason.startswith("pods-fit-no-node-pool (a: a node of it did not help")
    assert decision.pools[0].level == "warning"
    assert new_nodes(run(cluster(refused("odd-2")))) == {"a": 1}


@pytest.mark.parametrize(
    "other",
    [refused("odd-2", cpu_m=1100), refused("web", "web"), refused("odd-2", nodeSelector={})],
    ids=["asks for more", "another owner", "another selector"],
)
def test_other_pods_are_bought_for(other: Json) -> None:
    assert new_nodes(run(cluster(other, state=seen_refused(refused("odd-1"))))) == {"a": 1}


def test_pods_that_are_bought_for_beside_it_do_not_take_it_along() -> None:
    state = seen_refused(refused("odd-1"))
    web = [pod(f"web-{number}", 1000, GIB, "web") for number in range(5)]
    decision = run(cluster(refused("odd-2"), *web, state=state))
    assert new_nodes(decision) == {"a": 2}
    assert [verdict.placed_on for verdict in decision.pods].count(None) == 1


def test_another_configuration_of_the_pool_and_a_week_are_a_new_try() -> None:
    state = seen_refused(refused("odd-1"))
    assert new_nodes(run(cluster(refused("odd-2"), state=state, kubernetesVersion="v1.36.1"))) == {"a": 1}
    (record,) = state["pools"]["a"]["refused"].values()
    record["at"] = CLOCK - REMEMBERED_SECONDS
    assert new_nodes(run(cluster(refused("odd-2"), state=state))) == {"a": 1}
    record["at"] += 1
    assert new_nodes(run(cluster(refused("odd-2"), state=state))) == {}


@pytest.mark.parametrize(
    ("host", "since", "remembered"),
    [("a-0", HOUR_AGO, 0), ("young", "2025-12-31T23:59:59Z", 0), ("old", HOUR_AGO, 1)],
)
def test_a_pod_that_came_to_that_node_or_to_a_younger_one_is_a_new_try(host: str, since: str, remembered: int) -> None:
    state = seen_refused(refused("odd-1"))
    (record,) = state["pools"]["a"]["refused"].values()
    record["at"] = CLOCK - 60
    placed = pod("odd-3", 1000, GIB, "odd", nodeName=host)
    decision = run(cluster(placed, nodes=(live(host, since),), state=state))
    assert len(decision.memories["a"].refused) == remembered


def test_a_node_that_others_use_refutes_its_pool_when_it_was_bought_for_the_pod() -> None:
    others = pod("web", 1000, GIB, "web", nodeName="a-0")
    made = cluster(refused("odd-1"), others, nodes=(live("a-0", "2025-12-31T23:30:00Z"),))
    assert run(made).memories["a"].refused == {}
    at = CLOCK - 40 * 60
    made["state"] = {"history": [{"at": at, "what": "scale-up", "pool": "a", "pods": ["default/odd-1"]}]}
    assert [each.node for each in run(made).memories["a"].refused.values()] == ["a-0"]


def kind(owner: str, name: str, **more: Any) -> str:
    made = pod("p", 100, GIB, **more)
    made["metadata"]["ownerReferences"] = [{"kind": owner, "name": name, "controller": True}]
    return owner_and_needs(msgspec.convert(made, Pod))


def test_a_kind_is_the_owner_and_what_is_asked_for() -> None:
    assert kind("Job", "nightly-29414880") == kind("Job", "nightly-29416320")
    assert kind("ReplicaSet", "web-1") != kind("ReplicaSet", "web-2")
    claims = [{"volumes": [{"name": "d", "persistentVolumeClaim": {"claimName": f"d-db-{n}"}}]} for n in (0, 1)]
    assert kind("StatefulSet", "db", **claims[0]) != kind("StatefulSet", "db", **claims[1])
    assert kind("StatefulSet", "db", **claims[0]) == kind("StatefulSet", "db", **claims[0])


def test_the_newest_kinds_are_kept() -> None:
    many = {f"k{number}": RefusedKind(float(number)) for number in range(MAX_REFUSED + 5)}
    kept = within_bounds(TickState(pools={"a": PoolMemory(refused=many)})).pools["a"].refused
    assert (len(kept), min(each.at for each in kept.values())) == (MAX_REFUSED, 5.0)
