"""Packings of least cost."""

from __future__ import annotations

import pytest

from functions.oke_autoscaler.decide.scale_up.covering import RELATIVE_GAP, cover
from functions.oke_autoscaler.decide.scale_up.effort import Effort
from functions.oke_autoscaler.decide.scale_up.patterns import Bin, cost_of
from tests.unit.functions.oke_autoscaler.decide.scale_up.test_branch_and_bound import least_cost
from tests.unit.functions.oke_autoscaler.decide.scale_up.test_column_generation import random_problem


@pytest.mark.parametrize("seed", range(20))
def test_a_small_packing_costs_the_least_and_holds_everything(seed: int) -> None:
    items, bins, _ = random_problem(seed)
    packed = cover(items, bins, (3, 2, 3))
    assert [sum(column.counts[i] * count for column, count in packed) for i in range(3)] == [3, 2, 3]
    assert cost_of(packed) <= least_cost(items, bins, (3, 2, 3)) * (1 + RELATIVE_GAP)
    for column, _ in packed:
        used = [sum(n * item[r] for n, item in zip(column.counts, items, strict=True)) for r in range(2)]
        assert all(have >= need for have, need in zip(bins[column.bin].capacity, used, strict=True))


@pytest.mark.parametrize("seed", range(20))
def test_items_that_keep_apart_are_on_no_node_together(seed: int) -> None:
    items, bins, _ = random_problem(seed)
    apart = (frozenset({0}), frozenset({2}), frozenset({1, 2}))
    packed = cover(items, bins, (3, 2, 3), apart)
    assert [sum(column.counts[i] * count for column, count in packed) for i in range(3)] == [3, 2, 3]
    assert cost_of(packed) <= least_cost(items, bins, (3, 2, 3), apart) * (1 + RELATIVE_GAP)
    assert all(c.counts[0] <= 1 and c.counts[2] <= 1 and not (c.counts[1] and c.counts[2]) for c, _ in packed)


@pytest.mark.parametrize("steps", [0, 1, 10, 100])
def test_a_covering_holds_everything_however_little_effort_there_is(steps: int) -> None:
    items, bins, _ = random_problem(1)
    packed = cover(items, bins, (30, 20, 30), (), Effort(steps))
    assert [sum(column.counts[i] * count for column, count in packed) for i in range(3)] == [30, 20, 30]


def test_two_items_in_three_nodes_where_greed_needs_four() -> None:
    assert cost_of(cover([(6, 1), (4, 1), (5, 1)], [Bin((10, 9), 1.0, (0, 1, 2))], (2, 2, 2))) == 3


def test_of_bins_of_equal_cost_a_packing_uses_the_first() -> None:
    bins = [Bin((10,), 1.0, (0,)), Bin((10,), 1.0, (0,))]
    assert {column.bin for column, _ in cover([(3,)], bins, (7,))} == {0}
