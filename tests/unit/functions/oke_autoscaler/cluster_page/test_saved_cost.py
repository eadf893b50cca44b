"""What is saved against a fixed size: the sum in words, over what is remembered, and why it is not known."""

from __future__ import annotations

import pytest

from functions.oke_autoscaler.cluster_page.saved_cost import (
    MONTH_SECONDS,
    saved_a_month,
    saved_rule,
    saved_since,
    since_words,
    why_unknown,
)
from functions.oke_autoscaler.model.decision import NodeCounts, PoolVerdict
from functions.oke_autoscaler.model.tick_state import ChangeRecord
from functions.oke_autoscaler.pool_settings import NO_LIMIT

TIMES = "\N{MULTIPLICATION SIGN}"


def verdict(name: str, size: int, maximum: int, cost: float | None) -> PoolVerdict:
    counts = NodeCounts(max_size=maximum)
    return PoolVerdict(name, name, size, size, "no-resource-pressure", "ready", counts=counts, node_cost=cost)


def test_the_rule_is_the_sum_in_words() -> None:
    pools = [verdict("a", 4, 9, 43.2), verdict("b", 0, 2, 100.0)]
    assert saved_a_month(pools) == pytest.approx(5 * 43.2 + 200)
    assert saved_rule(pools) == (
        f"If each pool always had its max_size nodes: 9 {TIMES} 43.20 + 2 {TIMES} 100.00 = 588.80 a month. "
        "Now: 172.80. Saved: 416.00 a month."
    )


def test_over_the_changes_each_size_counts_for_as_long_as_it_held() -> None:
    half = MONTH_SECONDS / 2
    history = [
        ChangeRecord(at=0.0, what="scale-up", pool="a", size_before=1, size_after=10),
        ChangeRecord(at=half, what="scale-down", pool="a", size_before=10, size_after=4),
    ]
    found = saved_since(history, [verdict("a", 4, 10, 100.0)], MONTH_SECONDS)
    assert found == (0.0, pytest.approx(300.0)), "half a month at the maximum, half of it six nodes fewer"
    assert since_words(found, MONTH_SECONDS).startswith("Over the 30 days that ticks remember: 300.00 saved")
    assert saved_since([], [verdict("a", 4, 10, 100.0)], 1.0) is None


@pytest.mark.parametrize(
    ("pool", "says"),
    [(verdict("a", 1, 9, None), "a costs is not known"), (verdict("a", 1, NO_LIMIT, 2.0), "a has no maximum")],
)
def test_what_is_not_known_is_said(pool: PoolVerdict, says: str) -> None:
    assert says in why_unknown([pool])
