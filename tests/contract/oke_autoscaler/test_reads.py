"""What a tick reads, and that a tick with nothing to do changes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.autoscaler import changes, config, tick

if TYPE_CHECKING:
    from emulator.cloud import Cloud


def test_a_tick_with_nothing_to_do_changes_nothing(cloud: Cloud, principal_env: dict[str, str]) -> None:
    pool = cloud.cluster.add_pool("prod-pool1", size=2)
    cloud.cluster.add_replicas("web", 3, pool=pool)
    body = tick(principal_env, config(cloud, pool))["success"]
    assert (body["action"], body["node-pool-name"], body["node-count"]) == ("none", "prod-pool1", "2")
    assert changes(cloud) == []
