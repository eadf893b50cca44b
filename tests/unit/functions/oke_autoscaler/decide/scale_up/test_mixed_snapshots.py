"""Random mixed snapshots: never dearer than first-fit-decreasing, within a bounded effort; seeds name the tests."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from bench.mixed_snapshots import apps_of, mixed_snapshot, simple_costs
from bench.packing_gap import kinds_of
from functions.oke_autoscaler.decide.scale_up.plan import plan_scale_up
from functions.oke_autoscaler.decide.simulation.cluster_state import build_cluster_state
from functions.oke_autoscaler.explain.snapshot_file import read
from functions.oke_autoscaler.model.nodes import ZONE

MAX_EFFORT = 70_000
"""Steps for the 200 pods and fewer of a snapshot; about 0.25 CPU seconds here."""


def check(seed: int) -> None:
    snapshot = mixed_snapshot(seed)
    state = build_cluster_state(*read(json.dumps(snapshot).encode(), 0.0), {})
    apps, kinds = apps_of(snapshot), kinds_of(state)
    plan = plan_scale_up(state)
    assert not plan.left
    assert plan.effort <= MAX_EFFORT, f"seed {seed}"
    costs = {offering.pool_status.id: offering.cost for offering in state.offerings}
    cost = sum(costs[pool] * count for pool, count in plan.new_nodes.items())
    assert cost <= min(simple_costs(apps, kinds).values()), f"seed {seed}"
    on: dict[str, Counter[str]] = {}
    zones: dict[str, Counter[str]] = {app.name: Counter() for app in apps}
    for group in state.pending:
        for node, pods in plan.placed[group.ident]:
            app = group.pending[0].metadata.labels["app"]  # type: ignore[index]
            on.setdefault(node.name, Counter())[app] += pods
            zones[app][node.labels[ZONE]] += pods
    for app in apps:
        assert not app.apart or all(counts[app.name] <= 1 for counts in on.values()), f"seed {seed}: {app.name}"
        assert sum(zones[app.name].values()) == app.pods


@pytest.mark.parametrize("seed", [*range(18), 30, 36])
def test_a_plan_is_not_dearer_than_first_fit_decreasing(seed: int) -> None:
    check(seed)


@pytest.mark.soak
@pytest.mark.timeout(1200)
def test_no_plan_of_200_is_dearer_than_first_fit_decreasing() -> None:
    for seed in range(200):
        check(seed)
