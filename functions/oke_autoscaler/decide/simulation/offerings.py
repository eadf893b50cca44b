"""What each pool can add to the room: its template without the share of DaemonSets, its limits, its placements."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from functions.oke_autoscaler.decide.cluster.node_templates import domain_labels
from functions.oke_autoscaler.decide.simulation.nodes import Place

if TYPE_CHECKING:
    from collections.abc import Sequence

    from functions.oke_autoscaler.decide.cluster.node_templates import Template
    from functions.oke_autoscaler.decide.cluster.pod_groups import Workload
    from functions.oke_autoscaler.decide.cluster.pools import PoolState
    from functions.oke_autoscaler.decide.simulation.nodes import Vector
    from functions.oke_autoscaler.decide.simulation.static_fit import Kind, StaticFit
    from functions.oke_autoscaler.model.kubernetes_objects import Labels


@dataclass(slots=True)
class Site:
    """One placement of an offer: the labels of a node there, but for its host name."""

    labels: Labels
    kind: Kind
    opened: int = 0


@dataclass(slots=True)
class Offer:
    """New nodes of one pool. ``limit`` is how many may still be added; ``blocked`` says why none may."""

    state: PoolState
    template: Template
    resources: tuple[str, ...]
    """Names of the numbers in ``free``."""
    free: Vector
    sites: Sequence[Site]
    limit: int
    blocked: str = ""
    opened: int = 0
    serial: int = field(default=0)

    @property
    def cost(self) -> float:
        """Cost of one node."""
        return self.template.cost

    @property
    def left(self) -> int:
        """Nodes that may still be opened."""
        return 0 if self.blocked else self.limit - self.opened

    def make(self, site: Site) -> Place:
        """A new node at a site, not yet opened."""
        self.serial += 1
        name = f"new:{self.state.pool.name}:{self.serial}"
        labels = domain_labels(site.labels, None, name)
        return Place(name, labels, site.kind, self.free, self.state.id)

    def obstacle(self, static: StaticFit, workload: Workload) -> str:
        """Empty when an empty node of the pool could hold a pod of the workload, else why not."""
        for name, have, need in zip(self.resources, self.free, workload.vector, strict=True):
            if need > have:
                return f"insufficient {name}"
        reasons = [static.obstacle(workload, site.kind) for site in self.sites]
        return "" if not all(reasons) else reasons[0]


def sites_of(template: Template, kind_of: StaticFit, pool: str) -> list[Site]:
    """The placements of a template."""
    sites = []
    for domain in template.domains:
        labels = domain_labels(template.labels, domain, f"new:{pool}")
        sites.append(Site(labels, kind_of.kind(labels, template.taints, f"new:{pool}")))
    return sites
