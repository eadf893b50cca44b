"""The status in Cluster Autoscaler's form, for dashboards made for it, and our own beside it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import yaml

from functions.oke_autoscaler.model.course import read_course
from tests.support.autoscaler import IDLE, config, host_names, tick

if TYPE_CHECKING:
    from emulator.cloud import Cloud

NAMESPACE = "kube-system"


def status(cloud: Cloud) -> dict[str, Any]:
    data = cloud.cluster.get("ConfigMap", "cluster-autoscaler-status", NAMESPACE)["data"]
    assert set(data) == {"status"}
    found: dict[str, Any] = yaml.safe_load(data["status"])
    return found


def test_it_has_the_fields_of_cluster_autoscaler(cloud: Cloud, principal_env: dict[str, str]) -> None:
    pool = cloud.cluster.add_pool("p", size=1)
    keys = config(cloud, pool, node_pool_min_size=1, node_pool_max_size=4)
    tick(principal_env, keys)
    text = cloud.cluster.get("ConfigMap", "cluster-autoscaler-status", NAMESPACE)["data"]["status"]
    assert "\nautoscalerStatus: Running\n" in text
    found = status(cloud)
    (group,) = found["nodeGroups"]
    assert group["name"] == "p"
    health = group["health"]
    assert health["status"] == "Healthy"
    assert health["nodeCounts"] == {
        "registered": {
            "total": 1,
            "ready": 1,
            "notStarted": 0,
            "beingDeleted": 0,
            "unready": {"total": 0, "resourceUnready": 0},
        },
        "longUnregistered": 0,
        "unregistered": 0,
    }
    assert (health["cloudProviderTarget"], health["minSize"], health["maxSize"]) == (1, 1, 4)
    assert isinstance(health["lastProbeTime"], str)
    assert (group["scaleUp"]["status"], group["scaleDown"]["status"]) == ("NoActivity", "NoCandidates")
    assert found["clusterWide"]["health"]["nodeCounts"] == health["nodeCounts"]
    since = health["lastTransitionTime"]
    cloud.cluster.advance(600)
    cloud.cluster.add_replicas("web", 6, pool=pool, cpu="900m")
    tick(principal_env, keys)
    (group,) = status(cloud)["nodeGroups"]
    assert group["health"]["lastTransitionTime"] == since < group["health"]["lastProbeTime"]
    assert (group["scaleUp"]["status"], group["health"]["cloudProviderTarget"]) == ("InProgress", 2)
    assert status(cloud)["clusterWide"]["scaleUp"]["status"] == "InProgress"


def test_functions_with_a_pool_each_show_all_groups(cloud: Cloud, principal_env: dict[str, str]) -> None:
    pools = [cloud.cluster.add_pool(f"pool{number}", size=1) for number in range(2)]
    for pool in pools:
        tick(principal_env, config(cloud, pool))
    assert [group["name"] for group in status(cloud)["nodeGroups"]] == ["pool0", "pool1"]
    assert status(cloud)["clusterWide"]["health"]["nodeCounts"]["registered"]["total"] == 2
    cloud.cluster.advance(90_000)  # the first one's function is gone
    tick(principal_env, config(cloud, pools[1]))
    assert [group["name"] for group in status(cloud)["nodeGroups"]] == ["pool1"]
    assert pools[0].id not in cloud.cluster.get("ConfigMap", "oke-autoscaler-status", NAMESPACE)["data"]


def test_what_another_version_left_is_replaced_there_and_kept_here(cloud: Cloud, principal_env: dict[str, str]) -> None:
    pool = cloud.cluster.add_pool("p", size=1)
    for name in ("cluster-autoscaler-status", "oke-autoscaler-status"):
        odd = json.dumps({"name": "x", "cluster-autoscaler": {"health": 1}})
        data = {pool.id: "{", "other": odd, "deep": "[" * 9999}
        meta = {"name": name, "namespace": NAMESPACE}
        cloud.cluster.put({"kind": "ConfigMap", "apiVersion": "v1", "metadata": meta, "data": data})
    assert "success" in tick(principal_env, config(cloud, pool))
    assert [group["name"] for group in status(cloud)["nodeGroups"]] == ["p"]
    ours = cloud.cluster.get("ConfigMap", "oke-autoscaler-status", NAMESPACE)["data"]
    assert {"other", "deep", pool.id} <= set(ours)
    assert json.loads(ours[pool.id])["reason"] == "no-resource-pressure"


def test_candidates_are_counted_and_evicted_pods_and_pools_have_events(
    cloud: Cloud, principal_env: dict[str, str]
) -> None:
    pool = cloud.cluster.add_pool("p", size=2)
    first, second = host_names(cloud, pool)
    cloud.cluster.add_replicas("web", 1, nodes=[first], pool=pool, cpu="100m")
    for host in (first, second):
        cloud.cluster.set_metrics(host, 10.0)
    cloud.cluster.add_pod("stays", node=second, cpu="2500m")
    keys = config(cloud, pool, node_pool_min_size=1, node_pool_max_size=2, **IDLE)
    assert tick(principal_env, keys)["success"]["reason"] == "draining"
    assert status(cloud)["nodeGroups"][0]["scaleDown"] | {"lastProbeTime": "", "lastTransitionTime": ""} == {
        "status": "CandidatesPresent",
        "candidates": 1,
        "lastProbeTime": "",
        "lastTransitionTime": "",
    }
    (event,) = [event for event in cloud.cluster.objects("Event") if event["involvedObject"]["kind"] == "Pod"]
    assert (event["reason"], event["message"]) == ("ScaleDown", f"evicted, since node {first} is removed")
    cloud.cluster.advance(600)
    cloud.cluster.add_replicas("more", 12, pool=pool, cpu="900m")
    tick(principal_env, keys)
    cloud.cluster.advance(600)
    tick(principal_env, keys)
    about_pools = [e for e in cloud.cluster.objects("Event") if e["involvedObject"]["kind"] == "NodePool"]
    told = {event["reason"]: event["message"] for event in about_pools}
    assert told["NotTriggerScaleUp"] == ("node pool p takes no nodes: node-max-limit-reached (size 2, max_size 2)")


def test_who_waited_and_how_large_pools_were_is_kept_without_a_call_more(
    cloud: Cloud, principal_env: dict[str, str]
) -> None:
    pool = cloud.cluster.add_pool("p", size=1)
    keys = config(cloud, pool, node_pool_min_size=1, node_pool_max_size=4)
    began = int(cloud.cluster.clock())

    def tick_and_count() -> int:
        cloud.log.clear()
        tick(principal_env, keys)
        return sum("configmaps" in call.path and call.method != "GET" for call in cloud.log.calls())

    tick_and_count()
    cloud.cluster.advance(180)
    quiet = tick_and_count()
    cloud.cluster.add_replicas("web", 6, pool=pool, cpu="900m")
    cloud.cluster.advance(180)
    tick_and_count()  # asks for a node
    cloud.cluster.advance(600)
    cloud.cluster.add_replicas("huge", 1, cpu="90")
    cloud.cluster.advance(180)
    tick_and_count()  # the node has come; learns of it
    cloud.cluster.scale("huge", 0)
    cloud.cluster.advance(180)
    assert tick_and_count() == quiet, "another number of waiting pods is no write of its own"
    data = cloud.cluster.get("ConfigMap", "oke-autoscaler-status", NAMESPACE)["data"]
    course = read_course(data["course"])
    assert [(each.pending, {name: size[0] for name, size in each.pools.items() if size}) for each in course] == [
        (0, {"p": 1}),
        (2, {"p": 2}),
        (1, {}),
        (0, {}),
    ]
    assert course[0].at - began < 60
