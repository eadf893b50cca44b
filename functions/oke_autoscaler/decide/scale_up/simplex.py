"""A revised simplex for covering: minimise cost · x, where the patterns x cover the demand and none is negative.

https://en.wikipedia.org/wiki/Revised_simplex_method. Problems have at most as many rows as items (14), so the inverse
of the basis is a small dense matrix that is updated by each pivot; no factorisation is worth its code.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.oke_autoscaler.decide.scale_up.patterns import PatternColumn

if TYPE_CHECKING:
    from collections.abc import Sequence

REDUCED_COST = 1e-7
"""A reduced cost has to be this far below 0 to count, that of a pattern in parts of its cost."""
MIN_PIVOT = 1e-9
"""Smaller entries of a direction are rounding errors; a pivot on one would spoil the inverse."""

Entry = PatternColumn | int
"""A variable: a pattern, or the surplus of a row as its number + 1 (so that it is never 0, which is false)."""


class Simplex:
    """One state of the simplex; rows are items with a demand.

    The invariant of each pivot: ``inverse`` is the inverse of the basis' matrix, and ``amounts`` = inverse · demand has
    no negative entry, so the basis is a covering in fractions. It holds at the start because the basis is one pattern
    an item that holds this item alone: a diagonal matrix.
    """

    def __init__(self, rows: Sequence[int], demand: Sequence[int], basis: Sequence[PatternColumn]) -> None:
        size = len(rows)
        self.rows = rows
        self.basis: list[Entry] = list(basis)
        self.inverse = [[0.0] * size for _ in range(size)]
        self.amounts = [0.0] * size
        for index, (row, column) in enumerate(zip(rows, basis, strict=True)):
            self.inverse[index][index] = 1 / column.counts[row]
            self.amounts[index] = demand[row] / column.counts[row]

    def duals(self) -> list[float]:
        """Return the dual price of each row: the costs of the basis times its inverse."""
        costs = [entry.cost if isinstance(entry, PatternColumn) else 0.0 for entry in self.basis]
        totals = [0.0] * len(costs)
        for cost, line in zip(costs, self.inverse, strict=True):
            if cost:
                totals = [total + cost * value for total, value in zip(totals, line, strict=True)]
        return totals

    def surplus(self, duals: Sequence[float]) -> int | None:
        """Return the surplus variable to enter, None when all prices are 0 or more.

        A surplus costs nothing and lowers its row by one, so its reduced cost is the row's dual price. A negative one
        says that covering more of the item than needed is cheaper.
        """
        worst = min(range(len(duals)), key=lambda index: duals[index], default=None)
        return worst + 1 if worst is not None and duals[worst] < -REDUCED_COST else None

    def enter(self, entering: Entry) -> None:
        """Pivot: put the entering variable in the place of the one that reaches zero first."""
        vector = self._vector(entering)
        direction = [sum(a * b for a, b in zip(line, vector, strict=True)) for line in self.inverse]
        # The ratio test: a step beyond the smallest ratio would make an amount negative. Ties go to the lowest row,
        # so a pivot is repeatable; that degenerate pivots end is left to the caller's limit of rounds.
        ratios = [
            (amount / step, index)
            for index, (amount, step) in enumerate(zip(self.amounts, direction, strict=True))
            if step > MIN_PIVOT
        ]
        if not ratios:
            return  # no step is bounded; costs are not negative, so only rounding can lead here
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

    def _vector(self, entering: Entry) -> list[float]:
        if isinstance(entering, PatternColumn):
            return [float(entering.counts[row]) for row in self.rows]
        return [-1.0 if index == entering - 1 else 0.0 for index in range(len(self.rows))]

    def cost(self) -> float:
        """Return the cost of the covering in fractions."""
        return sum(column.cost * amount for column, amount in self.solution())

    def solution(self) -> list[tuple[PatternColumn, float]]:
        """Return the patterns in use with their amounts."""
        pairs = zip(self.basis, self.amounts, strict=True)
        return [
            (entry, amount) for entry, amount in pairs if isinstance(entry, PatternColumn) and amount > REDUCED_COST
        ]
