"""Ticks on a cluster whose scheduler says no: by its own words, by volume limits, by devices, or in another's name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.autoscaler import IDLE, config, deletions, evictions, host_names, taint_keys, tick

if TYPE_CHECKING:
    from emulator.cloud import Cloud
    from emulator.oke.model.node_pool_records import NodePoolRecord

OWN_WORDS = "node(s) had something that only this scheduler knows"
STAYS = {"cluster-autoscaler.kubernetes.io/safe-to-evict": "false"}
DEVICES = {"resourceClaims": [{"name": "gpu", "resourceClaimTemplateName": "gpu"}]}

GPU_TEMPLATE = {
    "kind": "ResourceClaimTemplate",
    "apiVersion": "resource.k8s.io/v1",
    "metadata": {"name": "gpu", "namespace": "default"},
    "spec": {"spec": {"devices": {"requests": [{"name": "gpu", "exactly": {"deviceClassName": "gpu.example.com"}}]}}},
}


def quiet(cloud: Cloud, pool: NodePoolRecord) -> None:
    for host in host_names(cloud, pool):
        cloud.cluster.set_metrics(host, 10.0)


def reasons(cloud: Cloud) -> list[tuple[str, str]]:
    return [(event["reason"], event["message"]) for event in cloud.cluster.objects("Event")]


def drained_for_nothing(cloud: Cloud, env: dict[str, str]) -> tuple[NodePoolRecord, dict[str, str], str]:
    """Return a cluster after the first tick of a removal whose pod the scheduler takes nowhere else."""
    pool = cloud.cluster.add_pool("p", size=2)
    keys = config(cloud, pool, node_pool_min_size=1, **IDLE)
    other, host = host_names(cloud, pool)
    cloud.cluster.add_replicas("web", 1, nodes=[host])
    cloud.cluster.add_replicas("other", 1, nodes=[other], cpu="1", annotations=STAYS)
    quiet(cloud, pool)
    cloud.cluster.behaviour.scheduler_refusals.append(("web-", other, OWN_WORDS))
    tick(env, keys)
    assert "web-00000" in evictions(cloud)
    assert "ToBeDeletedByClusterAutoscaler" in taint_keys(cloud, host)
    return pool, keys, host


def test_a_removal_is_called_off_when_its_pod_finds_no_other_place(cloud: Cloud, principal_env: dict[str, str]) -> None:
    pool, keys, host = drained_for_nothing(cloud, principal_env)
    cloud.cluster.advance(60)
    tick(principal_env, keys)
    assert "ToBeDeletedByClusterAutoscaler" not in taint_keys(cloud, host)
    cloud.cluster.settle()
    assert [pod["spec"]["nodeName"] for pod in cloud.cluster.objects("Pod") if "web" in pod["metadata"]["name"]] == [
        host
    ]
    (text,) = [message for _, message in reasons(cloud) if message.startswith("removal called off")]
    assert OWN_WORDS in text
    assert (deletions(cloud), pool.size) == ([], 2)


def test_a_drain_that_is_not_over_stops(cloud: Cloud, principal_env: dict[str, str]) -> None:
    cloud.faults.add(path="/slow-[^/]*/eviction$", times=None, status=429, code="TooManyRequests")
    pool = cloud.cluster.add_pool("p", size=2)
    keys = config(cloud, pool, node_pool_min_size=1, **IDLE)
    other, host = host_names(cloud, pool)
    cloud.cluster.add_replicas("other", 1, nodes=[other], cpu="1", annotations=STAYS)
    cloud.cluster.add_replicas("early", 1, nodes=[host])
    cloud.cluster.add_replicas("slow", 1, nodes=[host])
    quiet(cloud, pool)
    cloud.cluster.behaviour.scheduler_refusals.append(("early-", other, OWN_WORDS))
    tick(principal_env, keys)
    assert evictions(cloud) == ["early-00000"]
    cloud.cluster.advance(60)
    tick(principal_env, keys)
    assert "ToBeDeletedByClusterAutoscaler" not in taint_keys(cloud, host)
    assert (evictions(cloud), deletions(cloud)) == (["early-00000"], [])


def test_a_node_whose_removal_was_called_off_is_left_alone(cloud: Cloud, principal_env: dict[str, str]) -> None:
    """The simulation still has a place for the pod, so every tick would send it away again."""
    pool, keys, _ = drained_for_nothing(cloud, principal_env)
    for _ in range(4):
        cloud.cluster.advance(1200)
        quiet(cloud, pool)
        answer = tick(principal_env, keys)
    assert len(evictions(cloud)) == 1
    assert "RemovalCalledOff" in answer["success"]["node-reasons"]
    cloud.cluster.advance(86_400)
    quiet(cloud, pool)
    tick(principal_env, keys)
    assert len(evictions(cloud)) == 2


def test_a_pod_that_came_during_a_drain_and_needs_a_larger_node_does_not_end_it(
    cloud: Cloud, principal_env: dict[str, str]
) -> None:
    pool = cloud.cluster.add_pool("p", size=2)
    keys = config(cloud, pool, node_pool_min_size=1, **IDLE)
    first, second = host_names(cloud, pool)
    cloud.cluster.add_replicas("web", 1, nodes=[first])
    cloud.cluster.add_replicas("other", 1, nodes=[second], cpu="1")
    quiet(cloud, pool)
    tick(principal_env, keys)
    cloud.cluster.add_replicas("large", 1, cpu="64")
    cloud.cluster.advance(60)
    tick(principal_env, keys)
    assert len(deletions(cloud)) == 1


def test_a_refused_pod_is_a_warning_in_the_schedulers_words_and_holds_no_node(
    cloud: Cloud, principal_env: dict[str, str]
) -> None:
    pool = cloud.cluster.add_pool("p", size=2)
    keys = config(cloud, pool, node_pool_min_size=1, **IDLE)
    first, _ = host_names(cloud, pool)
    cloud.cluster.add_replicas("web", 1, nodes=[first], cpu="2")
    cloud.cluster.behaviour.scheduler_refusals.append(("odd", "", OWN_WORDS))
    cloud.cluster.add_replicas("odd", 1)
    cloud.cluster.settle()
    cloud.cluster.advance(240)
    quiet(cloud, pool)
    tick(principal_env, keys)
    cloud.cluster.advance(700)
    quiet(cloud, pool)
    answer = tick(principal_env, keys)["warning"]
    assert (answer["reason"], answer["unschedulable-pods-count"]) == ("scheduler-disagrees", "1")
    assert OWN_WORDS in answer["pod-reasons"]
    assert any(why == "NotTriggerScaleUp" and OWN_WORDS in text for why, text in reasons(cloud))
    assert (len(deletions(cloud)), pool.size) == (1, 1)


def test_volumes_at_two_a_node_buy_nodes_and_are_not_moved_to_a_full_one(
    cloud: Cloud, principal_env: dict[str, str]
) -> None:
    pool = cloud.cluster.add_pool("p", size=1, volume_limit=2)
    cloud.cluster.add_stateful_set("db", 6, claims=1, pool=pool)
    cloud.cluster.settle()
    tick(principal_env, config(cloud, pool))
    assert pool.size == 3
    cloud.cluster.advance(1200)
    assert cloud.cluster.pending() == []
    quiet(cloud, pool)
    for _ in range(2):
        tick(principal_env, config(cloud, pool, **IDLE))
        cloud.cluster.advance(300)
    assert (pool.size, evictions(cloud)) == (3, [])


def test_volumes_buy_nodes_from_zero(cloud: Cloud, principal_env: dict[str, str]) -> None:
    """The limit is known once the first node is there; until then it is OCI's own."""
    pool = cloud.cluster.add_pool("p", size=0, volume_limit=2)
    cloud.cluster.add_stateful_set("db", 6, claims=1, pool=pool)
    cloud.cluster.settle()
    for _ in range(6):
        tick(principal_env, config(cloud, pool))
        cloud.cluster.advance(300)
    assert (pool.size, cloud.cluster.pending()) == (3, [])


