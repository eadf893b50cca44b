"""What stands between a decision and its writes: each test fails when its one safeguard is taken away."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.autoscaler import IDLE, config, deletions, evictions, host_names, put_taint, tick, writes

if TYPE_CHECKING:
    from collections.abc import Callable

    from emulator.base.request_log import LoggedCall
    from emulator.cloud import Cloud
    from emulator.oke.model.node_pool_records import NodePoolRecord


def body(answer: dict[str, Any], level: str = "success") -> dict[str, str]:
    found: dict[str, str] = answer[level]
    return found


def start_a_drain(cloud: Cloud, pods: int = 1) -> tuple[NodePoolRecord, str, str]:
    """A pool of two: a first node that stays, a second whose `api` pods fit on it."""
    pool = cloud.cluster.add_pool("p", size=2)
    first, second = host_names(cloud, pool)
    cloud.cluster.add_replicas("web", 3, nodes=[first], pool=pool, cpu="500m", memory="512Mi")
    cloud.cluster.add_replicas("api", pods, nodes=[second], pool=pool, cpu="100m", memory="128Mi")
    for host in (first, second):
        cloud.cluster.set_metrics(host, 12.0, 20.0)
    return pool, first, second


def once(cloud: Cloud, service: str, wanted: Callable[[LoggedCall], bool], act: Callable[[], object]) -> list[str]:
    """Act right before the first call that is wanted; the list returned then holds its path."""
    done: list[str] = []

    def before(call: LoggedCall) -> None:
        if not done and wanted(call):
            done.append(call.path)
            act()

    cloud.hooks.add("before", before, service=service)
    return done


def asked_evictions(cloud: Cloud) -> list[tuple[str, int | None]]:
    """Return every eviction that was asked for: the pod's name, the status of the answer."""
    calls = cloud.log.calls(service="kubernetes", method="POST")
    return [(call.path.split("/")[-2], call.status) for call in calls if call.path.endswith("/eviction")]


def test_a_pod_that_came_back_under_the_same_name_is_not_evicted(cloud: Cloud, principal_env: dict[str, str]) -> None:
    pool, first, _ = start_a_drain(cloud)

    def replace() -> None:
        """Do what a StatefulSet's controller does after its pod has ended: the same name, on another node."""
        cloud.cluster.remove("Pod", "api-00000")
        cloud.cluster.add_pod("api-00000", node=first, pool=pool, cpu="100m", memory="128Mi")

    done = once(cloud, "kubernetes", lambda call: call.path.endswith("/api-00000/eviction"), replace)
    tick(principal_env, config(cloud, pool, node_pool_min_size=1, **IDLE))
    assert done
    assert asked_evictions(cloud) == [("api-00000", 409)]
    assert "deletionTimestamp" not in cloud.cluster.get("Pod", "api-00000")["metadata"]


@pytest.mark.parametrize("unfinished", [False, True], ids=["a drain that begins", "a drain that goes on"])
def test_a_dry_run_evicts_nobody(cloud: Cloud, principal_env: dict[str, str], *, unfinished: bool) -> None:
    pool, _, second = start_a_drain(cloud, pods=2)
    if unfinished:
        put_taint(cloud, second)
    before = cloud.cluster.objects("Pod")
    answer = tick(principal_env, config(cloud, pool, node_pool_min_size=1, dry_run=True, **IDLE))
    assert (body(answer)["reason"], body(answer)["dry-run"]) == ("draining", "true")
    assert writes(cloud) == []
    assert cloud.cluster.objects("Pod") == before


def grow(cloud: Cloud) -> NodePoolRecord:
    pool = cloud.cluster.add_pool("p", size=1)
    cloud.cluster.add_replicas("burst", 12, pool=pool, cpu="900m", memory="512Mi")
    return pool


def resizes(cloud: Cloud) -> list[int | None]:
    return [call.status for call in cloud.log.calls(service="container_engine", method="PUT")]


def test_a_resize_that_met_another_writer_is_never_answered_as_a_scale_up(
    cloud: Cloud, principal_env: dict[str, str]
) -> None:
    pool = grow(cloud)
    once(cloud, "container_engine", lambda call: call.method == "PUT", lambda: cloud.cluster.resize(pool, 2))
    answer = body(tick(principal_env, config(cloud, pool)))
    assert (answer["action"], answer["reason"], answer["node-count"]) == ("none", "node-pool-updating", "2")
    assert (resizes(cloud), pool.size) == ([412], 2)


def test_a_resize_that_met_another_writer_is_planned_once_more_with_the_pool_as_it_is(
    cloud: Cloud, principal_env: dict[str, str]
) -> None:
    pool = grow(cloud)
    once(cloud, "container_engine", lambda call: call.method == "PUT", pool.touch)  # tags, say: the size is the same
    answer = body(tick(principal_env, config(cloud, pool)))
    assert (answer["action"], answer["node-count"]) == ("scale-up", "3")
    assert (resizes(cloud), pool.size) == ([412, 202], 3)


def test_a_resize_that_met_other_writers_twice_is_left_to_the_next_tick(
    cloud: Cloud, principal_env: dict[str, str]
) -> None:
    pool = grow(cloud)

    def other(call: LoggedCall) -> None:
        if call.method == "PUT":
            pool.touch()

    cloud.hooks.add("before", other, service="container_engine")
    answer = body(tick(principal_env, config(cloud, pool)), "warning")
    assert (answer["action"], answer["node-count"]) == ("none", "1")
    assert (resizes(cloud), pool.size) == ([412, 412], 1)


def test_pods_that_ended_since_the_decision_are_not_evicted_with_the_rest(
    cloud: Cloud, principal_env: dict[str, str]
) -> None:
    pool, _, second = start_a_drain(cloud, pods=3)
    cloud.cluster.add_budget("api", {"app": "api"}, max_unavailable=3)
    put_taint(cloud, second)

    def end_two() -> None:
        cloud.cluster.remove("Pod", "api-00000")
        in_an_hour = datetime.fromtimestamp(cloud.cluster.clock() + 3600, UTC)
        cloud.cluster.change(
            "Pod",
            "api-00001",
            ("metadata.deletionTimestamp", f"{in_an_hour:%Y-%m-%dT%H:%M:%SZ}"),
            ("metadata.deletionGracePeriodSeconds", 3600),
        )

    # The work requests are the last of what a tick reads before it decides.
    done = once(cloud, "container_engine", lambda call: call.path.endswith("/workRequests"), end_two)
    tick(principal_env, config(cloud, pool, node_pool_min_size=1, **IDLE))
    assert done
    assert asked_evictions(cloud) == [("api-00002", 201)]
    assert (evictions(cloud), deletions(cloud)) == (["api-00002"], [])
