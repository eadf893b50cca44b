"""A decision in sentences, for people."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from functions.oke_autoscaler.model.reasons import UNSCHEDULABLE_PODS, with_detail
from functions.oke_autoscaler.model.unreadable import listed_texts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from functions.oke_autoscaler.model.decision import Decision, NodeVerdict, PoolVerdict


def text(decision: Decision) -> str:
    """Return lines on the pools, on the pending pods by where they go, on each node, and on what cannot be read."""
    unreadable = (f"Unreadable: {line}." for line in listed_texts(decision.unreadable))
    return "\n".join([*_pools(decision), *_pods(decision), *_nodes(decision), *unreadable])


def _pools(decision: Decision) -> Iterator[str]:
    for pool in decision.pools:
        yield _pool(pool)


def _pool(pool: PoolVerdict) -> str:
    name = f"{f'FLAPPING: {pool.flapping}. ' if pool.flapping else ''}Node pool {pool.name or pool.id}"
    if pool.action == "scale-up":
        tail = f"; {pool.unplaced} of them find no room below its maximum" if pool.unplaced else ""
        why = f": {with_detail(pool.reason, pool.detail)}" if pool.reason != UNSCHEDULABLE_PODS else ""
        return f"{name} {pool.growth} for {pool.unschedulable} pods{tail}{why}."
    if pool.action == "scale-down":
        return f"{name} shrinks from {pool.size} to {pool.wanted_size} nodes: {with_detail(pool.reason, pool.detail)}."
    return f"{name} stays at {pool.size} nodes ({pool.status}): {with_detail(pool.reason, pool.detail)}."


def _pods(decision: Decision) -> Iterator[str]:
    if not decision.pods:
        yield "No pod is pending."
    groups = Counter((pod.placed_on, pod.new_pool, pod.reason) for pod in decision.pods)
    for (where, new_pool, reason), count in groups.items():
        pods = f"{count} pod{'s' if count > 1 else ''}"
        if where is None:
            yield f"{pods} without a place: {reason}."
        elif new_pool is not None:
            yield f"{pods} for nodes of {new_pool} that are yet to come ({reason})."
        else:
            yield f"{pods} for node {where}."


def _nodes(decision: Decision) -> Iterator[str]:
    for node in decision.nodes:
        yield _node(node)


def _node(node: NodeVerdict) -> str:
    if node.remove_now:
        return f"Node {node.node} is removed now; {len(node.evict)} pods move."
    if not node.removable:
        return f"Node {node.node} cannot be removed: {node.in_words(node.reason or '')}."
    why = node.stays or "nothing asks for it"
    return f"Node {node.node} could be removed ({len(node.evict)} pods would move) but stays: {why}."
