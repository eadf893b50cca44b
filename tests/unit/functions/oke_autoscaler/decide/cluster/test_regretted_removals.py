"""After a removal that the next purchase regrets, idle nodes of the pool are kept for longer."""

from __future__ import annotations

import json
from typing import Any

import pytest

from functions.oke_autoscaler.decide.cluster.regretted_removals import changes_by_pool, find_regrets, kept_for
from functions.oke_autoscaler.explain.command import explain
from functions.oke_autoscaler.model.tick_state import ChangeRecord
from functions.oke_autoscaler.pool_settings import Thresholds
from tests.unit.functions.oke_autoscaler.builders import CLOCK, node, pool

MINUTE = 60.0
MARKED = {"key": "DeletionCandidateOfClusterAutoscaler", "effect": "PreferNoSchedule"}


def bought(at: float, pods: int = 1, pool_name: str = "p") -> ChangeRecord:
    return ChangeRecord(at * MINUTE, "scale-up", pool=pool_name, pods_count=pods)


def removed(at: float, why: str = "unneeded") -> ChangeRecord:
    return ChangeRecord(at * MINUTE, "scale-down", why, pool="p")


@pytest.mark.parametrize(
    ("changes", "regrets", "still_open"),
    [
        ([removed(0), bought(9)], 1, None),
        ([removed(0), bought(9), bought(10)], 1, None),
        ([removed(0), bought(9), removed(20, "cpu+ram"), bought(30)], 2, None),
        ([removed(0), removed(8), bought(17)], 1, None),  # the last of several counts
        ([removed(0), bought(11)], 0, None),  # the lull was longer
        ([bought(0), removed(9)], 0, 9 * MINUTE),
        ([removed(0, "nodes-do-not-join"), bought(5)], 0, None),  # nobody gave up an idle node
        ([removed(0, "replaced"), bought(5)], 0, None),
        ([removed(0), bought(5, pods=0)], 0, 0.0),  # a minimum that a schedule raised
    ],
)
def test_a_purchase_right_after_the_removal_of_an_idle_node_regrets_it(
    changes: list[ChangeRecord], regrets: int, still_open: float | None
) -> None:
    found, removed_at = find_regrets(changes, 10)
    assert (len(found), removed_at) == (regrets, still_open)


def test_only_the_last_hours_count_and_each_pool_for_itself() -> None:
    changes = [removed(0), bought(5), removed(300), bought(305), bought(306, pool_name="q")]
    by_pool = changes_by_pool(changes, 362 * MINUTE)
    assert {name: len(found) for name, found in by_pool.items()} == {"p": 3, "q": 1}
    assert len(find_regrets(by_pool["p"], 10)[0]) == 1
    assert changes_by_pool([bought(500)], 362 * MINUTE) == {}


def test_the_time_doubles_and_ends_at_four_times_what_the_owner_accepts() -> None:
    own = Thresholds(unneeded_minutes=10)
    assert [kept_for(own, count).unneeded_minutes for count in (0, 1, 2, 3, 400)] == [10, 20, 40, 40, 40]


def verdict(*history: dict[str, Any], idle_minutes: float = 15.0) -> Any:
    marked = {**MARKED, "value": str(int(CLOCK - idle_minutes * 60))}
    nodes = [node("n", 4000, 16 * 1024**3, taints=[marked])]
    made = {"node_pools": [pool("p", 1, ["n"])], "nodes": nodes, "pods": [], "state": {"history": list(history)}}
    settings = {"node_pool_eval_cpu_load": 50, "unneeded_minutes": 10}
    return explain(json.dumps({**made, "settings": settings}).encode(), CLOCK).nodes[0]


def test_an_idle_node_of_such_a_pool_stays_for_the_longer_time_and_the_reason_says_so() -> None:
    regret = (
        {"at": CLOCK - 3000, "what": "scale-down", "why": "unneeded", "pool": "p"},
        {"at": CLOCK - 2700, "what": "scale-up", "pool": "p", "podsCount": 1},
    )
    assert verdict().remove_now
    kept = verdict(*regret)
    assert not kept.remove_now
    assert kept.stays == "NotUnneededLongEnough (for 15.0 of 20 minutes, regretted removals: 1)"
    assert verdict(*regret, idle_minutes=21).remove_now
