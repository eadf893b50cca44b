"""The taints that hold a tick's memory, as merge patches of a node.

Why a removal began is an annotation beside its taint: the drain takes minutes, and once its pods are gone every node
looks unneeded.
"""

from __future__ import annotations

from typing import Any

from functions.oke_autoscaler.model.kubernetes_objects import Node, Taint
from functions.oke_autoscaler.model.nodes import CORDONED, DELETION_CANDIDATE, TO_BE_DELETED, annotation
from functions.oke_autoscaler.model.reasons import CPU_LOAD, RAM_LOAD, REPLACED, UNNEEDED

REASON = "oke-autoscaler/removal-reason"
"""The annotation with the reason for which the node was chosen."""

REASONS = frozenset({CPU_LOAD, RAM_LOAD, f"{CPU_LOAD}+{RAM_LOAD}", UNNEEDED, REPLACED})

Patch = dict[str, Any]


def removal_reason(node: Node) -> str:
    """Return why the node's removal began; ``unneeded`` without a note, as when Cluster Autoscaler began it."""
    noted = annotation(node, REASON)
    return noted if noted is not None and noted in REASONS else UNNEEDED


def begin_removal(node: Node, now: float, reason: str) -> Patch:
    """Cordon the node, note when and why its removal began; the candidate's taint keeps since when it is unneeded."""
    kept = without(node, TO_BE_DELETED)
    taint = Taint(key=TO_BE_DELETED, value=str(int(now)), effect="NoSchedule")
    return _with_reason(_patch(node, [*kept, taint], unschedulable=True), reason)


def end_removal(node: Node, *, uncordon: bool) -> Patch:
    """Take both taints away; ``uncordon`` where the cordon is this function's own."""
    kept = without(node, TO_BE_DELETED, DELETION_CANDIDATE, *([CORDONED] if uncordon else []))
    return _with_reason(_patch(node, kept, unschedulable=False if uncordon else None), None)


def give_up_removal(node: Node, not_before: float) -> Patch:
    """Uncordon the node; the candidate's time is set to ``not_before``, so the next ticks leave the node alone."""
    kept = without(node, TO_BE_DELETED, DELETION_CANDIDATE, CORDONED)
    taint = Taint(key=DELETION_CANDIDATE, value=str(int(not_before)), effect="PreferNoSchedule")
    return _with_reason(_patch(node, [*kept, taint], unschedulable=False), None)


def mark_unneeded(node: Node, now: float) -> Patch:
    """Note since when the node is not needed.

    A taint of that key is replaced: two with one key and effect would be refused by the API server (422).
    """
    taint = Taint(key=DELETION_CANDIDATE, value=str(int(now)), effect="PreferNoSchedule")
    return _patch(node, [*without(node, DELETION_CANDIDATE), taint])


def unmark_unneeded(node: Node) -> Patch:
    """Forget since when the node was not needed."""
    return _patch(node, without(node, DELETION_CANDIDATE))


def without(node: Node, *keys: str) -> list[Taint]:
    """Return the node's taints with other keys."""
    return [taint for taint in node.spec.taints or () if taint.key not in keys]


def _patch(node: Node, taints: list[Taint], *, unschedulable: bool | None = None) -> Patch:
    """Make a merge patch.

    It replaces the whole list of taints, so it must not meet a node that changed since it was read: with the resource
    version the API server answers 409 then (https://kubernetes.io/docs/reference/using-api/api-concepts/).
    """
    spec: Patch = {"taints": [taint_object(taint) for taint in taints] or None}
    if unschedulable is not None:
        spec["unschedulable"] = unschedulable or None
    return {"metadata": {"resourceVersion": node.metadata.resource_version}, "spec": spec}


def _with_reason(patch: Patch, reason: str | None) -> Patch:
    """Set the reason in the patch; None takes it away."""
    patch["metadata"]["annotations"] = {REASON: reason}
    return patch


def taint_object(taint: Taint) -> dict[str, str]:
    """Return a taint as the API takes it; fields that no rule reads, such as ``timeAdded``, are kept."""
    fields = {"key": taint.key, "value": taint.value, "effect": taint.effect, "timeAdded": taint.time_added}
    return {name: value for name, value in fields.items() if value}
