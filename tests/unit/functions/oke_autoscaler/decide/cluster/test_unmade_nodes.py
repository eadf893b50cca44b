"""When the nodes that OKE could not make are taken back, and that taking them back says nothing about capacity."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from functions.oke_autoscaler.decide.cluster.unmade_nodes import find_backoff, find_smaller_size
from functions.oke_autoscaler.model.oci_objects import (
    NodeConfig,
    NodeError,
    NodePool,
    OkeNode,
    WorkRequest,
    WorkResource,
)
from functions.oke_autoscaler.model.tick_state import ChangeRecord
from functions.oke_autoscaler.settings import Settings

NOW = 1_700_000_000.0
FAILED = OkeNode(id="", lifecycle_state="FAILING", node_error=NodeError(message="Out of host capacity."))
LIVE = OkeNode(id="a", lifecycle_state="ACTIVE")


def pool(size: int, *nodes: OkeNode) -> NodePool:
    return NodePool("id", "p", node_config_details=NodeConfig(size=size), nodes=list(nodes))


def work(status: str, minutes_ago: float) -> WorkRequest:
    at = datetime.fromtimestamp(NOW - minutes_ago * 60, UTC).isoformat()
    return WorkRequest("w", status=status, time_accepted=at, time_finished=at, resources=[WorkResource("id")])


def change(what: str, minutes_ago: float, size: int | None = None, pool_name: str = "p") -> ChangeRecord:
    return ChangeRecord(NOW - minutes_ago * 60, what, pool=pool_name, size_after=size)


GREW = change("scale-up", 9, 3)


@pytest.mark.parametrize(
    ("found", "low", "history", "idle_seconds", "size"),
    [
        (pool(3, LIVE, FAILED, FAILED), 0, [GREW], None, 1),
        (pool(3, LIVE, FAILED, FAILED), 2, [GREW], None, 2),
        (pool(3, LIVE, FAILED, FAILED), 3, [GREW], None, None),
        (pool(3, LIVE, FAILED, FAILED), 0, [GREW, change("scale-down", 8, 2, "q")], None, 1),
        # Somebody else has set the size since, or a tick has taken nodes away: it is as old as the newest work.
        (pool(4, LIVE, FAILED, FAILED, FAILED), 0, [GREW], None, None),
        (pool(4, LIVE, FAILED, FAILED, FAILED), 0, [GREW], 600.0, None),
        (pool(4, LIVE, FAILED, FAILED, FAILED), 0, [GREW], 480.0, 1),
        (pool(3, LIVE, FAILED, FAILED), 0, [], 480.0, 1),
        (pool(3, LIVE, FAILED, FAILED), 0, [], None, None),
        # One without an instance and without an error is still being made.
        (pool(3, LIVE, FAILED, OkeNode(id="", lifecycle_state="ACTIVE")), 0, [GREW], 0.0, None),
        (pool(1, LIVE, FAILED), 0, [change("scale-up", 9, 1)], 0.0, None),  # the size does not count it
    ],
)
def test_the_size_falls_to_what_exists_and_within_the_minimum(
    found: NodePool, low: int, history: list[ChangeRecord], idle_seconds: float | None, size: int | None
) -> None:
    assert find_smaller_size(found, low, work("FAILED", 8), history, idle_seconds, NOW) == size


def backoff(requests: list[WorkRequest], *changes: ChangeRecord) -> str:
    return find_backoff(pool(1, LIVE), requests, changes, Settings(cluster_id="c", backoff_minutes=5), NOW)


def test_the_work_of_taking_back_ends_no_backoff() -> None:
    requests = [work("SUCCEEDED", 2), work("FAILED", 4)]
    assert backoff(requests) == ""
    assert backoff(requests, change("taken-back", 2)) == "out-of-capacity"
    assert backoff(requests, change("taken-back", 30)) == ""
    assert backoff([work("SUCCEEDED", 3), work("FAILED", 6)], change("taken-back", 3)) == ""  # five minutes are over
    assert backoff([work("FAILED", 2), work("SUCCEEDED", 3), work("FAILED", 6)], change("taken-back", 3)) != ""
