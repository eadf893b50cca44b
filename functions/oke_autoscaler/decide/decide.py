"""The decision of one tick, as a function of what was read, the settings and the time."""

from __future__ import annotations

from collections import Counter
from itertools import islice
from typing import TYPE_CHECKING

from functions.oke_autoscaler.decide.cluster.missing_nodes import plan_give_ups
from functions.oke_autoscaler.decide.cluster.refuted_pools import owner_and_needs, with_refused
from functions.oke_autoscaler.decide.overdue_pods import find_overdue
from functions.oke_autoscaler.decide.pool_details import count_nodes, describe_pool
from functions.oke_autoscaler.decide.scale_down.removal_plan import plan_removals
from functions.oke_autoscaler.decide.scale_down.waiting_pods import WaitingPods
from functions.oke_autoscaler.decide.scale_up.plan import plan_scale_up
from functions.oke_autoscaler.decide.simulation.cluster_state import build_cluster_state
from functions.oke_autoscaler.decide.simulation.nodes import UPCOMING_NODE_PREFIX
from functions.oke_autoscaler.decide.simulation.placement_plan import NOBODY_REFUSED
from functions.oke_autoscaler.decide.unplaced_pods import (
    UnplacedReason,
    explain_refused,
    explain_unplaced,
    with_words,
)
from functions.oke_autoscaler.model.decision import NEW_NODE_PREFIX, Decision, GiveUp, PodVerdict, PoolVerdict
from functions.oke_autoscaler.model.nodes import POOL_NAME, TO_BE_DELETED, has_taint, instance_id
from functions.oke_autoscaler.model.reasons import (
    BELOW_MIN_SIZE,
    DRAINING,
    FITS_NO_POOL,
    FITS_ON_NODE,
    FITS_ON_UPCOMING_NODE,
    HEADROOM,
    MAX_SIZE_REACHED,
    NEEDS_NEW_NODE,
    NO_RESOURCE_PRESSURE,
    NODES_DO_NOT_JOIN,
    NODES_NOT_MADE,
    OUT_OF_CAPACITY,
    POOL_NOT_STABLE,
    POOL_STABILIZING,
    POOL_UPDATING,
    REPLACEMENT,
    SCHEDULER_DISAGREES,
    UNNEEDED,
    UNSCHEDULABLE_PODS,
    WAITS_FOR_PREEMPTION,
)
from functions.oke_autoscaler.model.scheduler_words import Help

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from functions.oke_autoscaler.decide.cluster.pod_groups import PodGroup
    from functions.oke_autoscaler.decide.cluster.pools import PoolStatus
    from functions.oke_autoscaler.decide.scale_down.removal_plan import RemovalPlan
    from functions.oke_autoscaler.decide.simulation.cluster_state import ClusterState
    from functions.oke_autoscaler.decide.simulation.nodes import SimulatedNode
    from functions.oke_autoscaler.decide.simulation.placement_plan import PlacementPlan
    from functions.oke_autoscaler.model.snapshot import Snapshot
    from functions.oke_autoscaler.model.tick_state import PoolMemory
    from functions.oke_autoscaler.settings import Settings


WARNINGS = (MAX_SIZE_REACHED, OUT_OF_CAPACITY, FITS_NO_POOL, SCHEDULER_DISAGREES)
"""Why pods wait that a person should look at; the first one that holds is the pool's reason."""


