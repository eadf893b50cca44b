"""Cases in which a cluster is right and a model of it is wrong, each after a public report or manual."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.unit.functions.oke_autoscaler.builders import run

if TYPE_CHECKING:
    from functions.oke_autoscaler.model.decision import Decision

Json = dict[str, Any]
CASES: list[Json] = json.loads((Path(__file__).parent / "autoscaler_reality" / "cases.json").read_text())
COST_PER_VCPU, COST_PER_GIB = 25, 3


def grown(decision: Decision) -> set[str]:
    return {pool.name for pool in decision.pools if pool.wanted_size > pool.size}


def grows(case: Json, decision: Decision, pools: list[str]) -> None:
    for pool in pools:
        assert grown(decision) if pool == "*" else pool in grown(decision)


def stays(case: Json, decision: Decision, pools: list[str]) -> None:
    for pool in pools:
        assert not grown(decision) if pool == "*" else pool not in grown(decision)


def removes(case: Json, decision: Decision, names: list[str]) -> None:
    for text in names:
        assert any(text in node.node for node in decision.nodes if node.remove_now)


def removes_at_most(case: Json, decision: Decision, most: int) -> None:
    assert sum(node.remove_now for node in decision.nodes) <= most


def spread(case: Json, decision: Decision, pools: int) -> None:
    new = [pool.wanted_size - pool.size for pool in decision.pools]
    assert len(new) == pools
    assert max(new) - min(new) <= 1


def pod_reason_not(case: Json, decision: Decision, reason: str) -> None:
    assert reason not in {pod.reason for pod in decision.pods}


def cost_at_most(case: Json, decision: Decision, most: float) -> None:
    stated = {row["id"]: row.get("cost") for row in case["snapshot"]["settings"]["node_pools"]}
    shapes = {pool["id"]: pool.get("nodeShapeConfig") for pool in case["snapshot"]["node_pools"]}
    total = 0.0
    for pool in decision.pools:
        size = shapes[pool.id] or {"ocpus": 0, "memoryInGBs": 0}
        usual = 2 * size["ocpus"] * COST_PER_VCPU + size["memoryInGBs"] * COST_PER_GIB
        total += (pool.wanted_size - pool.size) * (stated[pool.id] if stated[pool.id] is not None else usual)
    assert all(pod.placed_on for pod in decision.pods)
    assert total <= most


CHECKS: dict[str, Callable[[Json, Decision, Any], None]] = {
    "grow": grows,
    "not_grow": stays,
    "removes": removes,
    "removes_at_most": removes_at_most,
    "spread": spread,
    "pod_reason_not": pod_reason_not,
    "cost_at_most": cost_at_most,
}


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_the_answer_is_what_the_cluster_says(case: Json) -> None:
    decision = run(case["snapshot"])
    assert case["expect"]
    for kind, value in case["expect"].items():
        CHECKS[kind](case, decision, value)
