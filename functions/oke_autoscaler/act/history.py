"""What a tick has learnt and changed, for those that come after it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from functions.oke_autoscaler.model.reasons import DRAINING
from functions.oke_autoscaler.model.tick_state import MAX_PODS, PUT_BACK, ChangeRecord, PoolMemory

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from functions.oke_autoscaler.model.decision import Decision, GiveUp, PoolVerdict
    from functions.oke_autoscaler.model.tick_state import TickState


FOUND_NO_PLACE = "pods-found-no-place"
"""Why a removal was called off."""


def with_changes(
    state: TickState, done: Decision, now: float, called_off: Mapping[str, tuple[str, ...]] | None = None
) -> TickState:
    """Return the state with a change for each pool made larger or smaller, and each removal that was called off."""
    for node, pods in (called_off or {}).items():
        found = ChangeRecord(now, PUT_BACK, FOUND_NO_PLACE, nodes=(node,), pods=pods, pods_count=len(pods))
        state = state.with_change(found)
    for pool in done.pools:
        if pool.action != "none" and pool.reason != DRAINING:
            state = state.with_change(_change(done, pool, now))
    return state


def with_memories(state: TickState, done: Decision, now: float) -> TickState:
    """Return the state with what this tick has learnt of its pools, and when it asked them for nodes."""
    grown = {pool.id for pool in done.pools if pool.action == "scale-up"}
    for pool_id, memory in done.memories.items():
        if pool_id in grown and memory.asked_at is None:
            state = state.with_pool(pool_id, msgspec.structs.replace(memory, asked_at=now))
        elif state.pools.get(pool_id) != memory:
            state = state.with_pool(pool_id, memory)
    return state


def with_joining(state: TickState, done: Decision, given_up: Iterable[GiveUp], now: float) -> TickState:
    """Return the state with the instances that are no nodes yet, and what was given up of each pool."""
    gone = {each.instance_id for each in given_up}
    # Of pools that are not in this tick's decision, another function keeps count.
    joining = {
        pool_id: {instance: since for instance, since in instances.items() if instance not in gone}
        for pool_id, instances in done.joining.items()
    }
    state = msgspec.structs.replace(state, joining={**state.joining, **joining})
    pools = {each.pool_id for each in given_up} | done.lost
    for pool_id in pools | done.recovered:
        memory = state.pools.get(pool_id, PoolMemory())
        before = 0 if pool_id in done.recovered else memory.give_ups
        since = now if pool_id in pools else None
        count = before + (pool_id in pools)
        state = state.with_pool(pool_id, msgspec.structs.replace(memory, give_ups=count, gave_up_at=since))
    return state


def _change(done: Decision, pool: PoolVerdict, now: float) -> ChangeRecord:
    pods = [pod.pod for pod in done.pods if pod.new_pool == pool.name] if pool.action == "scale-up" else []
    return ChangeRecord(
        at=now,
        what=pool.action,
        why=pool.reason,
        pool=pool.name,
        pods=tuple(pods[:MAX_PODS]),
        pods_count=len(pods),
        # After a deletion the pool may have been read again, with the size that it has since.
        size_before=pool.size if pool.action == "scale-up" else None,
        size_after=pool.wanted_size,
    )
