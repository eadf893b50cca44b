"""Bounds by the clock of the API server: what a window that opens or closes does to a pool and to a drain under way."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.autoscaler import IDLE, changes, config, deletions, host_names, put_taint, taint_keys, tick

if TYPE_CHECKING:
    from emulator.cloud import Cloud

OPEN = {"schedule": "* * * * *", "duration": "1h"}
"""A window that is always open."""


def test_a_pool_grows_as_a_window_opens(cloud: Cloud, principal_env: dict[str, str]) -> None:
    pool = cloud.cluster.add_pool("p", size=1)
    keys = config(cloud, pool, schedules=[{**OPEN, "min_size": 3}], enforce_min_size=True)
    (body,) = tick(principal_env, keys).values()
    assert (body["action"], body["reason"], body["node-count"]) == ("scale-up", "below-min-size", "3")
    (event,) = (each for each in cloud.cluster.objects("Event") if each["reason"] == "ScaleUp")
    assert (event["type"], event["message"]) == (
        "Normal",
        "node pool p grows from 1 to 3 nodes: below-min-size (size 1, min_size 3)",
    )
    assert len(changes(cloud)) == 1


@pytest.mark.parametrize(("lowest", "deleted"), [(1, True), (2, False)])
def test_a_drain_that_a_window_overtakes_is_undone(
    cloud: Cloud,
    principal_env: dict[str, str],
    lowest: int,
    deleted: bool,  # noqa: FBT001
) -> None:
    """The minimum of now counts, not that of the tick that began the removal."""
    pool = cloud.cluster.add_pool("p", size=2)
    host = host_names(cloud, pool)[0]
    put_taint(cloud, host)
    tick(principal_env, config(cloud, pool, schedules=[{**OPEN, "min_size": lowest}], **IDLE))
    assert bool(deletions(cloud)) == deleted
    if not deleted:
        assert "ToBeDeletedByClusterAutoscaler" not in taint_keys(cloud, host)
