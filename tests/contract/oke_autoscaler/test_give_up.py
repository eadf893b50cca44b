"""Instances that never become nodes, on an emulated OKE that calls them ACTIVE: deleted once, and the pods go on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support.autoscaler import changes, config, deletions, tick

if TYPE_CHECKING:
    from emulator.cloud import Cloud

MINUTE = 60


def two_pools(cloud: Cloud, **knobs: Any) -> tuple[Any, Any, dict[str, str]]:
    """A pool whose machines do not come, a dearer one whose do, and a pod that waits for either."""
    bad = cloud.cluster.add_pool("bad", size=0, ocpus=2, memory_gib=16, labels={}, **knobs)
    good = cloud.cluster.add_pool("good", size=0, ocpus=4, memory_gib=64, labels={})
    cloud.cluster.add_replicas("web", 1, cpu="2", memory="4Gi")
    return bad, good, config(cloud, bad, good)


def of(answer: dict[str, Any], pool: str) -> tuple[str, dict[str, str]]:
    return next(
        found for entry in answer["node-pools"] for found in entry.items() if found[1]["node-pool-name"] == pool
    )


@pytest.mark.parametrize(("knob", "words"), [("never_register", "never registered"), ("never_ready", "never Ready")])
def test_an_instance_that_does_not_come_is_deleted_and_the_next_pool_gets_the_pod_in_the_same_tick(
    cloud: Cloud, principal_env: dict[str, str], knob: str, words: str
) -> None:
    bad, good, keys = two_pools(cloud, **{knob: 1})
    for _ in range(6):
        tick(principal_env, keys)
        assert (bad.size, good.size) == (1, 0)
        cloud.cluster.advance(3 * MINUTE)
    instance = bad.nodes[0].id
    answer = tick(principal_env, keys)
    level, told = of(answer, "bad")
    assert (level, told["action"], told["reason"]) == ("warning", "scale-down", "nodes-do-not-join")
    assert words in told["nodes-not-joined"]
    assert of(answer, "good")[1]["action"] == "scale-up"
    assert (bad.size, good.size) == (0, 1)
    assert deletions(cloud) == [instance]
    cloud.cluster.advance(5 * MINUTE)
    assert cloud.cluster.pending() == []


def sizes_of(cloud: Cloud, env: dict[str, str], pool: Any, keys: dict[str, str], *, ticks: int) -> list[int]:
    """Return the pool's size after each of so many ticks, three minutes apart."""
    sizes = []
    for _ in range(ticks):
        tick(env, keys)
        sizes.append(pool.size)
        cloud.cluster.advance(3 * MINUTE)
    return sizes


def test_a_pool_that_has_delivered_is_left_alone_for_minutes(cloud: Cloud, principal_env: dict[str, str]) -> None:
    bad = cloud.cluster.add_pool("bad", size=1, ocpus=2, memory_gib=16, never_register=1)
    cloud.cluster.add_replicas("web", 2, cpu="3", memory="1Gi")
    cloud.cluster.settle()
    # Bought, given up 15 minutes after a tick first saw it, left alone for five minutes, bought again, given up again.
    sizes = sizes_of(cloud, principal_env, bad, config(cloud, bad), ticks=15)
    assert sizes == [2, 2, 2, 2, 2, 2, 1, 1, 2, 2, 2, 2, 2, 2, 1]


def test_a_pool_that_never_delivered_is_left_alone_for_hours_and_says_until_when(
    cloud: Cloud, principal_env: dict[str, str]
) -> None:
    bad = cloud.cluster.add_pool("bad", size=0, ocpus=2, memory_gib=16, labels={}, never_register=1)
    cloud.cluster.add_replicas("web", 1, cpu="3", memory="1Gi")
    keys = config(cloud, bad)
    assert sizes_of(cloud, principal_env, bad, keys, ticks=8) == [1, 1, 1, 1, 1, 1, 0, 0]
    told = tick(principal_env, keys)["warning"]
    assert "nodes-do-not-join (left alone until 20" in told["pod-reasons"]
    assert "deleting ConfigMap kube-system/oke-autoscaler-state, tries at once" in told["pod-reasons"]
    cloud.cluster.advance(110 * MINUTE)
    assert sizes_of(cloud, principal_env, bad, keys, ticks=3) == [0, 0, 1]


@pytest.mark.parametrize("change", ["edit", "forget"])
def test_an_edit_or_a_deleted_memory_tries_it_at_once(cloud: Cloud, principal_env: dict[str, str], change: str) -> None:
    bad = cloud.cluster.add_pool("bad", size=0, ocpus=2, memory_gib=16, labels={}, never_register=1)
    cloud.cluster.add_replicas("web", 1, cpu="3", memory="1Gi")
    keys = config(cloud, bad)
    sizes_of(cloud, principal_env, bad, keys, ticks=8)
    if change == "edit":
        bad.details["nodeMetadata"] = {"user_data": "bWVuZGVk"}
    else:
        cloud.cluster.remove("ConfigMap", "oke-autoscaler-state", "kube-system")
    assert sizes_of(cloud, principal_env, bad, keys, ticks=1) == [1]


def test_the_minimum_size_stays_and_the_warning_names_what_is_paid_for(
    cloud: Cloud, principal_env: dict[str, str]
) -> None:
    pool = cloud.cluster.add_pool("p", size=1, labels={}, never_register=1)
    cloud.cluster.node_pools.resize(pool, 2)
    keys = config(cloud, pool, node_pool_min_size=2)
    for _ in range(8):
        answer = tick(principal_env, keys)
        cloud.cluster.advance(3 * MINUTE)
    assert deletions(cloud) == []
    assert answer["warning"]["reason"] == "nodes-do-not-join"
    assert "never registered" in answer["warning"]["nodes-not-joined"]


def test_a_dry_tick_deletes_nothing(cloud: Cloud, principal_env: dict[str, str]) -> None:
    bad, _, keys = two_pools(cloud, never_register=1)
    for _ in range(7):
        tick(principal_env, keys)
        cloud.cluster.advance(3 * MINUTE)
        if bad.size == 0:
            break
        before = changes(cloud)
        tick(principal_env, {**keys, "dry_run": "true"})
        assert changes(cloud) == before
    assert bad.size == 0


def test_an_instance_whose_node_joins_after_the_decision_stays(cloud: Cloud, principal_env: dict[str, str]) -> None:
    bad, _, keys = two_pools(cloud, register_after=1150, ready_after=1151)
    for _ in range(6):
        tick(principal_env, keys)
        cloud.cluster.advance(3 * MINUTE)

    def join(call: Any) -> None:
        # The state is the last that a tick reads; the node is Ready when it looks for it once more.
        if call.path.endswith("oke-autoscaler-state"):
            cloud.hooks.clear()
            cloud.cluster.advance(200)

    cloud.hooks.add("after", join)
    tick(principal_env, keys)
    assert deletions(cloud) == []
    assert bad.size == 1
