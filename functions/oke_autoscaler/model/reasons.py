"""Why a pending pod is where it is: every reason of a pod, a pool or a placement that an answer names, in one place."""

from __future__ import annotations

FITS_ON_NODE = "fits-on-node"
FITS_ON_UPCOMING_NODE = "fits-on-upcoming-node"
NEEDS_NEW_NODE = "needs-new-node"
WAITS_FOR_PREEMPTION = "waits-for-preemption"
"""The scheduler has begun to free a node for the pod."""

TERMINATING = "terminating"
SCHEDULING_GATED = "scheduling-gated"
DAEMONSET_POD = "daemonset-pod"
EXPENDABLE = "expendable"
"""The last four: no node is ever bought for such a pod."""

FITS_NO_POOL = "pods-fit-no-node-pool"
MAX_SIZE_REACHED = "node-max-limit-reached"
OUT_OF_CAPACITY = "out-of-capacity"
POOL_UPDATING = "node-pool-updating"
POOL_STABILIZING = "node-pool-stabilizing"

NODE_AFFINITY = "node selector or affinity"
RULES_BETWEEN_PODS = "rules between pods"
UNKNOWN_NODE_SIZE = "size of its nodes not known"
VOLUME_ZONE = "zone of its volume"
UNUSABLE_CLAIM = "claim of its volume missing, not bound or in use"
"""What a node of a pool lacks for the pod, as the functions below."""


def pool_not_ready(phase: str) -> str:
    """Return the reason of a pool that is ``updating`` or ``stabilizing``."""
    return f"node-pool-{phase}"


def insufficient(resource: str) -> str:
    """Return the reason of a new node that has too little of a resource."""
    return f"insufficient {resource}"


def untolerated(taint_key: str) -> str:
    """Return the reason of a node with a taint that the pod does not tolerate."""
    return f"taint {taint_key}"
