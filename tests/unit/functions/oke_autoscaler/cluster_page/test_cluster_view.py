"""What the cluster page shows: hostile names stay texts, unknown things are said so, and it stays small."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from functions.oke_autoscaler.cluster_page.asked_cluster import AskedCluster
from functions.oke_autoscaler.cluster_page.cluster_routes import PAGE
from functions.oke_autoscaler.cluster_page.cluster_view import cluster_view
from functions.oke_autoscaler.cluster_page.looked import Looked
from functions.oke_autoscaler.explain.command import decide_otherwise
from functions.oke_autoscaler.explain.what_if import WhatIf
from shared.pages.web_page import single_file, view_answer
from tests.unit.functions.oke_autoscaler.cluster_page.busy_cluster import busy_bytes, busy_cluster, node, pod, pool

if TYPE_CHECKING:
    from shared.pages.web_page import View

HOSTILE = "<script>alert(1)</script>\u202eאב" + "x" * 5000
EMPTY = {"now": "2026-01-01T00:00:00Z", "settings": {}, "node_pools": [], "nodes": [], "pods": []}


def look(data: bytes, **asked: Any) -> Looked:
    found = decide_otherwise(data, 0.0, WhatIf())
    return Looked(found.snapshot, found.decision, found.now, found.settings, AskedCluster(**asked))


def html(view: View) -> str:
    return json.loads(view_answer(PAGE, view).body)["html"]


def test_names_of_the_cluster_stay_texts() -> None:
    text = single_file(PAGE, cluster_view(look(busy_bytes(HOSTILE)))).decode()
    assert "<script>alert(1)" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text


def test_what_a_node_does_next_stands_in_plain_words() -> None:
    text = html(cluster_view(look(busy_bytes())))
    for words in (
        "leaves in 4 min unless a pod needs it",
        "drains, then leaves",
        "stays: somebody else has cordoned it",
        "stays: pod shop/cache-0 has the local volume data",
        "bought, has not registered",
        "takes no new nodes until 12:05 UTC: OCI has no capacity",
    ):
        assert words in text


def test_the_bar_of_a_pool_ends_at_its_maximum() -> None:
    web, _, batch = cluster_view(look(busy_bytes())).values["pools"]
    assert (web.at_size, web.at_minimum, web.maximum) == (100, 25, 4)
    assert (batch.at_size, batch.at_wanted) == (56, 56)


@pytest.mark.parametrize(
    ("data", "says"), [(EMPTY, "No node pool is managed"), ({**EMPTY, "node_pools": None}, "no nodes")]
)
def test_an_empty_cluster_is_said_to_be_empty(data: dict[str, Any], says: str) -> None:
    text = html(cluster_view(look(json.dumps(data).encode())))
    assert says in text
    assert "No pod waits for room" in text


def test_a_pool_and_a_state_are_asked_for_by_an_address() -> None:
    view = cluster_view(look(busy_bytes(), pool="batch", state="cordoned"))
    assert view.query == (("pool", "batch"), ("state", "cordoned"))
    assert [line.name for line in view.values["nodes"]] == ["batch-3"]
    assert "No node is leaving in pool web" in html(cluster_view(look(busy_bytes(), pool="web", state="leaving")))


def test_without_loads_the_page_says_why_there_are_none() -> None:
    cluster = busy_cluster()
    del cluster["metrics"], cluster["settings"]["node_pool_eval_cpu_load"]
    text = html(cluster_view(look(json.dumps(cluster).encode())))
    assert "Load is not known: node_pool_eval_cpu_load is 0, so it is not read." in text
    assert "load, measured" not in text


def test_a_thousand_nodes_fold_and_stay_below_a_megabyte() -> None:
    names = [f"n-{at}" for at in range(1000)]
    cluster = {
        **EMPTY,
        "settings": {"node_pool_eval_cpu_load": 50},
        "node_pools": [pool("web", names)],
        "nodes": [node(name, "web") for name in names],
        "pods": [pod(f"shop/cart-{at}", "300m", on=names[at % 1000]) for at in range(2000)],
    }
    data = json.dumps(cluster).encode()
    folded = cluster_view(look(data))
    assert len(folded.values["nodes"]) == 100
    assert "Nodes 1 to 100 of 1000" in html(folded)
    assert "?page=2" in html(folded)
    assert len(view_answer(PAGE, folded).body) < 200_000
    last = cluster_view(look(data, page=10))
    assert len({line.name for line in (*folded.values["nodes"], *last.values["nodes"])}) == 200
    assert "The next hundred" not in html(last)
    assert "Only 1000 nodes are there" in html(cluster_view(look(data, page=11)))
