"""What a node of a compute shape offers to pods, before one of them was ever seen.

OKE's reservations: kube-reserved CPU 60, 72, 80, 85, 90 m for 1 to 5 vCPU and 2.5 m more for each further one (what is
left is rounded up: 8 vCPU give 7803 m); kube-reserved memory 25, 20, 10, 6 and 2 % of the first 4, next 4, next 8, next
112 GiB and the rest; system-reserved 100 m and 100 MiB. 4 vCPU and 16 GiB give 3815 m and 14,283,282,841 bytes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

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
ARM = re.compile(r"\.(A1|A2|A4)\.|^BM\.Standard\.A1|^BM\.Standard\.A4")
OCPU_SERIES = re.compile(r"^(?:VM|BM)\.(Standard1|Standard2|Standard\.E2|DenseIO2|Standard\.B1)\.(\d+)(\.Micro)?$")
GIB_PER_OCPU = {"Standard1": 7, "Standard2": 15, "Standard.E2": 8, "DenseIO2": 15, "Standard.B1": 12}
FIXED = {
    "VM.Standard2.24": (24, 320, 0),
    "VM.DenseIO2.24": (24, 320, 0),
    "VM.GPU2.1": (12, 72, 1),
    "VM.GPU3.1": (6, 90, 1),
    "VM.GPU3.2": (12, 180, 2),
    "VM.GPU3.4": (24, 360, 4),
    "VM.GPU.A10.1": (15, 240, 1),
    "VM.GPU.A10.2": (30, 480, 2),
    "BM.GPU2.2": (28, 192, 2),
    "BM.GPU3.8": (52, 768, 8),
    "BM.GPU4.8": (64, 2048, 8),
    "BM.GPU.A10.4": (64, 1024, 4),
    "BM.GPU.H100.8": (112, 2048, 8),
}
"""OCPUs, GiB and GPUs of fixed shapes: https://docs.oracle.com/iaas/Content/Compute/References/computeshapes.htm."""


@dataclass(frozen=True, slots=True)
class Hardware:
    """vCPUs, memory in GiB and GPUs of a node."""

    vcpus: float
    memory_gib: float
    gpus: int = 0

    @property
    def cost(self) -> float:
        """Default cost: 25 per vCPU + 3 per GiB, the price ratio of E4.Flex."""
        return 25 * self.vcpus + 3 * self.memory_gib


def find_hardware(pool: NodePool) -> Hardware | None:
    """Return the hardware of a pool's nodes by its shape, None for a fixed shape that is not known here."""
    shape, config = pool.node_shape or "", pool.node_shape_config
    ocpus = config.ocpus if config is not None else None
    memory = config.memory_in_gbs if config is not None else None
    gpus = 0
    if ocpus is None or memory is None:
        fixed = _fixed(shape)
        if fixed is None:
            return None
        ocpus, memory, gpus = fixed[0] if ocpus is None else ocpus, fixed[1] if memory is None else memory, fixed[2]
    else:
        gpus = FIXED.get(shape, (0, 0, 0))[2]
    return Hardware(ocpus * (1 if is_arm(shape) else 2), memory, gpus)


def _fixed(shape: str) -> tuple[float, float, int] | None:
    known = FIXED.get(shape)
    if known is not None:
        return known
    series = OCPU_SERIES.match(shape)
    if series is None or series[3]:
        return None
    return int(series[2]), int(series[2]) * GIB_PER_OCPU[series[1]], 0


def is_arm(shape: str) -> bool:
    """Tell whether an OCPU of the shape is one vCPU only (Arm)."""
    return ARM.search(shape) is not None


def compute_allocatable(machine: Hardware, max_pods: int) -> Amounts:
    """Return what OKE leaves to pods: millicores, bytes, pods, GPUs."""
    memory = int(machine.memory_gib * GIB)
    allocatable = {
        "cpu": int(machine.vcpus * 1000) - _reserved_millicores(machine.vcpus) - 100,
        "memory": memory - _reserved_bytes(memory) - 100 * MIB,
        "pods": max_pods,
        "ephemeral-storage": EPHEMERAL_BYTES,
    }
    if machine.gpus:
        allocatable[GPU] = machine.gpus
    return {name: max(0, value) for name, value in allocatable.items()}


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
