"""What stands behind a pool's reason, with the figures: the limit that holds, the pods or nodes it is about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.oke_autoscaler.decide.simulation.obstacle_words import block_detail, stabilizing_detail
from functions.oke_autoscaler.model.decision import NodeCounts
from functions.oke_autoscaler.model.nodes import TO_BE_DELETED, has_taint, instance_id, is_ready
from functions.oke_autoscaler.model.reasons import (
    BELOW_MIN_SIZE,
    DRAINING,
    FITS_NO_POOL,
    MAX_SIZE_REACHED,
    NO_RESOURCE_PRESSURE,
    NODES_NOT_MADE,
    POOL_NOT_STABLE,
    REPLACEMENT,
    SCHEDULER_DISAGREES,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from functions.oke_autoscaler.decide.cluster.pools import PoolStatus
    from functions.oke_autoscaler.decide.scale_down.removal_plan import RemovalPlan
    from functions.oke_autoscaler.decide.simulation.cluster_state import ClusterState
    from functions.oke_autoscaler.model.decision import PodVerdict, PoolVerdict

MAX_NAMES = 3
"""Pods or nodes that one text names."""


def describe_pool(
    state: ClusterState,
    pool_status: PoolStatus,
    verdict: PoolVerdict,
    pods: Sequence[PodVerdict],
    removals: RemovalPlan,
) -> str:
    """Return what stands behind the verdict's reason; empty where the reason says it all."""
    reason, new = verdict.reason, max(0, verdict.wanted_size - verdict.size)
    details: dict[str, Callable[[], str]] = {
        NO_RESOURCE_PRESSURE: lambda: "",
        BELOW_MIN_SIZE: lambda: f"size {pool_status.size}, min_size {pool_status.bounds.min_size}",
        REPLACEMENT: lambda: f"of node {removals.replacement.node}" if removals.replacement is not None else "",
        FITS_NO_POOL: lambda: first_names(pod.pod for pod in pods if pod.reason.startswith(reason)),
        SCHEDULER_DISAGREES: lambda: first_names(pod.pod for pod in pods if pod.reason.startswith(reason)),
        NODES_NOT_MADE: lambda: _not_made(pool_status),
        POOL_NOT_STABLE: lambda: stabilizing_detail(state, pool_status),
    }
    if reason in details:
        return details[reason]()
    if verdict.action == "scale-up":
        asked = first_names(pod.pod for pod in pods if pod.new_pool == verdict.name)
        left = f"; {block_detail(state, pool_status, new, MAX_SIZE_REACHED)}" if verdict.unplaced else ""
        return f"for {asked}{left}" if asked else ""
    if verdict.action == "scale-down":
        return _leaving(pool_status, verdict, removals)
    return block_detail(state, pool_status, 0, reason)


def count_nodes(state: ClusterState, pool_status: PoolStatus) -> NodeCounts:
    """Count the nodes of a pool by what they are."""
    nodes, known = pool_status.nodes, {instance_id(node) for node in pool_status.nodes}
    going = {n.metadata.name for n in nodes if has_taint(n, TO_BE_DELETED) or state.pools.is_leaving(n)}
    starting = pool_status.starting - going
    left = [node for node in nodes if node.metadata.name not in going | starting]
    ready = sum(is_ready(node) for node in left)
    return NodeCounts(
        registered=len(nodes),
        ready=ready,
        not_started=len(starting),
        being_deleted=len(going),
        unready=len(left) - ready,
        upcoming=sum(node is None or node.id not in known for node in pool_status.upcoming),
        missing=sum(not each.registered for each in pool_status.missing),
        min_size=pool_status.bounds.min_size,
        max_size=pool_status.bounds.max_size,
    )


def _leaving(pool_status: PoolStatus, verdict: PoolVerdict, removals: RemovalPlan) -> str:
    """Return the nodes that go, each with its utilization and the limit that it is within."""
    if verdict.reason == DRAINING:
        return first_names(node.metadata.name for node in pool_status.nodes if has_taint(node, TO_BE_DELETED))
    limit = pool_status.thresholds.node_utilization_percent
    used = {each.node: each.utilization for each in removals.nodes}
    going = (each.node for each in removals.remove if each.pool_id == pool_status.id)
    return first_names(f"{name}: utilization {(used.get(name) or 0) * 100:.0f} %, limit {limit:g} %" for name in going)


def _not_made(pool_status: PoolStatus) -> str:
    """Return what OKE said of the nodes that it could not make."""
    errors = (node.node_error for node in pool_status.pool.not_made)
    words = dict.fromkeys(error.message or error.code or "no word" for error in errors if error is not None)
    return f"{len(pool_status.pool.not_made)} of {pool_status.size}: {'; '.join(words)[:200]}"


def first_names(names: Iterable[str]) -> str:
    """Return the first names of a list and how many more there are."""
    found = list(names)
    more = f" and {len(found) - MAX_NAMES} more" if len(found) > MAX_NAMES else ""
    return f"{', '.join(found[:MAX_NAMES])}{more}"
