"""The most valuable set for one node, against all sets tried one by one."""

from __future__ import annotations

import random
from itertools import product

import pytest

from functions.oke_autoscaler.decide.scale_up.effort import Effort
from functions.oke_autoscaler.decide.scale_up.knapsack import UNBOUNDED, Knapsack, max_count


def best_of_all(
    capacity: tuple[int, ...], items: list[tuple[int, ...]], values: list[float], limits: list[int]
) -> float:
    best = 0.0
    for counts in product(*(range(limit + 1) for limit in limits)):
        used = [sum(n * item[r] for n, item in zip(counts, items, strict=True)) for r in range(len(capacity))]
        if all(have >= need for have, need in zip(capacity, used, strict=True)):
            best = max(best, sum(n * value for n, value in zip(counts, values, strict=True)))
    return best


@pytest.mark.parametrize("seed", range(40))
def test_the_value_is_that_of_the_best_of_all_sets(seed: int) -> None:
    rng = random.Random(seed)  # noqa: S311  (repeatable cases)
    items = [(rng.randint(1, 9), rng.randint(1, 9), 1) for _ in range(4)]
    capacity, limits = (rng.randint(5, 20), rng.randint(5, 20), 6), [rng.randint(0, 4) for _ in items]
    values = [rng.choice((0.0, 1.0, 2.5, 4.0)) for _ in items]
    value, counts = Knapsack(capacity, items, range(4)).best(values, limits)
    assert value == pytest.approx(best_of_all(capacity, items, values, limits))
    assert value == pytest.approx(sum(n * each for n, each in zip(counts, values, strict=True)))
    assert all(n <= limit for n, limit in zip(counts, limits, strict=True))


@pytest.mark.parametrize("seed", range(60))
def test_with_one_resource_the_bound_is_tight_and_cuts_nothing_that_is_better(seed: int) -> None:
    rng = random.Random(seed)  # noqa: S311  (repeatable cases)
    items = [(rng.randint(2, 9),) for _ in range(4)]
    limits = [rng.randint(1, 4) for _ in items]
    values = [item[0] * rng.choice((0.9, 1.0, 1.1)) for item in items]
    value, _ = Knapsack((29,), items, range(4)).best(values, limits)
    assert value == pytest.approx(best_of_all((29,), items, values, limits))


def test_the_densest_item_is_not_always_the_best_one() -> None:
    assert Knapsack((10,), [(6,), (5,)], (0, 1)).best([6.6, 5.0], [5, 5]) == (10.0, (0, 2))


def test_an_item_that_may_not_run_there_or_is_too_large_is_in_no_set() -> None:
    knapsack = Knapsack((10,), [(2,), (11,), (2,)], (0, 1))
    assert knapsack.allowed == [0]
    assert knapsack.best([1.0, 9.0, 9.0], [5, 5, 5]) == (5.0, (5, 0, 0))


def test_a_resource_that_a_node_has_not_holds_nothing_of_it() -> None:
    assert Knapsack((10, 0), [(1, 1), (1, 0)], (0, 1)).best([5.0, 1.0], [9, 3]) == (3.0, (0, 3))


@pytest.mark.parametrize(("item", "count"), [((3, 1), 3), ((0, 5), 2), ((0, 0), UNBOUNDED), ((11, 1), 0)])
def test_how_many_of_an_item_fit(item: tuple[int, int], count: int) -> None:
    assert max_count(item, (10, 10)) == count


@pytest.mark.parametrize("seed", range(60))
def test_items_that_keep_apart_are_in_no_set_together(seed: int) -> None:
    rng = random.Random(seed)  # noqa: S311  (repeatable cases)
    items = [(rng.randint(1, 9), rng.randint(1, 9)) for _ in range(5)]
    limits, values = [rng.randint(1, 3) for _ in items], [float(rng.randint(1, 9)) for _ in items]
    pairs = {(a, b) for a in range(5) for b in range(a, 5) if rng.random() < 0.3}
    apart = [frozenset(b for b in range(5) if (a, b) in pairs or (b, a) in pairs) for a in range(5)]
    best = 0.0
    for counts in product(*(range(limit + 1) for limit in limits)):
        used = [sum(n * item[r] for n, item in zip(counts, items, strict=True)) for r in range(2)]
        meets = any((counts[a] and counts[b]) if a != b else counts[a] > 1 for a, b in pairs)
        if not meets and max(used) <= 20:
            best = max(best, sum(n * value for n, value in zip(counts, values, strict=True)))
    value, counts = Knapsack((20, 20), items, range(5), apart).best(values, limits)
    assert value == pytest.approx(best)
    assert not any((counts[a] and counts[b]) if a != b else counts[a] > 1 for a, b in pairs)


def test_a_search_pays_for_its_steps_and_ends_when_there_are_none_left() -> None:
    knapsack, effort = Knapsack((10,), [(6,), (5,)], (0, 1)), Effort(3)
    assert knapsack.best([6.6, 5.0], [5, 5], effort)[0] == 6.6
    assert effort.left <= 0
    assert knapsack.best([6.6, 5.0], [5, 5], effort) == (0.0, (0, 0))
