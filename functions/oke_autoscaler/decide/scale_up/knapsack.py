"""The most valuable set of pods for one node: a bounded knapsack in several resources.

It is the pricing problem of the column generation, and is solved by depth-first branch and bound: dynamic programming
would need a table over bytes of memory.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_STEPS = 4000
"""Counts tried in one search; beyond, the best set so far is the answer. Steps, not seconds: answers are repeatable."""
FEW_ITEMS = 10
MAX_STEPS_MANY_ITEMS = 1500
"""With more than FEW_ITEMS the densest first is near the best already, and the search ends sooner."""
MIN_GAIN = 1e-9
"""A set has to be worth this much more to replace another: rounding must not decide."""
UNBOUNDED = 1 << 30

Vector = tuple[int, ...]
"""What one item needs, or one bin has, of each resource."""
Pattern = tuple[int, ...]
"""How many of each item a node holds."""


class Knapsack:
    """One kind of node and the items that may run on it."""

    def __init__(self, capacity: Vector, items: Sequence[Vector], allowed: Sequence[int]) -> None:
        self.capacity = capacity
        self.items = items
        self.allowed = [index for index in allowed if max_count(items[index], capacity) > 0]
        self.weights = [_weight(item, capacity) for item in items]

    def best(self, values: Sequence[float], limits: Sequence[int]) -> tuple[float, Pattern]:
        """Return value and counts of the best set with at most ``limits[i]`` of item i, worth ``values[i]`` each."""
        useful = [index for index in self.allowed if values[index] > 1e-12 and limits[index] > 0]
        order = sorted(useful, key=lambda index: -values[index] / self.weights[index])
        search = _Search(self, order, values, limits)
        search.run(0, list(self.capacity), 0.0)
        counts = [0] * len(self.items)
        # ``found`` ends at the last item that is in the set; the items after it have the count 0.
        for index, count in zip(order, search.found, strict=False):
            counts[index] = count
        return search.value, tuple(counts)


class _Search:
    """Depth first, as many as possible of the densest item first, cut off by the value that is still in reach."""

    def __init__(self, knapsack: Knapsack, order: list[int], values: Sequence[float], limits: Sequence[int]) -> None:
        self.items = [knapsack.items[index] for index in order]
        self.values = [values[index] for index in order]
        self.limits = [limits[index] for index in order]
        weights = [knapsack.weights[index] for index in order]
        self.density = [value / weight for value, weight in zip(self.values, weights, strict=True)]
        self.scale = [1 / size if size else 0.0 for size in knapsack.capacity]
        self.counts = [0] * len(order)
        self.found: list[int] = []
        self.value = 0.0
        self.steps = MAX_STEPS if len(order) <= FEW_ITEMS else MAX_STEPS_MANY_ITEMS

    def run(self, depth: int, free: list[int], value: float) -> None:
        if value > self.value + MIN_GAIN:
            self.value = value
            self.found = self.counts[:depth]
        if depth == len(self.items) or self.steps <= 0:
            return
        # A surrogate bound (Dantzig's, on the sum of the normalised resources): items that fit have needs of at most
        # ``free`` in each resource, so their weights sum to at most the sum of free / size; items are sorted by value
        # per weight, so none that is still to come is worth more a unit of weight than the item at ``depth``.
        reach = self.density[depth] * sum(have * scale for have, scale in zip(free, self.scale, strict=True))
        if value + reach <= self.value + MIN_GAIN:
            return
        item = self.items[depth]
        for count in range(min(max_count(item, free), self.limits[depth]), -1, -1):
            self.steps -= 1
            self.counts[depth] = count
            rest = [have - need * count for have, need in zip(free, item, strict=True)] if count else free
            self.run(depth + 1, rest, value + self.values[depth] * count)
        self.counts[depth] = 0


def _weight(item: Vector, capacity: Vector) -> float:
    """Return the share of the node that one item takes, summed over the resources; never 0."""
    return sum(need / size for need, size in zip(item, capacity, strict=True) if size) or 1e-9


def max_count(item: Vector, free: Sequence[int]) -> int:
    """Return how many of the item fit; UNBOUNDED for one that needs nothing."""
    return min((have // need for have, need in zip(free, item, strict=True) if need), default=UNBOUNDED)
