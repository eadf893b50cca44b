"""Verdicts on whole nodes: Cluster Autoscaler's removal, planner, eligibility, utilisation and budget cases."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from functions.oke_autoscaler.decide.cluster.utilization import utilization
from functions.oke_autoscaler.decide.decide import decide
from functions.oke_autoscaler.explain.snapshot_file import read
from functions.oke_autoscaler.model.kubernetes_objects import Node, Pod
from functions.oke_autoscaler.model.pod_requests import pod_requests
from tests.unit.functions.oke_autoscaler.builders import Json, pool
from tests.unit.functions.oke_autoscaler.golden import DRAIN, NOW, OPTION_NAMES

if TYPE_CHECKING:
    from functions.oke_autoscaler.model.decision import Decision, NodeVerdict

OURS = ("skip_", "system_", "node_utilization", "ignore_daemonsets")
LIST_NAME = {"scale_down_utilization_threshold": "node_utilization_percent", **OPTION_NAMES}


def options(case: Json) -> Json:
    """The options of a case under our names; the others are Cluster Autoscaler's alone."""
    named = {LIST_NAME.get(key, key): value for key, value in case.get("options", {}).items()}
    if "node_utilization_percent" in named:
        named["node_utilization_percent"] *= 100
    return {key: value for key, value in named.items() if key.startswith(OURS)}


def verdicts(nodes: list[Json], pods: list[Json], managed: list[str], **more: Any) -> dict[str, NodeVerdict]:
    decision = explain(nodes, pods, managed, **more)
    return {verdict.node: verdict for verdict in decision.nodes}


def explain(nodes: list[Json], pods: list[Json], managed: list[str], **more: Any) -> Decision:
    snapshot = {"node_pools": [pool("pool", len(managed), managed)], "nodes": nodes, "pods": pods, **more}
    return decide(*read(json.dumps(snapshot).encode(), NOW))


@pytest.mark.parametrize("case", [c for c in DRAIN["node_removal"] if c["nodes"]], ids=lambda case: case["name"])
def test_a_node_is_removable_when_its_pods_fit_elsewhere(case: dict[str, Any]) -> None:
    names = [node["metadata"]["name"] for node in case["nodes"]]
    owners = [{"kind": "ReplicaSet", **owner} for owner in case["replicasets"]]
    found = verdicts(case["nodes"], case["pods"], names, controllers=owners, settings=options(case))[case["candidate"]]
    assert found.removable is (case["expect"] == "drainable")
    assert found.reason == case["reason"]
    if found.removable:
        assert found.evict == case["pods_to_reschedule"]


def test_the_removed_node_still_is_a_domain_of_a_spread_that_ignores_taints() -> None:
    case = next(c for c in DRAIN["node_removal"] if c["name"] == "topology-honor-taints")
    pods = json.loads(json.dumps(case["pods"]).replace('"nodeTaintsPolicy": "Honor"', '"nodeTaintsPolicy": "Ignore"'))
    found = verdicts(case["nodes"], pods, [node["metadata"]["name"] for node in case["nodes"]])
    assert found["topo-n1"].reason == "NoPlaceToMovePods"


@pytest.mark.parametrize("case", DRAIN["unneeded_nodes"], ids=lambda case: case["name"])
def test_nodes_that_may_go_together_are_those_of_cluster_autoscaler(case: dict[str, Any]) -> None:
    evicted = [json.loads(json.dumps(pod)) for pod in case["recently_evicted_pods"]]
    for pod in evicted:
        pod["spec"].pop("nodeName", None)
    mirrors = [p for p in evicted if "kubernetes.io/config.mirror" in p["metadata"].get("annotations", {})]
    pods = [*case["pods"], *(pod for pod in evicted if pod not in mirrors)]
    found = verdicts(case["nodes"], pods, case["eligible_candidates_in_order"], settings=options(case))
    assert [name for name in found if found[name].removable] == case["expect_unneeded"]
    assert [name for name in found if not found[name].removable] == case["expect_unremovable"]


@pytest.mark.parametrize(
    "case",
    [c for c in DRAIN["eligibility"] if c["options"]["scale_down_unready_enabled"]],
    ids=lambda case: case["name"],
)
def test_a_node_is_eligible_by_utilisation_annotations_and_taints(case: dict[str, Any]) -> None:
    names = [node["metadata"]["name"] for node in case["nodes"]]
    found = verdicts(case["nodes"], case["pods"], names, settings=options(case))
    assert [name for name in names if found[name].eligible] == case["expect_eligible"]
    for name, reason in case["expect_unremovable"].items():
        assert found[name].eligible_reason == reason


@pytest.mark.parametrize("case", DRAIN["utilization"], ids=lambda case: case["name"])
def test_utilisation_is_the_larger_share_of_what_is_requested(case: dict[str, Any]) -> None:
    pods = [msgspec.convert(pod, Pod) for pod in case["pods"]]
    share = utilization(
        msgspec.convert(case["node"], Node),
        [(pod, pod_requests(pod.spec)) for pod in pods],
        NOW,
        ignore_daemonsets=case["ignore_daemonsets"],
        ignore_mirror_pods=case["ignore_mirror_pods"],
    )
    expected = case["expect_utilization"]
    assert share == (None if expected is None else pytest.approx(expected, rel=case["tolerance_relative"]))


