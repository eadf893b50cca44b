"""Exact packing of a small rest: branch and bound over maximal patterns, cut off by the relaxation's dual prices."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

from functions.oke_autoscaler.decide.scale_up.knapsack import max_count
from functions.oke_autoscaler.decide.scale_up.patterns import Bin, Packed, PatternColumn, cost_step

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from functions.oke_autoscaler.decide.scale_up.knapsack import Exclusion, Pattern, Vector

MAX_STEPS = 6000
"""Counts tried for patterns in one search."""
MAX_CHILDREN = 24
"""Patterns tried at one point, least waste first."""
ROUNDING = 1e-9
STEP_ROUNDING = 1e-6
"""In steps of the cost: a bound this little above a multiple is that multiple."""


class BranchAndBound:
    """Looks for a covering of ``demand`` that costs less than ``bound``; ``values`` are the items' dual prices."""

    def __init__(
        self,
        items: Sequence[Vector],
        bins: Sequence[Bin],
        values: Sequence[float],
        bound: float,
        exclusions: Sequence[Exclusion] = (),
        steps: int = MAX_STEPS,
    ) -> None:
        self.items = items
        self.bins = bins
        self.values = values
        self.bound = bound
        self.cost_step = cost_step(bins)
        self.best: list[PatternColumn] | None = None
        self.steps_left = steps
        self._exclusions = exclusions or [frozenset()] * len(items)
        self._seen: dict[Pattern, float] = {}
        sizes = [max(_share(item, each.capacity) for each in bins) for item in items]
        self._order = sorted(range(len(items)), key=lambda index: -sizes[index])

    def run(self, demand: Pattern) -> Packed | None:
        """Return the covering found, None when there is none below the bound or none was found within the steps."""
        self._visit(demand, 0.0, [])
        return None if self.best is None else [(column, 1) for column in self.best]

    def _visit(self, left: Pattern, cost: float, used: list[PatternColumn]) -> None:
        if not any(left):
            self.bound, self.best = cost, list(used)
            return
        # What is left costs at least its worth at dual prices (weak duality, column_generation.Relaxation).
        worth = sum(value * count for value, count in zip(self.values, left, strict=True))
        # The same rest, reached before at no higher cost, has been searched: going on could only repeat it.
        if self._too_dear(cost + worth) or self._seen.get(left, self.bound) <= cost or self.steps_left <= 0:
            return
        self._seen[left] = cost
        for waste, column in self._children(left):
            # A node's cost is the worth of its items plus its waste, so the bound after it is this sum. Children come
            # by rising waste: once one is too dear, all that follow are.
            if self._too_dear(cost + worth + waste):
                break
            rest = tuple(have - taken for have, taken in zip(left, column.counts, strict=True))
            used.append(column)
            self._visit(rest, cost + column.cost, used)
            used.pop()

    def _too_dear(self, cost: float) -> bool:
        """Tell whether a lower bound reaches the best cost; it is rounded up, since costs are multiples of a step."""
        whole = ceil(cost / self.cost_step - STEP_ROUNDING) * self.cost_step if self.cost_step else cost
        return whole >= self.bound - ROUNDING

    def _children(self, left: Pattern) -> list[tuple[float, PatternColumn]]:
        """Return patterns that hold the largest item left, least waste first.

        Some node of every covering holds that item, and the order of nodes does not matter, so this one may come next.
        """
        first = next(index for index in self._order if left[index])
        found: dict[tuple[int, Pattern], tuple[float, PatternColumn]] = {}
        for number, each in enumerate(self.bins):
            if first not in each.allowed:
                continue
            others = (index for index in self._order if index != first and left[index] and index in each.allowed)
            for counts in self._maximal(each, [first, *others], left):
                worth = sum(value * count for value, count in zip(self.values, counts, strict=True))
                found[number, counts] = (each.cost - worth, PatternColumn(number, counts, each.cost))
        return sorted(found.values(), key=lambda pair: (pair[0], pair[1].bin, pair[1].counts))[:MAX_CHILDREN]

    def _maximal(self, each: Bin, order: Sequence[int], left: Pattern) -> Iterator[Pattern]:
        """Yield the sets to which nothing can be added, with at least one of the first item.

        Maximal ones are enough: with one more item on a node, what is left is less and costs no more.
        """
        counts = [0] * len(self.items)

        def extend(depth: int, free: Sequence[int]) -> Iterator[Pattern]:
            self.steps_left -= 1
            if depth == len(order):
                if not any(counts[index] < self._most(index, counts, left, free) for index in order):
                    yield tuple(counts)
                return
            index = order[depth]
            item = self.items[index]
            most = self._most(index, counts, left, free)
            # Fewer of the last item than fit would not be maximal.
            lowest = most if depth == len(order) - 1 else int(depth == 0)
            for count in range(most, lowest - 1, -1):
                if self.steps_left <= 0:
                    return
                counts[index] = count
                yield from extend(depth + 1, [have - need * count for have, need in zip(free, item, strict=True)])
            counts[index] = 0

        yield from extend(0, each.capacity)

    def _most(self, index: int, counts: Sequence[int], left: Pattern, free: Sequence[int]) -> int:
        """Return how many of an item a node may hold that has ``counts`` already, those of the item itself included.

        ``free`` is what is left beside them, so that of the item itself what is there comes on top.
        """
        apart = self._exclusions[index]
        if any(counts[other] for other in apart if other != index):
            return 0
        most = min(left[index], counts[index] + max_count(self.items[index], free))
        return min(1, most) if index in apart else most


def _share(item: Vector, capacity: Vector) -> float:
    """Return the share of a node that one item takes, summed over the resources."""
    return sum(need / size for need, size in zip(item, capacity, strict=True) if size)
