"""The decision of one tick, as a function of what was read, the settings and the time."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from functions.oke_autoscaler.decide.scale_down import candidates as judging
from functions.oke_autoscaler.decide.scale_up import plan as planning
from functions.oke_autoscaler.decide.simulation import cluster_state as world
from functions.oke_autoscaler.model.decision import Decision, PodVerdict, PoolVerdict
from functions.oke_autoscaler.model.nodes import POOL_NAME, TO_BE_DELETED, has_taint, instance_id

if TYPE_CHECKING:
    from collections.abc import Mapping

    from functions.oke_autoscaler.decide.cluster.pod_groups import Workload
    from functions.oke_autoscaler.decide.cluster.pools import PoolState
    from functions.oke_autoscaler.decide.scale_down.candidates import Verdicts
    from functions.oke_autoscaler.decide.scale_up.plan import Plan
    from functions.oke_autoscaler.decide.simulation.cluster_state import World
    from functions.oke_autoscaler.decide.simulation.nodes import Place
    from functions.oke_autoscaler.decide.simulation.offerings import Offer
    from functions.oke_autoscaler.model.snapshot import Snapshot
    from functions.oke_autoscaler.settings import Settings

FITS_NONE = "pods-fit-no-node-pool"
MAXIMUM = "node-max-limit-reached"
NO_CAPACITY = "out-of-capacity"


def decide(snapshot: Snapshot, settings: Settings, now: float, refused: Mapping[str, str] | None = None) -> Decision:
    """What to do at ``now`` (Unix seconds).

    ``refused`` holds pools that answered this tick's resize with an error, id to the reason (``out-of-capacity``,
    ``conflict`` …): they are not grown again and their pods go to the other pools. After a 412, call again with the
    pools as read anew. Raises ValueError for a quantity or a time that cannot be read.
    """
    known = world.build(snapshot, settings, now, refused or {})
    plan = planning.plan(known)
    reasons = {w.ident: _why_left(known, plan, w) for w in known.pending if w.ident in plan.left}
    pods = _pod_verdicts(known, plan, reasons)
    verdicts = judging.judge(known, plan, _held(known, plan, reasons))
    pools = tuple(_pool_verdict(known, plan, reasons, verdicts, state) for state in known.pools.states)
    return Decision(
        pools=pools,
        pods=pods,
        nodes=verdicts.nodes,
        remove=tuple(verdicts.remove),
        mark_unneeded=tuple(verdicts.mark),
        unmark=tuple(verdicts.unmark),
    )


class _Left:
    """Why pods of a workload found no place: the reason for the answer, and by pool in words."""

    __slots__ = ("by_pool", "reason")

    def __init__(self, reason: str, by_pool: dict[str, str]) -> None:
        self.reason = reason
        self.by_pool = by_pool

    @property
    def text(self) -> str:
        """One line for people."""
        details = "; ".join(f"{name}: {why}" for name, why in self.by_pool.items())
        return f"{self.reason} ({details})" if details else self.reason


def _why_left(known: World, plan: Plan, workload: Workload) -> _Left:
    """A pool that could hold the pod tells why it does not grow; else every pool tells what it lacks."""
    by_pool: dict[str, str] = {}
    blocks: list[str] = []
    for offer in known.offers:
        obstacle = offer.obstacle(known.room.static, workload)
        block = _block(known, plan, offer) if not obstacle else ""
        by_pool[offer.state.pool.name] = obstacle or block or "rules between pods"
        if not obstacle:
            blocks.append(block)
    for state in known.pools.states:
        by_pool.setdefault(state.pool.name, "size of its nodes not known")
    for reason in ("node-pool-updating", "node-pool-stabilizing", MAXIMUM):
        if reason in blocks:
            return _Left(reason, by_pool)
    refused = [block for block in blocks if block]
    return _Left(NO_CAPACITY if refused else FITS_NONE, by_pool)


def _block(known: World, plan: Plan, offer: Offer) -> str:
    """Why a pool takes no more nodes in this plan; empty when it would."""
    if offer.blocked:
        return offer.blocked
    full = plan.new_nodes.get(offer.state.id, 0) >= offer.limit
    limit = known.settings.max_nodes_total
    every = len(known.snapshot.nodes) + known.upcoming + sum(plan.new_nodes.values())
    return MAXIMUM if full or (limit and every >= limit) else ""


def _pod_verdicts(known: World, plan: Plan, reasons: Mapping[int, _Left]) -> list[PodVerdict]:
    """Every pending pod, in the order of the snapshot."""
    found: dict[int, tuple[str | None, str]] = {id(pod): (None, reason) for pod, reason in known.idle}
    found |= {id(pod): (node, "waits-for-preemption") for pod, _, node in known.preempting}
    for workload in known.pending:
        waiting = iter(workload.pending)
        for place, count in plan.placed.get(workload.ident, ()):
            where = _where(known, place)
            for _ in range(count):
                found[id(next(waiting))] = where
        left = reasons.get(workload.ident)
        why = left.text if left is not None else FITS_NONE
        for pod in waiting:
            found[id(pod)] = (None, why)
    return [PodVerdict(pod.key, *found[id(pod)]) for pod in known.snapshot.pods if id(pod) in found]


def _where(known: World, place: Place) -> tuple[str | None, str]:
    if place.name in known.places:
        return place.name, "fits-on-node"
    pool = next((f"new:{state.pool.name}" for state in known.pools.states if state.id == place.pool), None)
    return pool, "fits-on-upcoming-node" if place.name.startswith("upcoming:") else "needs-new-node"


def _held(known: World, plan: Plan, reasons: Mapping[int, _Left]) -> str:
    """Why no node may be removed in this tick: pods wait that some pool could hold, or a pool is changing."""
    if any(state.status == "updating" for state in known.pools.states):
        return "node-pool-updating"
    stuck = sum(plan.left.get(ident, 0) for ident, left in reasons.items() if left.reason == FITS_NONE)
    waiting = len(known.preempting) + sum(len(workload.pending) for workload in known.pending)
    return "pods-pending" if waiting > stuck else ""


def _pool_verdict(
    known: World, plan: Plan, reasons: Mapping[int, _Left], verdicts: Verdicts, state: PoolState
) -> PoolVerdict:
    """The row of the answer table that fits the pool."""
    size, new = state.pool.size, plan.new_nodes.get(state.id, 0)
    left = _left_by_reason(known, plan, reasons, state)
    verdict = PoolVerdict(state.id, state.pool.name, size, size + new, "no-resource-pressure", state.status)
    if new:
        bought = sum(
            pods for rows in plan.placed.values() for place, pods in rows if _is_new(place.name, state, place.pool)
        )
        verdict.action, verdict.reason = "scale-up", "unschedulable-pods"
        verdict.unplaced = left[MAXIMUM]
        verdict.unschedulable = bought + verdict.unplaced
    elif state.status == "updating":
        verdict.reason = "node-pool-updating"
        verdict.unschedulable = left["node-pool-updating"]
    elif state.status == "stabilizing":
        verdict.reason = "node-pool-status"
        verdict.unschedulable = left["node-pool-stabilizing"]
    elif blocked := next((reason for reason in (MAXIMUM, NO_CAPACITY, FITS_NONE) if left[reason]), ""):
        verdict.level, verdict.reason, verdict.unschedulable = "warning", blocked, left[blocked]
    else:
        _scale_down(verdict, verdicts, state)
    return verdict


def _is_new(name: str, state: PoolState, pool: str | None) -> bool:
    return pool == state.id and name.startswith("new:")


def _left_by_reason(known: World, plan: Plan, reasons: Mapping[int, _Left], state: PoolState) -> Counter[str]:
    """Pods without a place that concern this pool, by reason. Pods that name another pool do not."""
    found: Counter[str] = Counter()
    for workload in known.pending:
        left = reasons.get(workload.ident)
        named = (workload.shape.spec.node_selector or {}).get(POOL_NAME, state.pool.name)
        if left is None or (named != state.pool.name and len(known.pools.states) > 1):
            continue
        why = left.by_pool.get(state.pool.name, "")
        if left.reason == FITS_NONE:
            why = FITS_NONE
        elif why == state.refused:
            why = NO_CAPACITY
        found[why] += plan.left[workload.ident]
    return found


def _scale_down(verdict: PoolVerdict, verdicts: Verdicts, state: PoolState) -> None:
    """Nodes of the pool that go, or are going already."""
    removed = [removal.reason for removal in verdicts.remove if removal.pool_id == state.id]
    if removed:
        loads = [reason for reason in removed if reason != "unneeded"]
        verdict.action, verdict.reason = "scale-down", loads[0] if loads else "unneeded"
        verdict.wanted_size = verdict.size - len(removed)
    elif any(has_taint(node, TO_BE_DELETED) and instance_id(node) for node in state.nodes):
        verdict.action, verdict.reason = "scale-down", "draining"
