"""Nodes that OKE could not make are taken back: the pool is asked for the size that exists.

It comes before every deletion of the tick, because each change of a pool makes OKE try again what it could not make.
The etag guards it: a node that came, or a size that somebody set since the pool was read, is a reason to wait for the
next tick. Nothing that exists can go, for the size asked for is never below the number of instances.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.oke_autoscaler.clients.oke import is_outcome_unknown, refusal_reason
from functions.oke_autoscaler.model.reasons import NODES_NOT_MADE
from shared.errors import OciServiceError

if TYPE_CHECKING:
    from functions.oke_autoscaler.act.observe import Observed
    from functions.oke_autoscaler.act.removal import Removals
    from functions.oke_autoscaler.clients.oke import ReadPool
    from functions.oke_autoscaler.model.decision import Decision


def take_back(removals: Removals, observed: Observed, decision: Decision) -> None:
    """Lower the sizes that the decision names; a pool that others write to waits for the next tick."""
    by_id = {pool.id: pool for pool in decision.pools}
    for pool_id, size in decision.take_back.items():
        state, pool = observed.pools[pool_id], by_id[pool_id]
        if _lower(removals, state, size):
            removals.sizes[pool_id] = size
            removals.taken_back[pool_id] = size
            text = f"is lowered from {state.pool.size} to {size} nodes, which is what there is: {NODES_NOT_MADE}"
            removals.events.on_pool(pool, "ScaleDown", text)


def _lower(removals: Removals, state: ReadPool, size: int) -> bool:
    """Ask for the size once; return whether it was accepted."""
    text = f"lower node pool {state.pool.name} from {state.pool.size} to {size}, which is what there is"
    if not removals.cluster.changes.go(text):
        return True
    try:
        removals.oke.resize(state, size)
    except OciServiceError as error:
        # A lost answer is not looked after: the next tick reads the pool, and finds it lowered or lowers it again.
        if error.status == 412 or is_outcome_unknown(error) or refusal_reason(error):
            return False
        raise
    return True
