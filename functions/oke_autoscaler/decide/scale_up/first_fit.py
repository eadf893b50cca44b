"""New nodes, one group after another: the greedy way, which obeys every rule between pods."""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING

from functions.oke_autoscaler.decide.cluster.pool_preference import pool_preference
from functions.oke_autoscaler.decide.scale_up.balance import Balance, Place
from functions.oke_autoscaler.decide.scale_up.effort import Effort
from functions.oke_autoscaler.decide.simulation.constrained_fill import ConstrainedFill, rule_keys
from functions.oke_autoscaler.decide.simulation.nodes import capacity
from functions.oke_autoscaler.decide.simulation.topology_domains import UNLIMITED, SpreadRule
from functions.oke_autoscaler.model.nodes import HOSTNAME

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from functions.oke_autoscaler.decide.cluster.pod_groups import PodGroup
    from functions.oke_autoscaler.decide.simulation.node_simulation import NodeSimulation
    from functions.oke_autoscaler.decide.simulation.offerings import Offering, Placement
    from functions.oke_autoscaler.decide.simulation.topology_domains import Rule

PodCounts = list[tuple["PodGroup", int]]


class FirstFit:
    """Places pods on open nodes and opens more. ``budget`` is how many nodes may be opened in all."""

    def __init__(
        self, simulation: NodeSimulation, offerings: Sequence[Offering], budget: int, effort: Effort | None = None
    ) -> None:
        self.simulation = simulation
        self.offerings = offerings
        self.budget = budget
        self.effort = effort or Effort()
        self.balance = Balance(simulation, offerings)
        self.by_node_cost = False
        """Whether the pool with the cheapest node is chosen; else the one with the least cost a pod."""
        self.start = len(simulation.nodes)
        self._opened: list[Place] = []

    def open(self, offering: Offering, placement: Placement) -> None:
        """Open one node more."""
        self.simulation.open(offering.make(placement))
        self.balance.opened(self.simulation.nodes[-1])
        self._opened.append((offering, placement))
        offering.opened += 1
        placement.opened += 1
        self.budget -= 1

    def close(self, mark: int) -> None:
        """Take back the nodes opened since ``mark``."""
        opened = [node for node, group, _ in self.simulation.since(mark) if group is None]
        self.simulation.rollback(mark)
        for node in opened:
            offering, placement = self._opened.pop()
            offering.opened -= 1
            placement.opened -= 1
            self.balance.closed(node)
            self.budget += 1

    def left(self, offering: Offering) -> int:
        """Return how many nodes the offering may still open."""
        return min(offering.left, self.budget)

    def place(self, group: PodGroup, pods: int) -> int:
        """Place on open nodes, then on new ones; how many pods were left over."""
        if self.simulation.is_free(group):
            left = pods - self.simulation.fill(group, pods, self.start)
            return self._open_for_free(group, left)
        return self._open_for_constrained(group, pods)

    def _open_for_free(self, group: PodGroup, left: int) -> int:
        while left:
            places = self._choose(group, left, frozenset())
            if not places:
                break
            # One choice of a pool serves for all nodes that these pods fill, since each has the same cost a pod. The
            # last node is chosen again: a smaller one may do for what is left.
            each = capacity(places[0][0].free, group.vector, left)
            for _ in range(left // each or 1):
                place = self._emptiest(places, group, each)
                if place is None or not left:
                    break
                self.open(*place)
                pods = min(capacity(place[0].free, group.vector, left), left)
                self.simulation.put(self.simulation.nodes[-1], group, pods)
                left -= pods
        return left

    def _open_for_constrained(self, group: PodGroup, pods: int) -> int:
        """Open nodes one by one, or more and more at once while each takes no more than its host may.

        A node that turns out useless is taken back.
        """
        simulation, useless, batch = self.simulation, set[int](), 1
        fill = ConstrainedFill(simulation, group, simulation.candidates(group))
        left = pods - fill.run(pods)
        while left:
            places = self._choose(group, left, useless)
            if not places:
                break
            mark, tried, opened = simulation.mark(), set[int](), 0
            per_host = max(1, min(left, self._per_host(group)))
            # No more nodes than the pods use when each host takes what it may, and than the pool and the budget have.
            for _ in range(min(max(batch, self._batch(group, left)), -(-left // per_host))):
                place = self._emptiest(places, group, per_host)
                if place is None:
                    break
                self.open(*place)
                tried.add(id(place[1]))
                opened += 1
                fill.add(simulation.nodes[-1])
            placed = fill.run(left)
            left -= placed
            # A pod placed changes the counts, so a placement that was useless may be of use now. The batch doubles only
            # while every node is used to the full: one node too many would take from the pool's limit.
            if placed:
                useless.clear()
                batch = batch * 2 if placed == opened * per_host else 1
                continue
            # Each round either places a pod or shuts out a placement, so the loop ends.
            self.close(mark)
            useless |= tried
            fill = ConstrainedFill(simulation, group, simulation.candidates(group))
        return left

    def _batch(self, group: PodGroup, left: int) -> int:
        """Return how many nodes to open at once: all when every pod needs one of its own, and nothing else is asked."""
        rules = self.simulation.rules(group)
        alone = all(rule_keys(rule) == (HOSTNAME,) and not isinstance(rule, SpreadRule) for rule in rules)
        return left if alone and self._per_host(group) == 1 else 1

    def _per_host(self, group: PodGroup) -> int:
        """Return how many pods the rules allow on a new host, whatever its size."""
        rules: Iterable[Rule] = self.simulation.rules(group)
        new_host = {HOSTNAME: "new"}
        quota = 1 if group.scheduling.ports else UNLIMITED
        return min([quota, *(rule.quota(new_host) for rule in rules if rule_keys(rule) == (HOSTNAME,))])

    def _choose(self, group: PodGroup, left: int, useless: Iterable[int]) -> list[Place]:
        """Return the places of least cost.

        On equal cost the preferred pool is taken (cluster/pool_preference.py), then the dearer one, whose nodes are the
        larger, then the places whose domains hold the fewest pods of the spreads.
        """
        free = self.simulation.is_free(group)
        per_host = UNLIMITED if free else max(1, self._per_host(group))
        keyed: list[tuple[tuple[float, ...], Offering]] = []
        for offering in self.offerings:
            each = min(capacity(offering.free, group.vector, left), per_host) if self.left(offering) > 0 else 0
            if each >= 1:
                cost = offering.cost / (1 if self.by_node_cost else each)
                keyed.append(((cost, *pool_preference(offering.pool_status), -offering.cost), offering))
        # The rules are asked of the cheapest pools first, and of no other once one of these has a place.
        keyed.sort(key=itemgetter(0))
        for _, alike in groupby(keyed, key=itemgetter(0)):
            found = [
                (self._spread_load(group, placement), (offering, placement))
                for _, offering in alike
                for placement in offering.placements
                if id(placement) not in useless and self._is_open(group, placement, free=free)
            ]
            if found:
                least = min(load for load, _ in found)
                return [place for load, place in found if load == least]
        return []

    def _is_open(self, group: PodGroup, placement: Placement, *, free: bool) -> bool:
        """Tell whether the rules let a pod of the group run on a new node there."""
        if self.simulation.static.obstacle(group, placement.node_class):
            return False
        return free or self.simulation.quota(group, placement.labels) > 0

    def _emptiest(self, places: Sequence[Place], group: PodGroup, pods: int) -> Place | None:
        """Return the place where the next node goes; None when no pool has one left."""
        there = [place for place in places if self.left(place[0]) > 0]
        return self.balance.emptiest(there, [(group, pods)])

    def _spread_load(self, group: PodGroup, placement: Placement) -> int:
        """Count the pods of the spreads' selections that the placement's domains hold already."""
        spreads = (rule for rule in self.simulation.rules(group) if isinstance(rule, SpreadRule))
        return sum(rule.count.counts.get(placement.labels.get(rule.key, ""), 0) for rule in spreads)
