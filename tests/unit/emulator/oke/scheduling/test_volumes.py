"""Volumes as the scheduler sees them: limits of nodes, zones, and claims that wait for their first consumer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from emulator.kubernetes.object_fields import condition_of, node_name_of
from emulator.oke.model.network import DOMAINS

if TYPE_CHECKING:
    from emulator.oke.emulated_cluster import EmulatedCluster

DRIVER = "blockvolume.csi.oraclecloud.com"


def storage_class(cluster: EmulatedCluster, provisioner: str = DRIVER) -> None:
    waits = {"volumeBindingMode": "WaitForFirstConsumer", "provisioner": provisioner}
    cluster.put({"kind": "StorageClass", "metadata": {"name": "bv"}, **waits})


def add_claim(cluster: EmulatedCluster, name: str) -> dict[str, Any]:
    spec = {"storageClassName": "bv", "resources": {"requests": {"storage": "50Gi"}}}
    cluster.put({"kind": "PersistentVolumeClaim", "metadata": {"name": name}, "spec": spec})
    return {"volumes": [{"name": "data", "persistentVolumeClaim": {"claimName": name}}]}


def place(cluster: EmulatedCluster, name: str, spec: dict[str, Any]) -> str:
    cluster.add_pod(name, spec=spec)
    cluster.settle()
    pod = cluster.get("Pod", name)
    condition = condition_of(pod, "PodScheduled")
    assert condition is not None
    return node_name_of(pod) or condition["message"]


def test_a_node_tells_its_limit_in_a_csi_node_that_goes_with_it(cluster: EmulatedCluster) -> None:
    pool = cluster.add_pool("p", size=1)
    other = cluster.add_pool("q", size=1, volume_limit=None)
    host = pool.nodes[0].host
    (block, _) = cluster.get("CSINode", host)["spec"]["drivers"]
    assert (block["name"], block["allocatable"]) == (DRIVER, {"count": 32})
    assert "allocatable" not in cluster.get("CSINode", other.nodes[0].host)["spec"]["drivers"][0]
    cluster.remove("Node", host)
    assert [one["metadata"]["name"] for one in cluster.objects("CSINode")] == [other.nodes[0].host]


def test_a_node_takes_no_more_volumes_than_its_limit(cluster: EmulatedCluster) -> None:
    storage_class(cluster)
    (first,) = [node.host for node in cluster.add_pool("p", size=1, volume_limit=2).nodes]
    for name in ("a", "b"):
        assert place(cluster, name, add_claim(cluster, name)) == first
    assert place(cluster, "c", add_claim(cluster, "c")) == (
        "0/1 nodes are available: 1 node(s) exceed max volume count. "
        "preemption: 0/1 nodes are available: 1 No preemption victims found for incoming pod."
    )
    shared = {"volumes": [{"name": "data", "persistentVolumeClaim": {"claimName": "a"}}]}
    assert place(cluster, "beside", shared) == first, "the volume is attached already"
    assert place(cluster, "plain", {}) == first
    cluster.remove("Pod", "b")
    cluster.settle()
    assert node_name_of(cluster.get("Pod", "c")) == first


def test_a_claim_that_waits_gets_its_volume_in_the_zone_of_the_pod(cluster: EmulatedCluster) -> None:
    storage_class(cluster)
    pool = cluster.add_pool("p", size=2, domains=DOMAINS[:2])
    host = place(cluster, "a", add_claim(cluster, "a"))
    cluster.remove("Pod", "a")
    cluster.change("Node", host, ("spec.unschedulable", True))
    spec = {"volumes": [{"name": "data", "persistentVolumeClaim": {"claimName": "a"}}]}
    message = place(cluster, "again", spec)
    assert message.startswith(
        "0/2 nodes are available: 1 node(s) had volume node affinity conflict, 1 node(s) were unschedulable."
    )
    assert host in {node.host for node in pool.nodes}


def test_a_class_without_a_provisioner_needs_a_free_volume(cluster: EmulatedCluster) -> None:
    storage_class(cluster, "kubernetes.io/no-provisioner")
    cluster.add_pool("p", size=1)
    spec = {"storageClassName": "bv", "capacity": {"storage": "100Gi"}}
    for name, size in (("small", "10Gi"), ("big", "100Gi")):
        volume = {**spec, "capacity": {"storage": size}}
        cluster.put({"kind": "PersistentVolume", "metadata": {"name": name}, "spec": volume})
    assert place(cluster, "a", add_claim(cluster, "a")).startswith("10.")
    assert cluster.get("PersistentVolumeClaim", "a")["spec"]["volumeName"] == "big"
    assert "1 node(s) didn't find available persistent volumes to bind" in place(cluster, "b", add_claim(cluster, "b"))


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ({"nodeSelector": {"name": "q"}}, "node(s) didn't match Pod's node affinity/selector"),
        (
            {"preemptionPolicy": "Never", "priority": 5, "overhead": {"cpu": "9"}},
            "not eligible due to preemptionPolicy",
        ),
        ({"overhead": {"cpu": "9", "memory": "99Gi"}}, "1 Insufficient cpu, 1 Insufficient memory."),
    ],
)
def test_the_condition_has_the_words_of_the_scheduler(cluster: EmulatedCluster, spec: Any, words: str) -> None:
    cluster.add_pool("p", size=1)
    assert words in place(cluster, "a", spec)


def test_the_condition_keeps_the_time_at_which_the_pod_was_first_refused(cluster: EmulatedCluster) -> None:
    cluster.add_pool("p", size=1)
    cluster.add_pod("a", cpu="9")
    cluster.settle()
    first = condition_of(cluster.get("Pod", "a"), "PodScheduled")
    cluster.advance(600)
    cluster.add_pool("q", size=1)
    second = condition_of(cluster.get("Pod", "a"), "PodScheduled")
    assert first is not None
    assert second is not None
    assert (first["reason"], second["message"][:4]) == ("Unschedulable", "0/2 ")
    assert first["lastTransitionTime"] == second["lastTransitionTime"]
