"""How many nodes of a pool, and how many pods of a controller, are on their way at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.unit.functions.oke_autoscaler.builders import CLOCK, Json, node, pod, pool, run

if TYPE_CHECKING:
    from functions.oke_autoscaler.model.decision import Decision

GIB = 1 << 30
ON: Json = {"node_pool_eval_cpu_load": 90, "unneeded_minutes": 0, "unready_minutes": 0}
ALL: Json = {"disruption_budget": "100%"}
GOING: Json = {
    "unschedulable": True,
    "taints": [{"key": "ToBeDeletedByClusterAutoscaler", "value": str(int(CLOCK)), "effect": "NoSchedule"}],
}


def cluster(pods: list[Json], nodes: int = 10, **more: Any) -> Json:
    """Nodes n0 … of 1000 m with a little load and the pods."""
    names = [f"n{index}" for index in range(nodes)]
    return {
        "node_pools": [pool("p", nodes, names)],
        "nodes": [node(name, 1000, GIB) for name in names],
        "pods": pods,
        "metrics": {name: {"cpu_percent": 1.0, "ram_percent": 1.0} for name in names},
        **more,
        "settings": {**ON, **more.get("settings", {})},
    }


def replicas(app: str, nodes: list[str], **more: Any) -> list[Json]:
    """One pod of an app on each of the nodes."""
    return [pod(f"{app}-{index}", 100, 1, app, nodeName=name, **more) for index, name in enumerate(nodes)]


def names(count: int) -> list[str]:
    return [f"n{index}" for index in range(count)]


def going(decision: Decision) -> list[str]:
    return [removal.node for removal in decision.remove]


def why(decision: Decision) -> dict[str, str]:
    return {verdict.node: verdict.remove_now_reason or "" for verdict in decision.nodes}


@pytest.mark.parametrize(
    ("nodes", "settings", "removed"),
    [
        (100, {}, 10),
        (20, {}, 2),
        (19, {}, 2),
        (10, {}, 1),
        (3, {}, 1),
        (10, {"disruption_budget": "3"}, 3),
        (10, {"disruption_budget": "0"}, 0),
        (10, {"disruption_budget": "100%"}, 9),
    ],
)
def test_no_more_nodes_of_a_pool_go_at_a_time_than_its_budget_says(nodes: int, settings: Json, removed: int) -> None:
    decision = run(cluster(replicas("web", ["n0"]), nodes, settings={**settings, "node_pool_min_size": 1}))
    assert len(going(decision)) == removed
    assert removed or any(reason.startswith("DisruptionBudget (0 going") for reason in why(decision).values())


def test_nodes_that_wait_for_the_budget_are_marked_all_the_same() -> None:
    decision = run(cluster([], 3))
    assert (going(decision), decision.mark_unneeded) == (["n0"], ("n1", "n2"))


def test_what_is_going_or_not_ready_takes_from_the_budget_already() -> None:
    made = cluster([], 20)
    made["nodes"][0]["spec"] = {"providerID": "n0", **GOING}
    assert len(going(run(made))) == 1
    made["nodes"][1]["spec"] = {"providerID": "n1", **GOING}
    assert going(run(made)) == []
    made["nodes"][1] = node("n1", 1000, GIB)
    made["nodes"][1]["status"]["conditions"] = [{"type": "Ready", "status": "False"}]
    made["pods"] = replicas("web", ["n1"])
    assert going(run({**made, "settings": {**ON, "node_utilization_percent": 5}})) == []


def test_a_node_that_is_not_ready_may_go_within_the_budget_that_it_takes_itself() -> None:
    made = cluster([], 3)
    for index in (1, 2):
        made["nodes"][index]["status"]["conditions"] = [{"type": "Ready", "status": "False"}]
    decision = run(made)
    assert len(going(decision)) == 1
    assert going(decision)[0] in {"n1", "n2"}


def test_a_window_without_removals_holds_while_it_is_open() -> None:
    window = [{"nodes": "0", "schedule": "0 0 1 1 *", "duration": "1h"}]  # CLOCK is the beginning of a year
    assert going(run(cluster([], 3, settings={"disruption_budget": window}))) == []
    later = [{**window[0], "schedule": "0 1 1 1 *"}]
    assert len(going(run(cluster([], 3, settings={"disruption_budget": later})))) == 1


def test_of_three_replicas_without_a_budget_one_is_moved_at_a_time() -> None:
    made = cluster(replicas("web", names(3)), 6, settings=ALL)
    empty = {"n3", "n4", "n5"}
    decision = run({**made, "settings": {**ON, **ALL, "node_pool_min_size": 3}})
    assert len(set(going(decision)) - empty) <= 1
    made["nodes"] = [*made["nodes"][:3], *[node(name, 1000, GIB) for name in empty]]
    made["pods"] += [pod(f"fill-{name}", 600, 1, nodeName=name) for name in empty]
    decision = run(made)
    assert len(going(decision)) == 1
    held = [reason for reason in why(decision).values() if reason.startswith("PodsOfControllerOnTheirWay")]
    assert held == ["PodsOfControllerOnTheirWay (ReplicaSet default/web: 1 of 3, 1 allowed)"] * 2


def busy(made: Json, app: str = "web", **status: Any) -> Json:
    """The cluster with a pod of the app that is not up."""
    one = pod(f"{app}-late", 100, 1, app, nodeName="n9")
    one["status"] = status
    made["pods"].append(one)
    return made


NOT_UP: list[Json] = [
    {"phase": "Running", "conditions": [{"type": "Ready", "status": "False"}]},
    {"phase": "Pending"},
]


@pytest.mark.parametrize("status", NOT_UP)
def test_a_pod_that_is_not_up_is_on_its_way(status: Json) -> None:
    filler = [pod(f"fill-{name}", 600, 1, nodeName=name) for name in names(10)[2:]]
    made = busy(cluster([*replicas("web", names(2)), *filler], settings=ALL), **status)
    assert going(run(made)) == []
    assert len(going(run(busy(cluster([*replicas("web", names(2)), *filler], settings=ALL), "api", **status)))) == 1


def test_a_pod_that_is_missing_or_being_deleted_is_on_its_way() -> None:
    filler = [pod(f"fill-{name}", 600, 1, nodeName=name) for name in names(10)[2:]]
    made = cluster([*replicas("web", names(2)), *filler], settings=ALL)
    apps = sorted({each["metadata"]["ownerReferences"][0]["name"] for each in made["pods"]})
    owners = [
        {"kind": "ReplicaSet", "metadata": {"name": app, "namespace": "default"}, "spec": {"replicas": 1}}
        for app in apps
    ]
    wanted = {**made, "controllers": [*owners[:-1], {**owners[-1], "spec": {"replicas": 2}}]}
    assert owners[-1]["metadata"]["name"] == "web"
    assert len(going(run(wanted))) == 1
    wanted["controllers"] = [*owners[:-1], {**owners[-1], "spec": {"replicas": 3}}]
    assert going(run(wanted)) == []
    leaving = replicas("web", ["n9"])[0]
    leaving["metadata"].update(name="web-9", deletionTimestamp="2026-01-01T00:00:00Z")
    assert going(run({**made, "pods": [*made["pods"], leaving]})) == []


def test_replica_sets_of_one_deployment_are_one_controller() -> None:
    filler = [pod(f"fill-{name}", 600, 1, nodeName=name) for name in names(10)[2:]]
    pods = [*replicas("web-old", ["n0"]), *replicas("web-new", ["n1"]), *filler]
    apps = sorted({each["metadata"]["ownerReferences"][0]["name"] for each in pods})
    above = [{"kind": "Deployment", "name": "web", "apiVersion": "apps/v1", "controller": True}]
    owners = [
        {
            "kind": "ReplicaSet",
            "metadata": {
                "name": app,
                "namespace": "default",
                "ownerReferences": above if app.startswith("web") else None,
            },
            "spec": {"replicas": 1},
        }
        for app in apps
    ]
    assert len(going(run(cluster(pods, settings=ALL)))) == 2
    assert len(going(run(cluster(pods, settings=ALL, controllers=owners)))) == 1


def test_a_disruption_budget_of_the_owner_is_what_counts_where_there_is_one() -> None:
    filler = [pod(f"fill-{name}", 600, 1, nodeName=name) for name in names(10)[3:]]
    made = cluster([*replicas("web", names(3)), *filler], settings=ALL)
    budget = {
        "metadata": {"name": "web", "namespace": "default"},
        "spec": {"selector": {"matchLabels": {"app": "web"}}},
        "status": {"disruptionsAllowed": 2},
    }
    assert len(going(run({**made, "pod_disruption_budgets": [budget]}))) == 2
    assert len(going(run(made))) == 1


def test_of_many_replicas_a_tenth_may_be_on_its_way() -> None:
    made = cluster(replicas("web", names(30)), 30, settings=ALL)
    assert len(going(run(made))) == 3
    assert len(going(run(cluster(replicas("web", names(19)), 19, settings=ALL)))) == 1


def test_a_node_with_two_pods_of_a_controller_sends_one_and_keeps_the_other_for_later() -> None:
    filler = [pod(f"fill-{name}", 600, 1, nodeName=name) for name in names(3)[1:]]
    pods = [pod(f"web-{index}", 100, 1, "web", nodeName="n0") for index in range(3)]
    decision = run(cluster([*pods, *filler], 3, settings=ALL))
    (verdict,) = [verdict for verdict in decision.nodes if verdict.remove_now]
    assert verdict.node == "n0"
    assert len(verdict.evict) == 3
    assert verdict.evict_later == ["default/web-1", "default/web-2"]


def test_a_drain_under_way_has_its_turn_before_a_new_one() -> None:
    filler = [pod(f"fill-{name}", 600, 1, nodeName=name) for name in names(5)[2:]]
    pods = [pod(f"web-{index}", 100, 1, "web", nodeName="n0") for index in range(2)]
    made = cluster([*pods, *replicas("web", ["n1"]), *filler], 5, settings=ALL)
    made["pods"][2]["metadata"]["name"] = "web-on-n1"
    made["nodes"][0]["spec"] = {"providerID": "n0", **GOING}
    decision = run(made)
    assert going(decision) == []
    (verdict,) = [verdict for verdict in decision.nodes if verdict.node == "n0"]
    assert verdict.evict_later == ["default/web-1"]


def test_pods_that_are_not_up_themselves_go_without_waiting() -> None:
    filler = [pod(f"fill-{name}", 600, 1, nodeName=name) for name in names(5)[2:]]
    pods = replicas("web", names(2))
    for one in pods:
        one["status"] = NOT_UP[0]
    decision = run(cluster([*pods, *filler], 5, settings=ALL))
    assert len(going(decision)) == 2
