"""A look at a live cluster for its page: what a tick reads and what a person wants beside it, nothing written."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from functions.oke_autoscaler.clients.changes import Changes
from functions.oke_autoscaler.cluster_page.asked_cluster import AskedCluster
from functions.oke_autoscaler.cluster_page.cluster_look import look_at_cluster
from functions.oke_autoscaler.settings import Settings
from functions.oke_autoscaler.tick import connect
from shared.deadline import Deadline
from shared.errors import FunctionError
from shared.settings import load_settings
from tests.contract.oke_autoscaler.test_lease import put_other_lease
from tests.support.autoscaler import config, tick, writes

if TYPE_CHECKING:
    from emulator.cloud import Cloud
    from functions.oke_autoscaler.cluster_page.looked import Looked

METRICS = "/summarizeMetricsData$"


def look(cloud: Cloud, env: dict[str, str], **more: object) -> Looked:
    """Look at a cluster of one pool that is to grow; a tick would ask for no loads."""
    pool = cloud.cluster.add_pool("p", size=1)
    cloud.cluster.add_replicas("web", 12, pool=pool, cpu="900m")
    keys = config(cloud, pool, node_pool_eval_cpu_load=50, **more)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in env.items():
            patch.setenv(name, value)
        connected = connect(load_settings(Settings, keys), Deadline.after(30), Changes(dry_run=True))
        return look_at_cluster(connected, keys, AskedCluster())


def test_loads_are_read_for_people_where_the_decision_needs_none(cloud: Cloud, principal_env: dict[str, str]) -> None:
    found = look(cloud, principal_env)
    assert found.decision.wanted()
    assert found.snapshot.metrics
    assert found.concerns == ()
    assert writes(cloud) == []


def test_what_the_page_can_do_without_is_a_concern_where_it_fails(cloud: Cloud, principal_env: dict[str, str]) -> None:
    cloud.faults.add(path=METRICS, status=403, code="Forbidden", times=None)
    put_other_lease(cloud, "ca")
    found = look(cloud, principal_env)
    assert not found.snapshot.metrics
    monitoring, other = found.concerns
    assert monitoring.do
    assert other.text.startswith("Cluster Autoscaler renewed its Lease")
    assert found.decision.pools[0].size == 1


def test_what_it_cannot_do_without_ends_the_look(cloud: Cloud, principal_env: dict[str, str]) -> None:
    cloud.faults.add(path="^/api/v1/pods$", status=403, times=None)
    with pytest.raises(FunctionError):
        look(cloud, principal_env)


def test_the_page_knows_when_a_tick_last_told_what_it_did(cloud: Cloud, principal_env: dict[str, str]) -> None:
    pool = cloud.cluster.add_pool("q", size=1)
    tick(principal_env, config(cloud, pool))
    assert look(cloud, principal_env).last_tick is None, "of a pool of its own, no other function's"
