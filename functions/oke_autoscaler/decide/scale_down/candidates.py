"""One node under judgement: what its pods, its owner and its utilisation say about its removal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from functions.oke_autoscaler.decide.cluster.headroom import NO_NAMESPACE
from functions.oke_autoscaler.decide.cluster.utilization import utilization
from functions.oke_autoscaler.decide.scale_down.eligibility import find_ineligibility
from functions.oke_autoscaler.model.decision import NodeVerdict
from functions.oke_autoscaler.model.nodes import (
    DELETION_CANDIDATE,
    TO_BE_DELETED,
    has_taint,
    taint_time,
)
from functions.oke_autoscaler.model.pods import ENDED_PHASES, is_daemon, is_mirror, is_unreadable, safe_to_evict
from functions.oke_autoscaler.model.replacements import is_being_replaced

if TYPE_CHECKING:
    from collections.abc import Iterable

    from functions.oke_autoscaler.decide.cluster.pod_groups import PodGroup
    from functions.oke_autoscaler.decide.cluster.pools import PoolStatus
    from functions.oke_autoscaler.decide.scale_down.drain_rules import DrainCheck, DrainRules
    from functions.oke_autoscaler.decide.scale_down.rescheduling import PodCounts
    from functions.oke_autoscaler.decide.simulation.cluster_state import ClusterState
    from functions.oke_autoscaler.decide.simulation.sorted_pods import RunningPod
    from functions.oke_autoscaler.model.kubernetes_objects import Node, Pod
    from functions.oke_autoscaler.settings import Settings


@dataclass(slots=True)
class Candidate:
    """One node under judgement."""

    node: Node
    pool_status: PoolStatus | None
    verdict: NodeVerdict
    drain: DrainCheck
    moving_pods: PodCounts
    empty: bool
    """Runs nothing but DaemonSet and mirror pods, and no pending pod is to go there."""
    since: float | None = None
    """When it was found unneeded first, by its taint."""
    simulated: bool = False
    homeless: PodGroup | None = None
    """Pods for which a simulation found no other node."""
    refused: Pod | None = None
    """The pod that a budget holds for other nodes of this tick."""
    being_replaced: bool = False
    """A new node has been asked for in its place; neither its utilisation nor the pool's load matters then."""

    def cost(self, state: ClusterState) -> float:
        """Return what a node of its pool costs, 0 where that is not known."""
        return next((each.cost for each in state.offerings if each.pool_status is self.pool_status), 0.0)

    def blocking_pod(self, reason: str) -> Pod | None:
        """Return the pod that keeps the node for a reason of the drain rules or of a budget."""
        if self.drain.reason == reason:
            return self.drain.blocked
        return self.refused if self.verdict.remove_now_reason == reason else None

    @property
    def no_place_reason(self) -> str:
        """Why it stays when what it holds fits nowhere else."""
        only_headroom = all(group.namespace == NO_NAMESPACE for group, _ in self.moving_pods)
        return "NoPlaceForHeadroom" if only_headroom else "NoPlaceToMovePods"

    @property
    def order(self) -> tuple[float, str]:
        """Least requests first."""
        used = self.verdict.utilization
        return (1.0 if used is None else used, self.node.metadata.name)


def make_candidate(state: ClusterState, rules: DrainRules, node: Node, planned: PodCounts) -> Candidate:
    """Return the node with its pods sorted by the drain rules; ``planned`` are pending pods that are to go there."""
    name, pool_status = node.metadata.name, state.pools.of(node)
    running = state.running[name]
    drain, courtesies = _check_drain(rules, node, running)
    evicted = {id(pod) for pod in drain.evict}
    moving_pods = [(r.group, 1) for r in running if r.counts and id(r.pod) in evicted]
    used = utilization(
        node,
        ((r.pod, r.group.scheduling.amounts) for r in running if r.counts),
        state.now,
        ignore_daemonsets=state.settings.ignore_daemonsets_utilization,
    )
    verdict = NodeVerdict(
        node=name,
        pool=pool_status.name if pool_status is not None else None,
        blocking_pod=drain.blocking_pod,
        evict=names_of(drain.evict),
        daemonset=names_of(drain.daemonset),
        wait_for_completion=names_of(drain.wait_for_completion),
        ignore=names_of(drain.ignore),
        expendable=names_of(courtesies),
        utilization=used,
    )
    # Headroom needs a place like a pod, but a node that only holds headroom is as idle as an empty one.
    waiting = [group for group, _ in planned if group.namespace != NO_NAMESPACE]
    empty = not waiting and all(is_daemon(r.pod) or is_mirror(r.pod) or not r.counts for r in running)
    candidate = Candidate(
        node, pool_status, verdict, drain, [*moving_pods, *planned], empty, taint_time(node, DELETION_CANDIDATE)
    )
    if state.settings.replace_saving_percent:
        candidate.being_replaced = is_being_replaced(node, state.now, replacement_window_seconds(state.settings))
    excused = empty or candidate.being_replaced
    verdict.eligible_reason = find_ineligibility(state, node, pool_status, used, empty=excused)
    verdict.eligible = verdict.eligible_reason is None
    return candidate


def _check_drain(rules: DrainRules, node: Node, running: list[RunningPod]) -> tuple[DrainCheck, list[Pod]]:
    """Return the rules' verdict on the node's pods, and the expendable ones that are evicted before it goes."""
    asked = [r.pod for r in running if not r.expendable or is_unreadable(r.pod)]
    drain = rules.check(asked, draining=has_taint(node, TO_BE_DELETED))
    expendable = [r.pod for r in running if r.expendable and not is_unreadable(r.pod)]
    drain.ignore += expendable
    courtesies = [pod for pod in expendable if is_evicted_for_courtesy(pod)]
    held = next((pod for pod in courtesies if safe_to_evict(pod) == "false"), None)
    if held is not None and drain.reason is None:
        drain.reason, drain.blocked = "NotSafeToEvictAnnotation", held
    return drain, courtesies


def replacement_window_seconds(settings: Settings) -> float:
    """Return for how long a replacement is under way: the time of a node to come, and that of a drain to begin."""
    return (settings.provision_timeout_minutes + settings.drain_timeout_minutes) * 60


def is_evicted_for_courtesy(pod: Pod) -> bool:
    """Tell whether an expendable pod is asked to go before its node does.

    Cluster Autoscaler lets such pods die with the node, whatever their budgets say (core/utils/expendable.go). Nothing
    is bought or kept for them, but an eviction costs nothing and gives them their grace and their budget a say.
    """
    return not (is_daemon(pod) or is_mirror(pod)) and pod.status.phase not in ENDED_PHASES


def names_of(pods: Iterable[Pod]) -> list[str]:
    """Return ``namespace/name`` of each pod."""
    return [pod.key for pod in pods]
