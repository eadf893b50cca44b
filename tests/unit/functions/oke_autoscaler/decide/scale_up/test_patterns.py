"""Patterns and packings made of them."""

from __future__ import annotations

import pytest

from functions.oke_autoscaler.decide.scale_up.patterns import Bin, PatternColumn, cost_of, cost_step, fix_whole, take

COLUMN = PatternColumn(0, (2, 1), 5.0)


def test_a_pattern_is_used_as_long_as_its_items_are_needed_and_the_last_is_less_full() -> None:
    left = [5, 1]
    assert take(COLUMN, 9, left) == [
        (COLUMN, 1),
        (PatternColumn(0, (2, 0), 5.0), 1),
        (PatternColumn(0, (1, 0), 5.0), 1),
    ]
    assert left == [0, 0]


def test_whole_numbers_are_fixed_but_for_the_nodes_released() -> None:
    left = [20, 20]
    assert fix_whole([(COLUMN, 3.7)], 0, left) == [(COLUMN, 3)]
    assert left == [14, 17]
    assert fix_whole([(COLUMN, 2.99999999)], 1, left) == [(COLUMN, 2)]
    assert fix_whole([(COLUMN, 0.9)], 0, left) == []


@pytest.mark.parametrize(("costs", "step"), [((4.0, 6.0), 2), ((7.0,), 7), ((4.0, 6.5), 0), ((0.0, 3.0), 3)])
def test_costs_of_packings_are_multiples_of_the_step(costs: tuple[float, ...], step: float) -> None:
    assert cost_step([Bin((1,), cost, (0,)) for cost in costs]) == step


def test_a_packing_costs_what_its_nodes_cost() -> None:
    assert cost_of([(COLUMN, 3), (PatternColumn(1, (0, 1), 2.0), 2)]) == 19