def test_pods_of_another_scheduler_and_pods_with_devices_keep_no_idle_node(
    cloud: Cloud, principal_env: dict[str, str]
) -> None:
    pool = cloud.cluster.add_pool("p", size=3)
    keys = config(cloud, pool, node_pool_min_size=1, **IDLE)
    cloud.cluster.put(GPU_TEMPLATE)
    cloud.cluster.add_pod("batch", spec={"schedulerName": "volcano"})
    cloud.cluster.add_replicas("gpu", 2, spec=DEVICES)
    cloud.cluster.settle()
    for _ in range(3):
        quiet(cloud, pool)
        answer = tick(principal_env, keys)
        cloud.cluster.advance(600)
    assert pool.size == 1
    assert answer["warning"]["reason"] == "pods-fit-no-node-pool"
    assert "default/batch: other-scheduler" in answer["warning"]["pod-reasons"]
    assert "device-claims.default/gpu" in answer["warning"]["pod-reasons"]


def device_ticks(cloud: Cloud, env: dict[str, str], **devices: int) -> NodePoolRecord:
    """Return a pool whose settings state a device a node, after ticks for three pods that claim one each."""
    pool = cloud.cluster.add_pool("p", size=1, devices={"driver": "gpu.example.com", **devices})
    cloud.cluster.put(GPU_TEMPLATE)
    cloud.cluster.add_replicas("gpu", 3, spec=DEVICES)
    cloud.cluster.settle()
    entry = {"id": pool.id, "min_size": 0, "max_size": 10, "resources": {"device-claims.default/gpu": "1"}}
    keys = config(cloud, node_pools=[entry])
    for key in ("node_pool_id", "node_pool_min_size", "node_pool_max_size"):
        del keys[key]
    for _ in range(6):
        tick(env, keys)
        cloud.cluster.advance(300)
    return pool


