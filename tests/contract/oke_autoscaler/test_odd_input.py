"""Clocks that disagree, lists with what nobody has seen before: no crash, a typed answer, no rash change."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.autoscaler import IDLE, changes, config, deletions, host_names, tick

if TYPE_CHECKING:
    from emulator.cloud import Cloud

NOVEL_OWNER = {"kind": "Novelty", "name": "n", "apiVersion": "v9", "uid": "u", "controller": True}
INSTANCE = "ocid1.instance.oc1.iad.unknown"


def reason(answer: dict[str, Any]) -> str:
    (body,) = answer.values()
    return str(body["reason"])


@pytest.mark.parametrize("skew_seconds", [-600, 600])
def test_a_clock_that_is_ten_minutes_off_the_clusters_changes_nothing_about_a_tick(
    cloud: Cloud, principal_env: dict[str, str], skew_seconds: int
) -> None:
    cloud.cluster.clock.set(time.time() + skew_seconds)
    pool = cloud.cluster.add_pool("p", size=2)
    keys = config(cloud, pool, node_pool_min_size=1, node_pool_eval_cpu_load=50, unneeded_minutes=10)
    assert reason(tick(principal_env, keys)) == "no-resource-pressure"
    cloud.cluster.advance(9 * 60)
    tick(principal_env, keys)
    assert deletions(cloud) == []
    cloud.cluster.advance(2 * 60)
    tick(principal_env, keys)
    assert len(deletions(cloud)) == 1


@pytest.mark.parametrize("skew_seconds", [-600, 600])
def test_a_clock_that_oci_refuses_is_a_typed_error(
    cloud: Cloud, principal_env: dict[str, str], skew_seconds: int
) -> None:
    pool = cloud.cluster.add_pool("p", size=2)
    keys = config(cloud, pool)
    right = cloud.identity.clock
    cloud.identity.clock = lambda: time.time() + skew_seconds
    try:
        error = tick(principal_env, keys)["error"]
    finally:
        cloud.identity.clock = right
    assert (error["reason"], error["status"], error["code"]) == ("oci-service-error", "401", "NotAuthenticated")
    assert "clock" in error["fix"]


@pytest.mark.parametrize(
    "overrides",
    [
        {"nodes": None},
        {"nodes": []},
        {"nodes": [{"id": "", "lifecycleState": "FAILING", "nodeError": {"code": "X", "message": None}}]},
        {"nodes": [{"id": None, "lifecycleState": "CREATING"}]},
        {"nodes": [{"id": INSTANCE, "lifecycleState": "SPLENDID", "novel": {"a": [1]}}, {}]},
        {"lifecycleState": "HIBERNATING", "novelField": [{}]},
        {"nodeShapeConfig": None, "nodeShape": "VM.Novel.Shape"},
        {"initialNodeLabels": None, "nodeMetadata": None, "freeformTags": None},
        {"nodeConfigDetails": None},
    ],
)
def test_a_node_pool_that_looks_odd_is_answered_and_not_touched_rashly(
    cloud: Cloud, principal_env: dict[str, str], overrides: dict[str, object]
) -> None:
    pool = cloud.cluster.add_pool("p", size=2)
    first = host_names(cloud, pool)[0]
    cloud.cluster.add_replicas("web", 2, nodes=[first], pool=pool)
    pool.overrides = overrides
    answer = tick(principal_env, config(cloud, pool, node_pool_min_size=2, **IDLE))
    assert reason(answer)
    assert not [change for change in changes(cloud) if "nodePools" in change]


@pytest.mark.parametrize("field", ["id", "name", "nodes", "nodeConfigDetails"])
def test_a_node_pool_with_a_field_of_another_type_is_a_typed_error(
    cloud: Cloud, principal_env: dict[str, str], field: str
) -> None:
    pool = cloud.cluster.add_pool("p", size=2)
    pool.overrides = {field: 7}
    error = tick(principal_env, config(cloud, pool))["error"]
    assert (error["reason"], error["code"]) == ("oci-service-error", "malformed")
    assert changes(cloud) == []


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        ("Pod", ("status.phase", "Dreaming")),
        ("Pod", ("status.conditions", None)),
        ("Pod", ("spec.tolerations", [{"operator": "Sometimes", "effect": "NoBreakfast"}])),
        ("Pod", ("spec.novel", {"deep": [1, {"x": None}]})),
        ("Pod", ("metadata.labels", None)),
        ("Pod", ("metadata.ownerReferences", [NOVEL_OWNER])),
        ("Node", ("status.conditions", [{"type": "Sleepy", "status": "Perhaps"}])),
        ("Node", ("spec.taints", [{"key": "odd", "effect": "NoBreakfast"}])),
        ("Node", ("spec.providerID", None)),
        ("Node", ("spec.providerID", "aws:///eu-west-1/i-1")),
        ("Node", ("metadata.labels", None)),
    ],
)
def test_objects_with_unknown_values_do_no_harm(
    cloud: Cloud, principal_env: dict[str, str], kind: str, change: tuple[str, object]
) -> None:
    cloud.cluster.loops.enabled = False
    pool = cloud.cluster.add_pool("p", size=1)
    host = host_names(cloud, pool)[0]
    cloud.cluster.add_pod("web", node=host)
    cloud.cluster.change(kind, "web" if kind == "Pod" else host, change)
    assert "error" not in tick(principal_env, config(cloud, pool, node_pool_min_size=1, **IDLE))
    assert not [one for one in changes(cloud) if "nodePools" in one]


ODD_OBJECTS = {
    "spec.containers[0].resources.requests.cpu": (
        "Pod",
        ("spec.containers", [{"name": "c", "resources": {"requests": {"cpu": "1E300"}}}]),
    ),
    "status.allocatable.cpu": ("Node", ("status.allocatable", {"cpu": "9e999", "memory": "16Gi", "pods": "31"})),
    "spec.priority": ("Pod", ("spec.priority", "high")),
    "metadata.deletionTimestamp": ("Pod", ("metadata.deletionTimestamp", "soon")),
    "metadata.labels.a": ("Node", ("metadata.labels", {"a": 7})),
}


@pytest.mark.parametrize("path", ODD_OBJECTS)
def test_an_object_that_cannot_be_read_is_named_and_keeps_its_node(
    cloud: Cloud, principal_env: dict[str, str], path: str
) -> None:
    cloud.cluster.loops.enabled = False
    pool = cloud.cluster.add_pool("p", size=2)
    host = host_names(cloud, pool)[0]
    cloud.cluster.add_pod("web", node=host)
    kind, change = ODD_OBJECTS[path]
    cloud.cluster.change(kind, "web" if kind == "Pod" else host, change)
    answer = tick(principal_env, config(cloud, pool, **IDLE))
    (body,) = answer.values()
    assert path in body["unreadable"]
    assert body["unreadable-count"] == "1"
    assert f"{host}: Unreadable" in body["node-reasons"]
    assert not [change for change in changes(cloud) if host in change]
    assert [call for call in cloud.log.calls(method="POST") if call.path.endswith("/events")]


def test_a_pod_without_a_name_is_told_and_all_else_goes_on(cloud: Cloud, principal_env: dict[str, str]) -> None:
    pool = cloud.cluster.add_pool("p", size=1)
    cloud.faults.add(
        path="^/api/v1/pods$", body=b'{"kind": "PodList", "items": [{"metadata": {"name": 7}}]}', times=None
    )
    answer = tick(principal_env, config(cloud, pool))
    assert answer["warning"]["reason"] == "no-resource-pressure"
    assert answer["warning"]["unreadable"].startswith("Pod 7, metadata.name, 7")
    assert changes(cloud) == []


def test_a_pool_of_another_cluster_is_a_fault_of_the_config(cloud: Cloud, principal_env: dict[str, str]) -> None:
    pool = cloud.cluster.add_pool("p", size=1)
    pool.overrides = {"clusterId": "ocid1.cluster.oc1.iad.other"}
    error = tick(principal_env, config(cloud, pool))["error"]
    assert (error["reason"], error["keys"]) == ("missing-input-data", ["node_pool_id"])


def test_an_error_without_an_answer_has_the_three_keys_all_the_same(
    cloud: Cloud, principal_env: dict[str, str]
) -> None:
    pool = cloud.cluster.add_pool("p", size=1)
    cloud.faults.add(path="/poddisruptionbudgets$", drop="before", times=None)
    error = tick(principal_env, config(cloud, pool), seconds=5.0)["error"]
    assert {"status", "code", "opc-request-id"} <= set(error)
    assert (error["status"], error["code"]) == ("", "no-answer")


def test_work_requests_with_unknown_values_do_no_harm(cloud: Cloud, principal_env: dict[str, str]) -> None:
    pool = cloud.cluster.add_pool("p", size=1)
    body = b'[{"id": "x", "status": "DREAMING", "operationType": "NOVEL", "resources": null, "timeAccepted": null}]'
    cloud.faults.add(path="/workRequests$", body=body, times=None)
    assert reason(tick(principal_env, config(cloud, pool))) == "no-resource-pressure"
