"""Pending pods on the nodes that are there or coming, as far as the scheduler agrees."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from functions.oke_autoscaler.decide.cluster.attachments import counts_devices
from functions.oke_autoscaler.decide.simulation.nodes import capacity
from functions.oke_autoscaler.decide.simulation.placement_plan import NOBODY_REFUSED, Refused
from functions.oke_autoscaler.model.nodes import created_at
from functions.oke_autoscaler.model.pods import is_daemon, is_mirror
from functions.oke_autoscaler.model.scheduler_words import Help

if TYPE_CHECKING:
    from functions.oke_autoscaler.decide.cluster.pod_groups import PodGroup
    from functions.oke_autoscaler.decide.cluster.scheduler_refusals import Refusal
    from functions.oke_autoscaler.decide.simulation.cluster_state import ClusterState
    from functions.oke_autoscaler.decide.simulation.placement_plan import PlacementPlan


def fill_present_nodes(state: ClusterState, result: PlacementPlan) -> list[tuple[PodGroup, int]]:
    """Place the pending pods, the most important first; return those to buy for and note the others in ``result``."""
    work = []
    # Headroom comes last: what pods need they take from it, and the plan makes up for it.
    for group in (*state.pending, *state.headroom):
        buy, refused = _fill(state, group, result)
        if buy or refused.count:
            result.waiting[group.ident] = buy + refused.count
        if refused.disagrees or refused.count:
            result.refused[group.ident] = refused
        if buy:
            work.append((group, buy))
    return work


def _fill(state: ClusterState, group: PodGroup, result: PlacementPlan) -> tuple[int, Refused]:
    """Place the group's pods; return how many are left to buy for, and those that nothing is bought for.

    Pods that the scheduler has refused may only go where it has not tried them yet: to nodes that are coming, or that
    are new. They count as disagreed on when the simulation has room for them on a node where the scheduler has none.
    """
    simulation, pods = state.simulation, len(group.pending)
    refusals = [refusal for pod in group.pending if (refusal := state.pods.refusals.get(id(pod))) is not None]
    if not refusals:
        return pods - simulation.fill(group, pods), NOBODY_REFUSED
    helps = Counter(refusal.help for refusal in refusals)
    asking, open_pods = pods - helps[Help.NO_NODE], pods - len(refusals)
    mark = simulation.mark()
    placed = simulation.fill(group, asking)
    tried = sum(count for node, placed_group, count in simulation.since(mark) if placed_group and node.settled)
    if tried <= open_pods:
        # A pool's settings may state devices that its nodes do not bring, and nothing else tells: one node shows it.
        devices = any(counts_devices(resource) for resource, _ in group.attachments)
        again = min(asking - placed, sum(refusal.bought for refusal in refusals)) if devices else 0
        return asking - placed - again, Refused(helps[Help.NO_NODE], again)
    simulation.rollback(mark)
    twins, younger = _nodes_like_new(state, group, refusals)
    twin = bool(twins)
    # A twin says nothing where the words name no reason: a scheduler that waits for a whole group of pods has none.
    refuting = younger | (twins if any(refusal.says_why for refusal in refusals) else {})
    if refuting:
        result.refuting[group.ident] = refuting
    answerable = 0 if twin else helps[Help.NEW_NODE]
    # Beyond what the simulation has room for, both agree that there is none: nothing is in dispute but the others.
    agreed = min(asking - placed, sum(1 for refusal in refusals if _may_buy(refusal, twin=twin)))
    placed = simulation.fill(group, open_pods)
    # Also later in the plan, when other pods have changed what the rules allow, and for those that are to be moved.
    simulation.refuse(group)
    placed += simulation.fill(group, asking - open_pods)
    buy = min(asking - placed, max(agreed, open_pods + answerable - placed))
    return buy, Refused(helps[Help.NO_NODE], asking - placed - buy, disagrees=True)


def _may_buy(refusal: Refusal, *, twin: bool) -> bool:
    """Tell whether the words leave it open that a new node helps a pod that fits on none of the present ones.

    They do not where a node like the new one is among the refused, with a reason that nobody understands.
    """
    return refusal.help is not Help.NO_NODE and not refusal.bought and not (twin and refusal.says_why)


def _nodes_like_new(
    state: ClusterState, group: PodGroup, refusals: list[Refusal]
) -> tuple[dict[str, str], dict[str, str]]:
    """Return, by pool, managed nodes with room for the group in the simulation, where the scheduler refuses it.

    A new node of the pool would be like them. The first run nothing of their own, the second came after a node was
    bought for such a pod.
    """
    bought_at = min((each.bought_at for each in refusals if each.bought_at is not None), default=None)
    since = _names_of_younger(state, bought_at) if bought_at is not None else frozenset()
    twins: dict[str, str] = {}
    younger: dict[str, str] = {}
    for node in state.simulation.candidates(group):
        if node.pool is None or not node.settled or not capacity(node.free, group.vector, 1):
            continue
        own = (r.pod for r in state.running.get(node.name, ()) if r.counts)
        if all(is_daemon(pod) or is_mirror(pod) for pod in own):
            twins.setdefault(node.pool, node.name)
        if node.name in since:
            younger.setdefault(node.pool, node.name)
    return twins, younger


def _names_of_younger(state: ClusterState, moment: float) -> frozenset[str]:
    return frozenset(node.metadata.name for node in state.snapshot.nodes if (created_at(node) or 0.0) >= moment)
