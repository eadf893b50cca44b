"""Taking nodes away: taint and cordon, evict, delete exactly the drained node. Nothing here waits.

Each step looks again before it writes, and each leaves a state that the next tick reads from the node's taint and the
node pool (recover.py), so the process may die between any two of them.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

from functions.oke_autoscaler.clients.cluster import Eviction
from functions.oke_autoscaler.model import taints
from functions.oke_autoscaler.model.oci_objects import GONE_NODES
from shared.errors import OciServiceError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from functions.oke_autoscaler.clients.cluster import Cluster
    from functions.oke_autoscaler.clients.events import Report
    from functions.oke_autoscaler.clients.oke import Oke, PoolState
    from functions.oke_autoscaler.model.kubernetes_objects import Node, Pod
    from functions.oke_autoscaler.settings import Settings

NOT_NOW = frozenset({412, 429})
"""Statuses of a DELETE that was surely not accepted; the node stays tainted, and the next tick decides again."""


class Gone(Enum):
    """What came of a deletion."""

    DELETED = "deleted"
    ALREADY = "already"
    """It was accepted before: nothing more may be sent."""
    REFUSED = "refused"
    """Not accepted: the node is as it was."""
    UNKNOWN = "unknown"
    """No answer, or a server's error: the next tick sees what came of it."""


@dataclass(slots=True)
class Removals:
    """The removals of one tick; counters by pool id; ``reasons`` of the nodes deleted, a load before ``unneeded``."""

    oke: Oke
    cluster: Cluster
    settings: Settings
    report: Report
    deleted: Counter[str] = field(default_factory=Counter)
    draining: Counter[str] = field(default_factory=Counter)
    reasons: dict[str, str] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)
    """The size that a pool must have by this tick's own deletions."""

    def pool_if_unchanged(self, state: PoolState) -> PoolState | None:
        """The pool as it is now; None when somebody else changed it since this tick read it."""
        now = self.oke.node_pool(state.pool.id)
        own_size = self.sizes.get(state.pool.id)
        if own_size is not None and not self.cluster.changes.dry_run:
            return now if now.pool.size == own_size else None
        return now if now.etag == state.etag else None

    def begin(self, node: Node, now: float, reason: str) -> Node | None:
        """Taint and cordon; None when the node has changed since it was read."""
        return self.cluster.patch_node(node, taints.begin_removal(node, now, reason), "taint and cordon")

    def evict(self, pods: Iterable[Pod]) -> bool:
        """Evict pod by pod until one is refused; whether all were taken."""
        for pod in pods:
            if self.cluster.evict(pod) is Eviction.REFUSED:
                text = f"eviction of {pod.key} refused by its budget"
                self.report.event_on_pod(pod, "ScaleDownFailed", text, warning=True)
                return False
        return True

    def delete(self, state: PoolState, instance: str, node: Node, reason: str) -> Gone:
        """Delete the drained node, once, guarded by the etag of ``state``."""
        outcome = self._delete(state, instance, node.metadata.name)
        if outcome is Gone.DELETED:
            pool = state.pool
            self.deleted[pool.id] += 1
            if self.reasons.get(pool.id, taints.UNNEEDED) == taints.UNNEEDED:
                self.reasons[pool.id] = reason
            self.sizes[pool.id] = self.sizes.get(pool.id, pool.size) - 1
            self.report.event_on_node(node, "ScaleDown", f"drained and deleted, node pool {pool.name}: {reason}")
        return outcome

    def keeps_minimum(self, state: PoolState) -> bool:
        """Whether the pool stays at its minimum size without one more node."""
        size = self.sizes.get(state.pool.id, state.pool.size)
        return size - 1 >= minimum_size(self.settings, state.pool.id)

    def _delete(self, state: PoolState, instance: str, name: str) -> Gone:
        if not self.cluster.changes.go(f"delete node {name} of node pool {state.pool.name}"):
            return Gone.DELETED
        try:
            self.oke.delete_node(state, instance)
        except OciServiceError as error:
            if error.status in {404, 409}:
                return self._was_accepted(state, instance)
            if error.status in NOT_NOW:
                return Gone.REFUSED
            if error.status == 0 or error.status >= 500:
                return Gone.UNKNOWN
            raise
        return Gone.DELETED

    def _was_accepted(self, state: PoolState, instance: str) -> Gone:
        """A 404 or 409 may mean that an earlier deletion was accepted, or that the pool is busy: look which."""
        now = self.oke.node_pool(state.pool.id)
        return Gone.REFUSED if is_member(now, instance) else Gone.ALREADY


def is_member(state: PoolState, instance: str) -> bool:
    """Whether the instance is a node of the pool that is not on its way out."""
    member = next((each for each in state.pool.nodes or () if each.id == instance), None)
    return member is not None and member.lifecycle_state not in GONE_NODES


def minimum_size(settings: Settings, pool_id: str) -> int:
    """The size that a managed pool never falls below."""
    return next(pool.min_size for pool in settings.pools if pool.id == pool_id)
