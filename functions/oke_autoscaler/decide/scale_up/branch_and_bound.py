"""Exact packing of a small rest: branch and bound over maximal patterns, cut off by the duals of the relaxation.

The duals price every item so that no pattern is worth more than its node: what is left can never cost less than its
value. https://en.wikipedia.org/wiki/Column_generation
"""

from __future__ import annotations

from math import ceil, gcd
from typing import TYPE_CHECKING

from functions.oke_autoscaler.decide.scale_up.column_generation import Bin, Column, Packed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from functions.oke_autoscaler.decide.scale_up.knapsack import Pattern, Vector

STEPS = 6000
"""Most patterns made in one search."""
CHILDREN = 24
"""Most patterns tried at one point, least waste first."""


class Search:
    """Looks for a covering of ``demand`` that costs less than ``bound``."""

    def __init__(self, items: Sequence[Vector], bins: Sequence[Bin], values: Sequence[float], bound: float) -> None:
        self.items = items
        self.bins = bins
        self.values = values
        self.bound = bound
        self.step = cost_step(bins)
        self.best: list[Column] | None = None
        self.steps = STEPS
        self._seen: dict[Pattern, float] = {}
        sizes = [
            max(sum(n / s for n, s in zip(item, bin_.capacity, strict=True) if s) for bin_ in bins) for item in items
        ]
        self._order = sorted(range(len(items)), key=lambda index: -sizes[index])

    def run(self, demand: Pattern) -> Packed | None:
        """The covering found, None when there is none below the bound (or none was found in time)."""
        self._visit(demand, 0.0, [])
        return None if self.best is None else [(column, 1) for column in self.best]

    def _visit(self, left: Pattern, cost: float, used: list[Column]) -> None:
        if not any(left):
            self.bound, self.best = cost, list(used)
            return
        worth = sum(value * count for value, count in zip(self.values, left, strict=True))
        if self._too_dear(cost + worth) or self._seen.get(left, self.bound) <= cost or self.steps <= 0:
            return
        self._seen[left] = cost
        for waste, column in self._children(left):
            if self._too_dear(cost + worth + waste):
                break
            rest = tuple(have - taken for have, taken in zip(left, column.counts, strict=True))
            used.append(column)
            self._visit(rest, cost + column.cost, used)
            used.pop()

    def _too_dear(self, cost: float) -> bool:
        """Costs are multiples of ``step``, so a bound may be rounded up to the next one."""
        whole = ceil(cost / self.step - 1e-6) * self.step if self.step else cost
        return whole >= self.bound - 1e-9

    def _children(self, left: Pattern) -> list[tuple[float, Column]]:
        """Patterns that hold the largest item left, least waste first."""
        first = next(index for index in self._order if left[index])
        found: dict[tuple[int, Pattern], tuple[float, Column]] = {}
        for number, bin_ in enumerate(self.bins):
            if first not in bin_.allowed:
                continue
            order = [
                first,
                *(index for index in self._order if index != first and left[index] and index in bin_.allowed),
            ]
            for counts in self._maximal(bin_, order, left):
                worth = sum(value * count for value, count in zip(self.values, counts, strict=True))
                found[number, counts] = (bin_.cost - worth, Column(number, counts, bin_.cost))
        return sorted(found.values(), key=lambda pair: (pair[0], pair[1].bin, pair[1].counts))[:CHILDREN]

    def _maximal(self, bin_: Bin, order: Sequence[int], left: Pattern) -> Iterator[Pattern]:
        """Sets to which nothing can be added, with at least one of the first item."""
        counts = [0] * len(self.items)

        def extend(depth: int, free: Sequence[int]) -> Iterator[Pattern]:
            self.steps -= 1
            if depth == len(order):
                if not any(counts[index] < left[index] and _fits(self.items[index], free) for index in order):
                    yield tuple(counts)
                return
            index = order[depth]
            item = self.items[index]
            most = min(
                left[index], min((have // need for have, need in zip(free, item, strict=True) if need), default=0)
            )
            lowest = 1 if depth == 0 else 0
            for count in range(most, (most if depth == len(order) - 1 else lowest) - 1, -1):
                if self.steps <= 0:
                    return
                counts[index] = count
                yield from extend(depth + 1, [have - need * count for have, need in zip(free, item, strict=True)])
            counts[index] = 0

        yield from extend(0, bin_.capacity)


def _fits(item: Vector, free: Sequence[int]) -> bool:
    return all(have >= need for have, need in zip(free, item, strict=True))


def cost_step(bins: Sequence[Bin]) -> float:
    """Greatest number that divides every cost; 0 when the costs are not whole."""
    if any(bin_.cost != int(bin_.cost) for bin_ in bins):
        return 0
    return gcd(*(int(bin_.cost) for bin_ in bins))
