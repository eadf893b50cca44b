"""A replacement's first tick: the note on the node comes before the new node, and nothing is bought without it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from functions.oke_autoscaler.model.replacements import REPLACED_SINCE
from tests.support.autoscaler import changes, config, tick

if TYPE_CHECKING:
    from emulator.cloud import Cloud


@pytest.fixture
def keys(cloud: Cloud) -> dict[str, str]:
    """A node on demand that runs a pod, and an empty pool at half its cost."""
    dear, cheap = cloud.cluster.add_pool("dear", size=1), cloud.cluster.add_pool("cheap", size=0)
    cloud.cluster.add_replicas("shop", 1, cpu="2", memory="1Gi")
    cloud.cluster.advance(60)
    pools = [
        {"id": dear.id, "max_size": 3, "cost": 100},
        {"id": cheap.id, "max_size": 3, "cost": 50},
    ]
    made = config(cloud, node_pools=json.dumps(pools), node_pool_eval_cpu_load=30, replace_saving_percent=30)
    return {name: value for name, value in made.items() if value and "size" not in name}


def sizes(cloud: Cloud) -> dict[str, int]:
    return {pool.name: pool.size for pool in cloud.cluster.node_pools.pools.values()}


def notes(cloud: Cloud) -> list[str]:
    found = (node["metadata"].get("annotations") or {} for node in cloud.cluster.objects("Node"))
    return [each[REPLACED_SINCE] for each in found if REPLACED_SINCE in each]


def reasons(answer: dict[str, Any]) -> list[str]:
    return [body["reason"] for part in answer["node-pools"] for body in part.values()]


def test_the_note_is_written_before_the_node_is_asked_for(
    cloud: Cloud, principal_env: dict[str, str], keys: dict[str, str]
) -> None:
    assert reasons(tick(principal_env, keys)) == ["no-resource-pressure", "replacement"]
    assert [change.partition(" ")[0] for change in changes(cloud)] == ["PATCH", "PUT"]
    assert (sizes(cloud), len(notes(cloud))) == ({"dear": 1, "cheap": 1}, 1)


def test_a_node_that_changed_meanwhile_is_not_replaced(
    cloud: Cloud, principal_env: dict[str, str], keys: dict[str, str]
) -> None:
    cloud.faults.add(path="/api/v1/nodes/", method="PATCH", status=409, code="Conflict", message="changed", times=9)
    assert reasons(tick(principal_env, keys)) == ["no-resource-pressure", "no-resource-pressure"]
    assert sizes(cloud) == {"dear": 1, "cheap": 0}


def test_a_pool_that_refuses_ends_it_and_the_next_tick_does_not_try_again(
    cloud: Cloud, principal_env: dict[str, str], keys: dict[str, str]
) -> None:
    cloud.faults.add(
        path="/20180222/nodePools", method="PUT", status=500, code="InternalError", message="Out of host capacity."
    )
    tick(principal_env, keys)
    assert (sizes(cloud), len(notes(cloud))) == ({"dear": 1, "cheap": 0}, 1)
    cloud.log.clear()
    for _ in range(3):
        cloud.cluster.advance(600)
        tick(principal_env, keys)
    assert sizes(cloud) == {"dear": 1, "cheap": 0}
    assert [change for change in changes(cloud) if "nodePools" in change] == []


def test_a_dry_run_says_it_and_writes_nothing(
    cloud: Cloud, principal_env: dict[str, str], keys: dict[str, str]
) -> None:
    assert reasons(tick(principal_env, {**keys, "dry_run": "true"})) == ["no-resource-pressure", "replacement"]
    assert (changes(cloud), notes(cloud)) == ([], [])
