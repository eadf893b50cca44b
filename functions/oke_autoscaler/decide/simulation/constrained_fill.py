"""First fit under rules between pods."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Protocol

from functions.oke_autoscaler.decide.simulation.nodes import capacity, ports_free
from functions.oke_autoscaler.decide.simulation.topology_domains import AffinityRule, SpreadRule

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from functions.oke_autoscaler.decide.cluster.pod_groups import PodGroup
    from functions.oke_autoscaler.decide.simulation.nodes import SimulatedNode
    from functions.oke_autoscaler.decide.simulation.static_fit import StaticFit
    from functions.oke_autoscaler.decide.simulation.topology_domains import Rule

Place = tuple[str | None, ...]
"""Where a node is to the rules: its value of each topology key."""


class Placing(Protocol):
    """What a fill needs of the simulation (node_simulation.py)."""

    static: StaticFit

    def rules(self, group: PodGroup) -> Sequence[Rule]:
        """Return the rules between pods that bind a group."""

    def quota(self, group: PodGroup, labels: Mapping[str, str]) -> int:
        """Return how many pods they allow on a node with these labels now."""

    def put(self, node: SimulatedNode, group: PodGroup, pods: int) -> None:
        """Place pods."""


class ConstrainedFill:
    """In each round every domain takes what its rules allow.

    Nodes are looked at one by one, as long as pods are left: for most groups the first ones do. Those that may take
    more in a later round are stacked by domain. When a round places nothing, only a new node, or a change of the
    emptiest domain of a spread, can make a difference; the stacks stay for that.
    """

    def __init__(self, simulation: Placing, group: PodGroup, nodes: Iterable[SimulatedNode]) -> None:
        self._simulation = simulation
        self._group = group
        self._rules = simulation.rules(group)
        self._keys = tuple(dict.fromkeys(key for rule in self._rules for key in rule_keys(rule)))
        self._stacks: dict[Place, deque[SimulatedNode]] = {}
        self._attracts = any(isinstance(rule, AffinityRule) for rule in self._rules)
        self._stuck_at: list[int] | None = None
        self._unseen = iter(nodes)
        self._new: list[deque[SimulatedNode]] = []

    def add(self, node: SimulatedNode) -> None:
        """Add a new node, to be filled before those seen earlier, whose room the rounds before have not used."""
        if self._takes(node):
            stack = self._stacks.setdefault(self._place(node), deque())
            stack.append(node)
            self._new.append(stack)

    def _takes(self, node: SimulatedNode) -> bool:
        simulation, group = self._simulation, self._group
        if node.closed or capacity(node.free, group.vector, 1) < 1:
            return False
        return not simulation.static.obstacle(group, node.node_class)

    def _place(self, node: SimulatedNode) -> Place:
        return tuple(node.labels.get(key) for key in self._keys)

    def run(self, pods: int) -> int:
        """Place up to ``pods``; how many were placed."""
        # Only two things let a stack take more than in the round before: the emptiest domain of a spread has risen,
        # or an affinity has its first pod. Anti-affinity and fuller nodes only ever allow less. So a run that begins
        # where the last one got stuck looks at new nodes alone.
        left, lows = pods, self._lows()
        again = bool(self._stacks) and lows != self._stuck_at
        left -= self._first_round(left)
        changed = left < pods and (self._lows() != lows or self._attracts)
        stacks = self._all() if again or changed else self._new
        self._new = []
        while left and stacks:
            before, lows = left, self._lows()
            for stack in stacks:
                if not left:
                    break
                if stack:
                    left -= self._fill(left, stack)
            changed = left < before and (self._lows() != lows or self._attracts)
            stacks = self._all() if changed else []
        self._stuck_at = self._lows()
        return pods - left

    def _first_round(self, pods: int) -> int:
        """Look at the nodes not seen yet until all pods are placed; every domain takes what its rules allow once."""
        left, full = pods, set[Place]()
        while left:
            node = next(self._unseen, None)
            if node is None:
                break
            if not self._takes(node):
                continue
            place = self._place(node)
            stack = self._stacks.setdefault(place, deque())
            stack.appendleft(node)
            if place not in full:
                left -= self._fill(left, stack)
                if stack:
                    full.add(place)
        return pods - left

    def _all(self) -> list[deque[SimulatedNode]]:
        """Return all stacks; the empty ones are dropped."""
        self._stacks = {key: stack for key, stack in self._stacks.items() if stack}
        return list(self._stacks.values())

    def _lows(self) -> list[int]:
        return [rule.count.lowest for rule in self._rules if isinstance(rule, SpreadRule)]

    def _fill(self, pods: int, stack: deque[SimulatedNode]) -> int:
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
