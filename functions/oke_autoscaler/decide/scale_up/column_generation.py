"""Which sets of pods to put on new nodes at least cost: column generation (Gilmore and Gomory, 1961).

A pattern is a set of items that fits one node of a bin. There are too many patterns to list, so the linear programme
over them starts with a few, and a knapsack makes the next: at dual prices y, a pattern of cost c lowers the cost when
its items are worth more than the node, y · counts > c, and the knapsack finds the pattern that is worth most. When none
is left, no pattern at all would help, and the solution is optimal over all of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from functions.oke_autoscaler.decide.scale_up.effort import Effort
from functions.oke_autoscaler.decide.scale_up.knapsack import Exclusion, Knapsack, Pattern, Vector
from functions.oke_autoscaler.decide.scale_up.patterns import Bin, Packed, PatternColumn, fix_whole, take
from functions.oke_autoscaler.decide.scale_up.simplex import REDUCED_COST, Simplex

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_PIVOTS = 400
"""Pivots of one linear programme. One that ends here, or whose knapsack ended early, is a covering all the same, but
its cost may lie above the optimum: packings are then measured against a bound that is too high, and stay valid."""

COLUMNS_A_STEP = 6
"""Known patterns that are looked at in the time of one step of the effort."""

LEFT_BY = {False: 0.65, True: 0.3}
"""Parts of the effort that proofs of the knapsack (False) and quick looks for patterns (True) leave for what follows:
the first packing matters more than a proof, and the exact search of a packing's end more than a further pattern."""
LEFT_BY_MANY = {False: 0.1, True: 0.0}
"""The same with more items than MAX_EXACT_ITEMS: one dive follows and no search."""
MAX_EXACT_ITEMS = 10
"""Items up to which more than one dive and exact searches are tried."""


@dataclass(frozen=True, slots=True)
class Relaxation:
    """Optimum of a linear programme: its cost, the patterns with their amounts, the dual price of each item.

    By weak duality the prices bound every packing: no pattern is worth more than its node, so nodes that hold certain
    items cost at least the sum of their prices. That does not depend on the demand, so the same prices bound what is
    left of it, too.
    """

    cost: float
    amounts: list[tuple[PatternColumn, float]]
    values: list[float]


