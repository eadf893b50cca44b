"""Pods with device claims run only where the devices are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from emulator.kubernetes.object_fields import condition_of, node_name_of

if TYPE_CHECKING:
    from emulator.oke.emulated_cluster import EmulatedCluster

DRIVER = "gpu.example.com"
ONE = {"devices": {"requests": [{"name": "gpu", "exactly": {"deviceClassName": DRIVER, "count": 1}}]}}
FROM_TEMPLATE: dict[str, Any] = {"resourceClaims": [{"name": "gpu", "resourceClaimTemplateName": "one"}]}


def with_template(cluster: EmulatedCluster, **knobs: Any) -> list[str]:
    cluster.put({"kind": "ResourceClaimTemplate", "metadata": {"name": "one"}, "spec": {"spec": ONE}})
    return [node.host for node in cluster.add_pool("p", size=2, **knobs).nodes]


def outcome(cluster: EmulatedCluster, name: str) -> str:
    cluster.settle()
    pod = cluster.get("Pod", name)
    condition = condition_of(pod, "PodScheduled")
    assert condition is not None
    return node_name_of(pod) or condition["message"]


def test_a_claim_is_served_where_the_device_is_and_given_back(cluster: EmulatedCluster) -> None:
    first, _ = with_template(cluster, devices={"driver": DRIVER, "count": 1, "nodes": 1})
    cluster.add_pod("filler", cpu="2", node=first)
    cluster.add_pod("a", spec=FROM_TEMPLATE)
    assert outcome(cluster, "a") == first, "the other node is emptier and has no device"
    (claim,) = cluster.objects("ResourceClaim")
    assert claim["status"]["reservedFor"][0]["name"] == "a"
    cluster.add_pod("b", spec=FROM_TEMPLATE)
    assert outcome(cluster, "b").startswith("0/2 nodes are available: 2 cannot allocate all claims. preemption: ")
    cluster.remove("Pod", "a")
    assert outcome(cluster, "b") == first
    assert len(cluster.objects("ResourceClaim")) == 1, "the claim of a pod that is gone goes with it"


def test_a_shared_claim_keeps_its_pods_together(cluster: EmulatedCluster) -> None:
    first, second = with_template(cluster, devices={"driver": DRIVER, "count": 1})
    shared = {"resourceClaims": [{"name": "gpu", "resourceClaimName": "ours"}]}
    cluster.add_pod("early", spec=shared)
    assert 'resourceclaim "ours" not found' in outcome(cluster, "early")
    cluster.put({"kind": "ResourceClaim", "metadata": {"name": "ours"}, "spec": ONE})
    host = outcome(cluster, "early")
    cluster.add_pod("late", cpu="1", spec=shared)
    assert outcome(cluster, "late") == host
    cluster.change("Node", host, ("spec.unschedulable", True))
    cluster.add_pod("third", spec=shared)
    assert "1 resourceclaim not available on the node" in outcome(cluster, "third")
    assert host in {first, second}


def test_the_devices_of_a_node_go_with_it(cluster: EmulatedCluster) -> None:
    first, second = with_template(cluster, devices={"driver": DRIVER})
    cluster.remove("Node", first)
    assert [one["spec"]["nodeName"] for one in cluster.objects("ResourceSlice")] == [second]
