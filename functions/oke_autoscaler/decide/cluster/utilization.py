"""How full nodes are: requests against allocatable, and the measured load of a pool."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from functions.oke_autoscaler.decide.cluster.compute_shapes import GPU
from functions.oke_autoscaler.model.nodes import instance_id
from functions.oke_autoscaler.model.pod_requests import Amounts, amounts
from functions.oke_autoscaler.model.pods import is_daemon, is_long_terminating, is_mirror
from functions.oke_autoscaler.model.reasons import CPU_LOAD, RAM_LOAD

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from functions.oke_autoscaler.decide.cluster.pools import PoolStatus
    from functions.oke_autoscaler.model.kubernetes_objects import Node, Pod
    from functions.oke_autoscaler.model.oci_objects import Load
    from functions.oke_autoscaler.pool_settings import Thresholds

GPUS = (GPU, "amd.com/gpu")
"""Resources that replace CPU and memory as the measure of a node that has them."""


def utilization(
    node: Node,
    pods: Iterable[tuple[Pod, Amounts]],
    now: float,
    *,
    ignore_daemonsets: bool = False,
    ignore_mirror_pods: bool = False,
) -> float | None:
    """Return the larger share of CPU and memory that is requested, or the share of GPUs on a node that has some.

    Ignored pods are taken out of the node as well. None when the node tells no CPU or memory (Cluster Autoscaler 1.37,
    simulator/utilization/info.go).
    """
    allocatable = amounts(node.status.allocatable)
    gpu = next((name for name in GPUS if allocatable.get(name)), None)
    names = (gpu,) if gpu is not None else ("cpu", "memory")
    if not all(allocatable.get(name) for name in names):
        return None
    used, ignored = dict.fromkeys(names, 0), dict.fromkeys(names, 0)
    for pod, requests in pods:
        if (ignore_daemonsets and is_daemon(pod)) or (ignore_mirror_pods and is_mirror(pod)):
            total = ignored
        elif is_long_terminating(pod, now):
            continue
        else:
            total = used
        for name in names:
            total[name] += requests.get(name, 0)
    return max(used[name] / max(1, allocatable[name] - ignored[name]) for name in names)


FULL_PERCENT = 90
"""Average load above which a pool's nodes would slow their pods down (CPU), or lose them to the kubelet (memory).

The threshold says below which load a pool may shrink, and growth asks for no load at all: pods are placed by their
requests. So the threshold is no target that a removal must not pass. Taken as one it kept four nodes at 40 % below a
threshold of 50 although requests needed two. It is asked anew before each node, with the load of those before it moved
to the others, and what a removal must not do is to fill the nodes that stay.
"""


@dataclass(slots=True)
class PoolLoad:
    """Measured load of a pool, as percent summed over the nodes that have a value, and how many have."""

    cpu: float = 0.0
    ram: float = 0.0
    cpu_nodes: int = 0
    ram_nodes: int = 0

    def reasons(self, thresholds: Thresholds) -> tuple[str, ...]:
        """Return which of the thresholds above 0 the averages are below."""
        found = []
        if self.cpu_nodes and self.cpu / self.cpu_nodes < thresholds.cpu_load:
            found.append(CPU_LOAD)
        if self.ram_nodes and self.ram / self.ram_nodes < thresholds.ram_load:
            found.append(RAM_LOAD)
        return tuple(found)

    def in_words(self, thresholds: Thresholds) -> str:
        """Return the averages that are asked for, each with its threshold."""
        rows = (
            ("cpu", self.cpu, self.cpu_nodes, thresholds.cpu_load),
            ("memory", self.ram, self.ram_nodes, thresholds.ram_load),
        )
        return ", ".join(
            f"{name} {total / nodes:.0f} %, threshold {limit:g} %"
            for name, total, nodes, limit in rows
            if nodes and limit
        )

    def without(self, load: Load | None) -> PoolLoad:
        """Return the load when a node with this load goes: its work moves to the others, so the sum is the same."""
        cpu = load is not None and load.cpu_percent is not None
        ram = load is not None and load.ram_percent is not None
        return PoolLoad(self.cpu, self.ram, self.cpu_nodes - cpu, self.ram_nodes - ram)

    def has_room(self, reasons: Sequence[str], thresholds: Thresholds) -> bool:
        """Tell whether the nodes that stay can carry the loads that allowed a removal, at FULL_PERCENT or less."""
        for name, total, nodes, limit in (
            (CPU_LOAD, self.cpu, self.cpu_nodes, thresholds.cpu_load),
            (RAM_LOAD, self.ram, self.ram_nodes, thresholds.ram_load),
        ):
            if name in reasons and total > max(limit, FULL_PERCENT) * nodes:
                return False
        return True


def measure_pool_load(pool_status: PoolStatus, metrics: Mapping[str, Load]) -> PoolLoad:
    """Sum the loads of a pool's nodes; a node without a value does not count as idle, it does not count."""
    total = PoolLoad()
    for node in pool_status.nodes:
        load = metrics.get(instance_id(node))
        if load is not None and load.cpu_percent is not None:
            total.cpu += load.cpu_percent
            total.cpu_nodes += 1
        if load is not None and load.ram_percent is not None:
            total.ram += load.ram_percent
            total.ram_nodes += 1
    return total
