"""Snapshots in which the scheduler has spoken: it is right, and what it says decides what is bought and held."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from functions.oke_autoscaler.decide.decide import decide
from functions.oke_autoscaler.explain.snapshot_file import read
from functions.oke_autoscaler.model.tick_state import ChangeRecord, TickState
from tests.unit.functions.oke_autoscaler.builders import CLOCK, new_nodes, node, pod, pool, run

if TYPE_CHECKING:
    from functions.oke_autoscaler.model.decision import Decision

Json = dict[str, Any]
GIB = 1 << 30
NOW = "2026-01-01T00:00:00Z"
LONG_AGO, JUST_NOW = "2025-12-31T23:00:00Z", "2025-12-31T23:59:00Z"
VOLUME_COUNT = "0/1 nodes are available: 1 node(s) exceed max volume count."
DRIVER = "blockvolume.csi.oraclecloud.com"


def refused(name: str, words: str, *, since: str | None = LONG_AGO, app: str | None = None, **more: Any) -> Json:
    made = pod(name, more.pop("cpu_m", 100), GIB, app, **more)
    made["metadata"]["creationTimestamp"] = LONG_AGO
    condition = {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": words}
    made["status"]["conditions"] = [condition | ({"lastTransitionTime": since} if since else {})]
    return made


def claims(name: str, **more: Any) -> Json:
    return {"volumes": [{"name": "d", "persistentVolumeClaim": {"claimName": name}}], **more}


def ready_since(made: Json, moment: str) -> Json:
    made["metadata"]["creationTimestamp"] = moment
    made["status"]["conditions"][0]["lastTransitionTime"] = moment
    return made


def cluster(*pods: Json, nodes: int = 1, **more: Any) -> Json:
    names = [f"a-{number}" for number in range(nodes)]
    live = [ready_since(node(name, 4000, 16 * GIB), LONG_AGO) for name in names]
    return {
        "now": NOW,
        "settings": {"node_pools": [{"id": "a", "min_size": 0, "max_size": 9}], "node_pool_eval_cpu_load": 50},
        "node_pools": [pool("a", nodes, names)],
        "nodes": live,
        "pods": list(pods),
        "work_requests": [],
        **more,
    }


def busy(name: str, host: str = "a-0", **more: Any) -> Json:
    return pod(name, 100, GIB, nodeName=host, **more)


def volumes(*names: str, limit: int | None = None, hosts: tuple[str, ...] = ("a-0",), bound: bool = True) -> Json:
    """Claims ``names`` of OCI block volumes, bound or waiting for their pods, and CSINodes with a limit."""
    claim = {"storageClassName": "bv"}
    drivers = [{"name": DRIVER, "allocatable": {"count": limit} if limit is not None else None}]
    return {
        "persistent_volume_claims": [
            {
                "metadata": {"name": name, "namespace": "default"},
                "spec": claim | ({"volumeName": f"v-{name}"} if bound else {}),
            }
            for name in names
        ],
        "persistent_volumes": [
            {"metadata": {"name": f"v-{name}"}, "spec": {"csi": {"driver": DRIVER, "volumeHandle": f"ocid.{name}"}}}
            for name in names
        ],
        "storage_classes": [
            {"metadata": {"name": "bv"}, "provisioner": DRIVER, "volumeBindingMode": "WaitForFirstConsumer"}
        ],
        "csi_nodes": [{"metadata": {"name": host}, "spec": {"drivers": drivers}} for host in hosts],
    }


def reasons(snapshot: Json) -> dict[str, str]:
    return {verdict.pod.partition("/")[2]: verdict.reason for verdict in run(snapshot).pods}


@pytest.mark.parametrize(
    "words",
    [
        VOLUME_COUNT,
        "0/1 nodes are available: 1 Insufficient cpu. preemption: 0/1 nodes are available: 1 No preemption victims.",
        "0/1 nodes are available: 1 node(s) didn't have free ports for the requested pod ports.",
        "0/1 nodes are available: 1 node(s) didn't match pod anti-affinity rules.",
    ],
)
def test_a_refused_pod_is_bought_for_where_a_new_node_answers_the_words(words: str) -> None:
    snapshot = cluster(busy("b"), refused("p", words))
    assert new_nodes(run(snapshot)) == {"a": 1}
    assert reasons(snapshot)["p"].startswith("needs-new-node (scheduler: 0/1 nodes are available: 1 ")


@pytest.mark.parametrize(
    "words",
    [
        "0/1 nodes are available: 1 node(s) had volume node affinity conflict.",
        "0/1 nodes are available: 1 node(s) didn't find available persistent volumes to bind.",
        "0/1 nodes are available: 1 node(s) had untolerated taint {a: b}.",
        "0/1 nodes are available: 1 something that nobody has heard of.",
        "0/1 nodes are available",
        "pod group is not ready",
    ],
)
def test_it_is_told_and_not_bought_for_where_nobody_can_tell(words: str) -> None:
    snapshot = cluster(busy("b"), refused("p", words))
    decision = run(snapshot)
    assert new_nodes(decision) == {}
    (verdict,) = decision.pools
    assert (verdict.level, verdict.reason, verdict.unschedulable) == ("warning", "scheduler-disagrees", 1)
    assert reasons(snapshot)["p"] == f"scheduler-disagrees (scheduler: {words.removesuffix('.')})"
    assert decision.pods[0].placed_on is None


@pytest.mark.parametrize(
    "words",
    [
        "0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims.",
        '0/1 nodes are available: persistentvolumeclaim "gone" not found.',
        'waiting for ephemeral volume controller to create the persistentvolumeclaim "p-d"',
        "0/1 nodes are available: resourceclaim in use.",
    ],
)
def test_words_about_the_pods_own_claims_rule_out_every_node_at_once(words: str) -> None:
    snapshot = cluster(refused("p", words, since=JUST_NOW, cpu_m=3000), busy("b"), busy("full", resources=None))
    snapshot["pods"].append(pod("large", 3500, GIB, nodeName="a-0"))
    decision = run(snapshot)
    assert new_nodes(decision) == {}
    assert decision.pools[0].reason == "pods-fit-no-node-pool"
    assert reasons(snapshot)["p"].startswith("pods-fit-no-node-pool (scheduler: ")


def test_a_pod_that_was_refused_a_moment_ago_is_placed_as_the_simulation_says() -> None:
    """A node became free since: the scheduler has not looked again yet."""
    assert reasons(cluster(busy("b"), refused("p", VOLUME_COUNT, since=JUST_NOW))) == {"p": "fits-on-node"}


def test_a_node_that_became_ready_a_moment_ago_is_one_that_the_scheduler_has_not_tried() -> None:
    snapshot = cluster(busy("b"), refused("p", VOLUME_COUNT))
    ready_since(snapshot["nodes"][0], JUST_NOW)
    snapshot["settings"]["node_pool_stabilization_window"] = "0"
    assert reasons(snapshot) == {"p": "fits-on-node"}


def test_without_a_time_of_the_condition_the_pods_own_age_counts() -> None:
    assert new_nodes(run(cluster(busy("b"), refused("p", VOLUME_COUNT, since=None)))) == {"a": 1}
    unknown = refused("p", VOLUME_COUNT, since=None)
    del unknown["metadata"]["creationTimestamp"]
    assert reasons(cluster(busy("b"), unknown)) == {"p": "fits-on-node"}


def test_a_clock_ahead_makes_no_node_new() -> None:
    snapshot = cluster(busy("b"), refused("p", VOLUME_COUNT))
    snapshot["nodes"][0]["status"]["conditions"][0]["lastTransitionTime"] = "2026-01-01T01:00:00Z"
    assert reasons(snapshot)["p"] != "fits-on-node"


def test_refused_pods_wait_for_a_node_that_is_coming() -> None:
    snapshot = cluster(busy("b"), refused("p", VOLUME_COUNT))
    snapshot["node_pools"][0]["nodeConfigDetails"]["size"] = 2
    snapshot["node_pools"][0]["nodes"].append({"id": "new", "lifecycleState": "CREATING"})
    assert reasons(snapshot) == {"p": "fits-on-upcoming-node"}


def test_no_node_is_bought_while_one_like_it_stands_empty() -> None:
    """A new node would be like that one, and the scheduler does not take it."""
    snapshot = cluster(busy("b"), refused("p", VOLUME_COUNT), nodes=2)
    assert new_nodes(run(snapshot)) == {}
    assert reasons(snapshot)["p"].startswith("scheduler-disagrees")


def test_no_second_node_is_bought_for_a_refusal_that_one_did_not_answer() -> None:
    snapshot, settings, now = read(json.dumps(cluster(busy("b"), refused("p", VOLUME_COUNT))).encode(), CLOCK)

    def bought(at: float) -> Decision:
        change = ChangeRecord(at, "scale-up", "unschedulable-pods", "a", pods=("default/p",), pods_count=1)
        return decide(replace(snapshot, state=TickState(history=(change,))), settings, now)

    refused_at = now - 3600
    decision = bought(refused_at + 60)
    assert new_nodes(decision) == {}
    assert "a node bought for it did not help" in decision.pods[0].reason
    assert new_nodes(bought(refused_at - 60)) == {"a": 1}


def test_of_equal_pods_those_that_nobody_refused_are_placed() -> None:
    words = "0/1 nodes are available: 1 something else."
    snapshot = cluster(busy("b"), refused("p", words), pod("fresh", 100, GIB))
    assert reasons(snapshot)["fresh"] == "fits-on-node"
    assert reasons(snapshot)["p"].startswith("scheduler-disagrees")


@pytest.mark.parametrize("max_size", [9, 2])
def test_a_disagreement_holds_no_node(max_size: int) -> None:
    words = "0/2 nodes are available: 2 something else."
    idle = cluster(refused("p", words), nodes=2)
    idle["settings"]["node_pools"][0]["max_size"] = max_size
    for host in idle["nodes"]:
        host["spec"]["taints"] = [
            {"key": "DeletionCandidateOfClusterAutoscaler", "value": "1", "effect": "PreferNoSchedule"}
        ]
    decision = run(idle)
    assert {removal.node for removal in decision.remove} >= {"a-0"}
    assert decision.pools[0].wanted_size <= 2


# --- schedulers -------------------------------------------------------------------------------------------------------


def test_a_pod_of_another_scheduler_is_left_to_it_until_it_is_refused() -> None:
    other = pod("v", 3900, GIB, schedulerName="volcano")
    snapshot = cluster(busy("b"), other)
    assert reasons(snapshot) == {"v": "other-scheduler"}
    assert new_nodes(run(snapshot)) == {}
    snapshot = cluster(busy("b"), refused("v", "all nodes are full", cpu_m=3950, schedulerName="volcano"))
    assert new_nodes(run(snapshot)) == {"a": 1}


def test_a_named_scheduler_is_ours() -> None:
    snapshot = cluster(busy("b"), pod("v", 3950, GIB, schedulerName="volcano"))
    snapshot["settings"]["scheduler_names"] = "default-scheduler, volcano"
    assert new_nodes(run(snapshot)) == {"a": 1}


# --- volumes ----------------------------------------------------------------------------------------------------------


def test_a_node_at_its_volume_limit_has_no_room_for_one_more() -> None:
    snapshot = cluster(
        busy("x", **claims("one")),
        busy("y", **claims("two")),
        pod("p", 100, GIB, **claims("three")),
        **volumes("one", "two", "three", limit=2),
    )
    assert new_nodes(run(snapshot)) == {"a": 1}


def test_a_volume_that_two_pods_of_a_node_use_counts_once() -> None:
    snapshot = cluster(
        busy("x", **claims("one")),
        busy("y", **claims("one")),
        pod("p", 100, GIB, **claims("two")),
        **volumes("one", "two", limit=2),
    )
    assert reasons(snapshot) == {"p": "fits-on-node"}


def test_pods_that_have_ended_hold_no_volume() -> None:
    ended = busy("x", **claims("one"))
    ended["status"]["phase"] = "Succeeded"
    snapshot = cluster(ended, pod("p", 100, GIB, **claims("two")), **volumes("one", "two", limit=1))
    assert reasons(snapshot) == {"p": "fits-on-node"}


@pytest.mark.parametrize("bound", [True, False])
def test_six_pods_with_volumes_at_two_a_node_get_three_nodes(bound: bool) -> None:  # noqa: FBT001
    names = [f"c{number}" for number in range(6)]
    snapshot = cluster(*(pod(name, 100, GIB, **claims(name)) for name in names))
    snapshot |= volumes(*names, limit=2, bound=bound)
    assert new_nodes(run(snapshot)) == {"a": 2}


def test_from_zero_a_node_takes_as_many_volumes_as_oci_lets_it() -> None:
    names = [f"c{number}" for number in range(40)]
    shape = {"nodeShape": "VM.Standard.E4.Flex", "nodeShapeConfig": {"ocpus": 32, "memoryInGBs": 256}}
    snapshot = cluster(*(pod(name, 10, 1, **claims(name)) for name in names), nodes=0)
    snapshot |= volumes(*names, hosts=())
    snapshot["node_pools"][0] |= shape
    assert new_nodes(run(snapshot)) == {"a": 2}


def test_a_driver_without_a_number_has_no_limit() -> None:
    names = [f"c{number}" for number in range(40)]
    snapshot = cluster(*(pod(name, 10, 1, **claims(name)) for name in names))
    snapshot |= volumes(*names)
    assert new_nodes(run(snapshot)) == {}


def test_a_new_node_whose_driver_is_not_there_yet_will_take_what_the_others_take() -> None:
    names = [f"c{number}" for number in range(4)]
    snapshot = cluster(*(pod(name, 100, GIB, **claims(name)) for name in names), nodes=2)
    snapshot |= volumes(*names, limit=2, hosts=("a-0",))
    ready_since(snapshot["nodes"][1], JUST_NOW)
    assert set(reasons(snapshot).values()) == {"fits-on-node"}
    snapshot["pods"].append(pod("c4", 100, GIB, **claims("c4")))
    snapshot |= volumes(*names, "c4", limit=2, hosts=("a-0",))
    snapshot["settings"]["node_pool_stabilization_window"] = "0"
    assert new_nodes(run(snapshot)) == {"a": 1}


def test_a_pod_is_not_moved_to_a_node_at_its_volume_limit() -> None:
    snapshot = cluster(
        busy("x", **claims("one")),
        busy("y", host="a-1", **claims("two")),
        nodes=2,
        **volumes("one", "two", limit=1, hosts=("a-0", "a-1")),
    )
    assert {verdict.reason for verdict in run(snapshot).nodes} == {"NoPlaceToMovePods"}
    snapshot |= volumes("one", "two", limit=2, hosts=("a-0", "a-1"))
    assert any(verdict.removable for verdict in run(snapshot).nodes)


# --- volumes made by hand, local volumes, devices ---------------------------------------------------------------------


def by_hand(free: int, waiting: int, *, host: str | None = None) -> Json:
    affinity = {
        "required": {
            "nodeSelectorTerms": [
                {"matchExpressions": [{"key": "kubernetes.io/hostname", "operator": "In", "values": [host]}]}
            ]
        }
    }
    return {
        "storage_classes": [
            {
                "metadata": {"name": "local"},
                "provisioner": "kubernetes.io/no-provisioner",
                "volumeBindingMode": "WaitForFirstConsumer",
            }
        ],
        "persistent_volumes": [
            {
                "metadata": {"name": f"v{number}"},
                "spec": {
                    "storageClassName": "local",
                    "capacity": {"storage": "10Gi"},
                    "accessModes": ["ReadWriteOnce"],
                    "nodeAffinity": affinity if host else None,
                },
                "status": {"phase": "Available"},
            }
            for number in range(free)
        ],
        "persistent_volume_claims": [
            {
                "metadata": {"name": f"c{number}", "namespace": "default"},
                "spec": {
                    "storageClassName": "local",
                    "accessModes": ["ReadWriteOnce"],
                    "resources": {"requests": {"storage": "5Gi"}},
                },
            }
            for number in range(waiting)
        ],
    }


def test_no_node_is_bought_for_a_class_without_a_volume_left() -> None:
    pods = [pod(f"p{number}", 3950, GIB, **claims(f"c{number}")) for number in range(2)]
    snapshot = cluster(busy("b"), *pods, **by_hand(free=1, waiting=2))
    assert new_nodes(run(snapshot)) == {"a": 1}
    assert "no volume left" in reasons(snapshot)["p1"]
    assert new_nodes(run(cluster(busy("b"), *pods, **by_hand(free=0, waiting=2)))) == {}


def test_a_volume_on_another_nodes_disk_is_no_reason_for_a_new_node() -> None:
    snapshot = cluster(pod("p", 3950, GIB, **claims("c0")), busy("b"), **by_hand(1, 1, host="a-0"))
    assert new_nodes(run(snapshot)) == {}


def test_pods_with_local_volumes_or_devices_are_never_moved() -> None:
    local = {
        "persistent_volume_claims": [
            {"metadata": {"name": "one", "namespace": "default"}, "spec": {"volumeName": "v"}}
        ],
        "persistent_volumes": [{"metadata": {"name": "v"}, "spec": {"local": {"path": "/disk"}}}],
        "csi_nodes": [],
    }
    devices = {"resourceClaims": [{"name": "gpu", "resourceClaimTemplateName": "gpu"}]}
    snapshot = cluster(busy("x", **claims("one")), busy("y", host="a-1", **devices), nodes=3, **local)
    found = {verdict.node: verdict.reason for verdict in run(snapshot).nodes}
    assert found == {"a-0": "LocalPersistentVolume", "a-1": "ResourceClaims", "a-2": None}
    for each in snapshot["pods"]:
        each["metadata"]["annotations"] = {"cluster-autoscaler.kubernetes.io/safe-to-evict": "true"}
    assert {verdict.node: verdict.reason for verdict in run(snapshot).nodes} == found


def test_a_zonal_volume_is_moved_within_its_zone() -> None:
    snapshot = cluster(busy("x", **claims("one")), nodes=2, **volumes("one", limit=5, hosts=("a-0", "a-1")))
    snapshot["persistent_volumes"][0]["spec"]["nodeAffinity"] = {
        "required": {"nodeSelectorTerms": [{"matchExpressions": [{"key": "zone", "operator": "In", "values": ["z"]}]}]}
    }
    for host in snapshot["nodes"]:
        host["metadata"]["labels"]["zone"] = "z"
    assert {verdict.node: verdict.reason for verdict in run(snapshot).nodes} == {
        "a-0": "NoPlaceToMovePods",
        "a-1": None,
    }


ALL_CLAIMS = "0/1 nodes are available: 1 cannot allocate all claims. still not schedulable, preemption: x."
GPU = {"resourceClaims": [{"name": "gpu", "resourceClaimTemplateName": "gpu"}]}


def test_devices_are_the_schedulers_to_give() -> None:
    assert reasons(cluster(pod("p", 100, GIB, **GPU))) == {"p": "waits-for-scheduler"}


def test_no_node_is_bought_for_devices_that_no_pool_has_served() -> None:
    snapshot = cluster(busy("b"), refused("p", ALL_CLAIMS, **GPU), refused("q", ALL_CLAIMS, **GPU))
    decision = run(snapshot)
    assert new_nodes(decision) == {}
    assert decision.pools[0].reason == "pods-fit-no-node-pool"
    assert "device-claims.default/gpu" in reasons(snapshot)["p"]


def test_a_pool_that_states_such_devices_is_grown_for_them() -> None:
    snapshot = cluster(busy("x", **GPU), busy("y", **GPU), *(refused(f"p{n}", ALL_CLAIMS, **GPU) for n in range(3)))
    assert new_nodes(run(snapshot)) == {}
    snapshot["settings"]["node_pools"][0]["resources"] = {"device-claims.default/gpu": "2"}
    assert new_nodes(run(snapshot)) == {"a": 2}


def test_a_claim_by_name_is_served_by_no_new_node() -> None:
    named = {"resourceClaims": [{"name": "gpu", "resourceClaimName": "the-gpu"}]}
    snapshot = cluster(busy("x", **named), refused("p", ALL_CLAIMS, **named))
    assert new_nodes(run(snapshot)) == {}


@pytest.mark.parametrize("words", ["0/1 nodes are available", "0/1 nodes are available: 1 node(s) were odd.", "odd"])
@pytest.mark.parametrize("apart", [False, True])
def test_pods_that_the_simulation_has_no_room_for_either_are_bought_for(words: str, apart: bool) -> None:  # noqa: FBT001
    rule = {"labelSelector": {"matchLabels": {"app": "w"}}, "topologyKey": "kubernetes.io/hostname"}
    more = (
        {"affinity": {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [rule]}}} if apart else {}
    )
    # The simulation has room for one of them beside the pod that runs.
    pods = [refused(f"w-{number}", words, app="w", cpu_m=2100, **more) for number in range(4)]
    decision = run(cluster(busy("b"), *pods))
    assert new_nodes(decision) == {"a": 3}
    assert [verdict.reason.split(" ")[0] for verdict in decision.pods] == ["needs-new-node"] * 3 + [
        "scheduler-disagrees"
    ]
    assert {verdict.placed_on for verdict in decision.pods} == {"new:a", None}


def test_a_node_like_the_one_that_was_refused_is_bought_only_where_no_reason_was_given() -> None:
    for words, bought in (("0/1 nodes are available", {"a": 3}), ("0/1 nodes are available: 1 node(s) were odd.", {})):
        pods = [refused(f"w-{number}", words, app="w", cpu_m=2100) for number in range(4)]
        assert new_nodes(run(cluster(*pods))) == bought
