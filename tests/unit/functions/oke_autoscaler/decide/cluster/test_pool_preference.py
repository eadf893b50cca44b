"""Which of two pools is preferred when their plans cost the same."""

from __future__ import annotations

from functions.oke_autoscaler.decide.cluster.pool_preference import plan_preference, pool_preference
from functions.oke_autoscaler.decide.cluster.pools import PoolStatus
from functions.oke_autoscaler.model.oci_objects import NodePool
from functions.oke_autoscaler.pool_settings import PoolSettings


def pool(priority: int) -> PoolStatus:
    return PoolStatus(NodePool(id="p", name="p"), PoolSettings("p", 0, 9, None, priority))


def test_the_pool_of_higher_priority_is_preferred() -> None:
    assert pool_preference(pool(2)) < pool_preference(pool(1)) < pool_preference(pool(0))


def test_a_plan_is_preferred_by_all_its_nodes() -> None:
    low, high = pool(1), pool(2)
    assert plan_preference([high, high]) < plan_preference([high, low]) < plan_preference([low, low])
    assert plan_preference([]) == ()
