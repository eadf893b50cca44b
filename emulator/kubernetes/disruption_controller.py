"""The disruption controller: how many disruptions each PodDisruptionBudget allows.

Source: https://kubernetes.io/docs/tasks/run-application/configure-pdb/ and the controller's observed behaviour.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from emulator.kubernetes.kinds import (
    BUDGET,
    BY_NAME,
    POD,
    REPLICA_SET,
    REPLICATION_CONTROLLER,
    STATEFUL_SET,
)
from emulator.kubernetes.label_selectors import selector_matches
from emulator.kubernetes.object_fields import (
    Key,
    Object,
    at,
    changed,
    is_finished,
    is_leaving,
    is_true,
    labels_of,
    owner_of,
    seconds_of,
    spec_of,
    status_of,
)

if TYPE_CHECKING:
    from emulator.kubernetes.store import Store

DISRUPTED_SECONDS = 120.0
"""How long an accepted eviction weighs on a budget whose pod shows no sign of leaving."""

_SCALED = {kind.name for kind in (REPLICA_SET, STATEFUL_SET, REPLICATION_CONTROLLER)}


def budgets_of(store: Store, pod: Object) -> list[Object]:
    """Return the budgets whose selector matches a pod."""
    namespace, labels = pod["metadata"]["namespace"], labels_of(pod)
    return [
        budget
        for budget in store.all(BUDGET)
        if budget["metadata"]["namespace"] == namespace and selector_matches(spec_of(budget).get("selector"), labels)
    ]


def update_budget(store: Store, key: Key, now_epoch_seconds: float) -> None:
    """Compute the status of a budget, if it is there."""
    budget = store.find(BUDGET, key[1], key[0])
    if budget is None:
        return
    selector = spec_of(budget).get("selector")
    pods = [
        pod
        for pod in store.all(POD)
        if pod["metadata"]["namespace"] == key[0]
        and not is_finished(pod)
        and selector_matches(selector, labels_of(pod))
    ]
    store.replace(BUDGET, changed(budget, ("status", _status(store, budget, pods, now_epoch_seconds))))


def _status(store: Store, budget: Object, pods: list[Object], now_epoch_seconds: float) -> Object:
    disrupted = _still_disrupted(budget, pods, now_epoch_seconds)
    # An accepted eviction counts as unhealthy at once, before its pod shows a deletionTimestamp: otherwise two fast
    # evictions would both pass a budget of one.
    healthy = sum(1 for pod in pods if is_true(pod, "Ready") and not is_leaving(pod) and _name(pod) not in disrupted)
    wanted = _expected_and_desired(store, spec_of(budget), pods)
    expected, desired = wanted if wanted is not None else (0, 0)
    allowed = max(0, healthy - desired) if wanted is not None and expected > 0 else 0
    reason = "SyncFailed" if wanted is None else "SufficientPods" if allowed else "InsufficientPods"
    old = status_of(budget).get("conditions") or [{}]
    value = str(allowed > 0)
    since = old[0].get("lastTransitionTime") if old[0].get("status") == value else None
    return {
        "observedGeneration": budget["metadata"].get("generation", 1),
        **({"disruptedPods": disrupted} if disrupted else {}),
        "disruptionsAllowed": allowed,
        "currentHealthy": healthy,
        "desiredHealthy": desired,
        "expectedPods": expected,
        "conditions": [
            {
                "type": "DisruptionAllowed",
                "status": value,
                "reason": reason,
                "message": "",
                "lastTransitionTime": since or at(now_epoch_seconds),
            }
        ],
    }


def _name(pod: Object) -> str:
    return str(pod["metadata"]["name"])


def _still_disrupted(budget: Object, pods: list[Object], now_epoch_seconds: float) -> dict[str, str]:
    """Return the accepted evictions whose pod is there, is not leaving yet, and that are not too old."""
    staying = {_name(pod) for pod in pods if not is_leaving(pod)}
    held: dict[str, str] = status_of(budget).get("disruptedPods") or {}
    return {
        name: since
        for name, since in held.items()
        if name in staying and now_epoch_seconds - seconds_of(since) <= DISRUPTED_SECONDS
    }


def _expected_and_desired(store: Store, spec: Object, pods: list[Object]) -> tuple[int, int] | None:
    """Return how many pods there should be and how many must be healthy; None when a pod has no known controller."""
    maximum, minimum = spec.get("maxUnavailable"), spec.get("minAvailable")
    # A plain minAvailable needs no scale; maxUnavailable and percentages are of the controllers' replicas. A pod
    # without a controller of known scale makes the budget fail closed (SyncFailed, no disruption is allowed).
    if maximum is None and isinstance(minimum, int):
        return len(pods), minimum
    expected = _expected_scale(store, pods)
    if expected is None:
        return None
    if maximum is not None:
        return expected, max(0, expected - _share(maximum, expected))
    return expected, _share(minimum or 0, expected)


def _share(value: int | str, whole: int) -> int:
    """Return an int-or-percent of a whole, rounded up."""
    if isinstance(value, int):
        return value
    return math.ceil(int(value.removesuffix("%")) * whole / 100)


def _expected_scale(store: Store, pods: list[Object]) -> int | None:
    """Return the replicas that the pods' controllers want; None when one has none or one without a scale."""
    scales: dict[str, int] = {}
    for pod in pods:
        owner = owner_of(pod)
        if owner is None or owner["kind"] not in _SCALED:
            return None
        controller = store.find(BY_NAME[owner["kind"]], owner["name"], pod["metadata"]["namespace"])
        if controller is None or controller["metadata"]["uid"] != owner["uid"]:
            return None
        replicas = spec_of(controller).get("replicas")
        scales[owner["uid"]] = 1 if replicas is None else replicas
    return sum(scales.values())