class CoveringProgram:
    """Covering a demand by patterns of several bins; patterns once made are kept for the next demand."""

    def __init__(
        self,
        items: Sequence[Vector],
        bins: Sequence[Bin],
        exclusions: Sequence[Exclusion] = (),
        effort: Effort | None = None,
    ) -> None:
        self.items = items
        self.bins = bins
        self.exclusions = exclusions
        self.effort = effort or Effort()
        left_by = LEFT_BY if len(items) <= MAX_EXACT_ITEMS else LEFT_BY_MANY
        self._floors = {quick: int(self.effort.left * share) for quick, share in left_by.items()}
        self.knapsacks = [Knapsack(each.capacity, items, each.allowed, exclusions) for each in bins]
        self.columns: dict[tuple[int, Pattern], PatternColumn] = {}
        self.searched: dict[Pattern, float] = {}
        """Demands for which no covering below a cost was found by an exact search."""

    def relax(self, demand: Sequence[int], *, proven: bool = True) -> Relaxation:
        """Solve the linear programme; every item with a demand must fit some bin.

        Unless it has to be ``proven`` that no pattern helps, it is enough that a quick look for one finds none: the
        amounts are near the best, and a knapsack's proof costs twenty times the look.
        """
        rows = [index for index, count in enumerate(demand) if count]
        simplex = Simplex(rows, demand, [self._single(index, demand[index]) for index in rows])
        asked = sum(1 << row for row in rows)
        known = [column for column in self.columns.values() if column.bits & asked]
        for _ in range(MAX_PIVOTS):
            duals = simplex.duals()
            # The cheap questions first: a knapsack costs far more than a look at the patterns that are known.
            entering = simplex.surplus(duals) or self._first_improving(known, rows, duals)
            for quick in (True, False) if proven else (True,):
                entering = entering or self._price(rows, duals, demand, known, quick=quick)
            if entering is None:
                break
            simplex.enter(entering)
            self.effort.spend_pivot(len(rows))
        values = [0.0] * len(self.items)
        for row, dual in zip(rows, simplex.duals(), strict=True):
            values[row] = max(0.0, dual)
        return Relaxation(simplex.cost(), simplex.solution(), values)

    def _single(self, item: int, demand: int) -> PatternColumn:
        """Return the pattern of one item alone that costs least an item."""
        limits = [demand if index == item else 0 for index in range(len(self.items))]
        values = [1.0 if index == item else 0.0 for index in range(len(self.items))]
        patterns = [
            self._column(number, knapsack.best(values, limits)[1])
            for number, knapsack in enumerate(self.knapsacks)
            if item in knapsack.allowed
        ]
        return min(patterns, key=lambda column: column.cost / column.counts[item])

    def _column(self, number: int, counts: Pattern) -> PatternColumn:
        column = self.columns.get((number, counts))
        if column is None:
            held = tuple((item, count) for item, count in enumerate(counts) if count)
            bits = sum(1 << item for item, _ in held)
            column = self.columns[number, counts] = PatternColumn(number, counts, self.bins[number].cost, held, bits)
        return column

    def _price(
        self,
        rows: Sequence[int],
        duals: Sequence[float],
        demand: Sequence[int],
        known: list[PatternColumn],
        *,
        quick: bool,
    ) -> PatternColumn | None:
        """Return the pattern whose reduced cost is lowest in parts of its node's cost, None when none is below 0.

        The best pattern of every other bin is ``known`` from here on: it may help at the next prices.
        """
        if self.effort.left <= self._floors[quick]:
            return None
        values = self._values(rows, duals)
        best, chosen = -REDUCED_COST, None
        for number, knapsack in enumerate(self.knapsacks):
            value, counts = knapsack.best(values, demand, self.effort, quick=quick)
            cost = self.bins[number].cost
            reduced = (cost - value) / max(1.0, cost)
            if reduced < -REDUCED_COST:
                known.append(self._column(number, counts))
            if reduced < best:
                best, chosen = reduced, known[-1]
        return chosen

    def _values(self, rows: Sequence[int], duals: Sequence[float]) -> list[float]:
        """Return what each item is worth."""
        values = [0.0] * len(self.items)
        for row, dual in zip(rows, duals, strict=True):
            values[row] = dual
        return values

    def _first_improving(
        self, known: Sequence[PatternColumn], rows: Sequence[int], duals: Sequence[float]
    ) -> PatternColumn | None:
        """Return the first known pattern that lowers the cost."""
        values, looked = self._values(rows, duals), 0
        found = None
        for column in known:
            looked += 1
            value = 0.0
            for item, count in column.held:
                value += values[item] * count
            if column.cost - value < -REDUCED_COST * max(1.0, column.cost):
                found = column
                break
        self.effort.spend(looked // COLUMNS_A_STEP)
        return found


def dive(program: CoveringProgram, demand: Sequence[int], turn: int = 0, *, proven: bool = False) -> list[Packed]:
    """Cover the demand in whole numbers: fix the whole part of each pattern, or one of the fullest, and solve the rest.

    Returns the packing by steps. Each step covers at least one item, so it ends. ``turn`` takes the n-th fullest
    pattern at the first choice: another turn, another covering. ``proven`` solves each rest as far as effort allows,
    where this dive is all that will be tried.
    """
    left, steps = list(demand), []
    while any(left):
        amounts = program.relax(left, proven=proven).amounts
        packed = fix_whole(amounts, 0, left)
        if not packed:
            ranked = sorted(amounts, key=lambda pair: (-round(pair[1], 6), pair[0].bin, pair[0].counts))
            packed = take(ranked[min(turn, len(ranked) - 1)][0], 1, left)
            turn = 0
        steps.append(packed)
    return steps
