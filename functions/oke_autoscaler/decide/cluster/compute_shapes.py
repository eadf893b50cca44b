"""What a node of a compute shape offers to pods, before one of them was ever seen.

OKE's reservations: kube-reserved CPU 60, 72, 80, 85, 90 m for 1 to 5 vCPU and 2.5 m more for each further one (what is
left is rounded up: 8 vCPU give 7803 m); kube-reserved memory 25, 20, 10, 6 and 2 % of the first 4, next 4, next 8, next
112 GiB and the rest; system-reserved 100 m and 100 MiB. 4 vCPU and 16 GiB give 3815 m and 14,283,282,841 bytes, less
what the hypervisor keeps of the 16 GiB: 904 MiB.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from functions.oke_autoscaler.decide.cluster.shape_table import FIXED_SHAPES

if TYPE_CHECKING:
    from functions.oke_autoscaler.model.oci_objects import NodePool
    from functions.oke_autoscaler.model.pod_requests import Amounts

GIB = 1024**3
MIB = 1024**2
RESERVED_CPU = (0, 60, 72, 80, 85, 90)
RESERVED_MEMORY = ((4, 25), (4, 20), (8, 10), (112, 6))
FLANNEL_PODS = 110
GPU = "nvidia.com/gpu"
EPHEMERAL_BYTES = 37_206_272 * 1024 * 9 // 10
"""Local storage of a node of OKE's images: their root file system, less the tenth that the kubelet keeps free. A larger
boot volume does not make it larger by itself; what a node was made to have is learnt from live nodes."""
AMD_GPU = "amd.com/gpu"
ARM = re.compile(r"\.A\d\.|\.GB\d+")
TWO_THREADS_ARM = re.compile(r"\.A[2-9]\.")
"""Arm shapes whose OCPU is two cores, and two vCPUs (A2 and later); one of A1 is one core and one vCPU."""
GPUS_IN_NAME = re.compile(r"\.GPU(?:\d|\.[^.]+)\.(\d+)$")
"""A GPU shape of a generation that is not in the table still says in its name how many GPUs it has."""
HYPERVISOR_BYTES = 600 * MIB
HYPERVISOR_BYTES_A_GIB = 19 * MIB
"""What of a shape's memory its nodes never see, as oracle/karpenter-provider-oci subtracts it (issues 7, 63, 69, 70,
73, 76, 77: without it one pod of 28 GiB made 50 nodes of 32 GB). It is a little more than what was measured: a pod that
would just have fit is told so, instead of being bought for in vain."""


@dataclass(frozen=True, slots=True)
class Hardware:
    """vCPUs, memory in GiB and GPUs of a node."""

    vcpus: float
    memory_gib: float
    gpus: int = 0
    gpu_resource: str = GPU

    @property
    def cost(self) -> float:
        """Default cost: 25 per vCPU + 3 per GiB, the price ratio of E4.Flex."""
        return 25 * self.vcpus + 3 * self.memory_gib


def find_hardware(pool: NodePool) -> Hardware | None:
    """Return the hardware of a pool's nodes by its shape, None for a fixed shape that is not known here."""
    shape, config = pool.node_shape or "", pool.node_shape_config
    fixed: tuple[float, float, int] | None = FIXED_SHAPES.get(shape) or _listed(pool)
    ocpus: float | None
    memory: float | None
    ocpus, memory, gpus = fixed if fixed is not None else (None, None, _gpus_in_name(shape))
    if config is not None:
        ocpus = config.ocpus if config.ocpus is not None else ocpus
        memory = config.memory_in_gbs if config.memory_in_gbs is not None else memory
    if ocpus is None or memory is None:
        return None
    return Hardware(ocpus * vcpus_per_ocpu(shape), memory, gpus, gpu_resource(shape))


def _listed(pool: NodePool) -> tuple[float, float, int] | None:
    """Return what Compute says of the pool's shape, where it was asked."""
    size = pool.listed_size
    if size is None or not size.ocpus or not size.memory_in_gbs:
        return None
    return size.ocpus, size.memory_in_gbs, size.gpus or 0


def _gpus_in_name(shape: str) -> int:
    found = GPUS_IN_NAME.search(shape)
    return int(found[1]) if found else 0


def gpu_resource(shape: str) -> str:
    """Return the resource that the device plug-in of the shape's GPUs offers."""
    return AMD_GPU if ".GPU.MI" in shape else GPU


def is_gpu_shape(shape: str) -> bool:
    """Tell whether nodes of the shape have GPUs."""
    return ".GPU" in shape


def is_device(resource: str) -> bool:
    """Tell whether a device plug-in offers the resource: an extended one, with a domain in its name."""
    return "/" in resource and not resource.startswith(("hugepages-", "attachable-volumes-", "device-claims."))


def vcpus_per_ocpu(shape: str) -> int:
    """Return the vCPUs of an OCPU: two threads of a core; on Arm one core of A1, two of what came after it."""
    return 1 if is_arm(shape) and not TWO_THREADS_ARM.search(shape) else 2


def is_arm(shape: str) -> bool:
    """Tell whether the shape has Arm processors."""
    return ARM.search(shape) is not None


def architecture(shape: str) -> str:
    """Return the architecture of the shape's processors, as a node's label names it."""
    return "arm64" if is_arm(shape) else "amd64"


def compute_allocatable(machine: Hardware, max_pods: int) -> Amounts:
    """Return what OKE leaves to pods: millicores, bytes, pods, GPUs."""
    memory = int(machine.memory_gib * GIB)
    visible = memory - hypervisor_bytes(machine.memory_gib)
    allocatable = {
        "cpu": int(machine.vcpus * 1000) - _reserved_millicores(machine.vcpus) - 100,
        "memory": visible - _reserved_bytes(memory) - 100 * MIB,
        "pods": max_pods,
        "ephemeral-storage": EPHEMERAL_BYTES,
    }
    if machine.gpus:
        allocatable[machine.gpu_resource] = machine.gpus
    return {name: max(0, value) for name, value in allocatable.items()}


def hypervisor_bytes(memory_gib: float) -> int:
    """Return how much of a shape's memory its nodes never see."""
    return HYPERVISOR_BYTES + int(HYPERVISOR_BYTES_A_GIB * memory_gib)


def _reserved_millicores(vcpus: float) -> int:
    whole = int(-(-vcpus // 1))
    if whole < len(RESERVED_CPU):
        return RESERVED_CPU[whole]
    return (RESERVED_CPU[-1] * 2 + 5 * (whole - len(RESERVED_CPU) + 1)) // 2


def _reserved_bytes(memory: int) -> int:
    """Return the reserved bytes, rounded up; in whole numbers (percent of bytes), so no rounding of floats decides."""
    hundredths, rest = 0, memory
    for gib, percent in RESERVED_MEMORY:
        part = min(rest, gib * GIB)
        hundredths += part * percent
        rest -= part
    return -(-(hundredths + rest * 2) // 100)


def max_pods(pool: NodePool) -> int:
    """Return how many pods a node of the pool may run: ``maxPodsPerNode`` of VCN-native pods, else 110."""
    network = pool.node_config_details.node_pool_pod_network_option_details if pool.node_config_details else None
    if network is not None and network.max_pods_per_node:
        return network.max_pods_per_node
    return FLANNEL_PODS
