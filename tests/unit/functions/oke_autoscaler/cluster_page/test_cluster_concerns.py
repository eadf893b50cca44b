"""What the page says first, and what to do about it; a quiet cluster has nothing of it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from functions.oke_autoscaler.cluster_page.cluster_concerns import find_concerns
from functions.oke_autoscaler.cluster_page.cluster_routes import PAGE
from functions.oke_autoscaler.cluster_page.cluster_view import cluster_view
from functions.oke_autoscaler.cluster_page.looked import Concern, Looked
from functions.oke_autoscaler.cluster_page.node_lines import node_lines
from functions.oke_autoscaler.explain.command import decide_otherwise
from functions.oke_autoscaler.explain.what_if import WhatIf
from shared.pages.web_page import view_answer
from tests.unit.functions.oke_autoscaler.cluster_page.busy_cluster import POOL, busy_cluster, node, pod, pool


def look(cluster: dict[str, Any]) -> Looked:
    found = decide_otherwise(json.dumps(cluster).encode(), 0.0, WhatIf())
    return Looked(found.snapshot, found.decision, found.now, found.settings)


def concerns(cluster: dict[str, Any]) -> dict[str, Concern]:
    looked = look(cluster)
    return {each.text: each for each in find_concerns(looked, node_lines(looked))}


def quiet() -> dict[str, Any]:
    """A pool at its minimum whose one node is busy."""
    return {
        "now": "2026-01-01T12:03:04Z",
        "settings": {"node_pool_eval_cpu_load": 50, "node_pools": [{"id": POOL + "web", "min_size": 1, "max_size": 3}]},
        "node_pools": [pool("web", ["web-1"])],
        "nodes": [node("web-1", "web")],
        "pods": [pod("shop/cart-1", "3", on="web-1")],
        "controllers": [{"kind": "ReplicaSet", "metadata": {"name": "cart", "namespace": "shop"}}],
        "metrics": {"i-web-1": {"cpu_percent": 60}},
    }


def test_each_thing_of_a_busy_cluster_is_said_once_with_what_to_do() -> None:
    found = concerns(busy_cluster())
    assert [text.partition(":")[0] for text in found] == [
        "1 of the nodes of web is not ready",
        "7 pods wait because web is at its limit",
        "gpu takes no new nodes until 12",
        "1 machine of batch does nothing",
        "1 pod fits on no node that there is or that may be bought",
        "9 pods wait for longer than a node takes to come.",
        "1 node is nearly empty and stays, 21.60 a month",
        "1 node is nearly empty and stays, 21.60 a month",
    ]
    assert all(each.do for each in found.values())
    (limit,) = [each for text, each in found.items() if "at its limit" in text]
    assert (limit.href, limit.link) == ("?max.web=11", "what if its maximum were 11?")


def test_a_quiet_cluster_says_so_in_one_line() -> None:
    assert concerns(quiet()) == {}
    text = json.loads(view_answer(PAGE, cluster_view(look(quiet()))).body)["html"]
    assert "Nothing to look at" in text
    assert "To look at" not in text


@pytest.mark.parametrize(
    ("message", "do"), [("Out of host capacity.", "tried again"), ("Limit exceeded", "service limit")]
)
def test_a_limit_of_the_tenancy_is_told_from_capacity(message: str, do: str) -> None:
    cluster = busy_cluster()
    cluster["node_pools"][1]["nodes"][-1]["nodeError"]["message"] = message
    (found,) = [each for text, each in concerns(cluster).items() if text.startswith("gpu takes no new nodes")]
    assert message.removesuffix(".") in found.text
    assert do in found.do


def test_what_only_a_live_cluster_tells_comes_first_and_a_late_tick_is_named() -> None:
    looked = look(quiet())
    looked = replace(
        looked, concerns=(Concern("Cluster Autoscaler is alive", "disable it"),), last_tick=looked.now - 1200
    )
    assert [each.text.partition(":")[0] for each in find_concerns(looked, ())] == [
        "Cluster Autoscaler is alive",
        "No tick has told anything for 20 minutes, since 11",
    ]
    assert find_concerns(replace(looked, concerns=(), last_tick=looked.now - 300), ()) == []


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"dry_run": True}, "dry_run is set"),
        ({"node_pools": [{"id": "ocid1.nodepool.oc1.iad.gone"}]}, "The pool ocid1.nodepool.oc1.iad.gone"),
    ],
)
def test_settings_that_cannot_be_meant_are_named(settings: dict[str, Any], says: str) -> None:
    cluster = quiet()
    cluster["settings"] |= settings
    assert any(text.startswith(says) for text in concerns(cluster))


def test_a_pool_of_unknown_nodes_has_no_cost_and_says_why() -> None:
    cluster = quiet() | {"nodes": [], "pods": []}
    cluster["node_pools"] = [{**pool("web", [], 1), "nodeShape": "Unheard.Of", "nodeShapeConfig": None}]
    assert any(text.startswith("The size of a node of web is not known") for text in concerns(cluster))
    text = json.loads(view_answer(PAGE, cluster_view(look(cluster))).body)["html"]
    assert "What is saved against a fixed size cannot be told: what a node of web costs is not known" in text


def test_idle_nodes_that_a_budget_keeps_are_one_concern_with_their_cost() -> None:
    cluster = quiet()
    names = ["web-1", "web-2", "web-3"]
    cluster["settings"]["node_pools"] = [{"id": POOL + "web", "min_size": 1, "max_size": 3, "cost": 10}]
    cluster |= {
        "node_pools": [pool("web", names)],
        "nodes": [node(name, "web") for name in names],
        "pods": [pod(f"shop/cart-{at}", "200m", on=name) for at, name in enumerate(names)],
        "pod_disruption_budgets": [
            {
                "metadata": {"name": "cart", "namespace": "shop"},
                "spec": {"selector": {"matchLabels": {"app": "cart"}}},
                "status": {"disruptionsAllowed": 0, "currentHealthy": 3, "desiredHealthy": 3, "expectedPods": 3},
            }
        ],
        "metrics": {f"i-{name}": {"cpu_percent": 2} for name in names},
    }
    (text,) = concerns(cluster)
    assert text.startswith("3 nodes are nearly empty and stay, 30.00 a month: a pod disruption budget allows none")
    assert "budget shop/cart allows 0" in text
