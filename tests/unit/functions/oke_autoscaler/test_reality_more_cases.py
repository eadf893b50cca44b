"""More cases of the kinds in which a cluster is right and a model of it is wrong, as users' snapshots."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.functions.oke_autoscaler.builders import run
from tests.unit.functions.oke_autoscaler.reality_snapshots import (
    PREEMPTIBLE,
    SCALE_DOWN,
    ZONE,
    Cluster,
    ago,
    apart,
    spread,
    tolerates,
    uses,
)
from tests.unit.functions.oke_autoscaler.test_reality_cases import CHECKS

Json = dict[str, Any]
SPOT: Json = {"preemptibleNodeConfig": {"preemptionAction": {"type": "TERMINATE"}}}
GPU_NODE: Json = {"offers": ("29000m", "220Gi"), "has": ("30", str(240 << 30))}
MAINTENANCE = ("maintenance", "true", "NoSchedule")
AGENT = ("node.cilium.io/agent-not-ready", "", "NoSchedule")
STOPS, GROWS, KEEPS = {"not_grow": ["*"]}, {"grow": ["a"]}, {"removes_at_most": 0}


def two(pod: Json | None = None, *nodes: Json, **pool: Any) -> Cluster:
    """A pool of full nodes and a pod that waits."""
    made = Cluster().pool("a", size=len(nodes), **pool)
    for number, node in enumerate(nodes):
        made.node("a", number, **node)
    return made.fill(*(f"a-{number}" for number in range(len(nodes)))).pod("w", **(pod or {}))


def gpus(*counts: str | None, **ages: str) -> Cluster:
    made = Cluster().pool("a", 15, 240, size=len(counts), nodeShape="VM.GPU.A10.1")
    one = {"extra": {"nvidia.com/gpu": "1"}, "tolerations": tolerates("nvidia.com/gpu")}
    for number, count in enumerate(counts):
        extra = {"nvidia.com/gpu": count} if count is not None else {}
        made.node("a", number, **GPU_NODE, extra=extra, created=ages.get(f"at{number}", "2026-01-01T06:00:00Z"))
        if count == "1":
            made.pod(f"t{number}", "1", on=f"a-{number}", **one)
    return made.pod("w", "1", **one)


def late(**node: Any) -> Cluster:
    """One instance more than nodes, or a second node, and another pool to go to."""
    made = Cluster().pool("a", size=2).pool("b", settings={"cost": 500}).node("a", 0).fill("a-0").pod("w")
    return made.node("a", 1, **node) if node else made


def trouble(pod: Json | None = None, **more: Any) -> Cluster:
    """Pool m cannot help the pod; pool c beside it has an idle node."""
    made = Cluster(**SCALE_DOWN, **more).pool("m", live=1, settings={"max_size": 1}).pool("c", live=2)
    return made.fill("m-0", "c-0").pod("w", **{"cpu": "3", "nodeSelector": {"name": "m"}, **(pod or {})}).idle()


def held(**pod: Any) -> Cluster:
    """Of three nodes only the last may go, if its pod lets it."""
    made = Cluster(**SCALE_DOWN).pool("a", live=3).fill("a-0", "a-1", cpu="2500m")
    return made.pod("p", "200m", on="a-2", **pod).idle()


def zones(count: int, live: int = 0, **pod: Any) -> Cluster:
    made = Cluster()
    for number, name in enumerate("abc"):
        made.pool(name, live=live, zones=(number + 1,)).fill(*(f"{name}-{each}" for each in range(live)))
    return made.pod("w", **{"cpu": "3", "app": "w", "count": count, **pod})


NO_VOLUME: Json = {
    "persistent_volumes": [],
    "persistent_volume_claims": [
        {"metadata": {"name": "d", "namespace": "default"}, "spec": {"storageClassName": "local"}}
    ],
    "storage_classes": [
        {
            "metadata": {"name": "local"},
            "provisioner": "kubernetes.io/no-provisioner",
            "volumeBindingMode": "WaitForFirstConsumer",
        }
    ],
}

CASES: dict[str, tuple[Cluster, Json]] = {
    "memory tax": (Cluster().pool("a", 4, 32).pod("w", memory="28Gi"), STOPS),
    "within the memory tax": (Cluster().pool("a", 4, 32).pod("w", memory="27Gi"), GROWS),
    "a node has less than was presumed": (
        two({"memory": "12Gi"}, {"offers": ("3815m", str(11 << 30)), "has": ("4", str(15 << 30))}),
        STOPS,
    ),
    "one small node of three": (
        two({"memory": "12Gi"}, {"offers": ("3815m", str(9 << 30)), "has": ("4", str(12 << 30))}, {}, {}),
        GROWS,
    ),
    "pods a node": (
        Cluster()
        .pool(
            "a",
            4,
            32,
            nodeConfigDetails={
                "size": 0,
                "nodePoolPodNetworkOptionDetails": {"cniType": "OCI_VCN_IP_NATIVE", "maxPodsPerNode": 31},
            },
        )
        .pod("w", "10m", "10Mi", count=32),
        {"cost_at_most": 2 * 296},
    ),
    "every node is cordoned": (two(None, {"cordoned": True}, {"cordoned": True}), GROWS),
    "the only node is cordoned": (two(None, {"cordoned": True}), GROWS),
    "every node is dead": (two(None, *2 * [{"ready": "Unknown", "since": ago(60)}]), GROWS),
    "disk pressure": (two(None, {"taints": [("node.kubernetes.io/disk-pressure", "", "NoSchedule")]}), GROWS),
    "two of three nodes are tainted": (two(None, {"taints": [MAINTENANCE]}, {"taints": [MAINTENANCE]}, {}), GROWS),
    "all nodes are dedicated": (two(None, *2 * [{"taints": [("dedicated", "x", "NoSchedule")]}]), STOPS),
    "two of three nodes were labelled": (
        two({"nodeSelector": {"disk": "ssd"}}, {"labels": {"disk": "ssd"}}, {"labels": {"disk": "ssd"}}, {}),
        STOPS,
    ),
    "the first plug-in is dead": (gpus(None, "1"), GROWS),
    "a plug-in says none": (gpus("0", "1", "1"), GROWS),
    "the first node's GPU is late": (gpus(None, at0=ago(5)), STOPS),
    "a GPU is too late": (gpus("1", None, at1=ago(40)), GROWS),
    "the network's agent is late": (
        Cluster().pool("a", size=1).node("a", 0, created=ago(7), since=ago(6), taints=[AGENT]).pod("w"),
        STOPS,
    ),
    "the network's agent never comes": (
        Cluster().pool("a", size=1).node("a", 0, created=ago(60), taints=[AGENT]).pod("w"),
        STOPS,
    ),
    "an instance never joined": (late().work("a", "SUCCEEDED", ago(40), ago(37)), {"grow": ["b"], "not_grow": ["a"]}),
    "an instance may still join": (late().work("a", "SUCCEEDED", ago(6), ago(4)), STOPS),
    "a node never got ready": (late(created=ago(40), ready="False"), {"grow": ["b"], "not_grow": ["a"]}),
    "a node is getting ready": (late(created=ago(4), ready="False"), STOPS),
    "no capacity": (
        late().change(0, id="", lifecycleState="FAILING", nodeError={"code": "x", "message": "Out of host capacity"}),
        {"grow": ["b"], "not_grow": ["a"]},
    ),
    "more memory": (two({"memory": "40Gi"}, {}, memory=64), GROWS),
    "less memory": (
        two({"memory": "40Gi"}, {"offers": ("3815m", str(56 << 30)), "has": ("4", str(64 << 30))}),
        STOPS,
    ),
    "became preemptible": (two(None, {}, placement=SPOT), STOPS),
    "was a GPU pool": (
        two(
            {"extra": {"nvidia.com/gpu": "1"}},
            {
                **GPU_NODE,
                "extra": {"nvidia.com/gpu": "1"},
                "labels": {"node.kubernetes.io/instance-type": "VM.GPU.A10.1"},
            },
        ),
        STOPS,
    ),
    "preemptible is cheaper": (
        Cluster().pool("b").pool("a", placement=SPOT).pod("w", tolerations=tolerates(PREEMPTIBLE)),
        {"grow": ["a"], "not_grow": ["b"]},
    ),
    "no preemptible capacity": (
        Cluster()
        .pool("b", placement=SPOT)
        .pool("a")
        .pod("w", tolerations=tolerates(PREEMPTIBLE))
        .work("b", "FAILED", ago(4), ago(2)),
        {"grow": ["a"], "not_grow": ["b"]},
    ),
    "at its maximum": (trouble(), {"removes": ["c-"]}),
    "fits nowhere": (trouble({"cpu": "100", "nodeSelector": {}}), {"removes": ["c-"]}),
    "another scheduler's": (
        trouble({"nodeSelector": {}, "schedulerName": "volcano", "condition": False}),
        {"removes": ["c-"]},
    ),
    "without a volume": (
        trouble({"nodeSelector": {}, "volumes": uses("d")}).put(**NO_VOLUME),
        {"removes": ["c-"], "not_grow": ["*"]},
    ),
    "just refused, and has a place": (trouble({"nodeSelector": {}, "since": ago(1)}), KEEPS),
    "a tenth": (Cluster(**SCALE_DOWN).pool("a", live=20).idle(), {"removes": ["a-"], "removes_at_most": 2}),
    "not now": (
        Cluster(**SCALE_DOWN, disruption_budget=[{"nodes": "0", "schedule": "0 9 * * *", "duration": "8h"}])
        .pool("a", live=20)
        .idle(),
        KEEPS,
    ),
    "may go": (held(), {"removes": ["a-2"]}),
    "claims devices": (held(resourceClaims=[{"name": "g", "resourceClaimName": "g"}]), KEEPS),
    "owner of an old system pod says no": (
        held(namespace="kube-system", annotations={"cluster-autoscaler.kubernetes.io/safe-to-evict": "false"}),
        KEEPS,
    ),
    "data of an old system pod": (held(namespace="kube-system", volumes=[{"name": "d", "emptyDir": {}}]), KEEPS),
    "zones without a rule": (zones(9), {"spread": 3}),
    "zones preferred": (zones(9, topologySpreadConstraints=spread("w", when="ScheduleAnyway")), {"spread": 3}),
    "zones with nodes": (zones(9, live=2), {"spread": 3}),
    "zones and hosts": (zones(9, affinity=apart("w")), {"spread": 3}),
    "one a zone": (zones(4, affinity=apart("w", ZONE)), {"spread": 3}),
    "one taint in the scheduler's words": (
        Cluster().pool("a", live=1).pod("w", words="0/1 nodes are available: 1 node(s) had untolerated taint {x: y}."),
        {"not_grow": ["*"], "pod_reason_not": "fits-on-node"},
    ),
    "some of them fit": (Cluster().pool("a", live=1).pod("w", "3", count=3), GROWS),
}
"""Each with what must hold of the answer, in the form of autoscaler_reality/cases.json."""


@pytest.mark.parametrize("name", CASES)
def test_the_answer_is_what_the_cluster_says(name: str) -> None:
    cluster, expect = CASES[name]
    decision = run(cluster.json)
    for kind, value in expect.items():
        CHECKS[kind]({"snapshot": cluster.json}, decision, value)


def test_an_agent_that_never_comes_is_told() -> None:
    cluster, _ = CASES["the network's agent never comes"]
    (pod,) = run(cluster.json).pods
    assert "taint node.cilium.io/agent-not-ready" in pod.reason
