"""Why a pending pod found no node, existing or new: the reason for the answer, and what each pool lacks.

The reasons of a single pool come from the checks: labels and taints in simulation/static_fit.py, claims and volumes in
cluster/volumes.py. A new reason for the whole pod must be told apart from FITS_NO_POOL where decide.py asks for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from functions.oke_autoscaler.decide.simulation.obstacle_words import (
    describe_block,
    describe_obstacle,
    describe_rules,
)
from functions.oke_autoscaler.decide.simulation.placement_plan import NOBODY_REFUSED
from functions.oke_autoscaler.model.decision import PoolObstacle
from functions.oke_autoscaler.model.reasons import (
    FITS_NO_POOL,
    MAX_SIZE_REACHED,
    NEEDS_NEW_NODE,
    NODES_DO_NOT_JOIN,
    OUT_OF_CAPACITY,
    POOL_STABILIZING,
    POOL_UPDATING,
    RULES_BETWEEN_PODS,
    SCHEDULER_DISAGREES,
    unknown_node_size,
    with_detail,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from functions.oke_autoscaler.decide.cluster.pod_groups import PodGroup
    from functions.oke_autoscaler.decide.simulation.cluster_state import ClusterState
    from functions.oke_autoscaler.decide.simulation.offerings import Offering
    from functions.oke_autoscaler.decide.simulation.placement_plan import PlacementPlan
    from functions.oke_autoscaler.model.kubernetes_objects import Pod

MOST_HOPEFUL_FIRST = (POOL_UPDATING, POOL_STABILIZING, MAX_SIZE_REACHED)
"""Of several pools that could hold a pod, the one that will take nodes soonest says why the pod waits."""


@dataclass(frozen=True, slots=True)
class UnplacedReason:
    """Why pods of a group found no node: the reason for the answer, and by pool in words."""

    reason: str
    by_pool: dict[str, str]
    details: dict[str, str]
    """The same by pool, with what was asked and offered and which limit holds."""

    @property
    def text(self) -> str:
        """One line for people."""
        return with_detail(self.reason, "; ".join(f"{name}: {why}" for name, why in self.details.items()))

    @property
    def obstacles(self) -> tuple[PoolObstacle, ...]:
        """The same pool by pool."""
        return tuple(PoolObstacle(name, self.by_pool.get(name, ""), words) for name, words in self.details.items())


def explain_unplaced(state: ClusterState, plan: PlacementPlan, group: PodGroup) -> UnplacedReason:
    """Return why pods of a group are left over.

    A pool whose empty node could hold the pod says why it does not grow; only when there is none, every pool says what
    it lacks. An empty block of a pool that could grow and did not means that a rule between pods stands against it.
    """
    by_pool: dict[str, str] = {}
    details: dict[str, str] = {}
    blocks: list[str] = []
    for offering in state.offerings:
        name = offering.pool_status.name
        obstacle = offering.obstacle(state.simulation.static, group)
        block = "" if obstacle else _find_block(state, plan, offering)
        by_pool[name] = obstacle or block or RULES_BETWEEN_PODS
        if obstacle:
            details[name] = describe_obstacle(offering, group, obstacle)
            continue
        blocks.append(block)
        planned = plan.new_nodes.get(offering.pool_status.id, 0)
        described = describe_block(state, offering.pool_status, planned, block)
        details[name] = described if block else describe_rules(state, group)
    for pool_status in state.pools.statuses:
        unknown = unknown_node_size(pool_status.pool.node_shape or "")
        by_pool.setdefault(pool_status.name, unknown)
        details.setdefault(pool_status.name, unknown)
    return UnplacedReason(_most_hopeful(blocks), by_pool, details)


def _most_hopeful(blocks: list[str]) -> str:
    """Return the reason of a pod by why the pools that could hold it take no nodes."""
    for reason in MOST_HOPEFUL_FIRST:
        if reason in blocks:
            return reason
    if blocks and all(block == NODES_DO_NOT_JOIN for block in blocks):
        return NODES_DO_NOT_JOIN
    return OUT_OF_CAPACITY if any(blocks) else FITS_NO_POOL


def explain_refused(state: ClusterState, plan: PlacementPlan, group: PodGroup) -> Iterator[tuple[int, str]]:
    """Yield the id() of each pod that nothing is bought for because of what the scheduler says, with its words.

    They are the last of their group (simulation/sorted_pods.py).
    """
    refused = plan.refused.get(group.ident, NOBODY_REFUSED)
    first = len(group.pending) - refused.count
    for index, pod in enumerate(group.pending[first:] if refused.count else ()):
        refusal = state.pods.refusals[id(pod)]
        reason = SCHEDULER_DISAGREES if index < refused.disagreed else FITS_NO_POOL
        yield id(pod), f"{reason} (scheduler: {refusal.words})"


def with_words(reason: str, state: ClusterState, plan: PlacementPlan, pod: Pod, group: PodGroup) -> str:
    """Return the reason of a pod that gets a new node, with the scheduler's words where they are why it gets one."""
    refusal = state.pods.refusals.get(id(pod)) if reason == NEEDS_NEW_NODE else None
    if refusal is None or not plan.refused.get(group.ident, NOBODY_REFUSED).disagrees:
        return reason
    return f"{reason} (scheduler: {refusal.words})"


def _find_block(state: ClusterState, plan: PlacementPlan, offering: Offering) -> str:
    """Return why a pool takes no more nodes in this plan; empty when it would."""
    if offering.blocked:
        return offering.blocked
    full = plan.new_nodes.get(offering.pool_status.id, 0) >= offering.limit
    limit = state.settings.max_nodes_total
    total = len(state.snapshot.nodes) + state.upcoming + sum(plan.new_nodes.values())
    return MAX_SIZE_REACHED if full or (limit and total >= limit) else ""
