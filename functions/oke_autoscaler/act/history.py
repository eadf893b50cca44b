"""What a tick has learnt and changed, for those that come after it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec

from functions.oke_autoscaler.act.flapping import pods_for
from functions.oke_autoscaler.decide.scale_down.drain_records import sent_away
from functions.oke_autoscaler.model.reasons import DRAINING, NODES_NOT_MADE, with_detail
from functions.oke_autoscaler.model.tick_state import (
    MAX_OWNERS,
    MAX_PODS,
    PUT_BACK,
    TAKEN_BACK,
    ChangeRecord,
    PoolMemory,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from functions.oke_autoscaler.decide.scale_down.drain_records import Drain
    from functions.oke_autoscaler.model.decision import Decision, GiveUp, PoolVerdict
    from functions.oke_autoscaler.model.tick_state import TickState


FOUND_NO_PLACE = "pods-found-no-place"
"""Why a removal was called off."""


@dataclass(frozen=True, slots=True)
class Done:
    """What a tick did beside its decision."""

    gone: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Names of the nodes that it deleted, by pool id."""
    drains: Mapping[str, Drain] = field(default_factory=dict)
    """Drains under way at its end, by node name."""
    called_off: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Nodes whose removal it called off, with the pods that found no other place."""
    owners: Mapping[str, str] = field(default_factory=dict)
    """``namespace/kind/name`` of the controller by pod."""
    taken_back: Mapping[str, int] = field(default_factory=dict)
    """Sizes to which pools were lowered because OKE could not make more, by pool id."""


def with_changes(state: TickState, decision: Decision, now: float, done: Done, before: TickState) -> TickState:
    """Return the state with a change for each pool made larger or smaller, and each removal that was called off.

    ``before`` is what the tick read: the drains that have ended since are in it.
    """
    for node, pods in done.called_off.items():
        found = ChangeRecord(now, PUT_BACK, FOUND_NO_PLACE, nodes=(node,), pods=pods, pods_count=len(pods))
        state = state.with_change(found)
    for pool in decision.pools:
        if pool.id in done.taken_back:
            size = done.taken_back[pool.id]
            state = state.with_change(
                ChangeRecord(now, TAKEN_BACK, NODES_NOT_MADE, pool.name, size_before=pool.size, size_after=size)
            )
        if pool.action == "scale-up":
            state = state.with_change(_growth(decision, pool, now, done))
        elif pool.action != "none" and pool.reason not in {DRAINING, NODES_NOT_MADE}:
            state = state.with_change(_shrinking(pool, now, done, before))
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


def _growth(decision: Decision, pool: PoolVerdict, now: float, done: Done) -> ChangeRecord:
    pods = pods_for(decision, pool)
    owners = dict.fromkeys(done.owners[pod] for pod in pods if pod in done.owners)
    return ChangeRecord(
        at=now,
        what=pool.action,
        why=with_detail(pool.reason, pool.detail),
        pool=pool.name,
        pods=tuple(pods[:MAX_PODS]),
        pods_count=len(pods),
        size_before=pool.size,
        size_after=pool.wanted_size,
        owners=tuple(owners)[:MAX_OWNERS],
        flapping=pool.flapping,
        cost_per_month=_cost(pool, pool.wanted_size - pool.size),
    )


def _shrinking(pool: PoolVerdict, now: float, done: Done, before: TickState) -> ChangeRecord:
    nodes = tuple(done.gone.get(pool.id, ()))
    evicted = [each for name in nodes for each in sent_away(before, name, done.drains.get(name))]
    owners = dict.fromkeys(f"{each.pod.partition('/')[0]}/{each.owner}" for each in evicted if each.owner)
    return ChangeRecord(
        at=now,
        what=pool.action,
        why=pool.reason,
        pool=pool.name,
        nodes=nodes[:MAX_PODS],
        pods=tuple(each.pod for each in evicted[:MAX_PODS]),
        pods_count=len(evicted),
        size_before=pool.wanted_size + len(nodes) if nodes else None,
        size_after=pool.wanted_size,
        owners=tuple(owners)[:MAX_OWNERS],
        cost_per_month=_cost(pool, -len(nodes)) if nodes else None,
    )


def _cost(pool: PoolVerdict, nodes: int) -> float | None:
    return None if pool.node_cost is None else round(pool.node_cost * nodes, 2)
