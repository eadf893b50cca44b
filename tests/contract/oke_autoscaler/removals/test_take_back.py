"""Nodes that OKE could not make: their pool's size is taken back to what exists, once, when nobody wants them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.autoscaler import IDLE, config, deletions, tick

if TYPE_CHECKING:
    from emulator.base.faults import FaultOptions
    from emulator.cloud import Cloud
    from emulator.oke.model.node_pool_records import NodePoolRecord

MINUTE = 60
POOL = "^/20180222/nodePools/"


def enlarged_in_vain(cloud: Cloud, env: dict[str, str], **more: object) -> tuple[NodePoolRecord, dict[str, str]]:
    """A pool of one node that was asked for three and has none more, and whose pods are gone."""
    pool = cloud.cluster.add_pool("p", size=1, labels={})
    keys = config(cloud, pool, **more)
    cloud.cluster.add_replicas("base", 1, cpu="3", memory="1Gi")
    cloud.cluster.settle()
    cloud.cluster.behaviour.capacity[pool.placements[0]["availabilityDomain"]] = 0
    cloud.cluster.add_replicas("web", 2, cpu="3", memory="1Gi")
    assert tick(env, keys)["success"]["node-count"] == "3"
    cloud.cluster.advance(5 * MINUTE)
    cloud.cluster.scale("web", 0)
    return pool, keys


def resizes(cloud: Cloud) -> list[tuple[int, bool]]:
    """Return of each resize how long its body was, and whether it had the etag."""
    calls = cloud.log.calls(service="container_engine", method="PUT", path_prefix="/20180222/nodePools/")
    return [(call.request_bytes, bool(call.header("if-match"))) for call in calls]


def test_the_size_falls_to_what_exists(cloud: Cloud, principal_env: dict[str, str]) -> None:
    pool, keys = enlarged_in_vain(cloud, principal_env)
    body = tick(principal_env, keys)["success"]
    assert (body["action"], body["reason"], body["node-count"]) == ("scale-down", "nodes-not-made", "1")
    assert pool.size == 1
    assert resizes(cloud)[1:] == [(len('{"nodeConfigDetails": {"size": 1}}'), True)]
    (event,) = [each for each in cloud.cluster.objects("Event") if "lowered from 3 to 1" in each["message"]]
    assert event["reason"] == "ScaleDown"
    cloud.cluster.advance(5 * MINUTE)
    assert tick(principal_env, keys)["success"]["action"] == "none"
    assert deletions(cloud) == []
    assert [node["metadata"]["name"] for node in cloud.cluster.nodes(pool)] == [pool.nodes[0].host]


def test_while_a_pod_wants_the_nodes_they_stay_asked_for(cloud: Cloud, principal_env: dict[str, str]) -> None:
    pool, keys = enlarged_in_vain(cloud, principal_env)
    cloud.cluster.scale("web", 1)
    assert tick(principal_env, keys)["warning"]["reason"] == "out-of-capacity"
    assert pool.size == 3


def test_taking_back_ends_no_backoff(cloud: Cloud, principal_env: dict[str, str]) -> None:
    """OKE's newest work is then one that succeeded, and it has tried nothing."""
    pool, keys = enlarged_in_vain(cloud, principal_env, backoff_minutes=20)
    tick(principal_env, keys)
    cloud.cluster.advance(2 * MINUTE)
    cloud.cluster.scale("web", 1)
    assert tick(principal_env, keys)["warning"]["reason"] == "out-of-capacity"
    cloud.cluster.advance(20 * MINUTE)
    assert tick(principal_env, keys)["success"]["node-count"] == "2"
    assert pool.size == 2


def test_a_dry_tick_says_so_and_lowers_nothing(cloud: Cloud, principal_env: dict[str, str]) -> None:
    pool, keys = enlarged_in_vain(cloud, principal_env)
    body = tick(principal_env, {**keys, "dry_run": "true"})["success"]
    assert (body["reason"], body["node-count"], pool.size) == ("nodes-not-made", "1", 3)


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 412, "code": "NoEtagMatch"},
        {"status": 409, "code": "IncorrectState"},
        {"status": 429, "code": "TooManyRequests"},
        {"status": 500, "code": "InternalError"},
        {"drop": "before"},
        {"drop": "after"},
    ],
    ids=str,
)
def test_a_refusal_or_a_lost_answer_is_left_to_the_next_tick(
    cloud: Cloud, principal_env: dict[str, str], fault: FaultOptions
) -> None:
    pool, keys = enlarged_in_vain(cloud, principal_env)
    armed = cloud.faults.add(path=POOL, method="PUT", times=1, **fault)
    body = tick(principal_env, keys)["success"]
    assert (armed.hits, body["action"], body["node-count"]) == (1, "none", "3")
    cloud.cluster.advance(3 * MINUTE)
    tick(principal_env, keys)
    assert pool.size == 1
    assert len(resizes(cloud)) == (2 if fault.get("drop") == "after" else 3)


def test_what_a_human_asked_for_waits_like_an_idle_node(cloud: Cloud, principal_env: dict[str, str]) -> None:
    pool = cloud.cluster.add_pool("p", size=1)
    cloud.cluster.behaviour.capacity[pool.placements[0]["availabilityDomain"]] = 0
    cloud.cluster.resize(pool, 3)
    cloud.cluster.advance(5 * MINUTE)
    keys = config(cloud, pool, node_pool_min_size=1, unneeded_minutes=30)
    for _ in range(4):  # scale-down is off: nobody but a human makes the pool smaller
        tick(principal_env, keys)
        cloud.cluster.advance(15 * MINUTE)
    assert pool.size == 3
    cloud.cluster.resize(pool, 4)
    cloud.cluster.advance(5 * MINUTE)
    tick(principal_env, {**keys, **{name: str(value) for name, value in IDLE.items()}, "unneeded_minutes": "30"})
    assert pool.size == 4
    cloud.cluster.advance(30 * MINUTE)
    tick(principal_env, {**keys, **{name: str(value) for name, value in IDLE.items()}, "unneeded_minutes": "30"})
    assert pool.size == 1


def test_nodes_below_the_minimum_stay_asked_for(cloud: Cloud, principal_env: dict[str, str]) -> None:
    pool, keys = enlarged_in_vain(cloud, principal_env, node_pool_min_size=2)
    body = tick(principal_env, keys)["success"]
    assert (body["reason"], pool.size) == ("nodes-not-made", 2)


def test_no_node_of_the_pool_is_deleted_before(cloud: Cloud, principal_env: dict[str, str]) -> None:
    """OKE would try again what it could not make: the size falls first, and stays what is there."""
    pool, keys = enlarged_in_vain(cloud, principal_env, **{**IDLE, "unneeded_minutes": 0})
    cloud.cluster.scale("base", 0)
    cloud.cluster.behaviour.capacity.clear()
    for _ in range(3):
        tick(principal_env, keys)
        cloud.cluster.advance(5 * MINUTE)
    assert (pool.size, pool.begun, len(deletions(cloud))) == (0, 0, 1)
