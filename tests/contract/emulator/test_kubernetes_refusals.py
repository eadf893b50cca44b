"""What the emulated API server refuses, request by request, on the wire."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support.kubernetes_client import raw_call

if TYPE_CHECKING:
    from emulator.cloud import Cloud

PODS, MAPS = "/api/v1/namespaces/default/pods", "/api/v1/namespaces/default/configmaps"
LEASES = "/apis/coordination.k8s.io/v1/namespaces/kube-system/leases"
MERGE = "application/merge-patch+json"


def pod(name: str = "new", **more: Any) -> dict[str, Any]:
    requests = {"requests": {"cpu": more.pop("cpu", "1")}}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, **more},
        "spec": {"containers": [{"name": "c", "image": "i", "resources": requests}]},
    }


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", PODS, pod(), 201),
        ("POST", PODS, pod("Not_A_Name"), 422),
        ("POST", PODS, pod(resourceVersion="1"), 400),
        ("POST", PODS, pod(labels={"a": 1}), 400),
        ("POST", PODS, pod(namespace="other"), 400),
        ("POST", PODS, pod(cpu="a lot"), 400),
        ("POST", PODS, {**pod(), "kind": "Node"}, 400),
        ("POST", PODS, {**pod(), "apiVersion": "v2"}, 400),
        ("POST", PODS, {**pod(), "spec": {}}, 422),
        ("POST", PODS, {"kind": "Pod", "metadata": {}, "spec": {}}, 422),
        ("POST", PODS, [1, 2], 400),
        ("POST", "/api/v1/namespaces/nowhere/pods", pod(), 404),
        ("POST", "/api/v1/pods", pod(), 405),
        ("PUT", f"{PODS}/old", pod("other"), 400),
        ("PUT", f"{PODS}/nobody", pod("nobody"), 404),
        ("PUT", f"{PODS}/old", pod("old", uid="x"), 409),
        ("PUT", f"{PODS}/old", pod("old"), 422),
        ("DELETE", f"{PODS}/nobody", None, 404),
        ("DELETE", f"{PODS}/old", {"preconditions": {"uid": "x"}}, 409),
        ("DELETE", f"{PODS}/old", {"preconditions": {"resourceVersion": "1"}}, 409),
        ("DELETE", PODS, None, 405),
        ("DELETE", f"{MAPS}/held", {"preconditions": {"uid": "x"}}, 409),
        ("GET", f"{PODS}/old/log", None, 404),
        ("POST", f"{PODS}/old/binding", {}, 404),
        ("OPTIONS", PODS, None, 405),
        ("GET", "/api/v1/pods?limit=many", None, 400),
        ("GET", "/api/v1/pods?watch=true", None, 400),
        ("GET", "/api/v1/pods?labelSelector=a+in+b", None, 400),
        ("GET", f"{PODS}?limit=0", None, 200),
        ("GET", "/version", None, 200),
        ("GET", "/readyz", None, 200),
        ("PUT", f"{LEASES}/new", {"metadata": {"name": "new"}, "spec": {"leaseDurationSeconds": 1}}, 201),
        ("PUT", f"{LEASES}/new", {"metadata": {"name": "new", "resourceVersion": "7"}, "spec": {}}, 404),
        ("POST", LEASES, {"metadata": {"name": "x"}, "spec": {"renewTime": 5}}, 400),
        ("POST", MAPS, {"metadata": {"name": "big"}, "data": {"a": "x" * (1024 * 1024 + 1)}}, 422),
        ("POST", "/api/v1/namespaces/default/events", {"metadata": {"name": "e"}, "lastTimestamp": "noon"}, 400),
        ("POST", "/api/v1/namespaces/default/events", {"metadata": {"name": "e"}, "count": "1"}, 400),
    ],
)
def test_a_request_gets_its_status(cloud: Cloud, method: str, path: str, body: object, status: int) -> None:
    token = cloud.cluster.add_service_account("tester")
    host = cloud.cluster.add_pool("p", size=1).nodes[0].host
    cloud.cluster.add_pod("old", node=host)
    cloud.cluster.put({"kind": "ConfigMap", "metadata": {"name": "held"}, "data": {}})
    answer = raw_call(cloud, token, method, path, body)
    assert answer.status_code == status, answer.text
    if status >= 400:
        assert (answer.json()["kind"], answer.json()["code"]) == ("Status", status)


@pytest.mark.parametrize(
    ("path", "patch", "status"),
    [
        (f"{PODS}/nobody", {}, 404),
        (f"{PODS}/old", {"metadata": {"uid": "x"}}, 409),
        (f"{PODS}/old", {"spec": {"nodeName": "elsewhere"}}, 422),
        (f"{PODS}/old", {"metadata": {"namespace": "elsewhere"}}, 422),
        (f"{PODS}/old", {"metadata": {"labels": {"a": "b"}}}, 200),
    ],
)
def test_a_patch_gets_its_status(cloud: Cloud, path: str, patch: object, status: int) -> None:
    token = cloud.cluster.add_service_account("tester")
    host = cloud.cluster.add_pool("p", size=1).nodes[0].host
    cloud.cluster.add_pod("old", node=host)
    assert raw_call(cloud, token, "PATCH", path, patch, **{"Content-Type": MERGE}).status_code == status


def test_a_patch_leaves_the_status_alone(cloud: Cloud) -> None:
    token = cloud.cluster.add_service_account("tester")
    host = cloud.cluster.add_pool("p", size=1).nodes[0].host
    before = cloud.cluster.get("Node", host)["status"]
    patch = {"status": {"allocatable": {"cpu": "1000"}}, "metadata": {"labels": {"a": "b"}}}
    answer = raw_call(cloud, token, "PATCH", f"/api/v1/nodes/{host}", patch, **{"Content-Type": MERGE})
    assert answer.json()["metadata"]["labels"]["a"] == "b"
    assert cloud.cluster.get("Node", host)["status"] == before


def test_a_budget_that_is_changed_is_not_judged_by_its_old_status(cloud: Cloud) -> None:
    token = cloud.cluster.add_service_account("tester")
    host = cloud.cluster.add_pool("p", size=1).nodes[0].host
    cloud.cluster.add_replicas("web", 2, nodes=[host])
    cloud.cluster.add_budget("web", {"app": "web"}, min_available=1)
    path = "/apis/policy/v1/namespaces/default/poddisruptionbudgets/web"
    changed = raw_call(cloud, token, "PATCH", path, {"spec": {"minAvailable": 2}}, **{"Content-Type": MERGE}).json()
    assert changed["metadata"]["generation"] == 2
    after = raw_call(cloud, token, "GET", path).json()
    assert (after["status"]["disruptionsAllowed"], after["status"]["observedGeneration"]) == (0, 2)


def test_an_eviction_waits_for_a_budget_that_is_still_being_processed(cloud: Cloud) -> None:
    token = cloud.cluster.add_service_account("tester")
    host = cloud.cluster.add_pool("p", size=1).nodes[0].host
    cloud.cluster.add_replicas("web", 2, nodes=[host])
    cloud.cluster.add_budget("web", {"app": "web"}, min_available=1)
    cloud.cluster.loops.enabled = False
    cloud.cluster.change("PodDisruptionBudget", "web", ("metadata.generation", 9))
    body = {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": "web-00000"}}
    answer = raw_call(cloud, token, "POST", f"{PODS}/web-00000/eviction", body)
    assert (answer.status_code, answer.headers.get("Retry-After")) == (429, "10")
