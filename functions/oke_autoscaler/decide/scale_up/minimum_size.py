"""Nodes for a pool below its minimum size: planned before any pod is placed, so that pods use them first."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from functions.oke_autoscaler.decide.cluster.pools import PoolStatus
    from functions.oke_autoscaler.decide.simulation.cluster_state import ClusterState
    from functions.oke_autoscaler.decide.simulation.offerings import Offering


def open_minimum(state: ClusterState) -> dict[str, int]:
    """Open the nodes that pools lack to their minimum sizes in the simulation; return their number by pool id.

    A pool that takes no nodes now (it changes, stabilises, has no capacity) waits, as it does with pods. The limit of
    the whole cluster counts: it is there to be held. A pool whose nodes' size is not known grows as well, since its
    first node is what tells it.
    """
    if not state.settings.enforces_min_size:
        return {}
    offerings = {offering.pool_status.id: offering for offering in state.offerings}
    found: dict[str, int] = {}
    for pool_status in state.pools.statuses:
        lacking = min(_lacking(pool_status), state.nodes_left)
        if lacking > 0:
            found[pool_status.id] = lacking
            state.planned += lacking
            if pool_status.id in offerings:
                _open(state, offerings[pool_status.id], lacking)
    return found


def _open(state: ClusterState, offering: Offering, nodes: int) -> None:
    """Open nodes of one pool, spread over its placements."""
    offering.enforced = nodes
    for _ in range(nodes):
        placement = min(offering.placements, key=lambda each: each.opened)
        placement.opened += 1
        state.simulation.open(offering.make(placement))


def _lacking(pool_status: PoolStatus) -> int:
    if pool_status.phase != "ready" or pool_status.refused:
        return 0
    return min(pool_status.bounds.min_size - pool_status.made_size, pool_status.max_new_nodes)
