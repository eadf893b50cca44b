"""Where a new node goes when several places cost the same: first to the emptiest zone.

Pools are alike when their nodes cost the same, are preferred the same and have nearly the same size: the three zonal
pools that make one service survive the loss of an availability domain. Their nodes are counted together, those that
are there and those planned, as Cluster Autoscaler's ``--balance-similar-node-groups`` does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.oke_autoscaler.decide.cluster.pool_preference import pool_preference
from functions.oke_autoscaler.model.nodes import HOSTNAME, ZONE

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from functions.oke_autoscaler.decide.cluster.pod_groups import PodGroup
    from functions.oke_autoscaler.decide.simulation.node_simulation import NodeSimulation
    from functions.oke_autoscaler.decide.simulation.nodes import SimulatedNode
    from functions.oke_autoscaler.decide.simulation.offerings import Offering, Placement

SIMILAR = 0.02
"""Nodes of one shape differ by some kilobytes of allocatable memory; more than this is another size."""
Place = tuple["Offering", "Placement"]


class Balance:
    """Nodes by class of pools that are alike, and zone."""

    def __init__(self, simulation: NodeSimulation, offerings: Sequence[Offering]) -> None:
        self._simulation = simulation
        self._class_of: dict[str, int] = {}
        first: list[Offering] = []
        for offering in offerings:
            number = next((index for index, other in enumerate(first) if _alike(offering, other)), len(first))
            if number == len(first):
                first.append(offering)
            self._class_of[offering.pool_status.id] = number
        self._nodes: dict[tuple[int, str], int] = {}
        for node in simulation.nodes:
            self._count(node, 1)

    def class_of(self, offering: Offering) -> int:
        """Return the number of the offering's class; those of one class may stand for each other."""
        return self._class_of[offering.pool_status.id]

    def _count(self, node: SimulatedNode, nodes: int) -> None:
        number, zone = self._class_of.get(node.pool or ""), node.labels.get(ZONE)
        if number is not None and zone is not None:
            self._nodes[number, zone] = self._nodes.get((number, zone), 0) + nodes

    def opened(self, node: SimulatedNode) -> None:
        """Count a planned node."""
        self._count(node, 1)

    def closed(self, node: SimulatedNode) -> None:
        """Forget a planned node that was taken back."""
        self._count(node, -1)

    def emptiest(self, places: Iterable[Place], groups: Iterable[tuple[PodGroup, int]]) -> Place | None:
        """Return where the next node goes that will hold these pods; None without a place.

        The pods' own wish comes first (``ScheduleAnyway`` spreads), then the zone with the fewest nodes, then the fault
        domain.
        """
        wishes = [
            (pods, count)
            for group, pods in groups
            for count in self._simulation.preferences(group)
            if count.key != HOSTNAME
        ]

        def key(place: Place) -> tuple[int, int, int]:
            labels = place[1].labels
            wished = (
                sum(pods * count.counts.get(labels.get(count.key, ""), 0) for pods, count in wishes) if wishes else 0
            )
            there = self._nodes.get((self.class_of(place[0]), labels.get(ZONE, "")), 0)
            return (wished, there, place[1].opened)

        return min(places, key=key, default=None)

    @property
    def skew(self) -> int:
        """Return how uneven the zones are: of plans with the same nodes, the least is the most even."""
        return sum(nodes * nodes for nodes in self._nodes.values())


def _alike(one: Offering, two: Offering) -> bool:
    if one.cost != two.cost or pool_preference(one.pool_status) != pool_preference(two.pool_status):
        return False
    return all(abs(a - b) <= SIMILAR * max(a, b) for a, b in zip(one.free, two.free, strict=True))
