"""The answers of a tick as users parse them: one JSON object, values as strings.

A field of every answer is added in ``pool_answer``; one of every tick's summary line in ``summary_fields``. The fields
of every function's summary line are in shared/handler.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from functions.oke_autoscaler.model.nodes import instance_id
from functions.oke_autoscaler.model.reasons import (
    BUSY,
    FITS_NO_POOL,
    MAX_SIZE_REACHED,
    OUT_OF_CAPACITY,
    POOL_NOT_STABLE,
    UNSCHEDULABLE_PODS,
)
from functions.oke_autoscaler.model.unreadable import listed_texts

if TYPE_CHECKING:
    from functions.oke_autoscaler.model.decision import Decision, PoolVerdict
    from functions.oke_autoscaler.model.kubernetes_objects import Node
    from functions.oke_autoscaler.model.snapshot import Snapshot

Answer = dict[str, Any]

MAX_REASONS = 20
"""Pods, and nodes of a pool, whose reasons an answer lists."""

MAX_LOGGED_NODES = 100
"""Nodes that the summary line describes."""

COUNTED_REASONS = frozenset({UNSCHEDULABLE_PODS, POOL_NOT_STABLE, MAX_SIZE_REACHED, FITS_NO_POOL, OUT_OF_CAPACITY})
"""Reasons whose answers have ``unschedulable-pods-count`` even when it is 0."""


def pool_answer(pool: PoolVerdict) -> Answer:
    """Return the answer for one pool: a row of the table of answers in docs/oke-autoscaler.md."""
    body: dict[str, str] = {"action": pool.action, "reason": pool.reason}
    if pool.unschedulable or pool.reason in COUNTED_REASONS:
        body["unschedulable-pods-count"] = str(pool.unschedulable)
    if pool.unplaced:
        body["unplaced-pods-count"] = str(pool.unplaced)
    if pool.headroom_missing:
        body["headroom-unplaced-count"] = str(pool.headroom_missing)
    body["node-pool-name"] = pool.name
    body["node-pool-status"] = pool.status
    body["node-count"] = str(pool.wanted_size)
    return {pool.level: body}


def tick_answer(decision: Decision, *, nodes: bool) -> Answer:
    """Return a tick's answer: one pool's object, or ``{"node-pools": […]}`` of several.

    Each has, as texts, why pods found no place and (``nodes``) why each of its nodes stays.
    """
    answers = []
    for pool in decision.pools:
        ((level, body),) = pool_answer(pool).items()
        why = pod_reasons(decision) if pool.unschedulable or pool.unplaced else []
        stay = node_reasons(decision, pool.name) if nodes else []
        more = {
            "detail": pool.detail if level == "warning" else "",
            "flapping": pool.flapping,
            "nodes-not-joined": _listed(pool.not_joined),
            "pod-reasons": _listed(why),
            "node-reasons": _listed(stay),
            "pods-overdue": _listed(list(decision.overdue)),
            **unreadable_fields(decision),
        }
        if (decision.unreadable or decision.overdue) and body["action"] == "none":
            level = "warning"
        answers.append({level: body | {name: text for name, text in more.items() if text}})
    return _of_all_pools(answers)


def _of_all_pools(answers: list[Answer]) -> Answer:
    return answers[0] if len(answers) == 1 else {"node-pools": answers}


def pod_reasons(decision: Decision) -> list[str]:
    """Return ``namespace/name: reason`` of each pending pod that no node, present or to come, will hold."""
    return [f"{pod.pod}: {pod.reason}" for pod in decision.pods if pod.placed_on is None]


def node_reasons(decision: Decision, pool: str) -> list[str]:
    """Return ``node: reason`` of each node of a pool that is not removed in this tick."""
    stay = [node for node in decision.nodes if node.pool == pool and not node.remove_now]
    return [f"{node.node}: {node.stays}" for node in stay]


def unreadable_fields(decision: Decision) -> dict[str, str]:
    """Return what a tick could not read, as one text, and how many objects that is."""
    found = decision.unreadable
    return {"unreadable": "; ".join(listed_texts(found)), "unreadable-count": str(len(found))} if found else {}


def _listed(texts: list[str]) -> str:
    more = f"; and {len(texts) - MAX_REASONS} more" if len(texts) > MAX_REASONS else ""
    return "; ".join(texts[:MAX_REASONS]) + more


def summary_fields(answer: Answer, snapshot: Snapshot | None) -> dict[str, object]:
    """Return the fields of the call's summary line: ``result``, and ``nodes`` where the cluster was read."""
    fields: dict[str, object] = {"result": answer}
    if snapshot is not None:
        fields["nodes"] = [_node_fields(snapshot, node) for node in snapshot.nodes[:MAX_LOGGED_NODES]]
    return fields


def _node_fields(snapshot: Snapshot, node: Node) -> dict[str, object]:
    """Return what the log says of one node; the keys are those of the published autoscaler."""
    load = snapshot.metrics.get(instance_id(node))
    return {
        "name": node.metadata.name,
        "id": instance_id(node),
        "created": node.metadata.creation_timestamp,
        "cpu_load": load.cpu_percent if load else None,
        "ram_load": load.ram_percent if load else None,
    }


def busy() -> Answer:
    """Return the answer while another tick holds the Lease."""
    return {"success": {"action": "none", "reason": BUSY}}


def dry_run(answer: Answer) -> Answer:
    """Return the same answer, marked as a dry run."""
    return with_field(answer, "dry-run", "true")


def with_field(answer: Answer, name: str, text: str) -> Answer:
    """Return the same answer with one more field in the object of each pool."""
    if "node-pools" in answer:
        return {"node-pools": [with_field(one, name, text) for one in answer["node-pools"]]}
    return {level: {**body, name: text} for level, body in answer.items()}
