"""What a node says of itself: instance, readiness, taints, annotations; one name of each key, one reader of each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.oke_autoscaler.model.quantity import unix_seconds

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from functions.oke_autoscaler.model.kubernetes_objects import Node, Taint

TO_BE_DELETED = "ToBeDeletedByClusterAutoscaler"
"""Taint of a node whose removal has begun; its value is the time in Unix seconds. Cluster Autoscaler's own key
(utils/taints/taints.go, 1.37), as the next one, so that a cluster can be handed over either way."""
DELETION_CANDIDATE = "DeletionCandidateOfClusterAutoscaler"
"""Taint of an unneeded node; its value is the time since when, in Unix seconds."""
CORDONED = "node.kubernetes.io/unschedulable"
"""Taint that the node controller puts on a cordoned node and takes off after an uncordon."""
NOT_READY = "node.kubernetes.io/not-ready"
STARTUP_TAINTS = tuple(f"{kind}-taint.cluster-autoscaler.kubernetes.io/" for kind in ("startup", "status", "ignore"))
"""Prefixes of taints that go away by themselves once a node has started (Cluster Autoscaler 1.37, utils/taints)."""

TRANSIENT = ("node.kubernetes.io/", "node.cloudprovider.kubernetes.io/", *STARTUP_TAINTS)
"""Prefixes of taints that say something of a node's moment: they come with its conditions and its start."""

SCALE_DOWN_DISABLED = "cluster-autoscaler.kubernetes.io/scale-down-disabled"
"""Annotation of a node that an operator wants to keep."""
NODE_POOL_ID = "oci.oraclecloud.com/node-pool-id"
"""Annotation with the OCID of a node's pool."""

HOSTNAME = "kubernetes.io/hostname"
ZONE = "topology.kubernetes.io/zone"
OLD_ZONE = "failure-domain.beta.kubernetes.io/zone"
FAULT_DOMAIN = "oci.oraclecloud.com/fault-domain"
INSTANCE_TYPE = "node.kubernetes.io/instance-type"
ARCHITECTURE = "kubernetes.io/arch"
POOL_NAME = "name"
"""Label with the name of the pool, which OKE gives to every node."""

MAX_TIME_DIGITS = 12
"""Digits of a time in a taint: seconds up to the year 33658. A longer number is no time in seconds."""


def instance_id(node: Node) -> str:
    """Return the OCID of the node's compute instance: ``spec.providerID`` with or without the prefix ``oci://``."""
    return (node.spec.provider_id or "").removeprefix("oci://")


def is_ready(node: Node) -> bool:
    """Tell whether Ready is True and no startup taint is left; a node without conditions counts as ready."""
    if any(taint.key.startswith(STARTUP_TAINTS) for taint in node.spec.taints or ()):
        return False
    conditions = node.status.conditions
    if not conditions:
        return True
    return any(condition.type == "Ready" and condition.status == "True" for condition in conditions)


def created_at(node: Node) -> float | None:
    """Return when the node registered in Unix seconds, by the API server's clock; None when it does not tell."""
    created = node.metadata.creation_timestamp
    return unix_seconds(created) if created else None


def ready_since(node: Node) -> float | None:
    """Return when Ready turned True in Unix seconds, None while it is not or when no time is given."""
    for condition in node.status.conditions or ():
        if condition.type == "Ready" and condition.status == "True" and condition.last_transition_time:
            return unix_seconds(condition.last_transition_time)
    return None


def ready_at(node: Node, now: float) -> float | None:
    """Return since when the node is ready, in Unix seconds and never after ``now``; None while it is not.

    The kubelet writes that time by its own clock. One that is ahead would make the node's first minutes last until
    that clock's time has come: what cannot be is replaced by when the node registered, by the API server's clock.
    """
    since = ready_since(node)
    if since is None or since <= now:
        return since
    created = created_at(node)
    return min(created, now) if created is not None else now


def lasting_taints(taints: Iterable[Taint], startup: Sequence[str] = ()) -> list[Taint]:
    """Return the taints that stay on a node: neither this function's own, nor of its conditions, nor of its start.

    ``startup`` names further taints of the start, exact or by a prefix that ends in ``*`` or ``/``.
    """
    ours = (TO_BE_DELETED, DELETION_CANDIDATE)
    return [
        taint
        for taint in taints
        if taint.key not in ours and not taint.key.startswith(TRANSIENT) and not is_named(taint.key, startup)
    ]


def is_named(key: str, names: Sequence[str]) -> bool:
    """Tell whether a key is one of the names, or begins with one that ends in ``*`` or ``/``."""
    return any(key == name or (name.endswith(("*", "/")) and key.startswith(name.removesuffix("*"))) for name in names)


def find_taint(node: Node, key: str) -> Taint | None:
    """Return the node's taint with that key, None without one."""
    return next((taint for taint in node.spec.taints or () if taint.key == key), None)


def has_taint(node: Node, key: str) -> bool:
    """Tell whether the node has a taint with that key, whatever its value."""
    return find_taint(node, key) is not None


def taint_time(node: Node, key: str) -> float | None:
    """Return the time in a taint's value, in Unix seconds; None without the taint and for a value that is no time.

    Only decimal digits are a time: Cluster Autoscaler writes and reads whole seconds (``strconv.ParseInt``,
    utils/taints/taints.go), so ``1e3``, ``nan``, an empty value or milliseconds come from somebody else. What follows
    from an unreadable time is the caller's: a candidate's time starts again, and a removal counts as timed out.
    """
    taint = find_taint(node, key)
    value = (taint.value or "") if taint is not None else ""
    return float(value) if value.isascii() and value.isdecimal() and len(value) <= MAX_TIME_DIGITS else None


def annotation(node: Node, key: str) -> str | None:
    """Return an annotation of the node, None without it."""
    return (node.metadata.annotations or {}).get(key)
