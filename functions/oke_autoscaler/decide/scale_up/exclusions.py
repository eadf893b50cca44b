"""Which groups keep each other off a host: a bound on what one node holds, so that it belongs into the packing.

A group whose only rules are anti-affinities by host name, or host ports, can be packed with all others: on an empty
node nothing else can stand against it than what is packed beside it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.oke_autoscaler.decide.simulation.topology_domains import AntiAffinityRule
from functions.oke_autoscaler.model.nodes import HOSTNAME

if TYPE_CHECKING:
    from collections.abc import Sequence

    from functions.oke_autoscaler.decide.cluster.pod_groups import PodGroup, Port
    from functions.oke_autoscaler.decide.simulation.node_simulation import NodeSimulation


def is_packable(simulation: NodeSimulation, group: PodGroup) -> bool:
    """Tell whether no rule between pods binds the group but those that keep others off its host."""
    return all(isinstance(rule, AntiAffinityRule) and rule.key == HOSTNAME for rule in simulation.rules(group))


class Exclusions:
    """The groups of a piece of work that may not share a host."""

    def __init__(self, simulation: NodeSimulation, groups: Sequence[PodGroup]) -> None:
        self._simulation = simulation
        self._by_port: dict[tuple[str, int], dict[int, PodGroup]] = {}
        for group in groups:
            for _, protocol, number in group.scheduling.ports:
                self._by_port.setdefault((protocol, number), {})[group.ident] = group
        self._counted: dict[int, list[int]] = {}
        # A count is known to the groups that feed it once some rule has asked for it, so that all rules come first.
        bound = [group for group in groups if simulation.rules(group)]
        for group in bound:
            for count in simulation.feeds(group):
                self._counted.setdefault(id(count), []).append(group.ident)

    def of(self, group: PodGroup) -> frozenset[int]:
        """Return the groups, by their number, that may not be on a host with this one; itself if only one may be."""
        found: set[int] = set()
        for rule in self._simulation.rules(group):
            if isinstance(rule, AntiAffinityRule):
                found.update(self._counted.get(id(rule.count), ()))
        for port in group.scheduling.ports:
            others = self._by_port[port[1:]].values()
            found.update(other.ident for other in others if any(_meet(port, each) for each in other.scheduling.ports))
        return frozenset(found)


def _meet(one: Port, two: Port) -> bool:
    """Tell whether two ports are the same, of one protocol, on addresses that overlap."""
    return one[1:] == two[1:] and (one[0] == two[0] or "0.0.0.0" in (one[0], two[0]))  # noqa: S104  (any address)
