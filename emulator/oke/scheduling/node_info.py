"""What the scheduler knows of a node (kube-scheduler's NodeInfo): its pods, and what they leave free."""

from __future__ import annotations

from decimal import Decimal

from emulator.kubernetes.object_fields import Object, is_finished, spec_of
from emulator.oke.scheduling.fit import Amounts, allocatable_of, ports_clash, ports_of, requests_of_pod


def priority_of(pod: Object) -> int:
    """Return a pod's priority, 0 when it says nothing."""
    return int(spec_of(pod).get("priority") or 0)


class NodeInfo:
    """A node and its pods; `anti_affinity_pods` are those with pod anti-affinity, `free` may be negative."""

    def __init__(self, node: Object, pods: list[Object]) -> None:
        self.node = node
        self.total = allocatable_of(node)
        self.free = dict(self.total)
        self.ports: set[tuple[str, str, int]] = set()
        self.pods: list[Object] = []
        self.anti_affinity_pods: list[Object] = []
        self.lowest_priority: int | None = None
        for pod in pods:
            if not is_finished(pod):
                self.add(pod, requests_of_pod(pod))

    @property
    def name(self) -> str:
        """Return the node's name."""
        return str(self.node["metadata"]["name"])

    def add(self, pod: Object, requests: Amounts) -> None:
        """Count a pod in."""
        self.pods.append(pod)
        priority = priority_of(pod)
        self.lowest_priority = priority if self.lowest_priority is None else min(self.lowest_priority, priority)
        if (spec_of(pod).get("affinity") or {}).get("podAntiAffinity"):
            self.anti_affinity_pods.append(pod)
        self.ports |= ports_of(spec_of(pod))
        for name, amount in requests.items():
            self.free[name] = self.free.get(name, Decimal(0)) - amount

    def lacks(self, requests: Amounts) -> list[str]:
        """Return the resources that there is too little of."""
        return [name for name, amount in requests.items() if amount > 0 and amount > self.free.get(name, Decimal(0))]

    def clashes(self, pod: Object) -> bool:
        """Tell whether a host port of a pod is taken."""
        return ports_clash(ports_of(spec_of(pod)), self.ports)

    def load(self, requests: Amounts) -> Decimal:
        """Return how full the node would be with one more pod: the mean of CPU and memory, 0 to 1."""
        shares = [
            1 - (self.free.get(name, Decimal(0)) - requests.get(name, Decimal(0))) / self.total[name]
            for name in ("cpu", "memory")
            if self.total.get(name)
        ]
        return sum(shares, Decimal(0)) / max(1, len(shares))
