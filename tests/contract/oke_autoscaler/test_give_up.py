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


def test_a_pool_that_failed_is_left_alone_and_tried_again_after_its_time(
    cloud: Cloud, principal_env: dict[str, str]
) -> None:
    bad = cloud.cluster.add_pool("bad", size=0, labels={}, never_register=1)
    cloud.cluster.add_replicas("web", 1, cpu="1", memory="1Gi")
    keys = config(cloud, bad)
    sizes = []
    for _ in range(15):
        tick(principal_env, keys)
        sizes.append(bad.size)
        cloud.cluster.advance(3 * MINUTE)
    # Bought, given up 15 minutes after a tick first saw it, left alone for five minutes, bought again, given up again.
    assert sizes == [1, 1, 1, 1, 1, 1, 0, 0, 1, 1, 1, 1, 1, 1, 0]


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