def decide(snapshot: Snapshot, settings: Settings, now: float, refused: Mapping[str, str] | None = None) -> Decision:
    """Decide what to do at ``now`` (Unix seconds).

    ``refused`` holds pools that answered this tick's resize with an error, id to the reason (``out-of-capacity``,
    ``conflict`` …): they are not grown again and their pods go to the other pools. After a 412, call again with the
    pools as they are now. Never raises for what stands in an object: what cannot be read was left out of it where it
    was read (model/intake/readable.py), and the mark on it says what follows.
    """
    state = build_cluster_state(snapshot, settings, now, refused or {})
    plan = plan_scale_up(state)
    reasons = {
        group.ident: explain_unplaced(state, plan, group) for group in state.pending if plan.left.get(group.ident)
    }
    pods = _pod_verdicts(state, plan, reasons)
    verdicts = plan_removals(state, plan, _waiting_pods(state, plan, reasons))
    pools = tuple(_pool_verdict(state, plan, reasons, verdicts, pool_status) for pool_status in state.pools.statuses)
    take_back = dict(_taken_back(state, plan, pools))
    _describe(state, pools, pods, verdicts)
    return Decision(
        pools=pools,
        pods=pods,
        nodes=verdicts.nodes,
        remove=tuple(verdicts.remove),
        needed_up=verdicts.needed_up,
        give_up=_give_ups(state),
        take_back=take_back,
        joining={each.id: each.joining for each in state.pools.statuses},
        lost=frozenset(each.id for each in state.pools.statuses if each.has_lost),
        recovered=frozenset(each.id for each in state.pools.statuses if each.has_recovered),
        mark_unneeded=tuple(verdicts.mark),
        unmark=tuple(verdicts.unmark),
        replacement=verdicts.replacement,
        headroom_nodes=frozenset(node.name for group in state.headroom for node, _ in plan.placed.get(group.ident, ())),
        unreadable=tuple(snapshot.unreadable_objects()),
        obstacles={each.text: each.obstacles for each in reasons.values()},
        closed={each.id: (each.refused, each.closed_until) for each in state.pools.statuses if each.refused},
        starting=frozenset(name for each in state.pools.statuses for name in each.starting),
        memories=_memories(state, plan),
        overdue=_overdue(state, pods),
    )


def _overdue(state: ClusterState, pods: Sequence[PodVerdict]) -> tuple[str, ...]:
    left_to_others = {pod.key for pod, _ in state.idle}
    return find_overdue(state.snapshot.pods, pods, left_to_others, state.settings.provision_timeout_minutes, state.now)


def _describe(
    state: ClusterState, pools: Iterable[PoolVerdict], pods: Sequence[PodVerdict], verdicts: RemovalPlan
) -> None:
    for pool, pool_status in zip(pools, state.pools.statuses, strict=True):
        pool.detail = describe_pool(state, pool_status, pool, pods, verdicts)
        pool.counts = count_nodes(state, pool_status)
        template = state.templates.get(pool.id)
        pool.node_cost = round(template.cost, 2) if template is not None else None


def _give_ups(state: ClusterState) -> tuple[GiveUp, ...]:
    by_pool = (plan_give_ups(each.pool, each.missing, each.bounds.min_size) for each in state.pools.statuses)
    return tuple(each for pool in by_pool for each in pool)


def _taken_back(state: ClusterState, plan: PlacementPlan, pools: Iterable[PoolVerdict]) -> Iterator[tuple[str, int]]:
    """Yield the pools whose unmade nodes are taken back, with the size to come; their verdicts say so."""
    for pool_status, verdict in zip(state.pools.statuses, pools, strict=True):
        size = pool_status.smaller_size
        if size is None or verdict.grows:
            continue
        left = (group for group in (*state.pending, *state.headroom) if plan.left.get(group.ident))
        if any(_could_hold(state, group, pool_status) for group in left):
            continue
        going = verdict.size - verdict.wanted_size
        verdict.wanted_size = size - going
        if verdict.reason == NO_RESOURCE_PRESSURE:
            verdict.action, verdict.reason = "scale-down", NODES_NOT_MADE
        yield pool_status.id, size


def _memories(state: ClusterState, plan: PlacementPlan) -> dict[str, PoolMemory]:
    """Return what is remembered of the pools, with the pods that the scheduler refuses on nodes of them."""
    found: dict[str, dict[str, str]] = {}
    for group in state.pending if plan.refuting else ():
        for pool_id, node in plan.refuting.get(group.ident, {}).items():
            refusals = ((pod, state.pods.refusals.get(id(pod))) for pod in group.pending)
            refused = (pod for pod, refusal in refusals if refusal is not None and refusal.help is not Help.NO_NODE)
            found.setdefault(pool_id, {}).update({owner_and_needs(pod): node for pod in refused})
    return with_refused(state.memories, state.snapshot, state.pools, found, state.now)


