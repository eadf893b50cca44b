"""Every reason that an answer names for a tick, a pool, a pending pod or a placement, in one place.

Why a *node* stays is said where the rule is, with Cluster Autoscaler's word for it: in decide/scale_down/. Why a call
failed is in errors.py, for every function in shared/errors.py. A claim or volume that no node serves gets its reason
in decide/cluster/volumes.py, a pod that no pool takes in decide/unplaced_pods.py: a reason of its own is a constant
here and a use there.
"""

from __future__ import annotations

from functions.oke_autoscaler.errors import LeaseBusy

MILLI = 1000
BYTES = ("memory", "ephemeral-storage")
BINARY_UNITS = ((1024**4, "TiB"), (1024**3, "GiB"), (1024**2, "MiB"), (1024, "KiB"))

NO_RESOURCE_PRESSURE = "no-resource-pressure"
"""A pool that is left as it is: nothing waits for it, and no node of it may go."""
UNSCHEDULABLE_PODS = "unschedulable-pods"
"""A pool that grows."""
HEADROOM = "headroom"
"""A pool that grows for the pods of `headroom` alone."""
REPLACEMENT = "replacement"
"""A pool that grows by a node that is to take the place of a dearer one: `replace_saving_percent`."""
REPLACED = "replaced"
"""Why the dearer one goes."""
BELOW_MIN_SIZE = "below-min-size"
"""A pool that grows to its minimum size, with no pod that needs it: `enforce_min_size`."""
POOL_NOT_STABLE = "node-pool-status"
"""A pool that became larger a short while ago: `node_pool_stabilization_window`."""
UNNEEDED = "unneeded"
CPU_LOAD = "cpu"
RAM_LOAD = "ram"
"""Why a node goes: nothing needs it, or the pool's loads, joined by ``+``, are below their thresholds."""
DRAINING = "draining"
"""A removal that an earlier tick began goes on."""
NODES_DO_NOT_JOIN = "nodes-do-not-join"
"""A pool with instances that did not register, or never became Ready, within `provision_timeout_minutes`."""
NODES_NOT_MADE = "nodes-not-made"
"""A pool whose size falls to what exists: OKE could not make the rest, and no pod wants it."""
PODS_PENDING = "pods-pending"
"""No node goes in this tick: pods wait that a pool could hold."""

BUSY = LeaseBusy.reason
"""Another tick holds the Lease."""
NO_NODE_POOLS = "no-node-pools"
"""Of `explain`: the snapshot has no pool that the settings name."""

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

OTHER_SCHEDULER = "other-scheduler"
"""A scheduler that is none of `scheduler_names` places the pod, and it has not said that no node takes it."""
WAITS_FOR_SCHEDULER = "waits-for-scheduler"
"""The pod claims devices, of which only the scheduler knows where they are free, and it has not refused the pod yet."""
SCHEDULER_DISAGREES = "scheduler-disagrees"
"""The scheduler refuses the pod on nodes where the simulation has room, and no new node would surely answer it."""

FITS_NO_POOL = "pods-fit-no-node-pool"
MAX_SIZE_REACHED = "node-max-limit-reached"
OUT_OF_CAPACITY = "out-of-capacity"
POOL_UPDATING = "node-pool-updating"
POOL_STABILIZING = "node-pool-stabilizing"

CONFLICT = "conflict"
TOO_MANY_REQUESTS = "too-many-requests"
OCI_SERVICE_ERROR = "oci-service-error"
"""As OUT_OF_CAPACITY, what OKE answered to a resize: such a pool takes no nodes in this tick."""

UNREADABLE = "unreadable"
"""Of a pod that cannot be read as a whole: no node is bought for it, and the node that it runs on stays."""

NODE_AFFINITY = "node selector or affinity"
RULES_BETWEEN_PODS = "rules between pods"
UNKNOWN_NODE_SIZE = "unknown-node-size"
VOLUME_ZONE = "zone of its volume"
UNUSABLE_CLAIM = "claim of its volume missing, not bound or in use"
REFUSED_ON_A_NODE = "a node of it did not help: the scheduler refused the pod there"
NO_VOLUME_LEFT = "no volume left of a class that makes none"
"""What a node of a pool lacks for the pod, as the functions below."""


def pool_not_ready(phase: str) -> str:
    """Return the reason of a pool that is ``updating`` or ``stabilizing``."""
    return POOL_UPDATING if phase == "updating" else POOL_STABILIZING


def unknown_node_size(shape: str) -> str:
    """Return the reason of a pool whose nodes' size is neither in the table of shapes, nor listed, learnt or stated."""
    advice = "state it as resources in node_pools, or let the function read the compartment's shapes"
    return f"{UNKNOWN_NODE_SIZE}: size of its nodes not known, shape {shape or 'none'}; {advice}"


def with_detail(reason: str, detail: str) -> str:
    """Return a reason with what stands behind it in brackets: names, what was asked and offered, limits."""
    return f"{reason} ({detail})" if detail else reason


def in_words(resource: str, amount: int, digits: int = 3) -> str:
    """Return an amount as people write it: cores or millicores of ``cpu``, bytes as GiB or MiB, all else as it is."""
    if resource == "cpu":
        return f"{amount}m" if amount < MILLI else _short(amount / MILLI, digits)
    if resource in BYTES or resource.startswith("hugepages-"):
        unit, name = next((each for each in BINARY_UNITS if amount >= each[0]), (1, "B"))
        return f"{_short(amount / unit, digits)} {name}"
    return str(amount)


def _short(number: float, digits: int) -> str:
    """Return a number with so many digits, or with all those before the point."""
    return f"{number:.{max(digits, len(str(int(number))))}g}"


def pair_in_words(resource: str, one: int, other: int) -> tuple[str, str]:
    """Return two amounts with as many digits as tell them apart."""
    for digits in (3, 4, 6, 9):
        found = in_words(resource, one, digits), in_words(resource, other, digits)
        if found[0] != found[1] or one == other:
            return found
    return str(one), str(other)


def insufficient(resource: str) -> str:
    """Return the reason of a new node that has too little of a resource."""
    return f"insufficient {resource}"


def untolerated(taint_key: str) -> str:
    """Return the reason of a node with a taint that the pod does not tolerate."""
    return f"taint {taint_key}"


def unreadable(detail: str) -> str:
    """Return the reason with what could not be read."""
    return f"{UNREADABLE}: {detail}"
