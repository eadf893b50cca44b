"""Which pods the scheduler evicts so that a pod of higher priority fits. Pure.

Source: https://kubernetes.io/docs/concepts/scheduling-eviction/pod-priority-preemption/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulator.kubernetes.object_fields import Object, spec_of
from emulator.oke.scheduling.fit import fits_by_rules, requests_of, tolerates_node
from emulator.oke.scheduling.node_info import NodeInfo, priority_of

if TYPE_CHECKING:
    from collections.abc import Iterable


def victims_of(pod: Object, node_infos: Iterable[NodeInfo]) -> list[Object]:
    """Return the victims on one node; empty when no node would do, or the pod must not preempt.

    The node is the one whose most important victim matters least; then the one with the fewest.
    """
    if spec_of(pod).get("preemptionPolicy") == "Never":
        return []
    priority = priority_of(pod)
    lesser = [
        node_info
        for node_info in node_infos
        if node_info.lowest_priority is not None and node_info.lowest_priority < priority
    ]
    # A node where the pod fits without a victim gives an empty list and is left out: the scheduler has tried it before.
    found = [victims for node_info in lesser if (victims := _victims_on(node_info, pod))]
    return min(found, key=lambda victims: (max(map(priority_of, victims)), len(victims)), default=[])


def _victims_on(node_info: NodeInfo, pod: Object) -> list[Object]:
    """Return the pods of lower priority without which a pod fits on a node; empty when that does not help."""
    lesser = [one for one in node_info.pods if priority_of(one) < priority_of(pod)]
    spec = spec_of(pod)
    if not fits_by_rules(spec, node_info.node) or not tolerates_node(spec, node_info.node):
        return []
    kept = [one for one in node_info.pods if priority_of(one) >= priority_of(pod)]
    if not _fits(node_info, kept, pod):
        return []
    # As kube-scheduler's selectVictimsOnNode: take all pods of lower priority away, then put back as many as fit, the
    # highest priority first. Budgets and affinity are not looked at here, so a victim may be chosen in vain.
    victims = []
    for one in sorted(lesser, key=priority_of, reverse=True):
        if _fits(node_info, [*kept, one], pod):
            kept.append(one)
        else:
            victims.append(one)
    return victims


def _fits(node_info: NodeInfo, pods: list[Object], pod: Object) -> bool:
    trial = NodeInfo(node_info.node, pods)
    return not trial.lacks(requests_of(spec_of(pod))) and not trial.clashes(pod)
