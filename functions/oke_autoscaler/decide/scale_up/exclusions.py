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

    from functions.oke_autoscaler.decide.cluster.pod_groups import PodGroup
    from functions.oke_autoscaler.decide.simulation.node_simulation import NodeSimulation


def is_packable(simulation: NodeSimulation, group: PodGroup) -> bool:
    """Tell whether no rule between pods binds the group but those that keep others off its host."""
    return all(isinstance(rule, AntiAffinityRule) and rule.key == HOSTNAME for rule in simulation.rules(group))


class Exclusions:
    """The groups of a piece of work that may not share a host."""

    def __init__(self, simulation: NodeSimulation, groups: Sequence[PodGroup]) -> None:
        self._simulation = simulation
        self._with_ports = [group for group in groups if group.scheduling.ports]
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
        if group.scheduling.ports:
            found.update(other.ident for other in self._with_ports if _ports_meet(group, other))
        return frozenset(found)


def _ports_meet(one: PodGroup, two: PodGroup) -> bool:
    """Tell whether both want the same port and protocol on addresses that overlap."""
    for address, protocol, number in one.scheduling.ports:
        for other_address, other_protocol, other_number in two.scheduling.ports:
            anywhere = "0.0.0.0" in (address, other_address)  # noqa: S104  (what the API calls any address)
            if (protocol, number) == (other_protocol, other_number) and (anywhere or address == other_address):
                return True
    return False
