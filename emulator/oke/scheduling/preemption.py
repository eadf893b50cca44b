"""Whom the scheduler ends so that a more important pod has room. Pure.

Source: https://kubernetes.io/docs/concepts/scheduling-eviction/pod-priority-preemption/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulator.kubernetes.object_fields import Object, spec_of
from emulator.oke.scheduling.fit import fits_by_rules, requests_of, tolerates_node
from emulator.oke.scheduling.node_info import NodeInfo, priority_of

if TYPE_CHECKING:
    from collections.abc import Iterable


def victims_of(pod: Object, rooms: Iterable[NodeInfo]) -> list[Object]:
    """Return the pods of one node that have to go; empty when no node would do, or the pod must not preempt.

    The node is the one whose most important victim matters least; then the one with the fewest.
    """
    if spec_of(pod).get("preemptionPolicy") == "Never":
        return []
    priority = priority_of(pod)
    lesser = [room for room in rooms if room.lowest_priority is not None and room.lowest_priority < priority]
    found = [victims for room in lesser if (victims := _victims_on(room, pod))]
    return min(found, key=lambda victims: (max(map(priority_of, victims)), len(victims)), default=[])


def _victims_on(room: NodeInfo, pod: Object) -> list[Object]:
    """Return the fewest less important pods of a node without which a pod fits; empty when that does not help."""
    lesser = [one for one in room.pods if priority_of(one) < priority_of(pod)]
    spec = spec_of(pod)
    if not fits_by_rules(spec, room.node) or not tolerates_node(spec, room.node):
        return []
    kept = [one for one in room.pods if priority_of(one) >= priority_of(pod)]
    if not _fits(room, kept, pod):
        return []
    victims = []
    for one in sorted(lesser, key=priority_of, reverse=True):
        if _fits(room, [*kept, one], pod):
            kept.append(one)
        else:
            victims.append(one)
    return victims


def _fits(room: NodeInfo, pods: list[Object], pod: Object) -> bool:
    trial = NodeInfo(room.node, pods)
    return not trial.lacks(requests_of(spec_of(pod))) and not trial.clashes(pod)