def _pod_verdicts(state: ClusterState, plan: PlacementPlan, reasons: Mapping[int, UnplacedReason]) -> list[PodVerdict]:
    """Return a verdict on every pending pod, in the order of the snapshot."""
    found: dict[int, tuple[str | None, str]] = {id(pod): (None, reason) for pod, reason in state.idle}
    found |= {id(pod): (node, WAITS_FOR_PREEMPTION) for pod, _, node in state.preempting}
    for group in state.pending:
        waiting = iter(group.pending)
        for node, count in plan.placed.get(group.ident, ()):
            where, reason = _where(state, node)
            for pod in islice(waiting, count):
                found[id(pod)] = (where, with_words(reason, state, plan, pod, group))
        left = reasons.get(group.ident)
        why = left.text if left is not None else FITS_NO_POOL
        found |= {id(pod): (None, why) for pod in waiting}
        found |= {ident: (None, text) for ident, text in explain_refused(state, plan, group)}
    return [PodVerdict(pod.key, *found[id(pod)]) for pod in state.snapshot.pods if id(pod) in found]


def _where(state: ClusterState, node: SimulatedNode) -> tuple[str | None, str]:
    if node.name in state.simulated_nodes:
        return node.name, FITS_ON_NODE
    pool = next((f"{NEW_NODE_PREFIX}{each.name}" for each in state.pools.statuses if each.id == node.pool), None)
    return pool, FITS_ON_UPCOMING_NODE if node.name.startswith(UPCOMING_NODE_PREFIX) else NEEDS_NEW_NODE


def _waiting_pods(state: ClusterState, plan: PlacementPlan, reasons: Mapping[int, UnplacedReason]) -> WaitingPods:
    """Return the pods that nodes are kept for: all that wait but for those that no node would help."""
    groups = [group for _, group, _ in state.preempting]
    for group in state.pending:
        left, refused = reasons.get(group.ident), plan.refused.get(group.ident)
        stuck = refused.count if refused is not None else 0
        if left is not None and left.reason == FITS_NO_POOL:
            stuck = plan.left[group.ident]
        if len(group.pending) > stuck:
            groups.append(group)
    return WaitingPods(state, groups, {pool for pool, nodes in plan.new_nodes.items() if nodes})


def _pool_verdict(
    state: ClusterState,
    plan: PlacementPlan,
    reasons: Mapping[int, UnplacedReason],
    verdicts: RemovalPlan,
    pool_status: PoolStatus,
) -> PoolVerdict:
    """Return the row of the answer table that fits the pool."""
    size, new = pool_status.size, plan.new_nodes.get(pool_status.id, 0)
    wanted = pool_status.size_with(new) if new else size
    left = _left_by_reason(state, plan, reasons, pool_status)
    verdict = PoolVerdict(pool_status.id, pool_status.name, size, wanted, NO_RESOURCE_PRESSURE, pool_status.phase)
    verdict.headroom_missing = _missing_headroom(state, plan, pool_status)
    if new:
        bought = _bought(state.pending, plan, pool_status)
        for_minimum = new <= plan.below_minimum.get(pool_status.id, 0)
        why = UNSCHEDULABLE_PODS if bought else BELOW_MIN_SIZE if for_minimum else HEADROOM
        verdict.action, verdict.reason = "scale-up", why
        verdict.unplaced = left[MAX_SIZE_REACHED]
        verdict.unschedulable = bought + verdict.unplaced
    elif pool_status.missing:
        verdict.level, verdict.reason = "warning", NODES_DO_NOT_JOIN
        verdict.unschedulable = left[OUT_OF_CAPACITY]
        verdict.not_joined = [each.text for each in pool_status.missing]
    elif pool_status.phase == "updating":
        verdict.reason = POOL_UPDATING
        verdict.unschedulable = left[POOL_UPDATING]
    elif pool_status.phase == "stabilizing":
        verdict.reason = POOL_NOT_STABLE
        verdict.unschedulable = left[POOL_STABILIZING]
    elif blocked := next((reason for reason in WARNINGS if left[reason]), ""):
        verdict.level, verdict.reason, verdict.unschedulable = "warning", blocked, left[blocked]
    else:
        _scale_down(verdict, verdicts, pool_status)
        _replace(verdict, verdicts)
    return verdict


