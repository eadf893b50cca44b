"""The first step of a node's replacement: note it on the node, before the new node is asked for."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec

from functions.oke_autoscaler.model import replacements
from functions.oke_autoscaler.model.reasons import NO_RESOURCE_PRESSURE, REPLACEMENT

if TYPE_CHECKING:
    from functions.oke_autoscaler.act.observe import Observed
    from functions.oke_autoscaler.act.removal import Removals
    from functions.oke_autoscaler.model.decision import Decision


def note_replacement(removals: Removals, observed: Observed, decision: Decision, now: float) -> Observed | None:
    """Note the decision's replacement on its node; return what is known with the note, None when the node has changed.

    A further decision of this tick, after a pool that refused its node, sees the note and begins no other replacement.
    """
    assert decision.replacement is not None  # noqa: S101  (the caller has looked)
    name = decision.replacement.node
    node = next((each for each in observed.snapshot.nodes if each.metadata.name == name), None)
    if node is None:
        return None
    patched = removals.cluster.patch_node(node, replacements.note_replacement(node, now), "note the replacement of")
    if patched is None:
        return None
    pool = _pool_name(decision)
    text = f"to be replaced by a cheaper node of node pool {pool}" if pool else "to be drained: others have room for it"
    removals.events.on_node(node, "Replacement", text)
    return observed.with_node(patched)


def without_replacement(decision: Decision) -> Decision:
    """Return the decision with nothing to grow: the next tick looks at the node again."""
    pools = tuple(
        msgspec.structs.replace(pool, action="none", reason=NO_RESOURCE_PRESSURE, wanted_size=pool.size)
        if pool.reason == REPLACEMENT
        else pool
        for pool in decision.pools
    )
    return replace(decision, pools=pools, replacement=None)


def _pool_name(decision: Decision) -> str:
    wanted = decision.replacement.pool_id if decision.replacement is not None else ""
    return next((pool.name for pool in decision.pools if pool.id == wanted), wanted)
