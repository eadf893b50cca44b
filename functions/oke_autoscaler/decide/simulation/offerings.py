"""What each pool can add: its template without the share of DaemonSets, its limits, its placements."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from functions.oke_autoscaler.decide.cluster.node_templates import domain_labels
from functions.oke_autoscaler.decide.cluster.refuted_pools import NEW_NODE_OF
from functions.oke_autoscaler.decide.simulation.nodes import SimulatedNode
from functions.oke_autoscaler.model.decision import NEW_NODE_PREFIX
from functions.oke_autoscaler.model.reasons import insufficient

if TYPE_CHECKING:
    from collections.abc import Sequence

    from functions.oke_autoscaler.decide.cluster.node_templates import NodeTemplate
    from functions.oke_autoscaler.decide.cluster.pod_groups import PodGroup
    from functions.oke_autoscaler.decide.cluster.pools import PoolStatus
    from functions.oke_autoscaler.decide.simulation.nodes import Vector
    from functions.oke_autoscaler.decide.simulation.static_fit import NodeClass, StaticFit
    from functions.oke_autoscaler.model.kubernetes_objects import Labels
    from functions.oke_autoscaler.model.oci_objects import NodePool


@dataclass(slots=True)
class Placement:
    """One placement of an offering: the labels of a node there, but for its host name."""

    labels: Labels
    node_class: NodeClass
    opened: int = 0


@dataclass(slots=True)
class Offering:
    """New nodes of one pool. ``limit`` is how many may still be added; ``blocked`` says why none may."""

    pool_status: PoolStatus
    template: NodeTemplate
    resources: tuple[str, ...]
    """Names of the numbers in ``free``."""
    free: Vector
    placements: Sequence[Placement]
    limit: int
    blocked: str = ""
    opened: int = 0
    serial: int = field(default=0)
    enforced: int = 0
    """Nodes planned already because the pool is below its minimum size."""

    @property
    def cost(self) -> float:
        """Cost of one node."""
        return self.template.cost

    @property
    def left(self) -> int:
        """Nodes that may still be opened."""
        return 0 if self.blocked else self.limit - self.enforced - self.opened

    def make(self, placement: Placement) -> SimulatedNode:
        """Make a new node at a placement, not yet opened."""
        self.serial += 1
        name = f"{NEW_NODE_PREFIX}{self.pool_status.name}:{self.serial}"
        labels = domain_labels(placement.labels, None, name)
        return SimulatedNode(name, labels, placement.node_class, self.free, self.pool_status.id)

    def obstacle(self, static: StaticFit, group: PodGroup) -> str:
        """Return why an empty node of the pool could not hold a pod of the group; empty when it could."""
        for name, have, need in zip(self.resources, self.free, group.vector, strict=True):
            if need > have:
                return insufficient(name)
        reasons = [static.obstacle(group, placement.node_class) for placement in self.placements]
        return "" if not all(reasons) else reasons[0]


def placements_of(template: NodeTemplate, static: StaticFit, pool: NodePool) -> list[Placement]:
    """Return the placements of a pool's template."""
    placements, name = [], f"{NEW_NODE_PREFIX}{pool.name}"
    for domain in template.domains:
        labels = {**domain_labels(template.labels, domain, name), NEW_NODE_OF: pool.id}
        placements.append(Placement(labels, static.classify(labels, template.taints, name)))
    return placements
