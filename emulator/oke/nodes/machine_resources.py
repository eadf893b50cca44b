"""What a machine has and what its kubelet leaves to pods.

The allocatable resources follow Oracle's documented reservations, computed here from the shape; see "Reserved node
resources" in https://docs.oracle.com/en-us/iaas/Content/ContEng/Concepts/contengbestpractices.htm. A virtual machine
has less memory than was asked for: its hypervisor keeps some (`emulator.oke.model.pool_behaviour.MEMORY_TAX`), and the
reservations are of what is left.
"""

from __future__ import annotations

import math
from decimal import Decimal
from typing import TYPE_CHECKING

from emulator.oke.model.shape_catalogue import SHAPES

if TYPE_CHECKING:
    from emulator.kubernetes.object_fields import Object
    from emulator.oke.model.node_pool_records import NodePoolRecord

MIB = 2**20
GIB = 2**30
_RESERVED_MEMORY = ((4, Decimal("0.25")), (4, Decimal("0.2")), (8, Decimal("0.1")), (112, Decimal("0.06")))
_RESERVED_MEMORY_REST = Decimal("0.02")
_RESERVED_MILLICORES = (60, 72, 80, 85, 90)
_SYSTEM_MILLICORES = 100
_SYSTEM_BYTES = 100 * MIB
_FLANNEL_PODS = 110


def kubelet_allocatable(vcpus: int, memory_gib: float | Decimal) -> tuple[int, int]:
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


def machine_of(details: Object) -> tuple[int, float]:
    """Return vCPUs and declared GiB of a machine that a pool's JSON describes."""
    shape = SHAPES[details["nodeShape"]]
    config = details.get("nodeShapeConfig") or {}
    ocpus = config.get("ocpus") or shape.ocpus
    return round(ocpus * shape.vcpus_per_ocpu), float(config.get("memoryInGBs") or shape.memory_gib)


def devices_of(details: Object) -> dict[str, str]:
    """Return the GPUs of a machine as the resource that its device plug-in reports."""
    shape = SHAPES[details["nodeShape"]]
    return {shape.gpu_resource: str(shape.gpus)} if shape.gpus else {}


def visible_kib(pool: NodePoolRecord, details: Object) -> int:
    """Return the memory that the kernel of a machine sees."""
    _, declared_gib = machine_of(details)
    base_mib, mib_per_gib = pool.behaviour.memory_tax if details["nodeShape"].startswith("VM.") else (0, 0)
    return int((declared_gib * 1024 - base_mib - mib_per_gib * declared_gib) * 1024)


def resources_of(pool: NodePoolRecord, details: Object) -> tuple[Object, Object]:
    """Return capacity and allocatable of a node that was made of `details`, as the kubelet writes them."""
    vcpus, _ = machine_of(details)
    memory_kib = visible_kib(pool, details)
    millicores, memory_bytes = kubelet_allocatable(vcpus, Decimal(memory_kib) / 2**20)
    network = details["nodeConfigDetails"].get("nodePoolPodNetworkOptionDetails") or {}
    pods = str(network.get("maxPodsPerNode") or _FLANNEL_PODS)
    storage = {"ephemeral-storage": "37206272Ki", "hugepages-1Gi": "0", "hugepages-2Mi": "0", "pods": pods}
    capacity = {"cpu": str(vcpus), "memory": f"{memory_kib}Ki", **storage}
    return capacity, {**storage, "cpu": f"{millicores}m", "memory": str(memory_bytes)}
