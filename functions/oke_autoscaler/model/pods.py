"""What a pod says of itself: its controller, its annotations, whether it has ended; one reader of each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.oke_autoscaler.model.quantity import unix_seconds

if TYPE_CHECKING:
    from functions.oke_autoscaler.model.kubernetes_objects import OwnerReference, Pod

LONG_TERMINATING_SECONDS = 30
"""A terminating pod counts for this long after its grace period (Cluster Autoscaler 1.37, utils/drain/drain.go:31)."""
DEFAULT_GRACE_SECONDS = 30
"""Kubernetes' default of ``terminationGracePeriodSeconds``."""
ENDED_PHASES = frozenset({"Succeeded", "Failed"})
"""Phases of a pod that has ended."""


def controller_of(pod: Pod) -> OwnerReference | None:
    """Return the owner that controls the pod, None when nothing does."""
    return next((owner for owner in pod.metadata.owner_references or () if owner.controller), None)


def is_mirror(pod: Pod) -> bool:
    """Tell whether the kubelet made the pod from a file (a static pod)."""
    return pod.metadata.annotations is not None and pod.metadata.annotations.mirror is not None


def is_daemon(pod: Pod) -> bool:
    """Tell whether the pod belongs to a DaemonSet, or is annotated to be treated so."""
    owner = controller_of(pod)
    if owner is not None and owner.kind == "DaemonSet":
        return True
    return pod.metadata.annotations is not None and pod.metadata.annotations.daemonset_pod == "true"


def asks_for_eviction(pod: Pod) -> bool:
    """Tell whether a DaemonSet pod is annotated to be evicted before its node goes."""
    return pod.metadata.annotations is not None and pod.metadata.annotations.enable_ds_eviction == "true"


def safe_to_evict(pod: Pod) -> str | None:
    """Return the annotation ``safe-to-evict`` as it stands: true, false, on-completion, or anything else."""
    return pod.metadata.annotations.safe_to_evict if pod.metadata.annotations is not None else None


def volumes_safe_to_lose(pod: Pod) -> list[str]:
    """Return the names of local volumes that may be lost; blanks belong to a name, as in Cluster Autoscaler."""
    annotations = pod.metadata.annotations
    listed = annotations.safe_to_evict_local_volumes if annotations is not None else None
    return listed.split(",") if listed else []


def is_pending(pod: Pod) -> bool:
    """Tell whether the pod has no node and has not ended."""
    return not pod.node_name and pod.status.phase not in ENDED_PHASES


def is_long_terminating(pod: Pod, now: float) -> bool:
    """Tell whether the pod should have been gone for LONG_TERMINATING_SECONDS."""
    deleted, grace = pod.metadata.deletion_timestamp, pod.spec.termination_grace_period_seconds
    if deleted is None:
        return False
    return unix_seconds(deleted) + (DEFAULT_GRACE_SECONDS if grace is None else grace) + LONG_TERMINATING_SECONDS < now


def is_terminal(pod: Pod) -> bool:
    """Tell whether no container of the pod will run again."""
    phase, policy = pod.status.phase, pod.spec.restart_policy
    return phase == "Failed" or (phase == "Succeeded" and policy in {"Never", "OnFailure"})


def is_unreadable(pod: Pod) -> bool:
    """Tell whether something of the pod cannot be read, so that nobody knows whether another node would take it."""
    return pod.unreadable is not None and pod.status.phase not in ENDED_PHASES
