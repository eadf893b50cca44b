"""What one tick has read, as one value: the input of a decision."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING

from functions.oke_autoscaler.model.tick_state import TickState

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from functions.oke_autoscaler.model.course import Moment
    from functions.oke_autoscaler.model.kubernetes_objects import Node, Pod
    from functions.oke_autoscaler.model.oci_objects import (
        Load,
        Namespace,
        NodePool,
        Owner,
        PodDisruptionBudget,
        PriorityClass,
        WorkRequest,
    )
    from functions.oke_autoscaler.model.storage_objects import (
        CsiNode,
        PersistentVolume,
        PersistentVolumeClaim,
        StorageClass,
    )
    from functions.oke_autoscaler.model.unreadable import Unreadable


@dataclass(frozen=True, slots=True)
class Snapshot:
    """State of a cluster and its node pools at one moment. None = not known, which is not the same as empty."""

    pools: Sequence[NodePool] | None
    nodes: Sequence[Node]
    pods: Sequence[Pod]
    budgets: Sequence[PodDisruptionBudget] = ()
    owners: Sequence[Owner] | None = None
    """Controllers with their ``kind`` set; None means that every owner exists."""
    priority_classes: Sequence[PriorityClass] = ()
    namespaces: Sequence[Namespace] = ()
    claims: Sequence[PersistentVolumeClaim] | None = None
    volumes: Sequence[PersistentVolume] = ()
    storage_classes: Sequence[StorageClass] = ()
    csi_nodes: Sequence[CsiNode] | None = None
    """Of the nodes of the same names; None means that nothing is known of the volumes that nodes take."""
    work_requests: Sequence[WorkRequest] | None = None
    """Of the pools, in any order; None means that nothing is known of them."""
    metrics: Mapping[str, Load] = field(default_factory=dict)
    """Load by instance OCID."""
    reopened: Mapping[str, float] = field(default_factory=dict)
    """Nodes whose removal was called off in this tick, or is looked at as if it were, with the time when it began: the
    scheduler has not tried them since (Unix seconds)."""
    state: TickState = field(default_factory=TickState)
    """What earlier ticks remember; an empty one when nothing is known."""
    course: Sequence[Moment] = ()
    """How the cluster went, for those who look at it: no tick reads it, no decision is made by it."""
    left_out: Sequence[Unreadable] = ()
    """Objects that are in none of the lists: not even their names, or a pool's bounds, could be read."""

    def unreadable_objects(self) -> list[Unreadable]:
        """Return what could not be read of the objects, pods first."""
        lists = (
            self.pods,
            self.nodes,
            self.budgets,
            self.owners or (),
            self.claims or (),
            self.volumes,
            self.storage_classes,
            self.csi_nodes or (),
            self.priority_classes,
            self.namespaces,
            self.work_requests or (),
        )
        found = [item.unreadable for item in chain.from_iterable(lists) if item.unreadable is not None]
        return [*found, *self.left_out]
