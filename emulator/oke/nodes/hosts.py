"""The Kubernetes side of a node: what its kubelet registers, and what is left when it goes.

The allocatable resources follow Oracle's documented reservations, computed here from the shape; see "Reserved node
resources" in https://docs.oracle.com/en-us/iaas/Content/ContEng/Concepts/contengbestpractices.htm
"""

from __future__ import annotations

import math
import re
from decimal import Decimal
from typing import TYPE_CHECKING

from emulator.kubernetes.kinds import NODE, POD
from emulator.kubernetes.object_fields import Object, at, changed, key_of, spec_of, with_condition
from emulator.oke.model.shape_catalogue import SHAPES

if TYPE_CHECKING:
    from emulator.kubernetes.store import Store
    from emulator.oke.model.node_pool_records import NodePoolRecord, PoolNode
    from emulator.oke.model.simulated_clock import SimulatedClock

GIB = 2**30
NOT_READY = "node.kubernetes.io/not-ready"
_RESERVED_MEMORY = ((4, Decimal("0.25")), (4, Decimal("0.2")), (8, Decimal("0.1")), (112, Decimal("0.06")))
_RESERVED_MEMORY_REST = Decimal("0.02")
_RESERVED_MILLICORES = (60, 72, 80, 85, 90)
_SYSTEM_MILLICORES = 100
_SYSTEM_BYTES = 100 * 2**20
_FLANNEL_PODS = 110
_TAINT = re.compile(r"([^=:,\s]+)(?:=([^:,\s]*))?:(NoSchedule|PreferNoSchedule|NoExecute)")


def kubelet_allocatable(vcpus: int, memory_gib: float) -> tuple[int, int]:
    """Return millicores and bytes that pods may use of a machine."""
    few = min(vcpus, len(_RESERVED_MILLICORES))
    kube_millicores = _RESERVED_MILLICORES[few - 1] + math.ceil((vcpus - few) * 2.5)
    left, reserved = Decimal(str(memory_gib)), Decimal(0)
    for part, share in _RESERVED_MEMORY:
        reserved += min(left, Decimal(part)) * share
        left -= min(left, Decimal(part))
    reserved += left * _RESERVED_MEMORY_REST
    total = Decimal(str(memory_gib)) * GIB
    return vcpus * 1000 - kube_millicores - _SYSTEM_MILLICORES, int(total - reserved * GIB) - _SYSTEM_BYTES


def machine_of(pool: NodePoolRecord) -> tuple[int, float]:
    """Return vCPUs and GiB of a pool's nodes."""
    shape = SHAPES[pool.details["nodeShape"]]
    config = pool.details.get("nodeShapeConfig") or {}
    ocpus = config.get("ocpus") or shape.ocpus
    return round(ocpus * shape.vcpus_per_ocpu), float(config.get("memoryInGBs") or shape.memory_gib)


def resources_of(pool: NodePoolRecord) -> tuple[Object, Object]:
    """Return capacity and allocatable of a pool's nodes, as the kubelet writes them."""
    vcpus, memory_gib = machine_of(pool)
    millicores, memory_bytes = kubelet_allocatable(vcpus, memory_gib)
    network = pool.details["nodeConfigDetails"].get("nodePoolPodNetworkOptionDetails") or {}
    pods = str(network.get("maxPodsPerNode") or _FLANNEL_PODS)
    storage = {"ephemeral-storage": "37206272Ki", "hugepages-1Gi": "0", "hugepages-2Mi": "0", "pods": pods}
    capacity = {"cpu": str(vcpus), "memory": f"{int(memory_gib * 2**20)}Ki", **storage}
    return capacity, {**storage, "cpu": f"{millicores}m", "memory": str(memory_bytes)}


