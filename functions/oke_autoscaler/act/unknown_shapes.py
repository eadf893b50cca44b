"""Pools whose nodes nobody knows the size of: Compute is asked for the size of their shape."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec

from functions.oke_autoscaler.clients.events import COMPONENT
from functions.oke_autoscaler.decide.cluster.compute_shapes import find_hardware
from shared import logs
from shared.errors import OciServiceError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from functions.oke_autoscaler.clients.oke import Oke, ReadPool
    from functions.oke_autoscaler.model.oci_objects import ShapeSize
    from functions.oke_autoscaler.model.tick_state import TickState
    from functions.oke_autoscaler.settings import Settings

_log = logs.get(COMPONENT)


def with_known_sizes(
    oke: Oke, states: Mapping[str, ReadPool], state: TickState, settings: Settings
) -> dict[str, ReadPool]:
    """Return the pools as read, those of an unknown shape with its size where Compute tells it.

    It is asked only while nothing is remembered of such a pool and nothing stated, and no tick ends because the answer
    does not come: the pool's pods are then told that the size is unknown, and what helps.
    """
    stated = {pool.id for pool in settings.pools if pool.resources}
    learnt = {pool_id for pool_id, memory in state.pools.items() if memory.allocatable}
    unknown = {each for each, read in states.items() if find_hardware(read.pool) is None} - stated - learnt
    sizes = {}
    for compartment in sorted({states[each].compartment_id for each in unknown}):
        try:
            sizes[compartment] = oke.shapes(compartment)
        except OciServiceError as error:
            _log.warning("shapes not listed", extra={"fields": {"error": error.message, "status": error.status}})
    return {each: _with_size(read, sizes) if each in unknown else read for each, read in states.items()}


def _with_size(read: ReadPool, sizes: Mapping[str, Mapping[str, ShapeSize]]) -> ReadPool:
    size = sizes.get(read.compartment_id, {}).get(read.pool.node_shape or "")
    return replace(read, pool=msgspec.structs.replace(read.pool, listed_size=size))
