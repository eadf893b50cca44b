"""What is remembered of drains under way: how many pods are left, and when the last one went.

A drain is given up when nothing has moved for the drain time-out, not when it has taken that long: under a budget of
one pod at a time a node of twelve pods needs longer than a node that hangs should be waited for. The record is a hint:
without it the time counts from the removal's begin, which the node's taint holds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec

from functions.oke_autoscaler.model.nodes import TO_BE_DELETED, has_taint
from functions.oke_autoscaler.model.tick_state import MAX_PODS, DrainRecord

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from functions.oke_autoscaler.model.kubernetes_objects import Node
    from functions.oke_autoscaler.model.tick_state import EvictedPod, TickState


class Drain(NamedTuple):
    """A drain as a tick leaves it: when it began, the pods left as that tick first saw them, evictions accepted."""

    began_at: float
    left: int
    evicted: int = 0
    pods: tuple[EvictedPod, ...] = ()


def last_progress(record: DrainRecord | None, began_at: float, left: int, now: float) -> float:
    """Return when a pod of the node last was evicted or went, as far as is known (Unix seconds)."""
    if record is None or record.began_at != began_at:
        return began_at
    if record.left is not None and left < record.left:
        return now
    # A time in the future came from a clock that is ahead: it would keep the drain for ever.
    return min(now, max(began_at, record.last_progress_at))


def sent_away(state: TickState, name: str, drain: Drain | None) -> tuple[EvictedPod, ...]:
    """Return the pods that a node's removal has evicted, in this tick and in those before, as far as is remembered."""
    record = state.drains.get(name)
    before = record.evicted if record is not None and (drain is None or record.began_at == drain.began_at) else ()
    return (*before, *(drain.pods if drain is not None else ()))


def with_drains(state: TickState, drains: Mapping[str, Drain], nodes: Iterable[Node], now: float) -> TickState:
    """Return the state with the drains of this tick; records of nodes that nobody removes any more are dropped.

    Functions that share a cluster share the state: what another one drains is left as it is.
    """
    going = {node.metadata.name for node in nodes if has_taint(node, TO_BE_DELETED)}
    kept = {name: record for name, record in state.drains.items() if name in going and name not in drains}
    for name, drain in drains.items():
        seen = last_progress(state.drains.get(name), drain.began_at, drain.left, now)
        evicted = sent_away(state, name, drain)[-MAX_PODS:]
        kept[name] = DrainRecord(drain.began_at, now if drain.evicted else seen, evicted, drain.left)
    return msgspec.structs.replace(state, drains=kept)