def _bought(groups: Iterable[PodGroup], plan: PlacementPlan, pool_status: PoolStatus) -> int:
    """Count the pods that are to go to new nodes of the pool."""
    rows = (row for group in groups for row in plan.placed.get(group.ident, ()))
    return sum(pods for node, pods in rows if _is_new(node.name, pool_status, node.pool))


def _is_new(name: str, pool_status: PoolStatus, pool: str | None) -> bool:
    return pool == pool_status.id and name.startswith(NEW_NODE_PREFIX)


def _left_by_reason(
    state: ClusterState, plan: PlacementPlan, reasons: Mapping[int, UnplacedReason], pool_status: PoolStatus
) -> Counter[str]:
    """Count the pods without a node that concern this pool, by reason; pods that name another pool do not."""
    found: Counter[str] = Counter()
    for group in state.pending:
        left = reasons.get(group.ident)
        named = (group.scheduling.spec.node_selector or {}).get(POOL_NAME, pool_status.name)
        if left is None or (named != pool_status.name and len(state.pools.statuses) > 1):
            continue
        why = left.by_pool.get(pool_status.name, "")
        if left.reason == FITS_NO_POOL:
            why = FITS_NO_POOL
        elif why == pool_status.refused:
            why = OUT_OF_CAPACITY
        refused = plan.refused.get(group.ident, NOBODY_REFUSED)
        found[why] += plan.left[group.ident] - refused.count
        found[FITS_NO_POOL] += refused.ruled_out
        found[SCHEDULER_DISAGREES] += refused.disagreed
    return found


def _missing_headroom(state: ClusterState, plan: PlacementPlan, pool_status: PoolStatus) -> int:
    """Count the headroom that has no place and could have one on a node of this pool, or on none of any pool."""
    missing = [group for group in state.headroom if plan.left.get(group.ident)]
    reasons = {group.ident: explain_unplaced(state, plan, group) for group in missing}
    return sum(
        plan.left[group.ident]
        for group in missing
        if reasons[group.ident].reason == FITS_NO_POOL or _could_hold(state, group, pool_status)
    )


def _could_hold(state: ClusterState, group: PodGroup, pool_status: PoolStatus) -> bool:
    mine = (offering for offering in state.offerings if offering.pool_status is pool_status)
    return any(not offering.obstacle(state.simulation.static, group) for offering in mine)


def _replace(verdict: PoolVerdict, verdicts: RemovalPlan) -> None:
    """Ask for the new node, where the replacement's is one of this pool."""
    if verdicts.replacement is not None and verdicts.replacement.pool_id == verdict.id:
        verdict.action, verdict.reason, verdict.wanted_size = "scale-up", REPLACEMENT, verdict.size + 1


def _scale_down(verdict: PoolVerdict, verdicts: RemovalPlan, pool_status: PoolStatus) -> None:
    """Fill in the nodes of the pool that go, or are going already."""
    removed = [removal.reason for removal in verdicts.remove if removal.pool_id == pool_status.id]
    if removed:
        loads = [reason for reason in removed if reason != UNNEEDED]
        verdict.action, verdict.reason = "scale-down", loads[0] if loads else UNNEEDED
        verdict.wanted_size = verdict.size - len(removed)
    elif any(has_taint(node, TO_BE_DELETED) and instance_id(node) for node in pool_status.nodes):
        verdict.action, verdict.reason = "scale-down", DRAINING
