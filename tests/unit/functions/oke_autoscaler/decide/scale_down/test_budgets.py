"""Budgets as a tick plans with them: what selects a pod, what is left, and when a pod needs no leave."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from functions.oke_autoscaler.decide.scale_down.budgets import MULTIPLE, NOT_ENOUGH, Budgets
from functions.oke_autoscaler.model.kubernetes_objects import Pod
from functions.oke_autoscaler.model.oci_objects import PodDisruptionBudget


def budget(allowed: int = 1, namespace: str | None = "default", **more: Any) -> PodDisruptionBudget:
    status = {"disruptionsAllowed": allowed, "desiredHealthy": more.pop("desired", 0), "currentHealthy": 1}
    metadata = {"name": "b", **({"namespace": namespace} if namespace else {})}
    spec = {"selector": {"matchLabels": {"app": "web"}}, **more}
    return msgspec.convert({"metadata": metadata, "spec": spec, "status": status}, PodDisruptionBudget)


def pod(namespace: str = "default", phase: str = "Running", *, ready: bool = True) -> Pod:
    conditions = [{"type": "Ready", "status": "True" if ready else "False"}]
    return msgspec.convert(
        {
            "metadata": {"name": "w", "namespace": namespace, "labels": {"app": "web"}},
            "spec": {"containers": []},
            "status": {"phase": phase, "conditions": conditions},
        },
        Pod,
    )


@pytest.mark.parametrize("phase", ["Pending", "Succeeded", "Failed"])
def test_a_pod_that_does_not_run_takes_from_no_budget(phase: str) -> None:
    budgets = Budgets([budget(1)])
    budgets.reserve([pod(phase=phase)])
    assert budgets.obstacle(pod(phase=phase)) == ""
    assert budgets.obstacle(pod()) == ""


def test_each_eviction_takes_one_from_its_budget() -> None:
    budgets = Budgets([budget(2)])
    budgets.reserve([pod()])
    assert budgets.obstacle(pod()) == ""
    budgets.reserve([pod()])
    assert budgets.obstacle(pod()) == NOT_ENOUGH


def test_a_budget_counts_in_its_own_namespace_which_is_default_where_none_is_said() -> None:
    assert Budgets([budget(0, namespace=None)]).obstacle(pod()) == NOT_ENOUGH
    assert Budgets([budget(0, namespace="other")]).obstacle(pod()) == ""
    assert Budgets([budget(0, namespace="other")]).obstacle(pod("other")) == NOT_ENOUGH


def test_a_pod_under_two_budgets_is_never_evicted() -> None:
    assert Budgets([budget(1), budget(1)]).obstacle(pod()) == MULTIPLE
    assert Budgets([budget(1), budget(0)]).obstacle(pod()) == NOT_ENOUGH


@pytest.mark.parametrize(
    ("desired", "policy", "ready", "obstacle"),
    [
        (1, None, False, ""),  # as many are healthy as are wanted
        (1, None, True, NOT_ENOUGH),
        (2, None, False, NOT_ENOUGH),
        (0, None, False, NOT_ENOUGH),  # nothing was counted yet
        (2, "AlwaysAllow", False, ""),
        (2, "AlwaysAllow", True, NOT_ENOUGH),
        (2, "IfHealthyBudget", False, NOT_ENOUGH),
    ],
)
def test_a_pod_that_is_not_ready_may_go_without_leave(
    desired: int, policy: str | None, obstacle: str, *, ready: bool
) -> None:
    more = {"unhealthyPodEvictionPolicy": policy} if policy else {}
    assert Budgets([budget(0, desired=desired, **more)]).obstacle(pod(ready=ready)) == obstacle
