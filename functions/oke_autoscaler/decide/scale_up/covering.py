"""Least-cost packing of items on new nodes: relaxation, dives, and an exact search of the rest."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

from functions.oke_autoscaler.decide.scale_up.branch_and_bound import Search, cost_step
from functions.oke_autoscaler.decide.scale_up.column_generation import (
    Bin,
    CoveringProgram,
    Packed,
    Relaxation,
    cost_of,
    dive,
    fix_whole,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from functions.oke_autoscaler.decide.scale_up.knapsack import Vector

TURNS = 4
KEPT = (0, 1, 2, 4)
"""How much of the relaxation's whole numbers the exact search may undo, tried one after another."""
TAILS = 5
"""Last steps of a dive that are searched exactly."""
DEEP = 40
"""Most nodes that an exact search may still have to fill."""
NEAR = 0.004
"""A packing this near to the relaxation is good enough: of 250 nodes, one."""
LARGE = 10
"""Items from which only dives are tried."""


def cover(items: Sequence[Vector], bins: Sequence[Bin], demand: Sequence[int]) -> Packed:
    """Patterns on nodes that hold ``demand`` of each item; every item with a demand must fit some bin."""
    program = CoveringProgram(items, bins)
    relaxation = program.relax(demand)
    step = cost_step(bins)
    lowest = ceil(relaxation.cost / step - 1e-6) * step if step else relaxation.cost
    target = max(lowest, relaxation.cost * (1 + NEAR)) + 1e-9
    small = sum(1 for count in demand if count) <= LARGE
    best: Packed = []
    for turn in range(TURNS if small else 1):
        steps = dive(program, demand, turn)
        packed = [entry for entries in steps for entry in entries]
        if not best or cost_of(packed) < cost_of(best) - 1e-9:
            best = packed
        if cost_of(best) > target and small:
            best = _retry_tails(program, steps, best)
        if cost_of(best) <= target:
            return best
    return _refine(program, relaxation, demand, best, target) if small else best


def _retry_tails(program: CoveringProgram, steps: list[Packed], best: Packed) -> Packed:
    """Keep the first steps of a dive and search the others exactly, from the last one backwards."""
    for kept in range(len(steps) - 1, max(-1, len(steps) - TAILS), -1):
        head = [entry for entries in steps[:kept] for entry in entries]
        tail = [entry for entries in steps[kept:] for entry in entries]
        if sum(count for _, count in tail) > DEEP:
            break
        left = [sum(column.counts[index] * count for column, count in tail) for index in range(len(program.items))]
        found = _search(program, program.relax(left), left, cost_of(best) - cost_of(head))
        if found is not None:
            best = head + found
    return best


def _refine(
    program: CoveringProgram, relaxation: Relaxation, demand: Sequence[int], best: Packed, target: float
) -> Packed:
    """Fix most of the relaxation and search the rest exactly, with more and more of it left open."""
    for keep in KEPT:
        left = list(demand)
        fixed = fix_whole(relaxation.amounts, keep, left)
        if sum(count for _, count in best) - sum(count for _, count in fixed) > DEEP:
            break
        found = _search(program, relaxation, left, cost_of(best) - cost_of(fixed))
        if found is not None:
            best = fixed + found
        if cost_of(best) <= target:
            break
    return best


def _search(program: CoveringProgram, relaxation: Relaxation, left: Sequence[int], bound: float) -> Packed | None:
    """A covering of the rest that costs less than the bound."""
    return Search(program.items, program.bins, relaxation.values, bound).run(tuple(left))
