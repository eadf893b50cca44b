"""Why pods wait, by their controller and pool by pool, with the view that shows whether another limit would help."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qsl

from functions.oke_autoscaler.cluster_page.asked_cluster import asked_of_cluster
from functions.oke_autoscaler.cluster_page.looked import Looked
from functions.oke_autoscaler.cluster_page.pod_lines import PodLine, pod_lines
from functions.oke_autoscaler.explain.command import decide_otherwise
from functions.oke_autoscaler.explain.what_if import WhatIf, read_what_if
from tests.unit.functions.oke_autoscaler.cluster_page.busy_cluster import busy_cluster, pod


def lines(cluster: dict[str, Any]) -> dict[str, PodLine]:
    found = decide_otherwise(json.dumps(cluster).encode(), 0.0, WhatIf())
    looked = Looked(found.snapshot, found.decision, found.now, found.settings)
    # The first of an owner's lines: those without a place come first.
    return {line.owner: line for line in reversed(pod_lines(looked))}


def against(line: PodLine) -> dict[str, str]:
    return {each.pool: each.words for each in line.against}


def test_pods_of_a_deployment_stand_together_with_what_is_against_them_in_each_pool() -> None:
    line = lines(busy_cluster())["Deployment shop/finder"]
    assert (line.count, line.waits, line.place) == (7, "25m", "no place")
    assert against(line) == {
        "web": "at its maximum of 4",
        "gpu": "taint gpu=yes:NoSchedule not tolerated",
        "batch": "asks for name=web; its nodes have batch",
    }
    assert line.against[0].pool == "web", "what can be raised stands first"


def test_what_is_too_large_for_every_pool_is_said_in_figures() -> None:
    line = lines(busy_cluster())["ReplicaSet ml/train"]
    assert set(against(line).values()) == {"needs 12 CPU; a node here offers 3.9"}
    assert line.against[0].help == "would help: larger nodes, or smaller requests"


def test_the_view_of_a_higher_maximum_gives_the_pods_a_place() -> None:
    line = lines(busy_cluster())["Deployment shop/finder"]
    (href,) = [each.href for each in line.against if each.href]
    assert href == "?max.web=11"
    asked = asked_of_cluster(parse_qsl(href[1:]))
    found = decide_otherwise(json.dumps(busy_cluster()).encode(), 0.0, read_what_if(asked.settings))
    waiting = [each for each in found.decision.pods if each.pod.startswith("shop/search")]
    assert {each.placed_on for each in waiting} == {"new:web"}


def test_a_pool_whose_name_is_no_key_is_named_by_its_ocid() -> None:
    cluster = busy_cluster("a=b")
    cluster["pods"] = [each for each in cluster["pods"] if each["status"]["phase"] == "Running"]
    cluster["pods"] += [pod(f"shop/w-{at}", "3") for at in range(9)]
    line = lines(cluster)["ReplicaSet shop/w"]
    assert [each.href for each in line.against if each.href] == ["?max.ocid1.nodepool.oc1.iad.web=12"]


def test_the_limit_of_the_whole_cluster_is_told_from_that_of_a_pool() -> None:
    cluster = busy_cluster()
    cluster["settings"] |= {"max_nodes_total": 9}
    cluster["settings"]["node_pools"][0]["max_size"] = 40
    line = lines(cluster)["Deployment shop/finder"]
    assert against(line)["web"] == "the cluster is at max_nodes_total 9"
    assert [each.href for each in line.against if each.href] == ["?what_if=max_nodes_total%3D16"]


def test_pods_that_no_node_is_bought_for_say_so() -> None:
    cluster = busy_cluster()
    cluster["pods"] = [
        pod("shop/gated-0", "1", schedulingGates=[{"name": "quota"}]),
        pod("shop/room-0", "100m"),
    ]
    found = lines(cluster)
    assert "scheduling gate" in found["ReplicaSet shop/gated"].because
    assert found["ReplicaSet shop/room"].place.startswith("node ")
