"""The answers of a tick as users parse them: one JSON object, values as strings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from functions.oke_autoscaler.decision import Decision, PoolVerdict

Answer = dict[str, Any]


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


def busy() -> Answer:
    """Another tick holds the Lease."""
    return {"success": {"action": "none", "reason": "busy"}}


def dry_run(answer: Answer) -> Answer:
    """The same answer, marked as a dry run."""
    if "node-pools" in answer:
        return {"node-pools": [dry_run(one) for one in answer["node-pools"]]}
    return {level: {**body, "dry-run": "true"} for level, body in answer.items()}
