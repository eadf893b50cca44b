"""A node bought, deleted and bought again for the same pods is named; a load that comes and goes is not."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from functions.oke_autoscaler.act.answers import tick_answer
from functions.oke_autoscaler.explain.command import explain
from functions.oke_autoscaler.explain.text import text
from tests.unit.functions.oke_autoscaler.builders import CLOCK, pod, pool

GIB = 1024**3
Json = dict[str, Any]
OWNER = "default/ReplicaSet/web"


def change(minutes_ago: float, what: str, **more: Any) -> Json:
    return {"at": CLOCK - minutes_ago * 60, "what": what, "pool": "p", **more}


def decide_after(*history: Json, created_minutes_ago: float = 60.0, count: int = 1) -> Any:
    waiting = [pod(f"web-{index}", 900, GIB, "web") for index in range(count)]
    for each in waiting:
        created = datetime.fromtimestamp(CLOCK - created_minutes_ago * 60, tz=UTC)
        each["metadata"]["creationTimestamp"] = created.isoformat()
    empty = pool("p", 0, [], nodeShape="VM.Standard.E4.Flex", nodeShapeConfig={"ocpus": 2, "memoryInGBs": 16})
    made = {"node_pools": [empty], "nodes": [], "pods": waiting, "state": {"history": list(history)}}
    return explain(json.dumps(made).encode(), CLOCK)


BOUGHT = change(40, "scale-up", pods=["default/web-0"], owners=[OWNER])
DELETED = change(20, "scale-down", nodes=["n"])


def test_a_pod_that_a_node_was_bought_for_and_that_still_waits_is_a_circle() -> None:
    decision = decide_after(BOUGHT, DELETED)
    (answer,) = tick_answer(decision, nodes=False).items()
    assert answer[0] == "warning"
    assert answer[1]["action"] == "scale-up"
    assert answer[1]["flapping"] == (
        "a node was bought for default/web-0 at 23:20Z and one deleted at 23:40Z, now one is bought for the same "
        "again: round 2 in 6 h"
    )
    assert text(decision).startswith("FLAPPING: a node was bought for default/web-0")


def test_each_round_is_counted() -> None:
    rounds = (change(200, "scale-up", pods=["default/web-0"]), change(180, "scale-down"), BOUGHT, DELETED)
    assert "round 3" in decide_after(*rounds, created_minutes_ago=300).pools[0].flapping


def test_pods_that_a_removal_sent_away_and_that_need_a_node_again_are_a_circle() -> None:
    sent_away = change(20, "scale-down", nodes=["n"], pods=["default/web-9"], owners=[OWNER])
    decision = decide_after(change(40, "scale-up", owners=[OWNER]), sent_away, created_minutes_ago=5)
    assert f"bought for {OWNER} at" in decision.pools[0].flapping


def test_a_load_that_comes_and_goes_is_none() -> None:
    assert decide_after(BOUGHT, DELETED, created_minutes_ago=5).pools[0].flapping == ""  # another pod of that name
    assert decide_after(BOUGHT).pools[0].flapping == ""
    assert decide_after(DELETED, created_minutes_ago=300).pools[0].flapping == ""
    elsewhere = {**BOUGHT, "pool": "q"}, {**DELETED, "pool": "q"}
    assert decide_after(*elsewhere).pools[0].flapping == ""
    long_ago = {**BOUGHT, "at": CLOCK - 9 * 3600}, {**DELETED, "at": CLOCK - 8 * 3600}
    assert decide_after(*long_ago, created_minutes_ago=600).pools[0].flapping == ""


def test_a_load_that_comes_back_right_after_a_removal_is_named_with_what_is_done_about_it() -> None:
    """Other pods, of nobody in common: the jobs of a schedule. It is no warning, for nobody has to do anything."""
    removed = change(8, "scale-down", why="unneeded", nodes=["n"])
    decision = decide_after(change(40, "scale-up", pods=["ci/job-1"]), removed, created_minutes_ago=1)
    (level,), (body,) = zip(*tick_answer(decision, nodes=False).items(), strict=True)
    assert level == "success"
    assert body["flapping"] == (
        "a node was deleted at 23:52Z and one is bought again 8 minutes later (regretted removal 1 in 6 h): idle nodes "
        "are kept for 20 minutes from now on, not for 10"
    )
    assert decide_after({**removed, "at": CLOCK - 660}, created_minutes_ago=1).pools[0].flapping == ""
    assert decide_after({**removed, "why": "nodes-do-not-join"}, created_minutes_ago=1).pools[0].flapping == ""


def test_many_names_are_cut() -> None:
    names = [f"default/web-{index}" for index in range(5)]
    decision = decide_after({**BOUGHT, "pods": names}, DELETED, count=5)
    assert "for default/web-0, default/web-1, default/web-2 and 2 more at" in decision.pools[0].flapping
