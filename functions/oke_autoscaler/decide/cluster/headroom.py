"""Headroom as pods that a plan places last and that no answer counts: they buy and hold room, and nobody runs them.

Cluster Autoscaler has the same as the object CapacityBuffer (from 1.34 on), and users have it as pods of a low priority
that really run and are preempted. Nothing runs here, so nothing is preempted: a pod has the room at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.oke_autoscaler.model.kubernetes_objects import (
    Container,
    Pod,
    PodMetadata,
    PodSpec,
    Resources,
    Toleration,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from functions.oke_autoscaler.decide.cluster.pod_groups import PodGroup, PodGroups
    from functions.oke_autoscaler.headroom_settings import Headroom

LOWEST_PRIORITY = -(2**31)
"""Below that of every pod: Kubernetes allows users -2,147,483,648 at the least."""
NO_NAMESPACE = ""
"""No pod is in it, so no pod's rule about others selects headroom, and no group of theirs is one of headroom."""


def headroom_groups(entries: Iterable[Headroom], groups: PodGroups) -> list[PodGroup]:
    """Return the groups of the pods that stand for headroom, with these pods pending; equal entries are one group."""
    found: dict[int, PodGroup] = {}
    for number, entry in enumerate(entries):
        spec = PodSpec(
            containers=[Container(resources=Resources(requests={"cpu": entry.cpu, "memory": entry.memory}))],
            node_selector=dict(entry.node_selector) or None,
            tolerations=[Toleration(**dict(fields)) for fields in entry.tolerations] or None,
            priority=LOWEST_PRIORITY,
        )
        pods = [Pod(PodMetadata(f"headroom-{number}-{index}", NO_NAMESPACE), spec) for index in range(entry.count)]
        group = groups.of(pods[0])
        group.pending += pods
        found[group.ident] = group
    return list(found.values())
