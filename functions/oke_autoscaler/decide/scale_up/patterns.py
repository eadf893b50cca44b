"""Patterns, the columns of the covering problem, and packings made of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import floor, gcd
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from functions.oke_autoscaler.decide.scale_up.knapsack import Pattern, Vector

WHOLE = 1e-7
"""An amount this far below a whole number is that number, spoilt by rounding."""


@dataclass(frozen=True, slots=True)
class Bin:
    """A kind of new node: what it holds, what it costs, which items may run on it."""

    capacity: Vector
    cost: float
    allowed: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class PatternColumn:
    """A pattern on a bin: the set of items that one node of this kind holds."""

    bin: int
    counts: Pattern
    cost: float
    held: tuple[tuple[int, int], ...] = field(default=(), compare=False)
    """The counts that are not 0, each with its item; only where a covering programme made the pattern."""
    bits: int = field(default=0, compare=False)
    """The same items, a bit each."""


Packed = list[tuple[PatternColumn, int]]
"""A packing: patterns, and on how many nodes each stands."""


def cost_of(packed: Packed) -> float:
    """Return the cost of all nodes of a packing."""
    return sum(column.cost * count for column, count in packed)


def cost_step(bins: Sequence[Bin]) -> float:
    """Return the greatest number that divides every cost; 0 when the costs are not whole.

    The cost of every packing is a multiple of it, so a lower bound may be rounded up to the next multiple.
    """
    if any(each.cost != int(each.cost) for each in bins):
        return 0
    return gcd(*(int(each.cost) for each in bins))


def take(column: PatternColumn, count: int, left: list[int]) -> Packed:
    """Use a pattern ``count`` times, as long as its items are needed; lowers ``left``. The last may be less full."""
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
            taken.append((PatternColumn(column.bin, counts, column.cost), 1))
    return taken


def fix_whole(amounts: Sequence[tuple[PatternColumn, float]], released: int, left: list[int]) -> Packed:
    """Use each pattern as often as the relaxation does in whole numbers, less ``released`` nodes; lowers ``left``."""
    fixed: Packed = []
    for column, amount in amounts:
        fixed.extend(take(column, floor(amount + WHOLE) - released, left))
    return fixed