ROOMY = {
    "metadata": {"name": "roomy"},
    "status": {"allocatable": {"cpu": "100", "memory": "100Gi", "pods": "1000"}},
}


def on_candidate(pods: list[Json], **more: Any) -> NodeVerdict:
    """The verdict on a node that runs these pods, beside one of no pool with all the room they need."""
    node = {"metadata": {"name": "n"}, "spec": {"providerID": "n"}, "status": ROOMY["status"]}
    placed = [{**pod, "spec": {**pod.get("spec", {}), "nodeName": "n"}} for pod in pods]
    return verdicts([node, ROOMY], placed, ["n"], **more)["n"]


@pytest.mark.parametrize("case", DRAIN["pdb_budget"], ids=lambda case: case["name"])
def test_budgets_decide_as_in_cluster_autoscaler_but_for_two_on_one_pod(case: dict[str, Any]) -> None:
    found = on_candidate(case["pods"], pod_disruption_budgets=case["pdbs"])
    under_two = case["name"].startswith("pod under both")
    assert found.removable is (case["expect_can_remove"] and not under_two)
    assert found.reason == ("MultiplePdbs" if under_two else None if found.removable else "NotEnoughPdb")


@pytest.mark.parametrize("case", DRAIN["pods_to_evict"][1:3], ids=lambda case: case["name"])
def test_daemonset_pods_are_evicted_only_where_they_ask_for_it(case: dict[str, Any]) -> None:
    node = {"metadata": {"name": "n"}, "spec": {"providerID": "n"}, "status": ROOMY["status"]}
    pods = [{**pod, "spec": {"nodeName": "n"}} for pod in case["pods"]]
    settings = {"node_pool_eval_cpu_load": 20, "unneeded_minutes": 0}
    decision = explain([node, ROOMY], pods, ["n"], settings=settings)
    assert decision.nodes[0].evict == case["expect_evictions"]
    assert decision.remove[0].evict == tuple(f"default/{name}" for name in case["expect_daemonset_evictions"])


REASONS = DRAIN["removable_at_reasons"]["cases"]


@pytest.mark.parametrize("case", [c for c in REASONS if "cluster_min_nodes" not in c], ids=lambda c: c["name"])
def test_an_unneeded_node_stays_for_the_reason_that_cluster_autoscaler_gives(case: dict[str, Any]) -> None:
    taint = {"key": "DeletionCandidateOfClusterAutoscaler", "value": str(int(NOW + case["since_s"]))}
    annotation = {"cluster-autoscaler.kubernetes.io/scale-down-disabled": str(case["scale_down_disabled"]).lower()}
    node = {
        "metadata": {"name": "n", "annotations": annotation},
        "spec": {"providerID": "n", "taints": [{**taint, "effect": "PreferNoSchedule"}]},
        "status": {**ROOMY["status"], "conditions": [{"type": "Ready", "status": str(case["ready"])}]},
    }
    settings = {
        "node_pool_eval_cpu_load": 20,
        "unneeded_minutes": case["unneeded_time_s"] / 60,
        "unready_minutes": case["unready_time_s"] / 60,
        "node_pool_min_size": case["pool_min"],
    }
    found = verdicts([node], [], ["n"] if case["in_pool"] else ["other"], settings=settings)["n"]
    assert (found.remove_now, found.remove_now_reason) == (False, case["expect_reason"])


def test_all_pods_of_one_budget_may_go_from_a_node_but_not_from_two_nodes_in_one_tick() -> None:
    def at(name: str, where: str) -> Json:
        owner = {"kind": "ReplicaSet", "name": "rs", "controller": True}
        meta = {"name": name, "labels": {"app": "a"}, "ownerReferences": [owner]}
        return {"metadata": meta, "spec": {"nodeName": where}, "status": {"phase": "Running"}}

    nodes = [{"metadata": {"name": name}, "spec": {"providerID": name}, "status": ROOMY["status"]} for name in "abcd"]
    budget = {
        "metadata": {"name": "b", "namespace": "default"},
        "spec": {"selector": {"matchLabels": {"app": "a"}}},
        "status": {"disruptionsAllowed": 1},
    }
    decision = explain(
        [*nodes, ROOMY],
        [at("1", "a"), at("2", "a"), at("3", "b"), at("4", "c"), at("5", "d")],
        list("abcd"),
        pod_disruption_budgets=[budget],
        settings={"node_pool_eval_cpu_load": 50, "unneeded_minutes": 0},
        metrics={name: {"cpu_percent": 1} for name in "abcd"},
    )
    assert [removal.node for removal in decision.remove] == ["a"]
    assert decision.nodes[1].remove_now_reason == "NotEnoughPdb"


def test_an_expendable_pod_neither_keeps_its_node_nor_is_moved() -> None:
    naked = {"metadata": {"name": "cheap"}, "spec": {"priority": -11}, "status": {"phase": "Running"}}
    found = on_candidate([naked])
    assert (found.removable, found.evict, found.ignore) == (True, [], ["default/cheap"])
    kept = on_candidate([{**naked, "spec": {"priority": -10}}])
    assert (kept.removable, kept.reason) == (False, "NotReplicated")
