"""What a node is, and in plain words what happens to it next; pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from functions.oke_autoscaler.decide.scale_down.budgets import MULTIPLE, NOT_ENOUGH
from functions.oke_autoscaler.decide.scale_down.controller_moves import ON_THEIR_WAY
from functions.oke_autoscaler.decide.scale_down.eligibility import BEING_REMOVED, CALLED_OFF, NOT_AUTOSCALED, UNREADABLE
from functions.oke_autoscaler.decide.scale_down.node_budget import USED_UP
from functions.oke_autoscaler.model.nodes import TO_BE_DELETED, has_taint, is_ready
from functions.oke_autoscaler.model.reasons import PODS_PENDING, POOL_STABILIZING, POOL_UPDATING

if TYPE_CHECKING:
    from functions.oke_autoscaler.model.decision import Decision, NodeVerdict, PoolVerdict
    from functions.oke_autoscaler.model.kubernetes_objects import Node

UNREGISTERED = "NoNodeInfo"
MINUTES = re.compile(r"for ([\d.]+) of ([\d.e+]+) minutes")
LIMIT = re.compile(r"limit ([\d.]+) %")
NO_SCALE_DOWN = "no node leaves: both loads are 0 (node_pool_eval_cpu_load, node_pool_eval_ram_load)"


def state_of(node: Node | None, verdict: NodeVerdict, decision: Decision) -> str:
    """Return what a node is, one of STATES."""
    if verdict.remove_now:
        return "leaving"
    if verdict.eligible_reason == UNREGISTERED or node is None:
        return "not ready" if _is_late(verdict, decision) else "joining"
    if verdict.eligible_reason == BEING_REMOVED or has_taint(node, TO_BE_DELETED):
        return "draining"
    if node.unreadable is None and not is_ready(node):
        is_coming = node.metadata.name in decision.starting and not _is_late(verdict, decision)
        return "joining" if is_coming else "not ready"
    return "cordoned" if node.spec.unschedulable else "ready"


def _is_late(verdict: NodeVerdict, decision: Decision) -> bool:
    """Tell whether the node is one of those that did not join in time."""
    return any(text.startswith(f"{verdict.node} (") for pool in decision.pools for text in pool.not_joined)


def what_happens(verdict: NodeVerdict, pool: PoolVerdict | None, *, scale_down_on: bool = True) -> str:
    """Return why the node stays, or when it goes."""
    if verdict.remove_now:
        moving = len(verdict.evict)
        return f"leaves with the next tick{f': {_pods(moving)} move' if moving else ', it runs nothing of its own'}"
    reason = verdict.remove_now_reason or verdict.eligible_reason or verdict.reason or ""
    detail = verdict.details.get(reason, "")
    if reason in {"NotUnneededLongEnough", "NotUnreadyLongEnough"}:
        return _waits(reason, detail, pool, scale_down_on=scale_down_on)
    if reason == "NotUnderutilized":
        limit = LIMIT.search(detail)
        used = f"{(verdict.utilization or 0) * 100:.0f} % of it is requested"
        return f"stays: {used}{f', it may leave at {limit[1]} %' if limit else ''}"
    if reason == NOT_ENOUGH or detail.startswith("pod "):
        return f"stays: {detail}{' and fits on no other node' if reason == 'NoPlaceToMovePods' else ''}"
    words = _WORDS.get(reason)
    if words is None:
        is_turn = reason.startswith((USED_UP, ON_THEIR_WAY))
        return f"{'waits for its turn to leave' if is_turn else 'stays'}: {verdict.stays or 'nothing asks for it'}"
    return f"{words} ({detail})" if detail else words


def _waits(reason: str, detail: str, pool: PoolVerdict | None, *, scale_down_on: bool) -> str:
    """Return when a node that nothing needs leaves; one that may not is told so first."""
    if pool is not None and pool.counts is not None and pool.size <= pool.counts.min_size:
        return f"idle, stays: its pool is at its minimum of {pool.counts.min_size}"
    if not scale_down_on:
        return f"idle, stays: {NO_SCALE_DOWN}"
    found = MINUTES.search(detail)
    left = max(0.0, float(found[2]) - float(found[1])) if found else None
    when = "leaves soon" if left is None else "leaves within a minute" if left < 1 else f"leaves in {left:.0f} min"
    unless = "a pod needs it" if reason == "NotUnneededLongEnough" else "it becomes ready"
    return f"{when} unless {unless}"


def _pods(count: int) -> str:
    return "1 pod" if count == 1 else f"{count} pods"


_WORDS = {
    BEING_REMOVED: "drains, then leaves",
    "NodeGroupMinSizeReached": "stays: its pool is at its minimum",
    "scale-down-off": f"stays: {NO_SCALE_DOWN}",
    "load-above-threshold": "stays: its pool's load is above the threshold",
    "load-would-fill-pool": "stays: its pool would be too full without it",
    "no-metrics": "stays: its load is not known",
    "NoPlaceToMovePods": "stays: its pods fit on no other node",
    "NoPlaceForHeadroom": "stays: it holds the headroom",
    PODS_PENDING: "stays: a pod that waits may need it",
    POOL_UPDATING: "stays for now: its pool is changing",
    POOL_STABILIZING: "stays for now: its pool has just grown",
    "WaitForCompletion": "leaves when these have ended",
    NOT_AUTOSCALED: "stays: of no managed pool",
    "CordonedBySomeoneElse": "stays: somebody else has cordoned it",
    CALLED_OFF: "stays for a day: its removal was called off, its pods found no other place",
    "ScaleDownDisabledAnnotation": "stays: an operator keeps it",
    MULTIPLE: "stays: a pod of it is under several budgets",
    UNREADABLE: "stays: something of it cannot be read",
    UNREGISTERED: "bought, has not registered: it is given up when its time is over",
    "UnexpectedError": "stays: it tells no CPU or memory",
}
"""Words for people, by the reason; a reason of drain rules has its own in the details."""
