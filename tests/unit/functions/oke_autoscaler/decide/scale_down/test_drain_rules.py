"""The drain rules give Cluster Autoscaler's verdict on its own cases, and a better one where that is argued for."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from functions.oke_autoscaler.decide.scale_down.budgets import Budgets
from functions.oke_autoscaler.decide.scale_down.drain_rules import DrainCheck, DrainRules
from functions.oke_autoscaler.model.kubernetes_objects import Pod
from functions.oke_autoscaler.model.pods import is_long_terminating
from tests.unit.functions.oke_autoscaler.golden import DRAIN, NOW, budgets_of, owners_of, pods_of, settings_of


def judge(case: dict[str, Any]) -> DrainCheck:
    rules = DrainRules(settings_of(case.get("options")), owners_of(case), Budgets(budgets_of(case)), NOW)
    return rules.check(pods_of(case))


@pytest.mark.parametrize("case", DRAIN["cases"], ids=lambda case: case["name"])
def test_the_verdict_is_that_of_cluster_autoscaler(case: dict[str, Any]) -> None:
    verdict = judge(case)
    assert (verdict.reason, verdict.blocking_pod) == (case["reason"], case["blocking_pod"])
    for name in ("evict", "daemonset", "wait_for_completion", "ignore"):
        assert [pod.key for pod in getattr(verdict, name)] == case[name]


@pytest.mark.parametrize("case", DRAIN["beyond_ca_cases"], ids=lambda case: case["name"])
def test_the_verdict_is_the_better_one_where_that_is_argued_for(case: dict[str, Any]) -> None:
    assert judge(case).reason == case["proposed_reason"]


@pytest.mark.parametrize("case", DRAIN["long_terminating"], ids=lambda case: case["name"])
def test_a_pod_is_long_terminating_half_a_minute_after_its_grace(case: dict[str, Any]) -> None:
    assert is_long_terminating(msgspec.convert(case["pod"], Pod), NOW) is case["expect_long_terminating"]


def owned(kind: str, api: str = "apps/v1", **more: Any) -> dict[str, Any]:
    """A running pod of a controller with the name `own`."""
    owner = {"kind": kind, "name": "own", "apiVersion": api, "controller": True}
    meta = {"name": "a", "namespace": "ns", "ownerReferences": [owner], **more.pop("metadata", {})}
    return {"metadata": meta, "spec": more.pop("spec", {}), "status": {"phase": "Running"}, **more}


def verdict_on(pod: dict[str, Any], **case: Any) -> DrainCheck:
    return judge({"pods": [pod], "pdbs": [], "controllers": None, **case})


def annotated(**annotations: str) -> dict[str, Any]:
    return {
        "annotations": {f"cluster-autoscaler.kubernetes.io/{k.replace('_', '-')}": v for k, v in annotations.items()}
    }


@pytest.mark.parametrize(
    ("kind", "api", "missing"),
    [
        ("ReplicaSet", "apps/v1", "ControllerNotFound"),
        ("ReplicaSet", "other/v1", "ControllerNotFound"),
        ("ReplicationController", "v1", "ControllerNotFound"),
        ("Job", "batch/v1", "ControllerNotFound"),
        ("StatefulSet", "apps/v1", "ControllerNotFound"),
        ("StatefulSet", "kruise/v1", None),
        ("DaemonSet", "apps/v1", "ControllerNotFound"),
        ("DaemonSet", "crd/v1", None),
        ("Rollout", "argo/v1", "NotReplicated"),
    ],
)
def test_an_owner_that_is_gone_blocks_where_it_can_be_looked_up(kind: str, api: str, missing: str | None) -> None:
    assert verdict_on(owned(kind, api), controllers={}).reason == missing
    owner = {"kind": kind, "metadata": {"name": "own", "namespace": "ns"}, "spec": {"replicas": 1}}
    assert verdict_on(owned(kind, api), controllers={"x": [owner]}).reason in (None, "NotReplicated")
    elsewhere = {**owner, "metadata": {"name": "own", "namespace": "other"}}
    assert verdict_on(owned(kind, api), controllers={"x": [elsewhere]}).reason == missing
    few = verdict_on(owned(kind, api), controllers={"x": [owner]}, options={"min_replica_count": 2}).reason
    assert (few == "MinReplicasReached") is (kind in {"ReplicaSet", "ReplicationController"})


def test_an_owner_without_control_and_a_custom_one_count_as_the_settings_say() -> None:
    loose = owned("ReplicaSet")
    loose["metadata"]["ownerReferences"][0]["controller"] = False
    assert verdict_on(loose).reason == "NotReplicated"
    allowed = {"skip_nodes_with_custom_controller_pods": False}
    assert verdict_on(owned("Rollout"), options=allowed).reason is None
    assert verdict_on(loose, options=allowed).reason == "NotReplicated"


@pytest.mark.parametrize(
    ("phase", "policy", "ended"),
    [
        ("Failed", "Always", True),
        ("Failed", "Never", True),
        ("Succeeded", "Never", True),
        ("Succeeded", "OnFailure", True),
        ("Succeeded", "Always", False),
        ("Running", "Never", False),
        ("Unknown", "Never", False),
        ("Pending", "Never", False),
    ],
)
def test_a_pod_that_will_not_run_again_goes_unasked(phase: str, policy: str, *, ended: bool) -> None:
    naked = {"metadata": {"name": "a"}, "spec": {"restartPolicy": policy}, "status": {"phase": phase}}
    assert verdict_on(naked).reason == (None if ended else "NotReplicated")


LOCAL = {"volumes": [{"name": "v", "emptyDir": {}}, {"name": "w", "hostPath": {"path": "/x"}}]}


@pytest.mark.parametrize(
    ("metadata", "spec", "reason"),
    [
        ({}, LOCAL, "LocalStorageRequested"),
        (annotated(safe_to_evict_local_volumes="v"), LOCAL, "LocalStorageRequested"),
        (annotated(safe_to_evict_local_volumes="v,w"), LOCAL, None),
        (annotated(safe_to_evict_local_volumes="v, w"), LOCAL, "LocalStorageRequested"),
        ({}, {"volumes": [{"emptyDir": {}}]}, "LocalStorageRequested"),
        (annotated(safe_to_evict="true"), LOCAL, None),
        (annotated(safe_to_evict="yes"), {}, None),
        (annotated(safe_to_evict="false"), LOCAL, "NotSafeToEvictAnnotation"),
        ({}, {"volumes": [{"name": "v", "emptyDir": {"medium": "Memory"}}]}, None),
        ({}, {"volumes": [{"name": "v", "configMap": {}}, {"name": "p", "persistentVolumeClaim": {}}]}, None),
    ],
)
def test_what_a_pod_says_of_itself_decides(metadata: dict[str, Any], spec: dict[str, Any], reason: str | None) -> None:
    assert verdict_on(owned("ReplicaSet", metadata=metadata, spec=spec)).reason == reason


def test_age_frees_a_system_pod_from_the_rule_of_its_namespace_and_from_no_other() -> None:
    old = {"namespace": "kube-system", "creationTimestamp": "2020-12-18T15:00:00Z"}
    young = {**old, "creationTimestamp": "2020-12-18T16:30:00Z"}
    assert verdict_on(owned("ReplicaSet", metadata=old)).reason is None
    assert verdict_on(owned("ReplicaSet", metadata=old, spec=LOCAL)).reason == "LocalStorageRequested"
    kept = {**old, **annotated(safe_to_evict="false")}
    assert verdict_on(owned("ReplicaSet", metadata=kept)).reason == "NotSafeToEvictAnnotation"
    asked = {**old, **annotated(safe_to_evict="true")}
    assert verdict_on(owned("ReplicaSet", metadata=asked, spec=LOCAL)).reason is None
    assert verdict_on(owned("ReplicaSet", metadata=young)).reason == "UnmovableKubeSystemPod"
    assert verdict_on(owned("ReplicaSet", metadata={"namespace": "kube-system"})).reason == "UnmovableKubeSystemPod"
    assert verdict_on(owned("Rollout", metadata=old)).reason == "NotReplicated"


def budget(allowed: int, **more: Any) -> dict[str, Any]:
    meta = {"name": f"b{allowed}", "namespace": "ns"}
    status = {"disruptionsAllowed": allowed, **more.pop("status", {})}
    return {"metadata": meta, "spec": {"selector": {}, **more}, "status": status}


def not_ready(status: str = "False") -> dict[str, Any]:
    return {"phase": "Running", "conditions": [{"type": "Ready", "status": status}]}


@pytest.mark.parametrize(
    ("fields", "policy", "healthy", "reason"),
    [
        ({}, None, (2, 2), "NotEnoughPdb"),
        ({"status": not_ready()}, None, (2, 2), None),
        ({"status": not_ready()}, "IfHealthyBudget", (1, 2), "NotEnoughPdb"),
        ({"status": not_ready()}, None, (0, 0), "NotEnoughPdb"),
        ({"status": not_ready("Unknown")}, "AlwaysAllow", (0, 2), None),
        ({"status": not_ready("True")}, "AlwaysAllow", (2, 2), "NotEnoughPdb"),
        ({"status": {"phase": "Pending"}}, None, (0, 2), None),
    ],
)
def test_a_budget_that_is_used_up_lets_go_what_the_eviction_api_does(
    fields: dict[str, Any], policy: str | None, healthy: tuple[int, int], reason: str | None
) -> None:
    state = {"currentHealthy": healthy[0], "desiredHealthy": healthy[1]}
    pdb = budget(0, unhealthyPodEvictionPolicy=policy, status=state)
    assert verdict_on(owned("ReplicaSet", **fields), pdbs=[pdb]).reason == reason
