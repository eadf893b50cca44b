"""Nodes that OKE could not make stay in a pool's size: growth asks for them again, and for no more than is needed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support.autoscaler import config, tick

if TYPE_CHECKING:
    from emulator.base.request_log import LoggedCall
    from emulator.cloud import Cloud
    from emulator.oke.model.node_pool_records import NodePoolRecord

MINUTE = 60


def without_capacity(cloud: Cloud, env: dict[str, str], *, pods: int = 1) -> tuple[NodePoolRecord, dict[str, str]]:
    """A pool that was asked for a node a pod in vain, half an hour ago; there is capacity again."""
    cloud.cluster.behaviour.capacity = {"Uocm:US-ASHBURN-AD-1": 0}
    pool = cloud.cluster.add_pool("p", size=0, ocpus=2, memory_gib=16)
    cloud.cluster.add_replicas("web", pods, pool=pool, cpu="3", memory="1Gi")
    keys = config(cloud, pool)
    tick(env, keys)
    cloud.cluster.advance(30 * MINUTE)
    assert (pool.size, [node.state for node in pool.nodes]) == (pods, ["FAILING"] * pods)
    cloud.cluster.behaviour.capacity.clear()
    cloud.log.clear()
    return pool, keys


def body(answer: dict[str, Any]) -> dict[str, str]:
    """The answer of the pool, whatever its level: a pod that has waited for half an hour makes it a warning."""
    (found,) = answer.values()
    return dict(found)


def puts(cloud: Cloud) -> list[int]:
    return [call.status for call in cloud.log.calls(service="container_engine", method="PUT")]


def living(pool: NodePoolRecord) -> int:
    return sum(node.state == "ACTIVE" for node in pool.nodes)


def test_the_size_is_sent_again_and_the_pod_gets_one_node(cloud: Cloud, principal_env: dict[str, str]) -> None:
    pool, keys = without_capacity(cloud, principal_env)
    answer = body(tick(principal_env, keys))
    assert (answer["action"], answer["reason"], answer["node-count"]) == ("scale-up", "unschedulable-pods", "1")
    assert puts(cloud) == [202]
    # While OKE tries them they are on their way, and nothing more is asked for.
    assert body(tick(principal_env, keys))["reason"] == "node-pool-updating"
    cloud.cluster.advance(10 * MINUTE)
    assert (pool.size, living(pool), cloud.cluster.pending()) == (1, 1, [])
    tick(principal_env, keys)
    assert puts(cloud) == [202]


def test_further_pods_ask_for_what_the_size_lacks(cloud: Cloud, principal_env: dict[str, str]) -> None:
    pool, keys = without_capacity(cloud, principal_env, pods=2)
    cloud.cluster.add_replicas("more", 3, pool=pool, cpu="3", memory="1Gi")
    assert body(tick(principal_env, keys))["node-count"] == "5"
    cloud.cluster.advance(10 * MINUTE)
    assert (pool.size, living(pool), cloud.cluster.pending()) == (5, 5, [])


@pytest.mark.parametrize("drop", ["after", "before"])
def test_a_lost_answer_to_the_same_size_is_judged_by_the_etag(
    cloud: Cloud, principal_env: dict[str, str], drop: Any
) -> None:
    pool, keys = without_capacity(cloud, principal_env)
    cloud.faults.add(path=pool.id, method="PUT", drop=drop)
    answer = body(tick(principal_env, keys))
    told = (answer["action"], answer["reason"], answer["node-count"])
    if drop == "after":
        assert told == ("scale-up", "unschedulable-pods", "1")
    else:
        assert told == ("none", "out-of-capacity", "1")
    cloud.cluster.advance(10 * MINUTE)
    tick(principal_env, keys)
    cloud.cluster.advance(10 * MINUTE)
    assert (pool.size, living(pool), cloud.cluster.pending()) == (1, 1, [])


def test_another_client_that_asks_in_between_is_seen(cloud: Cloud, principal_env: dict[str, str]) -> None:
    pool, keys = without_capacity(cloud, principal_env)

    def human(call: LoggedCall) -> None:
        if call.method == "PUT":
            cloud.hooks.clear()
            cloud.cluster.resize(pool, 1)

    cloud.hooks.add("before", human, service="container_engine")
    assert body(tick(principal_env, keys))["reason"] == "node-pool-updating"
    assert puts(cloud) == [412]
    cloud.cluster.advance(10 * MINUTE)
    assert (pool.size, living(pool), cloud.cluster.pending()) == (1, 1, [])


def test_a_pool_that_tries_again_counts_for_the_rest_of_its_tick(cloud: Cloud, principal_env: dict[str, str]) -> None:
    pool, _ = without_capacity(cloud, principal_env)
    other = cloud.cluster.add_pool("q", size=0, ocpus=8, memory_gib=64, labels={"kind": "q"})
    cloud.cluster.add_replicas("own", 1, cpu="9", memory="1Gi", spec={"nodeSelector": {"kind": "q"}})
    cloud.faults.add(path=other.id, method="PUT", status=429, code="TooManyRequests", times=None)
    answer = tick(principal_env, config(cloud, pool, other))
    bodies = {body["node-pool-name"]: body for entry in answer["node-pools"] for body in entry.values()}
    assert (bodies["p"]["action"], bodies["p"]["node-count"]) == ("scale-up", "1")
    assert bodies["q"]["reason"] == "out-of-capacity"
    assert [status for status in puts(cloud) if status != 429] == [202]
