"""The ConfigMap of what ticks remember: written once and only when changed, never in the way of a tick, never lost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from functions.oke_autoscaler.model.tick_state import TickState, read_state
from tests.support.autoscaler import config, tick, writes

if TYPE_CHECKING:
    from emulator.base.faults import FaultOptions
    from emulator.cloud import Cloud
    from emulator.oke.model.node_pool_records import NodePoolRecord

NAME, NAMESPACE = "oke-autoscaler-state", "kube-system"
STATE = f"/configmaps/{NAME}$"


def growing(cloud: Cloud) -> tuple[NodePoolRecord, dict[str, str]]:
    pool = cloud.cluster.add_pool("p", size=1)
    cloud.cluster.add_replicas("web", 6, pool=pool, cpu="900m")
    return pool, config(cloud, pool)


def state(cloud: Cloud) -> TickState:
    found, faults = read_state(cloud.cluster.get("ConfigMap", NAME, NAMESPACE)["data"])
    assert faults == []
    return found


def put_state(cloud: Cloud, data: dict[str, str] | None) -> None:
    meta = {"name": NAME, "namespace": NAMESPACE}
    cloud.cluster.put({"kind": "ConfigMap", "apiVersion": "v1", "metadata": meta, "data": data})


def test_a_change_is_remembered_and_a_tick_without_one_writes_nothing(
    cloud: Cloud, principal_env: dict[str, str]
) -> None:
    _, keys = growing(cloud)
    tick(principal_env, keys)
    (change,) = state(cloud).history
    assert (change.what, change.pool, change.size_before, change.size_after) == ("scale-up", "p", 1, 2)
    for _ in range(5):
        cloud.cluster.advance(180)
        tick(principal_env, keys)
    version = cloud.cluster.get("ConfigMap", NAME, NAMESPACE)["metadata"]["resourceVersion"]
    cloud.cluster.advance(180)
    tick(principal_env, keys)
    assert cloud.cluster.get("ConfigMap", NAME, NAMESPACE)["metadata"]["resourceVersion"] == version


def test_a_dry_run_remembers_nothing(cloud: Cloud, principal_env: dict[str, str]) -> None:
    _, keys = growing(cloud)
    tick(principal_env, {**keys, "dry_run": "true"})
    assert writes(cloud) == []


@pytest.mark.parametrize(
    "data", [{"version": "9", "history": "[]"}, {"version": "1", "history": "{"}, {"x": "y"}, None]
)
def test_what_cannot_be_read_is_named_and_begins_anew(
    cloud: Cloud, principal_env: dict[str, str], data: dict[str, str] | None
) -> None:
    pool, keys = growing(cloud)
    put_state(cloud, data)
    body = tick(principal_env, keys)["success"]
    assert (body["action"], pool.size) == ("scale-up", 2)
    assert (f"{NAMESPACE}/{NAME}" in body.get("state-fault", "")) == (data is not None)
    assert len(state(cloud).history) == 1
    assert "state-fault" not in str(tick(principal_env, keys))


@pytest.mark.parametrize(
    "fault", [{"status": 403}, {"status": 500}, {"drop": "before"}, {"hang": True}, {"body": b"{}"}, {"body": b"\xff"}]
)
def test_a_read_that_fails_stops_no_tick_and_overwrites_nothing(
    cloud: Cloud, principal_env: dict[str, str], fault: FaultOptions
) -> None:
    pool, keys = growing(cloud)
    put_state(cloud, {"version": "1", "drains": '{"n":{"beganAt":1.0}}'})
    armed = cloud.faults.add(service="kubernetes", method="GET", path=STATE, times=None, **fault)
    body: dict[str, Any] = tick(principal_env, keys, seconds=8.0)["success"]
    assert armed.hits
    assert (body["action"], pool.size) == ("scale-up", 2)
    assert "nothing remembered" in body["state-fault"]
    assert "n" in state(cloud).drains
    assert state(cloud).history == ()


@pytest.mark.parametrize("fault", [{"status": 403}, {"status": 409}, {"status": 500}, {"drop": "before"}])
def test_a_write_that_fails_costs_the_tick_nothing(
    cloud: Cloud, principal_env: dict[str, str], fault: FaultOptions
) -> None:
    pool, keys = growing(cloud)
    put_state(cloud, {"version": "1"})
    cloud.faults.add(service="kubernetes", method="PUT", path=STATE, times=None, **fault)
    assert tick(principal_env, keys)["success"]["action"] == "scale-up"
    assert pool.size == 2


def test_what_another_tick_wrote_in_between_is_not_overwritten(cloud: Cloud, principal_env: dict[str, str]) -> None:
    _, keys = growing(cloud)
    put_state(cloud, {"version": "1"})
    newer = {"version": "1", "drains": '{"n":{"beganAt":1.0}}'}
    done: list[bool] = []

    def overlap(call: Any) -> None:
        if call.method == "PUT" and "/nodePools/" in call.path and not done:
            done.append(True)
            cloud.cluster.change("ConfigMap", NAME, ("data", newer), namespace=NAMESPACE)

    cloud.hooks.add("before", overlap)
    tick(principal_env, keys)
    assert done
    assert "n" in state(cloud).drains


def test_functions_with_a_pool_each_keep_what_the_others_remember(cloud: Cloud, principal_env: dict[str, str]) -> None:
    first = growing(cloud)[1]
    other = cloud.cluster.add_pool("q", size=1)
    cloud.cluster.add_replicas("api", 6, pool=other, cpu="900m")
    tick(principal_env, first)
    tick(principal_env, config(cloud, other))
    assert [change.pool for change in state(cloud).history] == ["p", "q"]
