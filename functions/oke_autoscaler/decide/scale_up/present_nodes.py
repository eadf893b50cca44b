"""Pending pods on the nodes that are there or coming, as far as the scheduler agrees."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from functions.oke_autoscaler.decide.cluster.attachments import counts_devices
from functions.oke_autoscaler.decide.simulation.nodes import capacity
from functions.oke_autoscaler.decide.simulation.placement_plan import NOBODY_REFUSED, Refused
from functions.oke_autoscaler.model.pods import is_daemon, is_mirror
from functions.oke_autoscaler.model.scheduler_words import Help

if TYPE_CHECKING:
    from functions.oke_autoscaler.decide.cluster.pod_groups import PodGroup
    from functions.oke_autoscaler.decide.simulation.cluster_state import ClusterState
    from functions.oke_autoscaler.decide.simulation.placement_plan import PlacementPlan


def fill_present_nodes(state: ClusterState, result: PlacementPlan) -> list[tuple[PodGroup, int]]:
    """Place the pending pods, the most important first; return those to buy for and note the others in ``result``."""
    work = []
    # Headroom comes last: what pods need they take from it, and the plan makes up for it.
    for group in (*state.pending, *state.headroom):
        buy, refused = _fill(state, group)
        if buy or refused.count:
            result.waiting[group.ident] = buy + refused.count
        if refused.disagrees or refused.count:
            result.refused[group.ident] = refused
        if buy:
            work.append((group, buy))
    return work


def _fill(state: ClusterState, group: PodGroup) -> tuple[int, Refused]:
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
    answerable = 0 if _has_twin(state, group) else helps[Help.NEW_NODE]
    placed = simulation.fill(group, open_pods)
    untried = [node for node in simulation.nodes if node.settled and not node.closed]
    for node in untried:
        node.closed = True
    placed += simulation.fill(group, asking - open_pods)
    for node in untried:
        node.closed = False
    buy = min(asking - placed, max(0, open_pods + answerable - placed))
    return buy, Refused(helps[Help.NO_NODE], asking - placed - buy, disagrees=True)


def _has_twin(state: ClusterState, group: PodGroup) -> bool:
    """Tell whether a managed node that runs nothing of its own has room for the group in the simulation.

    A new node would be like it, and the scheduler has refused it.
    """
    for node in state.simulation.candidates(group):
        own = (r.pod for r in state.running.get(node.name, ()) if r.counts)
        empty = all(is_daemon(pod) or is_mirror(pod) for pod in own)
        if node.settled and node.pool is not None and empty and capacity(node.free, group.vector, 1):
            return True
    return False
