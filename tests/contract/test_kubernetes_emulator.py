"""The emulated API server through the unchanged Kubernetes client: reads, writes, conflicts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from kubernetes import client
from kubernetes.client.exceptions import ApiException

from tests.support.kubernetes_client import api_client, cluster_token

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
