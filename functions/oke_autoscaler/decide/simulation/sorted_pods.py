"""The pods of a snapshot by what a decision does with them: running, to be placed, left to others."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from functions.oke_autoscaler.model.pods import ENDED_PHASES, is_daemon
from functions.oke_autoscaler.model.reasons import (
    DAEMONSET_POD,
    EXPENDABLE,
    OTHER_SCHEDULER,
    SCHEDULING_GATED,
    TERMINATING,
    WAITS_FOR_SCHEDULER,
    unreadable,
)
from functions.oke_autoscaler.model.scheduler_words import DEFAULT_SCHEDULER, Help, find_refusal

if TYPE_CHECKING:
    from functions.oke_autoscaler.decide.cluster.pod_groups import PodGroup, PodGroups
    from functions.oke_autoscaler.decide.cluster.scheduler_refusals import Refusal, Refusals
    from functions.oke_autoscaler.model.kubernetes_objects import Pod
    from functions.oke_autoscaler.model.snapshot import Snapshot
    from functions.oke_autoscaler.settings import Settings


@dataclass(slots=True)
class RunningPod:
    """A pod on a node; ``expendable`` says that it may go with its node, unasked."""

    pod: Pod
    group: PodGroup
    expendable: bool

    @property
    def counts(self) -> bool:
        """Whether it takes room: done and expendable pods do not."""
        return not self.expendable and self.pod.status.phase not in ENDED_PHASES


@dataclass(slots=True)
class SortedPods:
    """All pods of a snapshot but those that have ended without a node."""

    running: dict[str, list[RunningPod]]
    """Pods by node name."""
    pending: list[PodGroup] = field(default_factory=list)
    """Groups with pending pods, most important first, then in the order of the list."""
    idle: list[tuple[Pod, str]] = field(default_factory=list)
    """Pending pods that never cause a node to be bought, and why."""
    preempting: list[tuple[Pod, PodGroup, str]] = field(default_factory=list)
    """Pending pods for which the scheduler has begun to free a node, with its name: they take its capacity."""
    refusals: dict[int, Refusal] = field(default_factory=dict)
    """Why the scheduler refuses a pending pod, by the pod's id()."""


def sort_pods(snapshot: Snapshot, settings: Settings, groups: PodGroups, refusals: Refusals) -> SortedPods:
    """Sort the pods; each pending one is in its group then."""
    found = SortedPods({node.metadata.name: [] for node in snapshot.nodes})
    waiting: dict[int, PodGroup] = {}
    cutoff = settings.expendable_pods_priority_cutoff
    for pod in snapshot.pods:
        node, nominated = pod.node_name, pod.status.nominated_node_name
        group = groups.of(pod)
        if node:
            if node in found.running:
                found.running[node].append(RunningPod(pod, group, group.priority < cutoff))
        elif pod.status.phase in ENDED_PHASES:
            continue
        elif nominated in found.running and pod.unreadable is None:
            found.preempting.append((pod, group, nominated))
        elif reason := _idle_reason(pod, group, settings):
            found.idle.append((pod, reason))
        else:
            if refusal := refusals.of(pod):
                found.refusals[id(pod)] = refusal
            group.pending.append(pod)
            waiting.setdefault(group.ident, group)
    found.pending = sorted(waiting.values(), key=lambda group: -group.priority)
    for group in found.pending if found.refusals else ():
        group.pending.sort(key=lambda pod: _order_of_help(found.refusals.get(id(pod))))
    return found


def _order_of_help(refusal: Refusal | None) -> int:
    """Put the pods of a group in the order in which they get nodes: those first that the scheduler has not refused."""
    return 0 if refusal is None else 1 + (Help.NEW_NODE, Help.UNKNOWN, Help.NO_NODE).index(refusal.help)


def _idle_reason(pod: Pod, group: PodGroup, settings: Settings) -> str:
    if pod.unreadable is not None:
        return unreadable(pod.unreadable.detail)
    if pod.metadata.deletion_timestamp is not None:
        return TERMINATING
    if pod.spec.scheduling_gates:
        return SCHEDULING_GATED
    if is_daemon(pod):
        return DAEMONSET_POD
    return (
        EXPENDABLE if group.priority < settings.expendable_pods_priority_cutoff else _left_to_scheduler(pod, settings)
    )


def _left_to_scheduler(pod: Pod, settings: Settings) -> str:
    # With the condition a pod is pending, whichever scheduler set it; that is Cluster Autoscaler's rule, too.
    if find_refusal(pod) is not None:
        return ""
    if (pod.spec.scheduler_name or DEFAULT_SCHEDULER) not in settings.scheduler_names:
        return OTHER_SCHEDULER
    return WAITS_FOR_SCHEDULER if pod.spec.resource_claims else ""
