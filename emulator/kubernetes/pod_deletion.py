"""Deleting pods, and evicting them under their budgets.

Source: https://kubernetes.io/docs/concepts/scheduling-eviction/api-eviction/; the order of checks was asked of a real
kube-apiserver: the budget is charged before the preconditions are looked at.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from emulator.kubernetes.disruption_controller import budgets_of
from emulator.kubernetes.kinds import BUDGET, POD
from emulator.kubernetes.object_fields import (
    Object,
    at,
    changed,
    is_finished,
    is_leaving,
    is_true,
    key_of,
    node_name_of,
    spec_of,
    status_of,
)
from emulator.kubernetes.status import StatusError, conflict, stale

if TYPE_CHECKING:
    from emulator.kubernetes.store import Store

DEFAULT_GRACE_SECONDS = 30


@dataclass(frozen=True)
class DeleteOptions:
    """Options of a deletion; None for what the request leaves open."""

    uid: str | None = None
    resource_version: str | None = None
    grace_seconds: int | None = None

    @classmethod
    def of(cls, options: Object) -> DeleteOptions:
        """Read DeleteOptions."""
        preconditions = options.get("preconditions") or {}
        version = preconditions.get("resourceVersion")
        return cls(preconditions.get("uid"), version, options.get("gracePeriodSeconds"))


def delete_pod(store: Store, pod: Object, deletion: DeleteOptions, now_epoch_seconds: float) -> None:
    """Start a pod's end: at once when it is on no node or has no grace. Raises StatusError 409 for preconditions."""
    name, metadata = pod["metadata"]["name"], pod["metadata"]
    if deletion.uid is not None and deletion.uid != metadata["uid"]:
        raise conflict(POD, name, f"Precondition failed: UID in precondition: {deletion.uid}, in the object: differs")
    if deletion.resource_version is not None and deletion.resource_version != metadata["resourceVersion"]:
        raise stale(POD, name)
    grace = deletion.grace_seconds
    if grace is None:
        grace = spec_of(pod).get("terminationGracePeriodSeconds")
    grace = DEFAULT_GRACE_SECONDS if grace is None else max(0, grace)
    if grace == 0 or not node_name_of(pod) or is_finished(pod):
        finish_pod(store, pod, now_epoch_seconds)
    # A second deletion may shorten the grace and never lengthens it.
    elif not is_leaving(pod) or grace < metadata["deletionGracePeriodSeconds"]:
        _mark(store, pod, grace, now_epoch_seconds)


def finish_pod(store: Store, pod: Object, now_epoch_seconds: float) -> None:
    """Take a pod away, or leave it marked while finalizers hold it."""
    if not pod["metadata"].get("finalizers"):
        store.remove(POD, key_of(pod))
    elif not is_leaving(pod):
        _mark(store, pod, 0, now_epoch_seconds)


def evict(store: Store, pod: Object, deletion: DeleteOptions, now_epoch_seconds: float) -> None:
    """Delete a pod if its budget allows the disruption. Raises StatusError 429, 500, 403 or 409."""
    # The real server takes the disruption from the budget first and looks at the preconditions in the delete that
    # follows, so an eviction refused with 409 (wrong UID) has cost one disruption. Asked of a kube-apiserver.
    if not _needs_no_budget(pod):
        _charge(store, pod, now_epoch_seconds)
    delete_pod(store, pod, deletion, now_epoch_seconds)


def _needs_no_budget(pod: Object) -> bool:
    # Pods that serve nobody: the real server does not look at their budgets.
    return is_finished(pod) or is_leaving(pod) or status_of(pod).get("phase", "Pending") == "Pending"


def _charge(store: Store, pod: Object, now_epoch_seconds: float) -> None:
    """Take one disruption from the pod's budget, unless it has none or is not ready and may go without."""
    # Two budgets on one pod are a 500, not a 429: a client that retries on 429 only must see the difference.
    budgets = budgets_of(store, pod)
    if len(budgets) > 1:
        raise StatusError(
            500,
            message="This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.",
        )
    if not budgets or (not is_true(pod, "Ready") and _spares_unhealthy(budgets[0])):
        return
    budget = budgets[0]
    status = status_of(budget)
    # Only this 429, for a budget that the controller has not seen yet, has a Retry-After; a spent budget has none.
    if status.get("observedGeneration", 0) < budget["metadata"].get("generation", 1):
        raise _too_many(budget, "The disruption budget is still being processed by the server.", {"Retry-After": "10"})
    allowed = int(status.get("disruptionsAllowed", 0))
    if allowed <= 0:
        desired, healthy = status.get("desiredHealthy", 0), status.get("currentHealthy", 0)
        raise _too_many(budget, f"The disruption budget needs {desired} healthy pods and has {healthy} currently", {})
    disrupted = {**(status.get("disruptedPods") or {}), pod["metadata"]["name"]: at(now_epoch_seconds)}
    changes = (("status.disruptionsAllowed", allowed - 1), ("status.disruptedPods", disrupted))
    store.replace(BUDGET, changed(budget, *changes))


def _spares_unhealthy(budget: Object) -> bool:
    """Tell whether a pod that is not ready may go without using the budget (`unhealthyPodEvictionPolicy`)."""
    if spec_of(budget).get("unhealthyPodEvictionPolicy") == "AlwaysAllow":
        return True
    status = status_of(budget)
    desired = int(status.get("desiredHealthy", 0))
    return desired > 0 and int(status.get("currentHealthy", 0)) >= desired


def _too_many(budget: Object, why: str, headers: dict[str, str]) -> StatusError:
    cause = {"reason": "DisruptionBudget", "message": f"{budget['metadata']['name']}: {why}"}
    message = "Cannot evict pod as it would violate the pod's disruption budget."
    return StatusError(429, "TooManyRequests", message, headers, details={"causes": [cause]})


def _mark(store: Store, pod: Object, grace_seconds: int, now_epoch_seconds: float) -> None:
    # deletionTimestamp already includes the grace: it is when the pod ends at the latest, not when it was deleted.
    changes = (
        ("metadata.deletionTimestamp", at(now_epoch_seconds + grace_seconds)),
        ("metadata.deletionGracePeriodSeconds", grace_seconds),
    )
    store.replace(POD, changed(pod, *changes))
