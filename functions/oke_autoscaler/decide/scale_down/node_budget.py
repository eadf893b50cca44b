"""The disruption budget of each pool while a tick plans: each planned removal takes from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from functions.oke_autoscaler.disruption_budget import allowed_nodes
from functions.oke_autoscaler.model.nodes import TO_BE_DELETED, has_taint, instance_id, is_ready

if TYPE_CHECKING:
    from functions.oke_autoscaler.decide.cluster.pools import PoolStatus
    from functions.oke_autoscaler.decide.simulation.cluster_state import ClusterState
    from functions.oke_autoscaler.model.kubernetes_objects import Node

USED_UP = "DisruptionBudget"


@dataclass(slots=True)
class PoolBudget:
    """One pool: what is allowed of its nodes, and who takes from it already."""

    allowed: int
    nodes: int
    going: int = 0
    """Nodes whose removal has begun or is planned."""
    not_ready: int = 0
    """Nodes that are out by themselves."""

    def obstacle(self, *, ready: bool) -> str:
        """Return why one more node may not go; empty when it may.

        A node that is not ready takes from the budget where it is: its own removal takes nothing more, or a pool with
        as many dead nodes as its budget allows would keep them for ever.
        """
        taken = self.going + (self.not_ready if ready else 0)
        if taken < self.allowed:
            return ""
        return f"{USED_UP} ({self.going} going, {self.not_ready} not ready, {self.allowed} of {self.nodes} allowed)"

    def take(self, *, ready: bool) -> None:
        """Plan the removal of one node."""
        self.going += 1
        self.not_ready -= not ready


def pool_budgets(state: ClusterState) -> dict[str, PoolBudget]:
    """Return the budget of each pool by its id; nodes that are still booting count for nothing yet."""
    return {pool_status.id: _budget(state, pool_status) for pool_status in state.pools.statuses}


def _budget(state: ClusterState, pool_status: PoolStatus) -> PoolBudget:
    booting = {node.id for node in pool_status.upcoming if node is not None}
    nodes = [node for node in pool_status.nodes if instance_id(node) not in booting]
    going = [node for node in nodes if _is_going(state, node)]
    not_ready = sum(1 for node in nodes if not is_ready(node)) - sum(1 for node in going if not is_ready(node))
    allowed = allowed_nodes(state.settings.disruption_budget, len(nodes), state.now)
    return PoolBudget(allowed, len(nodes), len(going), not_ready)


def _is_going(state: ClusterState, node: Node) -> bool:
    return has_taint(node, TO_BE_DELETED) or state.pools.is_leaving(node)