def test_a_pool_that_states_its_devices_grows_for_them(cloud: Cloud, principal_env: dict[str, str]) -> None:
    assert device_ticks(cloud, principal_env, count=1).size == 3
    assert cloud.cluster.pending() == []


def test_devices_that_a_pool_states_and_does_not_bring_are_bought_for_once(
    cloud: Cloud, principal_env: dict[str, str]
) -> None:
    assert device_ticks(cloud, principal_env, count=1, nodes=1).size == 3


def test_a_claim_of_a_class_without_a_volume_left_buys_nothing(cloud: Cloud, principal_env: dict[str, str]) -> None:
    pool = cloud.cluster.add_pool("p", size=1)
    cloud.cluster.put(
        {
            "kind": "StorageClass",
            "apiVersion": "storage.k8s.io/v1",
            "metadata": {"name": "local"},
            "provisioner": "kubernetes.io/no-provisioner",
            "volumeBindingMode": "WaitForFirstConsumer",
        }
    )
    meta = {"name": "data", "namespace": "default"}
    spec = {"storageClassName": "local", "accessModes": ["ReadWriteOnce"]}
    cloud.cluster.put({"kind": "PersistentVolumeClaim", "apiVersion": "v1", "metadata": meta, "spec": spec})
    claim = {"volumes": [{"name": "data", "persistentVolumeClaim": {"claimName": "data"}}]}
    cloud.cluster.add_replicas("local", 1, spec=claim)
    cloud.cluster.settle()
    answer = tick(principal_env, config(cloud, pool))["warning"]
    assert answer["reason"] == "pods-fit-no-node-pool"
    assert "no volume left" in answer["pod-reasons"]
    assert pool.size == 1


def test_a_node_with_the_only_device_stays(cloud: Cloud, principal_env: dict[str, str]) -> None:
    pool = cloud.cluster.add_pool("p", size=2)
    first, _ = host_names(cloud, pool)
    cloud.cluster.add_replicas("gpu", 1, nodes=[first], spec=DEVICES)
    cloud.cluster.add_replicas("web", 1, nodes=[host_names(cloud, pool)[1]], cpu="1")
    quiet(cloud, pool)
    tick(principal_env, config(cloud, pool, node_pool_min_size=1, **IDLE))
    assert all("gpu" not in name for name in evictions(cloud))
    assert "ToBeDeletedByClusterAutoscaler" not in taint_keys(cloud, first)
