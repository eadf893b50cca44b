"""The knobs of a pool: nodes that join late or never, what is put on them, and what is taken from them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from emulator.kubernetes.object_fields import condition_of, is_true, labels_of, node_name_of, seconds_of, spec_of

if TYPE_CHECKING:
    from emulator.oke.emulated_cluster import EmulatedCluster
    from emulator.oke.model.node_pool_records import NodePoolRecord

PREEMPTIBLE = "oci.oraclecloud.com/oke-is-preemptible"


def grown(cluster: EmulatedCluster, size: int = 1, seconds: float = 160, **knobs: Any) -> NodePoolRecord:
    """A pool from zero, some seconds after it was asked for nodes."""
    pool = cluster.add_pool("p", size=0, **knobs)
    cluster.resize(pool, size)
    cluster.advance(seconds)
    return pool


def taints(cluster: EmulatedCluster, pool: NodePoolRecord, number: int = 0) -> dict[str, str]:
    held = spec_of(cluster.nodes(pool)[number]).get("taints") or []
    return {taint["key"]: taint.get("value", "") for taint in held}


def ready(cluster: EmulatedCluster, pool: NodePoolRecord) -> int:
    return sum(is_true(node, "Ready") for node in cluster.nodes(pool))


@pytest.mark.parametrize(("every", "registered"), [(True, 0), (2, 2), (3, 3), (0, 4)])
def test_every_nth_instance_may_never_register(cluster: EmulatedCluster, every: int, registered: int) -> None:
    pool = grown(cluster, 4, 7200, never_register=every)
    assert len(cluster.nodes(pool)) == ready(cluster, pool) == registered
    assert [node.state for node in pool.nodes] == ["ACTIVE"] * 4
    assert {instance["lifecycleState"] for instance in cluster.life.instances.values()} == {"RUNNING"}
    assert [request.status for request in cluster.work_requests.all] == ["SUCCEEDED"]


def test_a_node_may_register_and_never_get_ready(cluster: EmulatedCluster) -> None:
    pool = grown(cluster, 2, 7200, never_ready=2)
    assert (len(cluster.nodes(pool)), ready(cluster, pool)) == (2, 1)
    assert "node.kubernetes.io/not-ready" in taints(cluster, pool, 1)


def test_a_node_may_be_late(cluster: EmulatedCluster) -> None:
    pool = grown(cluster, 1, 590, register_after=600)
    assert not cluster.nodes(pool)
    cluster.advance(20)
    assert (len(cluster.nodes(pool)), ready(cluster, pool)) == (1, 0)
    cluster.advance(20)
    assert ready(cluster, pool) == 1
    other = cluster.add_pool("q", size=0, ready_after=900)
    cluster.resize(other, 1)
    cluster.advance(890)
    assert (len(cluster.nodes(other)), ready(cluster, other)) == (1, 0)
    cluster.advance(20)
    assert ready(cluster, other) == 1


def test_oke_may_wait_for_the_registration_and_give_up(cluster: EmulatedCluster) -> None:
    pool = grown(cluster, 1, 1190, never_register=True, active_when_registered=True)
    assert (pool.nodes[0].state, pool.state) == ("CREATING", "UPDATING")
    cluster.advance(20)
    (request,) = cluster.work_requests.all
    assert (pool.nodes[0].state, pool.state, request.status) == ("FAILING", "ACTIVE", "FAILED")
    assert "1 nodes(s) register timeout" in request.errors[0]["message"]
    cluster.node_pools.delete_node(pool, pool.nodes[0].id, shrink=True, grace_seconds=0, force=True)
    cluster.advance(120)
    assert (pool.size, pool.nodes[0].state) == (0, "DELETED")


def test_startup_taints_go_and_late_ones_and_labels_come(cluster: EmulatedCluster) -> None:
    pool = grown(
        cluster,
        startup_taints=[
            {"taint": "node.cilium.io/agent-not-ready:NoExecute", "seconds": 400},
            {"taint": "own=x:NoSchedule"},
        ],
        late_taints=[{"taint": "maintenance:NoSchedule", "seconds": 60}],
        late_labels=[{"labels": {"disk": "fast"}, "seconds": 60}, {"labels": {"odd": "yes"}, "every": 2}],
    )
    assert taints(cluster, pool) == {"node.cilium.io/agent-not-ready": "", "own": "x"}
    assert "disk" not in labels_of(cluster.nodes(pool)[0])
    cluster.advance(60)
    assert labels_of(cluster.nodes(pool)[0])["disk"] == "fast"
    assert "odd" not in labels_of(cluster.nodes(pool)[0]), "it is for every second node"
    assert set(taints(cluster, pool)) == {"node.cilium.io/agent-not-ready", "own", "maintenance"}
    cluster.advance(400)
    assert set(taints(cluster, pool)) == {"own", "maintenance"}


def test_gpus_come_after_ready_with_the_taint_of_their_vendor(cluster: EmulatedCluster) -> None:
    pool = grown(cluster, shape="VM.GPU.A10.2", ocpus=None, memory_gib=None, device_seconds=240)
    assert taints(cluster, pool) == {"nvidia.com/gpu": "present"}
    assert "nvidia.com/gpu" not in cluster.nodes(pool)[0]["status"]["capacity"]
    cluster.advance(240)
    status = cluster.nodes(pool)[0]["status"]
    assert (status["capacity"]["nvidia.com/gpu"], status["allocatable"]["nvidia.com/gpu"]) == ("2", "2")
    amd = cluster.add_pool("amd", size=1, shape="BM.GPU.MI300X.8", ocpus=None, memory_gib=None)
    assert taints(cluster, amd) == {"amd.com/gpu": "present"}
    assert cluster.nodes(amd)[0]["status"]["allocatable"]["amd.com/gpu"] == "8"
    assert cluster.nodes(amd)[0]["status"]["capacity"]["memory"] == f"{2048 * 2**20}Ki", "bare metal has no hypervisor"


def test_a_clock_ahead_puts_ready_into_the_future(cluster: EmulatedCluster) -> None:
    pool = grown(cluster, clock_ahead=3600)
    condition = condition_of(cluster.nodes(pool)[0], "Ready")
    assert condition is not None
    assert 3500 < seconds_of(condition["lastTransitionTime"]) - cluster.clock() <= 3600


def test_a_preemptible_node_is_reclaimed_after_a_notice_and_replaced(cluster: EmulatedCluster) -> None:
    pool = cluster.add_pool("spot", size=2, preemptible=True)
    assert all("preemptibleNodeConfig" in placement for placement in pool.placements)
    assert taints(cluster, pool) == {PREEMPTIBLE: "present"}
    assert labels_of(cluster.nodes(pool)[0])[PREEMPTIBLE] == "true"
    lost = pool.nodes[0]
    toleration = {"tolerations": [{"key": PREEMPTIBLE, "operator": "Exists"}]}
    cluster.add_replicas("web", 1, nodes=[lost.host], spec=toleration)
    cluster.reclaim(lost.host)
    cluster.advance(30)
    (pod,) = cluster.objects("Pod")
    assert node_name_of(pod) == pool.nodes[1].host, "OKE cordons and drains during the notice"
    assert (lost.state, pool.size) == ("ACTIVE", 2)
    cluster.advance(100)
    assert (lost.state, cluster.life.instances[lost.id]["lifecycleState"], pool.size) == ("DELETED", "TERMINATED", 2)
    assert len(cluster.nodes(pool)) == 1
    assert cluster.work_requests.all[-1].operation == "NODEPOOL_RECONCILE"
    cluster.advance(200)
    assert ready(cluster, pool) == 2


def test_what_is_reclaimed_without_capacity_left_is_not_replaced(cluster: EmulatedCluster) -> None:
    pool = cluster.add_pool("spot", size=1, preemptible=True)
    cluster.behaviour.capacity[pool.nodes[0].availability_domain] = 0
    cluster.reclaim(pool.nodes[0].host, notice_seconds=0)
    cluster.advance(60)
    assert [node.state for node in pool.nodes] == ["DELETED", "FAILING"]
    assert cluster.work_requests.all[-1].status == "FAILED"


def test_an_edited_pool_concerns_new_nodes_only(cluster: EmulatedCluster) -> None:
    pool = cluster.add_pool("p", size=1, ocpus=2, memory_gib=16)
    cluster.edit_pool(
        pool, ocpus=8, memory_gib=64, labels={"name": "p", "tier": "big"}, image="newer", never_ready=True
    )
    cluster.resize(pool, 2)
    cluster.advance(200)
    old, new = cluster.nodes(pool)
    assert [node["status"]["capacity"]["cpu"] for node in (old, new)] == ["4", "16"]
    assert [labels_of(node).get("tier") for node in (old, new)] == [None, "big"]
    assert [is_true(node, "Ready") for node in (old, new)] == [True, False]
    images = [cluster.life.instances[node.id]["imageId"] for node in pool.nodes]
    assert [image.rpartition(".")[2] for image in images] == ["10", "newer"]


def test_an_operator_marks_one_node(cluster: EmulatedCluster) -> None:
    pool = cluster.add_pool("p", size=2)
    host = pool.nodes[0].host
    cluster.taint(host, "maintenance=true:NoSchedule")
    cluster.label(host, {"disk": "fast", "name": None})
    assert (taints(cluster, pool), taints(cluster, pool, 1)) == ({"maintenance": "true"}, {})
    assert (labels_of(cluster.nodes(pool)[0])["disk"], "name" in labels_of(cluster.nodes(pool)[0])) == ("fast", False)
    cluster.untaint(host, "maintenance")
    assert not taints(cluster, pool)
