"""The emulated API server through the unchanged Kubernetes client: reads, writes, conflicts."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

import pytest
from kubernetes import client
from kubernetes.client.exceptions import ApiException

from tests.support.kubernetes_client import api_client, cluster_token, raw_call

if TYPE_CHECKING:
    from emulator.cloud import Cloud


@pytest.fixture
def api(cloud: Cloud, principal_env: dict[str, str]) -> Iterator[client.ApiClient]:
    with api_client(cloud, cluster_token(cloud, principal_env)) as made:
        yield made


@pytest.fixture
def core(api: client.ApiClient) -> client.CoreV1Api:
    return client.CoreV1Api(api)


def test_pods_come_in_pages_that_show_one_moment(cloud: Cloud, core: client.CoreV1Api) -> None:
    for number in range(5):
        cloud.cluster.add_pod(f"p{number}")
    first = core.list_pod_for_all_namespaces(limit=2)
    assert first.metadata.remaining_item_count == 3
    cloud.cluster.add_pod("a-late-one")
    cloud.cluster.remove("Pod", "p4")
    names, token = [pod.metadata.name for pod in first.items], first.metadata._continue
    while token:
        page = core.list_pod_for_all_namespaces(limit=2, _continue=token)
        assert page.metadata.resource_version == first.metadata.resource_version
        names += [pod.metadata.name for pod in page.items]
        token = page.metadata._continue
    assert names == ["p0", "p1", "p2", "p3", "p4"]


def test_an_expired_continue_token_is_gone_and_a_garbled_one_is_bad(cloud: Cloud, core: client.CoreV1Api) -> None:
    for number in range(3):
        cloud.cluster.add_pod(f"p{number}")
    token = core.list_pod_for_all_namespaces(limit=1).metadata._continue
    with pytest.raises(ApiException, match="continue key is not valid") as garbled:
        core.list_pod_for_all_namespaces(limit=1, _continue="x" + token)
    assert garbled.value.status == 400
    cloud.cluster.expire_continue_tokens()
    with pytest.raises(ApiException, match='"reason": "Expired"') as expired:
        core.list_pod_for_all_namespaces(limit=1, _continue=token)
    assert expired.value.status == 410
    rest = json.loads(expired.value.body)["metadata"]["continue"]
    cloud.cluster.remove("Pod", "p1")
    went_on = core.list_pod_for_all_namespaces(limit=5, _continue=rest)
    assert [pod.metadata.name for pod in went_on.items] == ["p2"], "its token goes on with what is there now"


def test_a_merge_patch_with_an_old_version_is_a_conflict(cloud: Cloud, core: client.CoreV1Api) -> None:
    cloud.cluster.add_pool("p", size=1)
    node = core.list_node().items[0]
    taint = {"key": "ToBeDeletedByClusterAutoscaler", "value": "1", "effect": "NoSchedule"}
    patch = {
        "metadata": {"resourceVersion": node.metadata.resource_version},
        "spec": {"taints": [taint], "unschedulable": True},
    }
    done = core.patch_node(node.metadata.name, patch, _content_type="application/merge-patch+json")
    assert done.spec.unschedulable
    with pytest.raises(ApiException) as stale:
        core.patch_node(node.metadata.name, patch, _content_type="application/merge-patch+json")
    assert stale.value.status == 409
    assert {one.key for one in core.read_node(node.metadata.name).spec.taints} == {
        "ToBeDeletedByClusterAutoscaler",
        "node.kubernetes.io/unschedulable",
    }


def refused(call: Callable[[], object]) -> int:
    with pytest.raises(ApiException) as error:
        call()
    return int(error.value.status)


def lease(**spec: object) -> dict[str, Any]:
    return {
        "apiVersion": "coordination.k8s.io/v1",
        "kind": "Lease",
        "metadata": {"name": "tick", "namespace": "kube-system"},
        "spec": {
            "holderIdentity": "a",
            "leaseDurationSeconds": 60,
            "acquireTime": "2026-01-01T00:00:00.000000Z",
            "renewTime": "2026-01-01T00:00:00.000000Z",
            **spec,
        },
    }


def test_a_lease_is_taken_by_compare_and_swap(cloud: Cloud, principal_env: dict[str, str]) -> None:
    token = cluster_token(cloud, principal_env)
    path = "/apis/coordination.k8s.io/v1/namespaces/kube-system/leases"
    made = raw_call(cloud, token, "POST", path, lease()).json()
    assert raw_call(cloud, token, "POST", path, lease()).json()["reason"] == "AlreadyExists"
    assert raw_call(cloud, token, "PUT", f"{path}/tick", lease()).status_code == 422
    mine = lease(holderIdentity="b")
    mine["metadata"]["resourceVersion"] = made["metadata"]["resourceVersion"]
    assert raw_call(cloud, token, "PUT", f"{path}/tick", mine).json()["spec"]["holderIdentity"] == "b"
    late = raw_call(cloud, token, "PUT", f"{path}/tick", mine)
    assert (late.status_code, late.json()["reason"]) == (409, "Conflict")


@pytest.mark.parametrize(
    ("spec", "status"),
    [
        ({"renewTime": "2026-01-01T00:00:00Z"}, 400),
        ({"acquireTime": "2026-01-01T00:00:00.123Z"}, 400),
        ({"leaseDurationSeconds": 0}, 422),
        ({"leaseDurationSeconds": "60"}, 400),
        ({"leaseTransitions": -1}, 422),
    ],
)
def test_a_lease_with_a_fault_is_refused(
    cloud: Cloud, principal_env: dict[str, str], spec: dict[str, object], status: int
) -> None:
    token = cluster_token(cloud, principal_env)
    path = "/apis/coordination.k8s.io/v1/namespaces/kube-system/leases"
    assert raw_call(cloud, token, "POST", path, lease(**spec)).status_code == status
    assert raw_call(cloud, token, "POST", path, lease()).status_code == 201


@pytest.mark.parametrize(
    ("kind", "inside", "namespace", "status"),
    [
        ("Node", None, "default", 201),
        ("Node", None, "kube-system", 422),
        ("Pod", "shop", "shop", 201),
        ("Pod", "shop", "default", 422),
        ("Pod", "default", "shop", 422),
    ],
)
def test_an_event_lies_where_its_object_lies(
    cloud: Cloud, core: client.CoreV1Api, kind: str, inside: str | None, namespace: str, status: int
) -> None:
    cloud.cluster.put({"kind": "Namespace", "metadata": {"name": "shop"}})
    involved = {"kind": kind, "name": "x"} | ({"namespace": inside} if inside else {})
    event = {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {"generateName": "x.", "namespace": namespace},
        "involvedObject": involved,
        "reason": "ScaleDown",
        "message": "…",
        "type": "Normal",
        "firstTimestamp": "2026-01-01T00:00:00Z",
        "lastTimestamp": "2026-01-01T00:00:00Z",
        "count": 1,
    }
    if status == 201:
        assert core.create_namespaced_event(namespace, event).metadata.name.startswith("x.")
    else:
        assert refused(lambda: core.create_namespaced_event(namespace, event)) == status


def test_a_config_map_is_created_once_and_replaced_by_version(core: client.CoreV1Api) -> None:
    body: dict[str, Any] = {"metadata": {"name": "cluster-autoscaler-status"}, "data": {"status": "a"}}
    assert refused(lambda: core.replace_namespaced_config_map("cluster-autoscaler-status", "kube-system", body)) == 404
    made = core.create_namespaced_config_map("kube-system", body)
    body["data"] = {"status": "b"}
    core.replace_namespaced_config_map("cluster-autoscaler-status", "kube-system", body)
    body["metadata"]["resourceVersion"] = made.metadata.resource_version
    assert refused(lambda: core.replace_namespaced_config_map("cluster-autoscaler-status", "kube-system", body)) == 409
    assert refused(lambda: core.create_namespaced_config_map("nowhere", {"metadata": {"name": "x"}})) == 404


def test_a_config_map_holds_strings_alone(cloud: Cloud, principal_env: dict[str, str]) -> None:
    bad = {"metadata": {"name": "y"}, "data": {"n": 1}}
    path = "/api/v1/namespaces/default/configmaps"
    assert raw_call(cloud, cluster_token(cloud, principal_env), "POST", path, bad).status_code == 400


@pytest.mark.parametrize(
    ("patch", "status"),
    [
        ({"spec": {"taints": [{"key": "a", "effect": "Never"}]}}, 422),
        ({"spec": {"taints": [{"effect": "NoSchedule"}]}}, 422),
        ({"spec": {"taints": [{"key": "a", "effect": "NoSchedule", "value": "not good"}]}}, 422),
        ({"spec": {"taints": [{"key": "a", "effect": "NoSchedule"}] * 2}}, 422),
        ({"spec": {"providerID": "ocid1.instance.oc1..other"}}, 422),
        ({"spec": {"unschedulable": "true"}}, 400),
        ({"metadata": {"name": "other"}}, 422),
    ],
)
def test_a_patch_that_breaks_a_node_is_refused(
    cloud: Cloud, core: client.CoreV1Api, patch: dict[str, Any], status: int
) -> None:
    pool = cloud.cluster.add_pool("p", size=1)
    name = pool.nodes[0].host
    before = cloud.cluster.get("Node", name)
    assert refused(lambda: core.patch_node(name, patch, _content_type="application/merge-patch+json")) == status
    assert cloud.cluster.get("Node", name) == before


def test_a_merge_patch_replaces_lists_and_removes_nulls(cloud: Cloud, core: client.CoreV1Api) -> None:
    pool = cloud.cluster.add_pool("p", size=1)
    name = pool.nodes[0].host
    merge = "application/merge-patch+json"
    two = [{"key": "a", "effect": "NoSchedule"}, {"key": "b", "effect": "NoSchedule"}]
    core.patch_node(name, {"spec": {"taints": two}, "metadata": {"annotations": {"x": "1"}}}, _content_type=merge)
    core.patch_node(name, {"spec": {"taints": two[1:]}, "metadata": {"annotations": {"x": None}}}, _content_type=merge)
    node = core.read_node(name)
    assert [taint.key for taint in node.spec.taints] == ["b"]
    assert "x" not in node.metadata.annotations
    assert "oci.oraclecloud.com/node-pool-id" in node.metadata.annotations
    assert refused(lambda: core.patch_node(name, {}, _content_type="application/apply-patch+yaml")) == 415


def test_a_node_that_is_born_is_tainted_until_it_is_ready(cloud: Cloud, core: client.CoreV1Api) -> None:
    pool = cloud.cluster.add_pool("p", size=0, taints="team=a:NoSchedule", labels={"name": "p", "tier": "web"})
    cloud.cluster.resize(pool, 1)
    cloud.cluster.advance(135)
    (node,) = core.list_node().items
    assert {(taint.key, taint.value) for taint in node.spec.taints} == {
        ("node.kubernetes.io/not-ready", None),
        ("team", "a"),
    }
    assert (node.spec.provider_id, node.metadata.labels["tier"]) == (pool.nodes[0].id, "web")
    assert node.metadata.annotations["oci.oraclecloud.com/node-pool-id"] == pool.id
    cloud.cluster.advance(30)
    (node,) = core.list_node().items
    assert [taint.key for taint in node.spec.taints] == ["team"]
    assert [one.status for one in node.status.conditions if one.type == "Ready"] == ["True"]
    assert node.status.allocatable["cpu"] == "3815m"
    assert (node.status.capacity["memory"], node.status.allocatable["memory"]) == ("15898624Ki", "13473572454")


def test_items_of_a_list_have_no_kind_and_objects_have_one(cloud: Cloud, principal_env: dict[str, str]) -> None:
    token = cluster_token(cloud, principal_env)
    cloud.cluster.add_pod("p")
    listed = raw_call(cloud, token, "GET", "/api/v1/pods").json()
    assert (listed["kind"], listed["apiVersion"]) == ("PodList", "v1")
    assert not {"kind", "apiVersion"} & set(listed["items"][0])
    one = raw_call(cloud, token, "GET", "/api/v1/namespaces/default/pods/p").json()
    assert (one["kind"], one["metadata"]["uid"]) == ("Pod", listed["items"][0]["metadata"]["uid"])


def test_lists_are_filtered_by_labels_and_fields(cloud: Cloud, core: client.CoreV1Api) -> None:
    pool = cloud.cluster.add_pool("p", size=1)
    cloud.cluster.add_pod("a", labels={"app": "a"}, node=pool.nodes[0].host)
    cloud.cluster.add_pod("b", labels={"app": "b", "tier": "x"}, cpu="900")

    def names(**query: str) -> list[str]:
        return [pod.metadata.name for pod in core.list_pod_for_all_namespaces(**query).items]

    assert names(label_selector="app=a") == ["a"]
    assert names(label_selector="app in (a,b),!tier") == ["a"]
    assert names(label_selector="app!=a,tier") == ["b"]
    assert names(label_selector="app notin (a)") == ["b"]
    assert names(field_selector=f"spec.nodeName={pool.nodes[0].host}") == ["a"]
    assert names(field_selector="status.phase=Pending") == ["b"]
    assert refused(lambda: names(field_selector="spec.color=red")) == 400


def test_the_clusters_clock_is_in_every_answer(cloud: Cloud, api: client.ApiClient) -> None:
    cloud.cluster.clock.set(1_800_000_000)
    answer = api.call_api(*api.param_serialize("GET", "/api/v1/nodes", auth_settings=["BearerToken"]))
    assert parsedate_to_datetime(answer.getheaders()["Date"]).timestamp() == 1_800_000_000


def test_faults_and_hooks_reach_the_api_server_in_its_own_shape(cloud: Cloud, core: client.CoreV1Api) -> None:
    seen: list[str] = []
    cloud.hooks.add("before", lambda call: seen.append(call.path), service="kubernetes")
    cloud.faults.add(service="kubernetes", path="/nodes", status=503, code="ServiceUnavailable")
    with pytest.raises(ApiException, match='"kind": "Status"') as fault:
        core.list_node()
    assert fault.value.status == 503
    assert core.list_node().items == []
    assert seen == ["/api/v1/nodes"]
    assert [(call.service, call.status) for call in cloud.log.calls("kubernetes")] == [
        ("kubernetes", 503),
        ("kubernetes", 200),
    ]


def test_every_list_that_a_tick_reads_is_what_the_client_expects(cloud: Cloud, api: client.ApiClient) -> None:
    cluster = cloud.cluster
    pool = cluster.add_pool("p", size=1)
    cluster.add_replicas("web", 2, pool=pool)
    cluster.add_daemon_set("proxy", cpu="50m")
    cluster.add_budget("web", {"app": "web"}, max_unavailable="50%")
    template = {"metadata": {"labels": {"app": "x"}}, "spec": {"containers": [{"name": "c"}]}}
    inner = {"selector": {"matchLabels": {"app": "x"}}, "template": template}
    for kind, spec in (
        ("StatefulSet", {**inner, "serviceName": "x", "replicas": 1}),
        ("Job", {"template": template}),
        ("ReplicationController", {"replicas": 0, "template": template}),
        ("PersistentVolumeClaim", {"accessModes": ["ReadWriteOnce"]}),
    ):
        cluster.put({"kind": kind, "metadata": {"name": "x"}, "spec": spec})
    cluster.put({"kind": "PriorityClass", "metadata": {"name": "high"}, "value": 1000})
    cluster.put(
        {"kind": "StorageClass", "metadata": {"name": "oci-bv"}, "provisioner": "blockvolume.csi.oraclecloud.com"}
    )
    cluster.advance(10)
    apps, core = client.AppsV1Api(api), client.CoreV1Api(api)
    assert apps.list_replica_set_for_all_namespaces().items[0].status.ready_replicas == 2
    assert apps.list_daemon_set_for_all_namespaces().items[0].status.number_ready == 1
    assert apps.list_stateful_set_for_all_namespaces().items[0].status.replicas == 1
    budget = client.PolicyV1Api(api).list_pod_disruption_budget_for_all_namespaces().items[0]
    assert (budget.status.disruptions_allowed, budget.status.expected_pods) == (1, 2)
    assert {namespace.metadata.name for namespace in core.list_namespace().items} >= {"default", "kube-system"}
    for listed in (
        client.BatchV1Api(api).list_job_for_all_namespaces(),
        core.list_replication_controller_for_all_namespaces(),
        core.list_persistent_volume_claim_for_all_namespaces(),
        client.SchedulingV1Api(api).list_priority_class(),
        client.StorageV1Api(api).list_storage_class(),
    ):
        assert [item.metadata.name for item in listed.items if item.metadata.name in {"x", "high", "oci-bv"}]
    assert core.list_persistent_volume().items == []
    assert len(core.list_namespaced_pod("kube-system").items) == 1


def test_a_deleted_pod_leaves_with_its_grace_and_other_objects_at_once(cloud: Cloud, core: client.CoreV1Api) -> None:
    pool = cloud.cluster.add_pool("p", size=1)
    cloud.cluster.add_pod("bound", node=pool.nodes[0].host)
    cloud.cluster.add_pod("free", cpu="90")
    core.create_namespaced_config_map("default", {"metadata": {"name": "x"}})
    gone = core.delete_namespaced_pod("bound", "default", body=client.V1DeleteOptions(grace_period_seconds=7))
    assert gone.metadata.deletion_grace_period_seconds == 7
    core.delete_namespaced_pod("free", "default")
    assert core.delete_namespaced_config_map("x", "default")["status"] == "Success"
    assert [pod.metadata.name for pod in core.list_pod_for_all_namespaces().items] == ["bound"]
    assert refused(lambda: core.delete_namespaced_config_map("x", "default")) == 404
    cloud.cluster.advance(7)
    assert core.list_pod_for_all_namespaces().items == []
