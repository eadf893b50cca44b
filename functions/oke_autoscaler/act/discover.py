"""The managed pools of a configuration that names them by a tag, read anew at every tick."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from functions.oke_autoscaler.model.unreadable import Unreadable, shown_value
from functions.oke_autoscaler.pool_settings import PoolSettings
from functions.oke_autoscaler.pool_tags import MAX_SIZE_TAG, MIN_SIZE_TAG, has_tags, tagged_bounds
from functions.oke_autoscaler.size_schedules import find_reversed_bounds
from shared.errors import MissingInputData

if TYPE_CHECKING:
    from collections.abc import Iterable

    from functions.oke_autoscaler.clients.oke import Oke
    from functions.oke_autoscaler.model.oci_objects import NodePool
    from functions.oke_autoscaler.settings import Settings

GONE = frozenset({"DELETING", "DELETED", "FAILED"})


def with_tagged_pools(oke: Oke, settings: Settings) -> tuple[Settings, list[Unreadable]]:
    """Return the settings with the pools that have the tag as their ``node_pools``, and the pools left out.

    Unchanged without the key. A pool whose bounds cannot be told is left out and named: it neither grows nor shrinks,
    and what is wrong with one keeps nobody from the others. Raises OciServiceError when the list cannot be read, and
    MissingInputData when no pool is left.
    """
    return among(oke.pools_of_cluster(), settings) if settings.node_pool_tag else (settings, [])


def among(pools: Iterable[NodePool], settings: Settings) -> tuple[Settings, list[Unreadable]]:
    """Return the settings with those of the pools that have the tag; the rest as ``with_tagged_pools``."""
    there = [pool for pool in pools if pool.lifecycle_state not in GONE]
    mine = [pool for pool in there if has_tags(settings.node_pool_tag, pool.freeform_tags, pool.defined_tags)]
    if not mine:
        raise MissingInputData({"node_pool_tag": f"no node pool of the cluster has it, of {len(there)}"})
    managed: list[PoolSettings] = []
    left_out: list[Unreadable] = []
    for pool in sorted(mine, key=lambda each: each.id):
        try:
            managed.append(_pool(pool, settings))
        except ValueError as fault:
            left_out.append(_unreadable(pool, str(fault)))
    if not managed:
        raise MissingInputData({"node_pool_tag": "; ".join(f"node pool {e.object} {e.fault}" for e in left_out)})
    return replace(settings, node_pools=tuple(managed)), left_out


def _pool(pool: NodePool, settings: Settings) -> PoolSettings:
    """Return one pool with its bounds; ValueError says what is wrong with them."""
    low, high = tagged_bounds(pool.freeform_tags, settings.node_pool_min_size or 0, settings.node_pool_max_size)
    if fault := find_reversed_bounds(settings.schedules, low, high):
        raise ValueError(f"leaves schedules{fault}")
    return PoolSettings(pool.id, low, high, schedules=settings.schedules)


def _unreadable(pool: NodePool, fault: str) -> Unreadable:
    tags = {key: value for key, value in (pool.freeform_tags or {}).items() if key in {MIN_SIZE_TAG, MAX_SIZE_TAG}}
    return Unreadable("NodePool", pool.name or pool.id, "freeformTags", shown_value(tags), fault)
