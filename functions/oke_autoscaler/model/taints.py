"""The taints that hold a tick's memory, as merge patches of a node. Pure.

The keys are Cluster Autoscaler's (utils/taints/taints.go, 1.37), so a cluster can be handed over either way. Why a
removal began is an annotation beside its taint: the drain takes minutes, and once its pods are gone every node looks
unneeded.
"""

from __future__ import annotations

from typing import Any

from functions.oke_autoscaler.model.kubernetes_objects import Node, Taint

TO_BE_DELETED = "ToBeDeletedByClusterAutoscaler"
CANDIDATE = "DeletionCandidateOfClusterAutoscaler"
CORDONED = "node.kubernetes.io/unschedulable"
"""The taint that the node controller puts on a cordoned node and takes off again; an uncordon takes it along."""

REASON = "oke-autoscaler/removal-reason"
"""The annotation with the reason for which the node was chosen."""

UNNEEDED = "unneeded"
REASONS = frozenset({"cpu", "ram", "cpu+ram", UNNEEDED})

Patch = dict[str, Any]


def taint_of(node: Node, key: str) -> Taint | None:
    """The node's taint with that key, or None."""
    return next((taint for taint in node.spec.taints or () if taint.key == key), None)


def since(node: Node, key: str) -> float | None:
    """The time that the taint holds, in seconds since the epoch; 0 when it holds none, None without the taint."""
    taint = taint_of(node, key)
    if taint is None:
        return None
    value = taint.value or ""
    return float(value) if value.isdecimal() and len(value) <= 12 else 0.0


def removal_reason(node: Node) -> str:
    """Why the node's removal began; ``unneeded`` where nothing tells, as when Cluster Autoscaler began it."""
    noted = (node.metadata.annotations or {}).get(REASON, UNNEEDED)
    return noted if noted in REASONS else UNNEEDED


def removal_began(node: Node, now: float, reason: str) -> Patch:
    """Cordon the node, note when and why its removal began; the candidate's taint stays, as a memory of since when."""
    kept = without(node, TO_BE_DELETED)
    taint = Taint(key=TO_BE_DELETED, value=str(int(now)), effect="NoSchedule")
    return _with_reason(_patch(node, [*kept, taint], unschedulable=True), reason)


def removal_ended(node: Node, *, uncordon: bool) -> Patch:
    """Take both taints away; ``uncordon`` where the cordon is this function's own."""
    kept = without(node, TO_BE_DELETED, CANDIDATE, *([CORDONED] if uncordon else []))
    return _with_reason(_patch(node, kept, unschedulable=False if uncordon else None), None)


def removal_given_up(node: Node, not_before: float) -> Patch:
    """Uncordon the node; the candidate's time is put off, so that it is not tried again at once."""
    kept = without(node, TO_BE_DELETED, CANDIDATE, CORDONED)
    taint = Taint(key=CANDIDATE, value=str(int(not_before)), effect="PreferNoSchedule")
    return _with_reason(_patch(node, [*kept, taint], unschedulable=False), None)


def marked(node: Node, now: float) -> Patch:
    """Note since when the node is not needed; a time that is there stays."""
    taint = Taint(key=CANDIDATE, value=str(int(now)), effect="PreferNoSchedule")
    return _patch(node, [*(node.spec.taints or ()), taint])


def unmarked(node: Node) -> Patch:
    """Forget since when the node was not needed."""
    return _patch(node, without(node, CANDIDATE))


def without(node: Node, *keys: str) -> list[Taint]:
    """The node's taints with other keys."""
    return [taint for taint in node.spec.taints or () if taint.key not in keys]


def _patch(node: Node, taints: list[Taint], *, unschedulable: bool | None = None) -> Patch:
    """A merge patch: it replaces the whole list of taints, and the resource version makes it fail on a newer node."""
    spec: Patch = {"taints": [taint_object(taint) for taint in taints] or None}
    if unschedulable is not None:
        spec["unschedulable"] = unschedulable or None
    return {"metadata": {"resourceVersion": node.metadata.resource_version}, "spec": spec}


def _with_reason(patch: Patch, reason: str | None) -> Patch:
    """The patch that also sets the reason; None takes it away."""
    patch["metadata"]["annotations"] = {REASON: reason}
    return patch


def taint_object(taint: Taint) -> dict[str, str]:
    """A taint as the API takes it; fields that no rule reads, such as `timeAdded`, come along where they were read."""
    fields = {"key": taint.key, "value": taint.value, "effect": taint.effect, "timeAdded": taint.time_added}
    return {name: value for name, value in fields.items() if value}
