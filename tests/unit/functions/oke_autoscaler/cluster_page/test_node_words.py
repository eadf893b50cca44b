"""What happens to a node next: when it leaves, and that one which may not is told so, whatever time goes by."""

from __future__ import annotations

import pytest

from functions.oke_autoscaler.cluster_page.node_words import what_happens
from functions.oke_autoscaler.model.decision import NodeCounts, NodeVerdict, PoolVerdict


def waiting(detail: str, reason: str = "NotUnneededLongEnough") -> NodeVerdict:
    return NodeVerdict("n", "web", remove_now_reason=reason, details={reason: detail})


def of_size(size: int, minimum: int) -> PoolVerdict:
    return PoolVerdict("i", "web", size, size, "no-resource-pressure", "ready", counts=NodeCounts(min_size=minimum))


@pytest.mark.parametrize(
    ("detail", "says"),
    [
        ("for 6.0 of 10 minutes", "leaves in 4 min unless a pod needs it"),
        ("for 9.5 of 10 minutes", "leaves within a minute unless a pod needs it"),
        ("for 15.0 of 20 minutes, regretted removals: 1", "leaves in 5 min unless a pod needs it"),
    ],
)
def test_a_node_that_nothing_needs_says_when_it_leaves(detail: str, says: str) -> None:
    assert what_happens(waiting(detail), of_size(3, 1)) == says


def test_a_node_that_may_not_leave_says_so_first() -> None:
    verdict = waiting("for 6.0 of 10 minutes")
    assert what_happens(verdict, of_size(2, 2)) == "idle, stays: its pool is at its minimum of 2"
    assert what_happens(verdict, of_size(3, 1), scale_down_on=False).startswith("idle, stays: no node leaves")


def test_an_unknown_reason_is_shown_as_it_is_and_one_of_turns_as_waiting() -> None:
    assert what_happens(NodeVerdict("n", "web", remove_now_reason="Strange"), None) == "stays: Strange"
    turn = "DisruptionBudget (1 going, 0 not ready, 1 of 9 allowed)"
    assert what_happens(NodeVerdict("n", "web", remove_now_reason=turn), None) == f"waits for its turn to leave: {turn}"
