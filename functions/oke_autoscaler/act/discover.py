"""The managed pools of a configuration that names them by a tag, read anew at every tick."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from functions.oke_autoscaler.pool_settings import PoolSettings
from functions.oke_autoscaler.pool_tags import has_tags, tagged_bounds
from functions.oke_autoscaler.size_schedules import find_reversed_bounds
from shared.errors import MissingInputData

if TYPE_CHECKING:
    from collections.abc import Iterable

    from functions.oke_autoscaler.clients.oke import Oke
    from functions.oke_autoscaler.model.oci_objects import NodePool
    from functions.oke_autoscaler.settings import Settings

GONE = frozenset({"DELETING", "DELETED", "FAILED"})


def with_tagged_pools(oke: Oke, settings: Settings) -> Settings:
    """Return the settings with the pools that have the tag as their ``node_pools``; unchanged without the key.

    Raises OciServiceError when the list cannot be read, and MissingInputData for a pool whose bounds cannot be told: to
    leave out a pool that somebody meant to be managed would look like a decision about it.
    """
    return among(oke.pools_of_cluster(), settings) if settings.node_pool_tag else settings


def among(pools: Iterable[NodePool], settings: Settings) -> Settings:
    """Return the settings with those of the pools that have the tag; errors as ``with_tagged_pools``."""
    there = [pool for pool in pools if pool.lifecycle_state not in GONE]
    mine = [pool for pool in there if has_tags(settings.node_pool_tag, pool.freeform_tags, pool.defined_tags)]
    if not mine:
        raise MissingInputData({"node_pool_tag": f"no node pool of the cluster has it, of {len(there)}"})
    return replace(settings, node_pools=tuple(_pool(pool, settings) for pool in sorted(mine, key=lambda each: each.id)))


def _pool(pool: NodePool, settings: Settings) -> PoolSettings:
    try:
        low, high = tagged_bounds(pool.freeform_tags, settings.node_pool_min_size or 0, settings.node_pool_max_size)
    except ValueError as fault:
        raise MissingInputData({"node_pool_tag": f"node pool {pool.name} {fault}"}) from None
    if fault_of_window := find_reversed_bounds(settings.schedules, low, high):
        raise MissingInputData({"schedules": f"{fault_of_window}, for node pool {pool.name}"})
    return PoolSettings(pool.id, low, high, schedules=settings.schedules)
