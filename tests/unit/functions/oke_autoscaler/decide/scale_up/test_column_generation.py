"""The relaxation, its prices, and dives."""

from __future__ import annotations

import random

import pytest

from functions.oke_autoscaler.decide.scale_up.column_generation import CoveringProgram, dive
from functions.oke_autoscaler.decide.scale_up.knapsack import Knapsack
from functions.oke_autoscaler.decide.scale_up.patterns import Bin, cost_of

BIN = Bin((10,), 1.0, (0, 1))


def random_problem(seed: int) -> tuple[list[tuple[int, ...]], list[Bin], list[int]]:
    rng = random.Random(seed)  # noqa: S311  (repeatable cases)
    items = [(rng.randint(1, 6), rng.randint(1, 6)) for _ in range(3)]
    bins = [Bin((size, size + rng.randint(0, 3)), float(size), (0, 1, 2)) for size in (7, 12)]
    return items, bins, [rng.randint(1, 9) for _ in items]


def test_the_relaxation_of_a_known_case() -> None:
    relaxation = CoveringProgram([(6,), (4,)], [BIN]).relax([3, 5])
    assert relaxation.cost == pytest.approx(4)  # three nodes with both, one with two of the small
    assert relaxation.values == pytest.approx([0.5, 0.5])


@pytest.mark.parametrize("seed", range(25))
def test_no_pattern_is_worth_more_than_its_node_and_the_demand_is_worth_the_cost(seed: int) -> None:
    items, bins, demand = random_problem(seed)
    relaxation = CoveringProgram(items, bins).relax(demand)
    for each in bins:
        assert Knapsack(each.capacity, items, each.allowed).best(relaxation.values, demand)[0] <= each.cost + 1e-6
    worth = sum(value * count for value, count in zip(relaxation.values, demand, strict=True))
    assert worth == pytest.approx(relaxation.cost)


@pytest.mark.parametrize("seed", range(25))
def test_a_dive_covers_the_demand_exactly_and_costs_no_less_than_the_relaxation(seed: int) -> None:
    items, bins, demand = random_problem(seed)
    program = CoveringProgram(items, bins)
    packed = [entry for step in dive(program, demand) for entry in step]
    assert [sum(column.counts[i] * count for column, count in packed) for i in range(3)] == demand
    assert cost_of(packed) >= program.relax(demand).cost - 1e-6


def test_an_item_without_demand_has_no_price() -> None:
    assert CoveringProgram([(6,), (4,)], [BIN]).relax([0, 2]).values == pytest.approx([0.0, 0.5])
