"""The most valuable set of pods for one node: a bounded knapsack in several resources.

It is the pricing problem of the column generation, and is solved by depth-first branch and bound: dynamic programming
would need a table over bytes of memory.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from functions.oke_autoscaler.decide.scale_up.effort import Effort

MAX_STEPS = 4000
"""Counts tried in one search; beyond, the best set so far is the answer. Steps, not seconds: answers are repeatable."""
FEW_ITEMS = 10
MAX_STEPS_MANY_ITEMS = 1500
"""With more than FEW_ITEMS the densest first is near the best already, and the search ends sooner."""
QUICK_STEPS = 200
"""For a set that only has to be good: most searches have found the best by then, and go on to prove it."""
MIN_GAIN = 1e-9
"""A set has to be worth this much more to replace another: rounding must not decide."""
UNBOUNDED = 1 << 30

Vector = tuple[int, ...]
"""What one item needs, or one bin has, of each resource."""
Pattern = tuple[int, ...]
"""How many of each item a node holds."""
Exclusion = frozenset[int]
"""Items that may not be on a node with one item; itself when a node holds at most one of it."""


class Knapsack:
    """One kind of node and the items that may run on it."""

    def __init__(
        self,
        capacity: Vector,
        items: Sequence[Vector],
        allowed: Sequence[int],
        exclusions: Sequence[Exclusion] = (),
    ) -> None:
        self.capacity = capacity
        self.items = items
        self.allowed = [index for index in allowed if max_count(items[index], capacity) > 0]
        self.weights = [_weight(item, capacity) for item in items]
        self.exclusions = exclusions or [frozenset()] * len(items)

    def best(
        self, values: Sequence[float], limits: Sequence[int], effort: Effort | None = None, *, quick: bool = False
    ) -> tuple[float, Pattern]:
        """Return value and counts of the best set with at most ``limits[i]`` of item i, worth ``values[i]`` each.

        A ``quick`` search ends early with a good set.
        """
        useful = [index for index in self.allowed if values[index] > 1e-12 and limits[index] > 0]
        order = sorted(useful, key=lambda index: -values[index] / self.weights[index])
        most = QUICK_STEPS if quick else MAX_STEPS if len(order) <= FEW_ITEMS else MAX_STEPS_MANY_ITEMS
        steps = most if effort is None else effort.share(most)
        search = _Search(self, order, values, limits, steps)
        search.run(0, list(self.capacity), 0.0)
        if effort is not None:
            effort.spend(steps - search.steps + len(order) // 2)
        counts = [0] * len(self.items)
        # ``found`` ends at the last item that is in the set; the items after it have the count 0.
        for index, count in zip(order, search.found, strict=False):
            counts[index] = count
        return search.value, tuple(counts)


class _Search:
    """Depth first, as many as possible of the densest item first, cut off by the value that is still in reach."""

    def __init__(
        self, knapsack: Knapsack, order: list[int], values: Sequence[float], limits: Sequence[int], steps: int
    ) -> None:
        self.items = [knapsack.items[index] for index in order]
        self.values = [values[index] for index in order]
        excluded = [knapsack.exclusions[index] for index in order]
        alone = [index in apart for index, apart in zip(order, excluded, strict=True)]
        self.limits = [1 if one else limits[index] for index, one in zip(order, alone, strict=True)]
        self.before = [[depth for depth in range(own) if order[depth] in excluded[own]] for own in range(len(order))]
        self.weights = [knapsack.weights[index] for index in order]
        self.all_weight = [weight * limit for weight, limit in zip(self.weights, self.limits, strict=True)]
        self.all_value = [value * limit for value, limit in zip(self.values, self.limits, strict=True)]
        self.scale = [1 / size if size else 0.0 for size in knapsack.capacity]
        self.counts = [0] * len(order)
        self.found: list[int] = []
        self.value = 0.0
        self.steps = steps

    def run(self, depth: int, free: list[int], value: float) -> None:
        if value > self.value + MIN_GAIN:
            self.value = value
            self.found = self.counts[:depth]
        if depth == len(self.items) or self.steps <= 0 or value + self._reach(depth, free) <= self.value + MIN_GAIN:
            return
        item, before = self.items[depth], self.before[depth]
        most = 0 if before and any(self.counts[other] for other in before) else self.limits[depth]
        for count in range(min(max_count(item, free), most), -1, -1):
            self.steps -= 1
            self.counts[depth] = count
            rest = [have - need * count for have, need in zip(free, item, strict=True)] if count else free
            self.run(depth + 1, rest, value + self.values[depth] * count)
        self.counts[depth] = 0

    def _reach(self, depth: int, free: list[int]) -> float:
        """Return at least what the items from ``depth`` on can add: a surrogate bound (Dantzig's, 1957).

        Items that fit have needs of at most ``free`` in each resource, so their weights sum to at most the sum of
        free / size. They are sorted by value per weight, so filling that room with as many of each as there may be, the
        last in part, is worth the most.
        """
        room, total = 0.0, 0.0
        for have, scale in zip(free, self.scale, strict=True):
            room += have * scale
        for index in range(depth, len(self.items)):
            weight = self.all_weight[index]
            if weight >= room:
                return total + self.values[index] * room / self.weights[index]
            total += self.all_value[index]
            room -= weight
        return total


def _weight(item: Vector, capacity: Vector) -> float:
    """Return the share of the node that one item takes, summed over the resources; never 0."""
    return sum(need / size for need, size in zip(item, capacity, strict=True) if size) or 1e-9


def max_count(item: Vector, free: Sequence[int]) -> int:
    """Return how many of the item fit; UNBOUNDED for one that needs nothing."""
    # A loop, not min() of a generator: the searches ask this more often than anything else.
    most = UNBOUNDED
    for have, need in zip(free, item, strict=True):
        if need and have // need < most:
            most = have // need
    return most
