"""Nodes with pods put on them, one group at a time; every step can be taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.oke_autoscaler.decide.simulation.constrained_fill import ConstrainedFill
from functions.oke_autoscaler.decide.simulation.nodes import SimulatedNode, capacity
from functions.oke_autoscaler.decide.simulation.room import NodeList, Room
from functions.oke_autoscaler.decide.simulation.topology_domains import UNLIMITED

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from functions.oke_autoscaler.decide.cluster.pod_groups import PodGroup
    from functions.oke_autoscaler.decide.simulation.constraints import Constraints
    from functions.oke_autoscaler.decide.simulation.static_fit import NodeClass, StaticFit
    from functions.oke_autoscaler.decide.simulation.topology_domains import (
        DomainCount,
        Domains,
        Rule,
        SpreadCount,
    )

Step = tuple[SimulatedNode, "PodGroup | None", int]


class NodeSimulation:
    """All nodes and the counts between pods; ``put`` and ``open`` are undone by ``rollback``."""

    def __init__(self, static: StaticFit, constraints: Constraints) -> None:
        self.static = static
        self.nodes: list[SimulatedNode] = []
        self.constraints = constraints
        self._presences = constraints.presences
        self._rules: dict[int, list[Rule]] = {}
        self._preferences: dict[int, list[SpreadCount]] = {}
        self._feeds: dict[int, list[DomainCount]] = {}
        self._domains: dict[int, Domains] = {}
        self._gone: set[int] = set()
        self._places: dict[int, dict[SimulatedNode, int]] = {}
        """Pods by group and node."""
        self._journal: list[Step] = []
        self._lists: dict[frozenset[int], NodeList] = {}
        self._list_of_demand: dict[int, NodeList] = {}
        self._room = Room(self.nodes)
        self._refused: set[int] = set()
        """Groups that are not placed on settled nodes."""
        self.updates = 0
        """How often a count was changed; what a tick costs beside its pods and nodes."""

    def rules(self, group: PodGroup) -> list[Rule]:
        """Return the rules between pods that bind a group."""
        found = self._rules.get(group.ident)
        if found is None:
            found = self._rules[group.ident] = self.constraints.rules(group)
            self._start_counts()
        return found

    def preferences(self, group: PodGroup) -> list[SpreadCount]:
        """Return the counts that a group would rather keep even."""
        found = self._preferences.get(group.ident)
        if found is None:
            found = self._preferences[group.ident] = self.constraints.preferences(group)
            self._start_counts()
        return found

    def feeds(self, group: PodGroup) -> Sequence[DomainCount]:
        """Return the counts that pods of the group change, of those that some rule has asked for so far."""
        return self._feeds.get(group.ident, ())

    def places(self, group: PodGroup) -> Mapping[SimulatedNode, int]:
        """Return the pods of a group by node."""
        return self._places.get(group.ident, {})

    def _start_counts(self) -> None:
        """Bring new counts up to the present, pods and nodes, whatever has been placed before."""
        for count, feeders in self.constraints.take_new():
            self._enter_all(count.domains)
            for group in feeders:
                self._feeds.setdefault(group.ident, []).append(count)
                for node, pods in self.places(group).items():
                    self.updates += 1
                    count.add(node, pods)

    def _enter_all(self, domains: Domains) -> None:
        """Let domains know the nodes, and hear of them from here on."""
        if id(domains) not in self._domains:
            self._domains[id(domains)] = domains
            for node in self.nodes:
                if id(node) not in self._gone:
                    domains.enter(node)

    def is_free(self, group: PodGroup) -> bool:
        """Tell whether only resources and static rules bind it."""
        return not self.rules(group) and not group.scheduling.ports

    def open(self, node: SimulatedNode) -> None:
        """Add a node."""
        node.index = len(self.nodes)
        self.nodes.append(node)
        for domains in self._domains.values():
            domains.enter(node)
        # Added to every list without asking whether it belongs there, which the fills ask for each node that they use.
        # Taking the node back is then one ``pop`` from each.
        for known in self._lists.values():
            known.append(node)
        self._room.open(node)
        self._journal.append((node, None, 0))

    def put(self, node: SimulatedNode, group: PodGroup, pods: int) -> None:
        """Place pods without asking whether they may."""
        self._change(node, group, pods)
        self._journal.append((node, group, pods))

    def _change(self, node: SimulatedNode, group: PodGroup, pods: int) -> None:
        free = node.free
        for index, need in enumerate(group.vector):
            if need:
                free[index] -= need * pods
        if pods < 0:
            self._room.grow(node)
        places = self._places.setdefault(group.ident, {})
        there = places.get(node, 0) + pods
        if there:
            places[node] = there
        else:
            places.pop(node, None)
        for port in group.scheduling.ports:
            node.ports[port] = node.ports.get(port, 0) + pods
            if node.ports[port] <= 0:
                del node.ports[port]
        for count in self._feeds.get(group.ident, ()):
            self.updates += 1
            count.add(node, pods)
        for presence in self._presences:
            presence.add(node, group, pods)

    def change_class(self, node: SimulatedNode, node_class: NodeClass) -> None:
        """Give the node other taints: some spreads may no longer count it."""
        by_taints = [domains for domains in self._domains.values() if domains.by_taints]
        for domains in by_taints:
            domains.leave(node)
        node.node_class = node_class
        for domains in by_taints:
            domains.enter(node)

    def close(self, node: SimulatedNode) -> None:
        """Let the node take no pods; it still counts as a domain."""
        node.closed = True

    def reopen(self, node: SimulatedNode) -> None:
        """Let a closed node take pods again."""
        node.closed = False
        self._room.grow(node)

    def vanish(self, node: SimulatedNode) -> None:
        """Take a closed node out of all counts for good."""
        self._gone.add(id(node))
        for domains in self._domains.values():
            domains.leave(node)

    def mark(self) -> int:
        """Return a point to roll back to."""
        return len(self._journal)

    def rollback(self, mark: int) -> None:
        """Undo everything since ``mark``."""
        # Backwards: a node is empty again when its own step is undone, and it is the last of every list that has it.
        while len(self._journal) > mark:
            node, group, pods = self._journal.pop()
            if group is not None:
                self._change(node, group, -pods)
                continue
            self._room.close(node)
            self.nodes.pop()
            for domains in self._domains.values():
                domains.leave(node, empty=True)
            for known in self._lists.values():
                known.take_back(node)

    def since(self, mark: int) -> list[Step]:
        """Return the steps since ``mark``: a node opened (no group) or pods placed."""
        return self._journal[mark:]

    def repeat(self, steps: Iterable[Step]) -> None:
        """Do again what was rolled back."""
        for node, group, pods in steps:
            if group is None:
                self.open(node)
            else:
                self.put(node, group, pods)

    def candidates(self, group: PodGroup, start: int = 0, *, backwards: bool = False) -> Iterator[SimulatedNode]:
        """Yield the nodes from ``start`` on that static rules allow and that have room, in their order or backwards."""
        nodes = self._room.nodes(self._allowed(group), group.vector, start, backwards=backwards)
        return (node for node in nodes if not node.settled) if group.ident in self._refused else nodes

    def refuse(self, group: PodGroup) -> None:
        """Place the group on no settled node from here on: the scheduler has tried its pods there, and refuses them."""
        self._refused.add(group.ident)

    def _allowed(self, group: PodGroup) -> NodeList:
        """Return the nodes that static rules allow; groups that may run on the same classes share one list."""
        demand = self.static.demand(group)
        found = self._list_of_demand.get(demand)
        if found is None:
            classes = {node.node_class.ident: node.node_class for node in self.nodes}
            obstacle = self.static.obstacle
            allowed = frozenset(ident for ident, each in classes.items() if not obstacle(group, each))
            found = self._lists.get(allowed)
            if found is None:
                found = self._lists[allowed] = NodeList(node for node in self.nodes if node.node_class.ident in allowed)
            self._list_of_demand[demand] = found
        return found

    def fill(self, group: PodGroup, pods: int, start: int = 0) -> int:
        """Place up to ``pods`` on the nodes from ``start`` on, first fit; how many were placed."""
        if not self.is_free(group):
            return ConstrainedFill(self, group, self.candidates(group, start)).run(pods)
        left, vector = pods, group.vector
        for node in self.candidates(group, start):
            fitting = capacity(node.free, vector, left)
            if fitting > 0 and not self.static.obstacle(group, node.node_class):
                self.put(node, group, fitting)
                left -= fitting
                if not left:
                    break
        return pods - left

    def quota(self, group: PodGroup, labels: Mapping[str, str]) -> int:
        """Return how many pods the rules between pods allow on a node with these labels now (host ports apart)."""
        quota = UNLIMITED
        for rule in self.rules(group):
            quota = min(quota, rule.quota(labels))
            if not quota:
                break
        return quota
