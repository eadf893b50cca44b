"""Nodes as a simulation sees them: existing, upcoming or planned, with what is still free on each."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from functions.oke_autoscaler.decide.cluster.pod_groups import Port
    from functions.oke_autoscaler.decide.simulation.static_fit import NodeClass

Vector = tuple[int, ...]
"""One number a resource, in the order of the cluster state: cpu, memory, pods, then the others by name."""
UPCOMING_NODE_PREFIX = "upcoming:"
"""Begins the names of nodes that OKE makes already; those of planned nodes begin with NEW_NODE_PREFIX."""


class SimulatedNode:
    """A node, existing, upcoming or planned, with what is still free on it (one number a resource)."""

    __slots__ = ("closed", "free", "index", "labels", "name", "node_class", "pool", "ports", "settled", "total")

    def __init__(
        self, name: str, labels: Mapping[str, str], node_class: NodeClass, free: Sequence[int], pool: str | None
    ) -> None:
        self.name = name
        self.labels = labels
        self.node_class = node_class
        self.free = list(free)
        self.total: Vector = tuple(free)
        """What it gives when it is empty."""
        self.pool = pool
        self.index = -1
        self.ports: dict[Port, int] = {}
        self.closed = False
        """Takes no pods, but still counts as a domain."""
        self.settled = False
        """Is there for so long that the scheduler has tried every pending pod on it."""


def capacity(free: Sequence[int], vector: Vector, limit: int) -> int:
    """Return how many pods of this size fit, at most ``limit``."""
    for have, need in zip(free, vector, strict=True):
        if need and need * limit > have:
            limit = have // need
            if limit <= 0:
                return 0
    return limit


def ports_free(node: SimulatedNode, ports: Iterable[Port]) -> bool:
    """Tell whether none of the host ports is taken: the same port and protocol on overlapping addresses is."""
    for address, protocol, number in ports:
        for taken_address, taken_protocol, taken_number in node.ports:
            same = number == taken_number and protocol == taken_protocol
            if same and (address == taken_address or "0.0.0.0" in (address, taken_address)):  # noqa: S104
                return False
    return True
