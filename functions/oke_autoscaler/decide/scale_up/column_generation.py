"""Which sets of pods to put on new nodes at least cost: column generation (Gilmore and Gomory, 1961).

A pattern is a set of items that fits one node of a bin. The linear program over patterns is solved by a revised
simplex whose next pattern comes from a knapsack; whole numbers are found by diving: fix what is whole, solve the rest.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import floor
from typing import TYPE_CHECKING

from functions.oke_autoscaler.decide.scale_up.knapsack import Knapsack, Pattern, Vector

if TYPE_CHECKING:
    from collections.abc import Sequence

EPSILON = 1e-7
ROUNDS = 400
"""Most patterns generated for one linear program."""


@dataclass(frozen=True, slots=True)
class Bin:
    """A kind of new node: what it holds, what it costs, which items may run on it."""

    capacity: Vector
    cost: float
    allowed: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """A pattern on a bin."""

    bin: int
    counts: Pattern
    cost: float


@dataclass(frozen=True, slots=True)
class Relaxation:
    """Optimum of a linear program: its cost, the patterns with their amounts, the worth of one of each item."""

    cost: float
    amounts: list[tuple[Column, float]]
    values: list[float]


class CoveringProgram:
    """Covering a demand by patterns of several bins."""

    def __init__(self, items: Sequence[Vector], bins: Sequence[Bin]) -> None:
        self.items = items
        self.bins = bins
        self.knapsacks = [Knapsack(bin_.capacity, items, bin_.allowed) for bin_ in bins]
        self.columns: dict[tuple[int, Pattern], Column] = {}

    def relax(self, demand: Sequence[int]) -> Relaxation:
        """Optimum of the linear program.

        Every item with a demand must fit some bin.
        """
        rows = [index for index, count in enumerate(demand) if count]
        simplex = _Simplex(rows, demand, [self._single(index, demand[index]) for index in rows])
        known = [column for column in self.columns.values() if any(column.counts[row] for row in rows)]
        for _ in range(ROUNDS):
            duals = simplex.duals()
            entering = simplex.surplus(duals) or _cheapest(known, rows, duals) or self._price(rows, duals, demand)
            if entering is None:
                break
            simplex.enter(entering)
        values = [0.0] * len(self.items)
        for row, dual in zip(rows, simplex.duals(), strict=True):
            values[row] = max(0.0, dual)
        return Relaxation(simplex.cost(), simplex.solution(), values)

    def _single(self, item: int, demand: int) -> Column:
        """The cheapest pattern of one item alone."""
        limits = [demand if index == item else 0 for index in range(len(self.items))]
        values = [1.0 if index == item else 0.0 for index in range(len(self.items))]
        patterns = [
            self._column(number, knapsack.best(values, limits)[1])
            for number, knapsack in enumerate(self.knapsacks)
            if item in knapsack.allowed
        ]
        return min(patterns, key=lambda column: column.cost / column.counts[item])

    def _column(self, number: int, counts: Pattern) -> Column:
        return self.columns.setdefault((number, counts), Column(number, counts, self.bins[number].cost))

    def _price(self, rows: Sequence[int], duals: Sequence[float], demand: Sequence[int]) -> Column | None:
        """The pattern with the most negative reduced cost, if there is one."""
        values = [0.0] * len(self.items)
        for row, dual in zip(rows, duals, strict=True):
            values[row] = dual
        best, chosen = -EPSILON, None
        for number, knapsack in enumerate(self.knapsacks):
            value, counts = knapsack.best(values, demand)
            cost = self.bins[number].cost
            if cost - value < best * max(1.0, cost):
                best, chosen = (cost - value) / max(1.0, cost), self._column(number, counts)
        return chosen


def _cheapest(known: Sequence[Column], rows: Sequence[int], duals: Sequence[float]) -> Column | None:
    """A known pattern that lowers the cost."""
    for column in known:
        value = sum(dual * column.counts[row] for row, dual in zip(rows, duals, strict=True))
        if column.cost - value < -EPSILON * max(1.0, column.cost):
            return column
    return None


class _Simplex:
    """Revised simplex with the inverse of the basis as a dense matrix; one row an item."""

    def __init__(self, rows: Sequence[int], demand: Sequence[int], basis: list[Column]) -> None:
        size = len(rows)
        self.rows = rows
        self.basis: list[Column | int] = list(basis)
        self.inverse = [[0.0] * size for _ in range(size)]
        self.amounts = [0.0] * size
        for index, (row, column) in enumerate(zip(rows, basis, strict=True)):
            self.inverse[index][index] = 1 / column.counts[row]
            self.amounts[index] = demand[row] / column.counts[row]

    def duals(self) -> list[float]:
        costs = [entry.cost if isinstance(entry, Column) else 0.0 for entry in self.basis]
        totals = [0.0] * len(costs)
        for cost, line in zip(costs, self.inverse, strict=True):
            if cost:
                totals = [total + cost * value for total, value in zip(totals, line, strict=True)]
        return totals

    def surplus(self, duals: Sequence[float]) -> int | None:
        """Number + 1 of a row that had better be covered more than needed."""
        worst = min(range(len(duals)), key=lambda index: duals[index], default=None)
        return worst + 1 if worst is not None and duals[worst] < -EPSILON else None

    def enter(self, entering: Column | int) -> None:
        """Pivot: the entering column replaces the one that reaches zero first."""
        vector = self._vector(entering)
        direction = [sum(a * b for a, b in zip(line, vector, strict=True)) for line in self.inverse]
        ratios = [
            (amount / step, index)
            for index, (amount, step) in enumerate(zip(self.amounts, direction, strict=True))
            if step > 1e-9
        ]
        if not ratios:
            return
        step, leaving = min(ratios)
        pivot = direction[leaving]
        line = [value / pivot for value in self.inverse[leaving]]
        for index, factor in enumerate(direction):
            if index != leaving and factor:
                self.inverse[index] = [a - factor * b for a, b in zip(self.inverse[index], line, strict=True)]
                self.amounts[index] -= factor * step
        self.inverse[leaving] = line
        self.amounts[leaving] = step
        self.basis[leaving] = entering

    def _vector(self, entering: Column | int) -> list[float]:
        if isinstance(entering, Column):
            return [float(entering.counts[row]) for row in self.rows]
        return [-1.0 if index == entering - 1 else 0.0 for index in range(len(self.rows))]

    def cost(self) -> float:
        return sum(column.cost * amount for column, amount in self.solution())

    def solution(self) -> list[tuple[Column, float]]:
        pairs = zip(self.basis, self.amounts, strict=True)
        return [(entry, amount) for entry, amount in pairs if isinstance(entry, Column) and amount > EPSILON]


Packed = list[tuple[Column, int]]


def cost_of(packed: Packed) -> float:
    """Cost of all nodes of a packing."""
    return sum(column.cost * count for column, count in packed)


def fix_whole(amounts: Sequence[tuple[Column, float]], keep: int, left: list[int]) -> Packed:
    """Use each pattern as often as the relaxation does in whole numbers, less ``keep``; lowers ``left``."""
    fixed: Packed = []
    for column, amount in amounts:
        fixed.extend(take(column, floor(amount + EPSILON) - keep, left))
    return fixed


def dive(program: CoveringProgram, demand: Sequence[int], turn: int = 0) -> list[Packed]:
    """A whole-number covering in steps: fix the whole part of each pattern, or one of the fullest, solve the rest.

    ``turn`` takes the n-th fullest pattern at the first choice: another turn, another covering.
    """
    left, steps = list(demand), []
    while any(left):
        amounts = program.relax(left).amounts
        packed = fix_whole(amounts, 0, left)
        if not packed:
            ranked = sorted(amounts, key=lambda pair: (-round(pair[1], 6), pair[0].bin, pair[0].counts))
            packed = take(ranked[min(turn, len(ranked) - 1)][0], 1, left)
            turn = 0
        steps.append(packed)
    return steps


def take(column: Column, count: int, left: list[int]) -> Packed:
    """Use a pattern ``count`` times, as long as its items are still needed; the last time it may be less full."""
    taken: Packed = []
    for _ in range(count):
        counts = tuple(min(have, need) for have, need in zip(column.counts, left, strict=True))
        if not any(counts):
            break
        for index, used in enumerate(counts):
            left[index] -= used
        if taken and taken[-1][0].counts == counts:
            taken[-1] = (taken[-1][0], taken[-1][1] + 1)
        else:
            taken.append((Column(column.bin, counts, column.cost), 1))
    return taken
