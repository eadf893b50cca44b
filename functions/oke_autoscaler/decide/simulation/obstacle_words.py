"""What stands against a pod on a new node, and against a new node of a pool, with the figures: for people.

The bare reasons are what decisions compare; the words in brackets behind them are made here, once the decision stands.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from functions.oke_autoscaler.model.nodes import ready_at
from functions.oke_autoscaler.model.reasons import (
    MAX_SIZE_REACHED,
    NODE_AFFINITY,
    NODES_DO_NOT_JOIN,
    OUT_OF_CAPACITY,
    POOL_STABILIZING,
    POOL_UPDATING,
    RULES_BETWEEN_PODS,
    VOLUME_ZONE,
    insufficient,
    pair_in_words,
    with_detail,
)
from functions.oke_autoscaler.model.selectors import first_untolerated, requirement_holds

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from functions.oke_autoscaler.decide.cluster.pod_groups import PodGroup
    from functions.oke_autoscaler.decide.cluster.pools import PoolStatus
    from functions.oke_autoscaler.decide.simulation.cluster_state import ClusterState
    from functions.oke_autoscaler.decide.simulation.offerings import Offering
    from functions.oke_autoscaler.model.kubernetes_objects import NodeSelector, Requirement

TRY_AT_ONCE = "a change of the pool, or deleting ConfigMap kube-system/oke-autoscaler-state, tries at once"
"""What ends the time in which a pool is left alone."""
MAX_VALUES = 3
"""Values of a selector that a text names."""
MAX_CHARS = 200
"""Of what OKE says of a node that it could not make."""


def describe_obstacle(offering: Offering, group: PodGroup, obstacle: str) -> str:
    """Return why an empty node of the pool could not hold a pod of the group, with what was asked and offered."""
    pool = offering.pool_status.name
    for resource, have, need in zip(offering.resources, offering.free, group.vector, strict=True):
        if need > have and obstacle == insufficient(resource):
            asked, offered = pair_in_words(resource, need, have)
            return with_detail(obstacle, f"asked {asked}, a node of {pool} offers {offered}")
    node_class = offering.placements[0].node_class
    if obstacle == NODE_AFFINITY:
        return with_detail(obstacle, _unmet_selector(group, node_class.labels, f"a node of {pool}"))
    if obstacle == VOLUME_ZONE:
        zones = [placement.labels for placement in offering.placements]
        return with_detail(obstacle, _unmet_volume(group.volume_nodes, zones, f"nodes of {pool}"))
    taint = first_untolerated(node_class.taints, group.scheduling.spec.tolerations or ())
    if taint is None:
        return obstacle
    value = f"={taint.value}" if taint.value else ""
    return with_detail(obstacle, f"{taint.key}{value}:{taint.effect} not tolerated")


def describe_block(state: ClusterState, pool_status: PoolStatus, planned: int, reason: str) -> str:
    """Return why a pool takes no more nodes, with the key that limits and its value; ``planned`` are new in this tick.

    A reason without figures comes back as it is.
    """
    return with_detail(reason, block_detail(state, pool_status, planned, reason))


def block_detail(state: ClusterState, pool_status: PoolStatus, planned: int, reason: str) -> str:
    """Return the figures alone."""
    if reason == MAX_SIZE_REACHED:
        return _limit(state, pool_status, planned)
    if reason == POOL_UPDATING:
        return _changes(pool_status)
    if reason == POOL_STABILIZING:
        return stabilizing_detail(state, pool_status)
    if reason in {OUT_OF_CAPACITY, NODES_DO_NOT_JOIN} and NODES_DO_NOT_JOIN in {reason, pool_status.refused}:
        return _does_not_join(pool_status)
    if reason == OUT_OF_CAPACITY:
        errors = (node.node_error for node in pool_status.pool.nodes or () if node.node_error is not None)
        texts = (error.message or error.code for error in errors)
        return next((f"OKE: {text[:MAX_CHARS]}" for text in texts if text), "")
    return ""


def _does_not_join(pool_status: PoolStatus) -> str:
    parts = [each.text for each in pool_status.missing[:MAX_VALUES]]
    if pool_status.left_alone_until is not None:
        until = datetime.fromtimestamp(pool_status.left_alone_until, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        parts.append(f"left alone until {until}; {TRY_AT_ONCE}")
    return "; ".join(parts)


def stabilizing_detail(state: ClusterState, pool_status: PoolStatus) -> str:
    """Return for how long the newest node of a pool has been ready, of the minutes that are asked for."""
    times = (ready_at(node, state.now) for node in pool_status.nodes)
    newest = max((since for since in times if since is not None), default=state.now)
    minutes = (state.now - newest) / 60
    return f"newest node ready for {minutes:.1f} of {state.settings.node_pool_stabilization_window} minutes"


def describe_rules(state: ClusterState, group: PodGroup) -> str:
    """Return the reason of a group that only rules between pods keep off new nodes, with their topology keys."""
    keys = dict.fromkeys(rule.key for rule in state.simulation.rules(group))
    return with_detail(RULES_BETWEEN_PODS, f"over {', '.join(keys)}" if keys else "")


def _limit(state: ClusterState, pool_status: PoolStatus, planned: int) -> str:
    limit, now = state.settings.max_nodes_total, len(state.snapshot.nodes) + state.upcoming
    own = f"size {pool_status.size}{f' and {planned} new' if planned else ''}, max_size {pool_status.bounds.max_size}"
    if pool_status.size + planned < pool_status.bounds.max_size and limit:
        return f"{now} nodes{f' and {state.planned} new' if state.planned else ''}, max_nodes_total {limit}"
    return own


def _changes(pool_status: PoolStatus) -> str:
    states = [node.lifecycle_state for node in pool_status.pool.nodes or () if node.lifecycle_state != "ACTIVE"]
    counts = (f"{states.count(each)} nodes {each}" for each in dict.fromkeys(states) if each)
    return ", ".join((f"pool {pool_status.pool.lifecycle_state or 'ACTIVE'}", *counts))


def _unmet_selector(group: PodGroup, labels: Mapping[str, str], node: str) -> str:
    """Return the first label that is asked for and differs."""
    spec = group.scheduling.spec
    for key, value in (spec.node_selector or {}).items():
        if labels.get(key) != value:
            return f"asks for {key}={value}, {node} has {_found(labels, key)}"
    affinity = spec.affinity.node_affinity if spec.affinity is not None else None
    for row in _rows([affinity.required] if affinity is not None and affinity.required is not None else []):
        if not requirement_holds(row, labels):
            return f"asks for {_in_words(row)}, {node} has {_found(labels, row.key)}"
    return ""


def _unmet_volume(selectors: Iterable[NodeSelector], places: Sequence[Mapping[str, str]], nodes: str) -> str:
    """Return the first label that a volume asks for and no place has."""
    for row in _rows(selectors):
        if not any(requirement_holds(row, labels) for labels in places):
            values = dict.fromkeys(labels[row.key] for labels in places if row.key in labels)
            return f"asks for {_in_words(row)}, {nodes} have {', '.join(values) or 'no such label'}"
    return ""


def _rows(selectors: Iterable[NodeSelector]) -> Iterator[Requirement]:
    for selector in selectors:
        for term in selector.node_selector_terms or ():
            yield from term.match_expressions or ()


def _in_words(row: Requirement) -> str:
    values = list(row.values or ())
    more = f" and {len(values) - MAX_VALUES} more" if len(values) > MAX_VALUES else ""
    return f"{row.key} {row.operator} {' or '.join(values[:MAX_VALUES])}{more}".rstrip()


def _found(labels: Mapping[str, str], key: str) -> str:
    return labels.get(key, "no such label")
