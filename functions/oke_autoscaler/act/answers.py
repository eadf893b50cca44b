"""The answers of a tick as users parse them: one JSON object, values as strings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from functions.oke_autoscaler.model.decision import Decision, PoolVerdict

Answer = dict[str, Any]

REASONS_SHOWN = 20
"""Pods, and nodes of a pool, whose reasons an answer lists."""


def pool_answer(pool: PoolVerdict) -> Answer:
    """The row of the answer table that fits one pool's verdict."""
    body: dict[str, str] = {"action": pool.action, "reason": pool.reason}
    if pool.unschedulable or pool.reason in COUNTED:
        body["unschedulable-pods-count"] = str(pool.unschedulable)
    if pool.unplaced:
        body["unplaced-pods-count"] = str(pool.unplaced)
    body["node-pool-name"] = pool.name
    body["node-pool-status"] = pool.status
    body["node-count"] = str(pool.wanted_size)
    return {pool.level: body}


COUNTED = frozenset(
    {"unschedulable-pods", "node-pool-status", "node-max-limit-reached", "pods-fit-no-node-pool", "out-of-capacity"}
)


def tick_answer(decision: Decision) -> Answer:
    """The answer of a whole tick: one pool's object, or ``{"node-pools": […]}`` of several."""
    answers = [pool_answer(pool) for pool in decision.pools]
    return answers[0] if len(answers) == 1 else {"node-pools": answers}


def with_reasons(decision: Decision, *, nodes: bool) -> Answer:
    """The tick's answer with, as texts, why pods found no place and (``nodes``) why each node stays."""
    answers = []
    for pool in decision.pools:
        ((level, body),) = pool_answer(pool).items()
        why = pod_reasons(decision) if pool.unschedulable or pool.unplaced else []
        stay = node_reasons(decision, pool.name) if nodes else []
        more = {"pod-reasons": _listed(why), "node-reasons": _listed(stay)}
        answers.append({level: body | {name: text for name, text in more.items() if text}})
    return answers[0] if len(answers) == 1 else {"node-pools": answers}


def pod_reasons(decision: Decision) -> list[str]:
    """``namespace/name: reason`` of each pending pod that no node, present or to come, will hold."""
    return [f"{pod.pod}: {pod.reason}" for pod in decision.pods if pod.placed_on is None]


def node_reasons(decision: Decision, pool: str) -> list[str]:
    """``node: reason`` of each node of a pool that is not removed in this tick."""
    stay = [node for node in decision.nodes if node.pool == pool and not node.remove_now]
    return [f"{node.node}: {node.remove_now_reason or node.eligible_reason or node.reason}" for node in stay]


def _listed(texts: list[str]) -> str:
    more = f"; and {len(texts) - REASONS_SHOWN} more" if len(texts) > REASONS_SHOWN else ""
    return "; ".join(texts[:REASONS_SHOWN]) + more


def busy() -> Answer:
    """Another tick holds the Lease."""
    return {"success": {"action": "none", "reason": "busy"}}


def dry_run(answer: Answer) -> Answer:
    """The same answer, marked as a dry run."""
    if "node-pools" in answer:
        return {"node-pools": [dry_run(one) for one in answer["node-pools"]]}
    return {level: {**body, "dry-run": "true"} for level, body in answer.items()}
