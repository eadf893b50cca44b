"""Exact packing of a small rest: branch and bound over maximal patterns, cut off by the relaxation's dual prices."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

from functions.oke_autoscaler.decide.scale_up.knapsack import max_count
from functions.oke_autoscaler.decide.scale_up.patterns import Bin, Packed, PatternColumn, cost_step

if TYPE_CHECKING:
    from collections.abc import Sequence

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
        self.exclusions = exclusions or [frozenset()] * len(items)
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
        for waste, column in self._children(left, cost + worth):
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

    def _children(self, left: Pattern, lowest: float) -> list[tuple[float, PatternColumn]]:
        """Return patterns that hold the largest item left, least waste first, where the bound is ``lowest`` so far.

        Some node of every covering holds that item, and the order of nodes does not matter, so this one may come next.
        """
        first = next(index for index in self._order if left[index])
        spare = self.bound - (self.cost_step or 0.0) + 2 * STEP_ROUNDING * (self.cost_step or 1.0) - lowest
        found: dict[tuple[int, Pattern], tuple[float, PatternColumn]] = {}
        for number, each in enumerate(self.bins):
            if first not in each.allowed:
                continue
            others = (index for index in self._order if index != first and left[index] and index in each.allowed)
            sets = _MaximalSets(self, each, [first, *others], left, each.cost - spare)
            for worth, counts in sets.run():
                found[number, counts] = (each.cost - worth, PatternColumn(number, counts, each.cost))
        return sorted(found.values(), key=lambda pair: (pair[0], pair[1].bin, pair[1].counts))[:MAX_CHILDREN]


class _MaximalSets:
    """The sets of one node to which nothing can be added, with at least one of the first item, worth ``least`` or more.

    Maximal ones are enough: with one more item on a node, what is left is less and costs no more. A set that is worth
    less wastes more than the search has to spare.
    """

    def __init__(self, search: BranchAndBound, each: Bin, order: Sequence[int], left: Pattern, least: float) -> None:
        search.steps_left -= len(order)
        self.search = search
        self.capacity = each.capacity
        self.items = [search.items[index] for index in order]
        self.values = [search.values[index] for index in order]
        self.order = order
        self.least = least
        apart = [search.exclusions[index] for index in order]
        own = [index in others for index, others in zip(order, apart, strict=True)]
        self.most = [1 if one else left[index] for index, one in zip(order, own, strict=True)]
        self.apart = [
            [at for at, other in enumerate(order) if other in others and at != here]
            for here, others in enumerate(apart)
        ]
        self.scale = [1 / size if size else 0.0 for size in each.capacity]
        shares = [_share(item, each.capacity) or 1e-9 for item in self.items]
        # The densest item from each depth on: what it is worth a share of the node bounds what the room is worth.
        self.density = [value / share for value, share in zip(self.values, shares, strict=True)]
        for depth in range(len(order) - 2, -1, -1):
            self.density[depth] = max(self.density[depth], self.density[depth + 1])
        self.counts = [0] * len(order)
        self.found: list[tuple[float, Pattern]] = []

    def run(self) -> list[tuple[float, Pattern]]:
        """Return worth and counts, by item, of the sets found within the search's steps."""
        self._extend(0, self.capacity, 0.0)
        return self.found

    def _extend(self, depth: int, free: Sequence[int], worth: float) -> None:
        self.search.steps_left -= 1
        if depth == len(self.order):
            if worth >= self.least and not any(self._room(at, free) > self.counts[at] for at in range(depth)):
                counts = [0] * len(self.search.items)
                for index, count in zip(self.order, self.counts, strict=True):
                    counts[index] = count
                self.found.append((worth, tuple(counts)))
            return
        room = 0.0
        for have, scale in zip(free, self.scale, strict=True):
            room += have * scale
        if worth + room * self.density[depth] < self.least:
            return
        item, most = self.items[depth], self._room(depth, free)
        # Fewer of the last item than fit would not be maximal.
        lowest = most if depth == len(self.order) - 1 else int(depth == 0)
        for count in range(most, lowest - 1, -1):
            if self.search.steps_left <= 0:
                return
            self.counts[depth] = count
            rest = [have - need * count for have, need in zip(free, item, strict=True)] if count else free
            self._extend(depth + 1, rest, worth + self.values[depth] * count)
        self.counts[depth] = 0

    def _room(self, at: int, free: Sequence[int]) -> int:
        """Return how many of an item the node may hold, with what it holds of it: ``free`` is what is left beside."""
        if (apart := self.apart[at]) and any(self.counts[other] for other in apart):
            return 0
        return min(self.most[at], self.counts[at] + max_count(self.items[at], free))


def _share(item: Vector, capacity: Vector) -> float:
    """Return the share of a node that one item takes, summed over the resources."""
    return sum(need / size for need, size in zip(item, capacity, strict=True) if size)
