"""Least-cost packing of items on new nodes: relaxation, dives, and an exact search of the rest.

The relaxation's cost is a lower bound, so every packing shows how far it can be from the best. Cheap ways come first
and the search ends with the first packing that is near enough.
"""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

from functions.oke_autoscaler.decide.scale_up.branch_and_bound import MAX_STEPS, BranchAndBound
from functions.oke_autoscaler.decide.scale_up.column_generation import (
    MAX_EXACT_ITEMS,
    CoveringProgram,
    Relaxation,
    dive,
)
from functions.oke_autoscaler.decide.scale_up.patterns import Bin, Packed, cost_of, cost_step, fix_whole

if TYPE_CHECKING:
    from collections.abc import Sequence

    from functions.oke_autoscaler.decide.scale_up.effort import Effort
    from functions.oke_autoscaler.decide.scale_up.knapsack import Exclusion, Vector

MAX_DIVES = 4
RELEASED_NODES = (0, 1, 2, 4)
"""Nodes of each pattern that the exact search may undo of the relaxation's whole numbers, tried one after another."""
MAX_TAIL_STEPS = 5
"""Last steps of a dive that are searched exactly."""
MAX_EXACT_NODES = 40
"""Nodes that an exact search may have to fill."""
RELATIVE_GAP = 0.004
"""A packing this near to the relaxation is good enough: of 250 nodes, one."""
ROUNDING = 1e-9
STEPS_OF_EXACT_SEARCH = 2
"""What a step of the exact search costs, in steps of the knapsack."""


def cover(
    items: Sequence[Vector],
    bins: Sequence[Bin],
    demand: Sequence[int],
    exclusions: Sequence[Exclusion] = (),
    effort: Effort | None = None,
) -> Packed:
    """Return patterns on nodes that hold ``demand[i]`` of item i; every item with a demand must fit some bin.

    ``exclusions[i]`` are the items that no node may hold beside item i. When the ``effort`` is spent the search ends,
    and with it the column generation: what is found by then is a covering all the same.
    """
    program = CoveringProgram(items, bins, exclusions, effort)
    relaxation = program.relax(demand)
    target = _good_enough(relaxation.cost, bins)
    small = sum(1 for count in demand if count) <= MAX_EXACT_ITEMS
    best: Packed = []
    for turn in range(MAX_DIVES if small else 1):
        steps = dive(program, demand, turn, proven=not small)
        packed = [entry for entries in steps for entry in entries]
        if not best or cost_of(packed) < cost_of(best) - ROUNDING:
            best = packed
        if cost_of(best) > target and small:
            best = _retry_tails(program, steps, best)
        if cost_of(best) <= target:
            return best
    return _refine(program, relaxation, demand, best, target) if small else best


def _good_enough(relaxed_cost: float, bins: Sequence[Bin]) -> float:
    """Return the cost at which the search ends: within RELATIVE_GAP of the relaxation, or optimal.

    No packing costs less than the relaxation, rounded up to a multiple of the cost step: one that costs as much is
    optimal, however wide the gap to the fractions is.
    """
    step = cost_step(bins)
    lowest = ceil(relaxed_cost / step - 1e-6) * step if step else relaxed_cost
    return max(lowest, relaxed_cost * (1 + RELATIVE_GAP)) + ROUNDING


def _retry_tails(program: CoveringProgram, steps: list[Packed], best: Packed) -> Packed:
    """Keep the first steps of a dive and search the others exactly, from the last one backwards.

    A dive goes wrong at its end, where amounts below 1 are rounded up; the whole numbers before are rarely at fault.
    """
    for kept in range(len(steps) - 1, max(-1, len(steps) - MAX_TAIL_STEPS), -1):
        head = [entry for entries in steps[:kept] for entry in entries]
        tail = [entry for entries in steps[kept:] for entry in entries]
        if sum(count for _, count in tail) > MAX_EXACT_NODES:
            break
        left = [sum(column.counts[index] * count for column, count in tail) for index in range(len(program.items))]
        found = _search(program, program.relax(left, proven=False), left, cost_of(best) - cost_of(head))
        if found is not None:
            best = head + found
    return best


def _refine(
    program: CoveringProgram, relaxation: Relaxation, demand: Sequence[int], best: Packed, target: float
) -> Packed:
    """Fix most of the relaxation and search the rest exactly, with more and more of it left open."""
    for released in RELEASED_NODES:
        left = list(demand)
        fixed = fix_whole(relaxation.amounts, released, left)
        if sum(count for _, count in best) - sum(count for _, count in fixed) > MAX_EXACT_NODES:
            break
        found = _search(program, relaxation, left, cost_of(best) - cost_of(fixed))
        if found is not None:
            best = fixed + found
        if cost_of(best) <= target:
            break
    return best


def _search(program: CoveringProgram, relaxation: Relaxation, left: Sequence[int], bound: float) -> Packed | None:
    """Return a covering of the rest that costs less than the bound, None without one."""
    # Dives end in the same rest again and again; what was not found below a bound is not below a lower one either.
    rest = tuple(left)
    if bound <= program.searched.get(rest, 0.0):
        return None
    steps = program.effort.share(MAX_STEPS * STEPS_OF_EXACT_SEARCH) // STEPS_OF_EXACT_SEARCH
    search = BranchAndBound(program.items, program.bins, relaxation.values, bound, program.exclusions, steps)
    found = search.run(rest)
    program.effort.spend(STEPS_OF_EXACT_SEARCH * (steps - search.steps_left))
    if found is None:
        program.searched[rest] = bound
    return found