class Hosts:
    """Registers and removes Kubernetes nodes."""

    def __init__(self, store: Store, clock: SimulatedClock) -> None:
        self._store = store
        self._clock = clock

    def register(self, pool: NodePoolRecord, node: PoolNode) -> None:
        """Add the Kubernetes node: not ready, and tainted so."""
        if node.state in {"DELETING", "DELETED"} or self._store.find(NODE, node.host) is not None:
            return
        self._store.create(NODE, node_object(pool, node))
        self.set_ready(node.host, ready=False)

    def set_ready(self, name: str, *, ready: bool, since_epoch_seconds: float | None = None) -> None:
        """Turn a node's Ready condition and the taint that goes with it."""
        item = self._store.find(NODE, name)
        if item is None:
            return
        since = at(self._clock() if since_epoch_seconds is None else since_epoch_seconds)
        condition = {
            "type": "Ready",
            "status": "True" if ready else "False",
            "reason": "KubeletReady" if ready else "KubeletNotReady",
            "message": "",
            "lastHeartbeatTime": at(self._clock()),
            "lastTransitionTime": since,
        }
        taints = [taint for taint in spec_of(item).get("taints") or [] if taint["key"] != NOT_READY]
        if not ready:
            taints.append({"key": NOT_READY, "effect": "NoSchedule"})
        self._store.replace(NODE, with_condition(changed(item, ("spec.taints", taints or None)), condition))

    def remove(self, name: str) -> None:
        """Take a node away with the pods on it."""
        for pod in self._store.pods_on(name):
            self._store.remove(POD, key_of(pod))
        self._store.remove(NODE, ("", name))


def node_object(pool: NodePoolRecord, node: PoolNode) -> Object:
    """Return the Kubernetes node that a kubelet registers, without conditions."""
    capacity, free = resources_of(pool)
    taints = [{"key": NOT_READY, "effect": "NoSchedule"}, *_registered_taints(pool)]
    return {
        "metadata": {
            "name": node.host,
            "labels": kubelet_labels(pool, node),
            "annotations": {
                "oci.oraclecloud.com/node-pool-id": pool.id,
                "oci.oraclecloud.com/compartment-id": pool.details["compartmentId"],
            },
        },
        "spec": {"podCIDR": f"10.244.{node.number % 256}.0/25", "providerID": node.id, "taints": taints},
        "status": {
            "capacity": capacity,
            "allocatable": free,
            "addresses": [
                {"type": "InternalIP", "address": node.host},
                {"type": "Hostname", "address": node.host},
            ],
            "nodeInfo": _node_info(pool, node),
        },
    }


def kubelet_labels(pool: NodePoolRecord, node: PoolNode) -> dict[str, str]:
    """Return the labels that a node of a pool gets."""
    zone = node.availability_domain.rpartition(":")[2]
    return {
        "kubernetes.io/arch": _architecture(pool),
        "kubernetes.io/os": "linux",
        "kubernetes.io/hostname": node.host,
        "node.kubernetes.io/instance-type": pool.details["nodeShape"],
        "topology.kubernetes.io/region": "iad",
        "topology.kubernetes.io/zone": zone,
        "failure-domain.beta.kubernetes.io/zone": zone,
        "oci.oraclecloud.com/fault-domain": node.fault_domain,
        "node_pool": pool.name,
        **{one["key"]: one["value"] for one in pool.details.get("initialNodeLabels") or []},
    }


def _node_info(pool: NodePoolRecord, node: PoolNode) -> dict[str, str]:
    ids = dict.fromkeys(("bootID", "machineID", "systemUUID"), node.id[-32:])
    version = pool.details["kubernetesVersion"]
    return {
        **ids,
        "architecture": _architecture(pool),
        "operatingSystem": "linux",
        "osImage": "Oracle Linux Server 8.10",
        "kernelVersion": "5.15.0-310.184.5.2.el8uek.x86_64",
        "containerRuntimeVersion": "cri-o://1.33.1",
        "kubeletVersion": version,
        "kubeProxyVersion": version,
    }


def _architecture(pool: NodePoolRecord) -> str:
    return SHAPES[pool.details["nodeShape"]].architecture


def _registered_taints(pool: NodePoolRecord) -> list[Object]:
    """Return the taints of `--register-with-taints` in the metadata's kubelet arguments."""
    text = (pool.details.get("nodeMetadata") or {}).get("kubelet-extra-args", "")
    _, _, listed = text.partition("--register-with-taints")
    argument = listed.lstrip("= \"'").split(" --")[0]
    return [{"key": key, "value": value, "effect": effect} for key, value, effect in _TAINT.findall(argument)]
