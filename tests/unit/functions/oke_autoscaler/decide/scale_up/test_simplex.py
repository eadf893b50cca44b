"""The simplex step and its invariant."""

from __future__ import annotations

import pytest

from functions.oke_autoscaler.decide.scale_up.patterns import PatternColumn
from functions.oke_autoscaler.decide.scale_up.simplex import Simplex

ONLY_A, ONLY_B, BOTH = PatternColumn(0, (2, 0), 4.0), PatternColumn(0, (0, 3), 4.0), PatternColumn(0, (2, 2), 4.0)


def simplex() -> Simplex:
    return Simplex([0, 1], [8, 6], [ONLY_A, ONLY_B])


def test_it_starts_with_each_item_on_nodes_of_its_own() -> None:
    start = simplex()
    assert start.solution() == [(ONLY_A, 4.0), (ONLY_B, 2.0)]
    assert start.cost() == 24
    assert start.duals() == pytest.approx([2.0, 4 / 3])


def test_a_pattern_that_enters_replaces_the_one_that_reaches_zero_first_and_lowers_the_cost() -> None:
    state = simplex()
    state.enter(BOTH)
    assert state.solution() == [(ONLY_A, pytest.approx(1.0)), (BOTH, pytest.approx(3.0))]
    assert state.cost() == pytest.approx(16)


def test_after_every_pivot_the_demand_is_covered_exactly_and_no_amount_is_negative() -> None:
    state = simplex()
    for entering in (BOTH, 2, ONLY_B):
        state.enter(entering)
        vectors = [state._vector(entry) for entry in state.basis]
        assert min(state.amounts) >= 0
        covered = [sum(a * v[row] for a, v in zip(state.amounts, vectors, strict=True)) for row in range(2)]
        assert covered == pytest.approx([8, 6])
        products = [[sum(a * v[k] for k, a in enumerate(line)) for v in vectors] for line in state.inverse]
        assert products == [pytest.approx([1, 0]), pytest.approx([0, 1])]


def test_a_negative_price_lets_the_surplus_of_its_row_enter() -> None:
    assert simplex().surplus([1.0, -0.5]) == 2
    assert simplex().surplus([0.0, 0.5]) is None
    assert simplex().surplus([]) is None
