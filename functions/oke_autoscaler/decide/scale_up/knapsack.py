"""The most valuable set of pods for one node: a bounded knapsack in several resources."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

STEPS = 4000
"""Most branches looked at; beyond, the best set so far is the answer (deterministic, no clock)."""
MANY = 10
MANY_STEPS = 1500
"""With more items than MANY the densest first is near the best, and the search ends sooner."""

Vector = tuple[int, ...]
Pattern = tuple[int, ...]


class Knapsack:
    """One kind of node and the items that may run on it."""

    def __init__(self, free: Vector, items: Sequence[Vector], allowed: Sequence[int]) -> None:
        self.capacity = free
        self.items = items
        self.allowed = [index for index in allowed if _most(items[index], free) > 0]
        self._weights = [_weight(item, free) for item in items]

    def best(self, values: Sequence[float], limits: Sequence[int]) -> tuple[float, Pattern]:
        """Value and counts of the best set under ``limits`` items of each kind."""
        useful = [index for index in self.allowed if values[index] > 1e-12 and limits[index] > 0]
        order = sorted(useful, key=lambda index: -values[index] / self._weights[index])
        search = _Search(self, order, values, limits)
        search.run(0, list(self.capacity), 0.0)
        counts = [0] * len(self.items)
        for index, count in zip(order, search.found, strict=False):
            counts[index] = count
        return search.value, tuple(counts)


class _Search:
    """Depth first, as many as possible of the densest item first, cut off by the value that is still in reach."""

    def __init__(self, knapsack: Knapsack, order: list[int], values: Sequence[float], limits: Sequence[int]) -> None:
        self.items = [knapsack.items[index] for index in order]
        self.values = [values[index] for index in order]
        self.limits = [limits[index] for index in order]
        weights = [knapsack._weights[index] for index in order]  # noqa: SLF001  (its own helper)
        self.density = [value / weight for value, weight in zip(self.values, weights, strict=True)]
        self.scale = [1 / size if size else 0.0 for size in knapsack.capacity]
        self.counts = [0] * len(order)
        self.found: list[int] = []
        self.value = 0.0
        self.steps = STEPS if len(order) <= MANY else MANY_STEPS

    def run(self, depth: int, free: list[int], value: float) -> None:
        if value > self.value + 1e-9:
            self.value = value
            self.found = self.counts[:depth]
        if depth == len(self.items) or self.steps <= 0:
            return
        reach = self.density[depth] * sum(free * scale for free, scale in zip(free, self.scale, strict=True))
        if value + reach <= self.value + 1e-9:
            return
        item = self.items[depth]
        for count in range(min(_most(item, free), self.limits[depth]), -1, -1):
            self.steps -= 1
            self.counts[depth] = count
            rest = [free - need * count for free, need in zip(free, item, strict=True)] if count else free
            self.run(depth + 1, rest, value + self.values[depth] * count)
        self.counts[depth] = 0


def _weight(item: Vector, free: Vector) -> float:
    """Share of the node that one item takes, summed over the resources."""
    return sum(need / size for need, size in zip(item, free, strict=True) if size) or 1e-9


def _most(item: Vector, free: Sequence[int]) -> int:
    """How many of the item fit."""
    return min((have // need for have, need in zip(free, item, strict=True) if need), default=1 << 30)
