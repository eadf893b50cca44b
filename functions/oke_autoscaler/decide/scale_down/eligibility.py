"""Whether a node may be considered for removal: what an operator forbids, utilisation, taints.

Cluster Autoscaler has the same step under the same name (core/scaledown/eligibility/eligibility.go, 1.37).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.oke_autoscaler.model.nodes import SCALE_DOWN_DISABLED, TO_BE_DELETED, annotation, has_taint

if TYPE_CHECKING:
    from functions.oke_autoscaler.decide.cluster.pools import PoolStatus
    from functions.oke_autoscaler.decide.simulation.cluster_state import ClusterState
    from functions.oke_autoscaler.model.kubernetes_objects import Node

BEING_REMOVED = "CurrentlyBeingDeleted"
NOT_AUTOSCALED = "NotAutoscaled"
UNREADABLE = "Unreadable"
"""Of a node of which something cannot be read, and of one that runs a pod of that sort."""
CALLED_OFF = "RemovalCalledOff"
"""The pods of a removal begun before found no other place, whatever the simulation says; ours alone."""
ROUNDING_PERCENT = 1e-9
"""A node that is exactly as full as the threshold says may go, whatever the division makes of it."""


def find_operator_hold(node: Node) -> str | None:
    """Return the reason for which an operator keeps the node, None when nobody does.

    The one place of this rule: a node with a reason is no candidate for removal, and a removal of it that has begun is
    called off. A further label or annotation that forbids removals belongs here.
    """
    return "ScaleDownDisabledAnnotation" if annotation(node, SCALE_DOWN_DISABLED) == "true" else None


def find_ineligibility(
    state: ClusterState, node: Node, pool_status: PoolStatus | None, utilization: float | None, *, empty: bool
) -> str | None:
    """Return the first reason against a removal in Cluster Autoscaler's order, None for a node that is eligible.

    ``utilization`` is a fraction, None where the node gives no CPU or memory; an ``empty`` node may be fuller than the
    threshold, since all it runs are pods that would go with it.
    """
    percent = (pool_status.thresholds if pool_status is not None else state.settings).node_utilization_percent
    limit = percent + ROUNDING_PERCENT
    checks = (
        (BEING_REMOVED, has_taint(node, TO_BE_DELETED) or state.pools.is_leaving(node)),
        (UNREADABLE, node.unreadable is not None),
        (find_operator_hold(node), True),
        (NOT_AUTOSCALED, pool_status is None and state.snapshot.pools is not None),
        ("CordonedBySomeoneElse", bool(node.spec.unschedulable)),
        (CALLED_OFF, not empty and node.metadata.name in state.called_off),
        ("UnexpectedError", utilization is None),
        ("NotUnderutilized", utilization is not None and not empty and utilization * 100 > limit),
    )
    return next((reason for reason, holds in checks if reason and holds), None)
