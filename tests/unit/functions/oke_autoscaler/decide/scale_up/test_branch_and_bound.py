"""The exact search against the least cost of all packings."""

from __future__ import annotations

from functools import cache
from itertools import product

import pytest

from functions.oke_autoscaler.decide.scale_up.branch_and_bound import BranchAndBound
from functions.oke_autoscaler.decide.scale_up.column_generation import CoveringProgram
from functions.oke_autoscaler.decide.scale_up.patterns import Bin, cost_of
from tests.unit.functions.oke_autoscaler.decide.scale_up.test_column_generation import random_problem


def least_cost(
    items: list[tuple[int, ...]], bins: list[Bin], demand: tuple[int, ...], apart: tuple[frozenset[int], ...] = ()
) -> float:
    def fits(counts: tuple[int, ...], each: Bin) -> bool:
        if any(
            counts[a] and (counts[b] if a != b else counts[a] > 1) for a, others in enumerate(apart) for b in others
        ):
            return False
        used = [sum(n * item[r] for n, item in zip(counts, items, strict=True)) for r in range(len(each.capacity))]
        return all(have >= need for have, need in zip(each.capacity, used, strict=True))

    @cache
    def cost(left: tuple[int, ...]) -> float:
        if not any(left):
            return 0.0
        sets = [counts for counts in product(*(range(n + 1) for n in left)) if any(counts)]
        return min(
            each.cost + cost(tuple(a - b for a, b in zip(left, counts, strict=True)))
            for counts in sets
            for each in bins
            if fits(counts, each)
        )

    return cost(demand)


@pytest.mark.parametrize("seed", range(20))
def test_the_least_cost_is_found_and_nothing_below_it(seed: int) -> None:
    items, bins, _ = random_problem(seed)
    demand = (2, 3, 2)
    values = CoveringProgram(items, bins).relax(demand).values
    least = least_cost(items, bins, demand)
    found = BranchAndBound(items, bins, values, least + 1).run(demand)
    assert found is not None
    assert cost_of(found) == least
    assert BranchAndBound(items, bins, values, least).run(demand) is None


APART = [(), ((0,), (), ()), ((0,), (1,), (2,)), ((1,), (0,), ()), ((0, 1), (0, 1), ()), ((1,), (0, 2), (1, 2))]


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("rows", APART)
def test_the_least_cost_is_found_among_sets_without_items_that_keep_apart(
    seed: int, rows: tuple[tuple[int, ...], ...]
) -> None:
    items, bins, _ = random_problem(seed)
    demand, apart = (2, 3, 2), tuple(frozenset(row) for row in rows)
    values = CoveringProgram(items, bins, apart).relax(demand).values
    least = least_cost(items, bins, demand, apart)
    found = BranchAndBound(items, bins, values, least + 1, apart).run(demand)
    assert found is not None
    assert cost_of(found) == least
    assert BranchAndBound(items, bins, values, least, apart).run(demand) is None


def test_costs_that_are_not_whole_are_compared_as_they_are() -> None:
    bins = [Bin((10,), 5.0, (0,)), Bin((10,), 4.5, (1,))]
    assert BranchAndBound([(4,), (4,)], bins, [0.0, 0.0], 9.5).run((2, 2)) is None
    found = BranchAndBound([(4,), (4,)], bins, [0.0, 0.0], 9.6).run((2, 2))
    assert found is not None
    assert cost_of(found) == 9.5


def test_a_search_that_is_cut_short_says_that_it_found_nothing() -> None:
    search = BranchAndBound([(6,), (4,)], [Bin((10,), 1.0, (0, 1))], [0.5, 0.5], 9.0)
    search.steps_left = 0
    assert search.run((3, 3)) is None
