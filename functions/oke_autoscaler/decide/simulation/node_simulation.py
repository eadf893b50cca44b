"""Nodes with pods put on them, one group at a time; every step can be taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.oke_autoscaler.decide.simulation.nodes import SimulatedNode, capacity, ports_free
from functions.oke_autoscaler.decide.simulation.topology_domains import UNLIMITED, AffinityRule, SpreadRule

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from functions.oke_autoscaler.decide.cluster.pod_groups import PodGroup
    from functions.oke_autoscaler.decide.simulation.constraints import Constraints
    from functions.oke_autoscaler.decide.simulation.static_fit import NodeClass, StaticFit
    from functions.oke_autoscaler.decide.simulation.topology_domains import Rule

Step = tuple[SimulatedNode, "PodGroup | None", int]


class NodeSimulation:
    """All nodes and the counts between pods; ``put`` and ``open`` are undone by ``rollback``."""

    def __init__(self, static: StaticFit, constraints: Constraints) -> None:
        self.static = static
        self.nodes: list[SimulatedNode] = []
        self._counts = constraints.counts
        self._bindings = constraints.bindings
        self._journal: list[Step] = []
        self._candidates: dict[int, list[SimulatedNode]] = {}

    def rules(self, group: PodGroup) -> list[Rule]:
        """Return the rules between pods that bind a group."""
        return self._bindings[group.ident].rules

    def is_free(self, group: PodGroup) -> bool:
        """Tell whether only resources and static rules bind it."""
        return not self._bindings[group.ident].rules and not group.scheduling.ports

    def open(self, node: SimulatedNode) -> None:
        """Add a node."""
        node.index = len(self.nodes)
        self.nodes.append(node)
        for count in self._counts:
            count.enter(node)
        # Added to every list without asking whether it belongs there, which the fills ask for each node that they use.
        # Taking the node back is then one ``pop`` from each.
        for known in self._candidates.values():
            known.append(node)
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
        node.holds[group.ident] = node.holds.get(group.ident, 0) + pods
        for port in group.scheduling.ports:
            node.ports[port] = node.ports.get(port, 0) + pods
            if node.ports[port] <= 0:
                del node.ports[port]
        for count in self._bindings[group.ident].feeds:
            count.add(node, pods)

    def change_class(self, node: SimulatedNode, node_class: NodeClass) -> None:
        """Give the node other taints: some spreads may no longer count it."""
        counts = [count for count in self._counts if count.by_taints]
        for count in counts:
            count.leave(node)
        node.node_class = node_class
        for count in counts:
            count.enter(node)

    def vanish(self, node: SimulatedNode) -> None:
        """Take a closed node out of all counts for good."""
        for count in self._counts:
            count.leave(node)

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
            self.nodes.pop()
            for count in self._counts:
                count.leave(node)
            for known in self._candidates.values():
                if known and known[-1] is node:
                    known.pop()

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

    def candidates(self, group: PodGroup) -> list[SimulatedNode]:
        """Return the nodes that static rules allow, in their order; the list is shared and grows with ``open``."""
        demand = self.static.demand(group)
        found = self._candidates.get(demand)
        if found is None:
            obstacle = self.static.obstacle
            allowed_classes: dict[int, bool] = {}
            found = []
            for node in self.nodes:
                allowed = allowed_classes.get(node.node_class.ident)
                if allowed is None:
                    allowed = allowed_classes[node.node_class.ident] = not obstacle(group, node.node_class)
                if allowed:
                    found.append(node)
            self._candidates[demand] = found
        return found

    def fill(self, group: PodGroup, pods: int, start: int = 0) -> int:
        """Place up to ``pods`` on the nodes from ``start`` on, first fit; how many were placed."""
        if not self.is_free(group):
            return ConstrainedFill(self, group, self.candidates(group)[:], start).run(pods)
        left, vector = pods, group.vector
        # Most nodes of a large cluster have no CPU or memory left; two comparisons are cheaper than `capacity`.
        cpu, memory = vector[0], vector[1]
        for node in self.candidates(group):
            free = node.free
            if node.closed or node.index < start or free[0] < cpu > 0 or free[1] < memory > 0:
                continue
            fitting = capacity(free, vector, left)
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


class ConstrainedFill:
    """First fit under rules between pods: in each round every domain takes what its rules allow.

    Places are stacked by domain. When a round places nothing, only a new node, or a change of the emptiest domain of a
    spread, can make a difference; the stacks stay for that.
    """

    def __init__(
        self, simulation: NodeSimulation, group: PodGroup, nodes: Sequence[SimulatedNode], start: int = 0
    ) -> None:
        self._simulation = simulation
        self._group = group
        self._rules = simulation.rules(group)
        self._keys = tuple(dict.fromkeys(key for rule in self._rules for key in rule_keys(rule)))
        self._stacks: dict[tuple[str | None, ...], list[SimulatedNode]] = {}
        self._attracts = any(isinstance(rule, AffinityRule) for rule in self._rules)
        self._stuck_at: list[int] | None = None
        self._new: list[list[SimulatedNode]] = []
        for node in nodes:
            if node.index >= start:
                self.add(node)
        for stack in self._stacks.values():
            stack.reverse()

    def add(self, node: SimulatedNode) -> None:
        """Add a node to fill."""
        group = self._group
        if node.closed or capacity(node.free, group.vector, 1) < 1:
            return
        if self._simulation.static.obstacle(group, node.node_class):
            return
        stack = self._stacks.setdefault(tuple(node.labels.get(key) for key in self._keys), [])
        stack.append(node)
        self._new.append(stack)

    def run(self, pods: int) -> int:
        """Place up to ``pods``; how many were placed."""
        # Only two things let a stack take more than in the round before: the emptiest domain of a spread has risen,
        # or an affinity has its first pod. Anti-affinity and fuller nodes only ever allow less. So a run that begins
        # where the last one got stuck looks at new nodes alone.
        left, lows = pods, self._lows()
        stacks = self._new if lows == self._stuck_at else self._all()
        self._new = []
        while left and stacks:
            before, lows_before = left, lows
            for stack in stacks:
                if left and stack:
                    left -= self._fill(left, stack)
            lows = self._lows()
            changed = left < before and (lows != lows_before or self._attracts)
            stacks = self._all() if changed else []
        self._stuck_at = lows
        return pods - left

    def _all(self) -> list[list[SimulatedNode]]:
        """Return all stacks; the empty ones are dropped."""
        self._stacks = {key: stack for key, stack in self._stacks.items() if stack}
        return list(self._stacks.values())

    def _lows(self) -> list[int]:
        return [rule.count.lowest for rule in self._rules if isinstance(rule, SpreadRule)]

    def _fill(self, pods: int, stack: list[SimulatedNode]) -> int:
        """Place up to the domain's quota; nodes that are full leave the stack (its end is the first node)."""
        simulation, group = self._simulation, self._group
        quota = min(pods, simulation.quota(group, stack[-1].labels))
        placed = 0
        while stack and placed < quota:
            node = stack[-1]
            fitting = capacity(node.free, group.vector, quota - placed)
            if group.scheduling.ports:
                fitting = min(fitting, int(ports_free(node, group.scheduling.ports)))
            if fitting > 0:
                simulation.put(node, group, fitting)
                placed += fitting
            # With quota to spare, the node is what stopped it: it is full or its port is taken, for good.
            if placed < quota:
                stack.pop()
        return placed


def rule_keys(rule: Rule) -> tuple[str, ...]:
    """Return the topology keys that a rule looks at."""
    return tuple(count.key for count in rule.counts) if isinstance(rule, AffinityRule) else (rule.key,)
