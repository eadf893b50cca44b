"""What is remembered of drains: progress, and nothing of removals that are over."""

from __future__ import annotations

import pytest

from functions.oke_autoscaler.decide.scale_down.drain_records import Drain, last_progress, with_drains
from functions.oke_autoscaler.model.kubernetes_objects import Metadata, Node, NodeSpec, Taint
from functions.oke_autoscaler.model.tick_state import DrainRecord, TickState

NOW = 10_000.0


def node(name: str, *, going: bool = True) -> Node:
    taints = [Taint(key="ToBeDeletedByClusterAutoscaler", value="1", effect="NoSchedule")] if going else None
    return Node(metadata=Metadata(name=name), spec=NodeSpec(taints=taints))


@pytest.mark.parametrize(
    ("record", "left", "moved"),
    [
        (None, 3, 1000),
        (DrainRecord(1000, 2000, left=3), 3, 2000),
        (DrainRecord(1000, 2000, left=4), 3, NOW),
        (DrainRecord(1000, 2000, left=2), 3, 2000),
        (DrainRecord(1000, 2000), 3, 2000),
        (DrainRecord(1000, 5, left=3), 3, 1000),
        (DrainRecord(1000, NOW * 2, left=3), 3, NOW),
        (DrainRecord(900, 2000, left=9), 3, 1000),
    ],
)
def test_a_pod_that_went_is_progress(record: DrainRecord | None, left: int, moved: float) -> None:
    assert last_progress(record, 1000, left, NOW) == moved


def test_an_accepted_eviction_is_progress_and_a_refused_one_is_none() -> None:
    before = TickState(drains={name: DrainRecord(1000, 2000, left=3) for name in ("a", "b")})
    state = with_drains(before, {"a": Drain(1000, 3, evicted=1), "b": Drain(1000, 3)}, [node("a"), node("b")], NOW)
    assert state.drains == {"a": DrainRecord(1000, NOW, left=3), "b": DrainRecord(1000, 2000, left=3)}


def test_a_removal_that_is_over_is_forgotten_and_another_functions_is_kept() -> None:
    before = TickState(drains={name: DrainRecord(1000, 2000) for name in ("gone", "back", "theirs")})
    state = with_drains(before, {}, [node("back", going=False), node("theirs")], NOW)
    assert set(state.drains) == {"theirs"}
