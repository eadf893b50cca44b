"""The drain rules give Cluster Autoscaler's verdict on its own cases, and a better one where that is argued for."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from functions.oke_autoscaler.budgets import Budgets
from functions.oke_autoscaler.drain import Drain, DrainRules, is_long_terminating
from functions.oke_autoscaler.objects import Pod
from tests.unit.functions.oke_autoscaler.golden import DRAIN, NOW, budgets_of, owners_of, pods_of, settings_of


def judge(case: dict[str, Any]) -> Drain:
    rules = DrainRules(settings_of(case.get("options")), owners_of(case), Budgets(budgets_of(case)), NOW)
    return rules.judge(pods_of(case))


@pytest.mark.parametrize("case", DRAIN["cases"], ids=lambda case: case["name"])
def test_the_verdict_is_that_of_cluster_autoscaler(case: dict[str, Any]) -> None:
    verdict = judge(case)
    assert (verdict.reason, verdict.blocking_pod) == (case["reason"], case["blocking_pod"])
    for name in ("evict", "daemonset", "wait_for_completion", "ignore"):
        assert [pod.key for pod in getattr(verdict, name)] == case[name]


@pytest.mark.parametrize("case", DRAIN["beyond_ca_cases"], ids=lambda case: case["name"])
def test_the_verdict_is_the_better_one_where_that_is_argued_for(case: dict[str, Any]) -> None:
    assert judge(case).reason == case["proposed_reason"]


@pytest.mark.parametrize("case", DRAIN["long_terminating"], ids=lambda case: case["name"])
def test_a_pod_is_long_terminating_half_a_minute_after_its_grace(case: dict[str, Any]) -> None:
    assert is_long_terminating(msgspec.convert(case["pod"], Pod), NOW) is case["expect_long_terminating"]
