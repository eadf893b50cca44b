"""The steps of a node's removal: taint and cordon, evict, delete exactly the drained node.

The order is what makes it safe. The taint goes first: it holds the memory that a removal has begun, and with the
cordon it keeps new pods away, so the list of pods read after it is final but for pods that are being bound right then.
Evictions follow, through the budgets. The deletion comes last, of a node without pods left, because OKE's own drain
would run for up to an hour without the rules that chose this node.

Each step looks again before it writes, and each leaves a state that the next tick reads from the node's taint and the
node pool (decide/scale_down/unfinished_removals.py), so the process may die between any two of them.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

from functions.oke_autoscaler.act.evictions import PAUSE_SECONDS, Evictions
from functions.oke_autoscaler.clients.oke import is_outcome_unknown
from functions.oke_autoscaler.model import taints
from functions.oke_autoscaler.model.oci_objects import GONE_NODES
from functions.oke_autoscaler.model.reasons import UNNEEDED
from shared.errors import OciServiceError

if TYPE_CHECKING:
    from functions.oke_autoscaler.clients.cluster import Cluster
    from functions.oke_autoscaler.clients.events import TickEvents
    from functions.oke_autoscaler.clients.oke import Oke, ReadPool
    from functions.oke_autoscaler.decide.scale_down.drain_records import Drain
    from functions.oke_autoscaler.model.kubernetes_objects import Node
    from functions.oke_autoscaler.settings import Settings

NOT_ACCEPTED_STATUSES = frozenset({412, 429})
"""Statuses of a DELETE that was certainly not accepted; the node stays tainted, and the next tick decides again."""


class Deletion(Enum):
    """The outcome of a node's deletion."""

    DELETED = "deleted"
    ALREADY = "already"
    """It was accepted earlier: nothing more may be sent."""
    REFUSED = "refused"
    """Not accepted: the node is as it was."""
    UNKNOWN = "unknown"
    """No answer, or a server error: the next tick sees whether it was accepted."""


@dataclass(slots=True)
class Removals:
    """The removals of one tick, counted by pool id; ``reasons`` of the deleted nodes, a load before ``unneeded``."""

    oke: Oke
    cluster: Cluster
    settings: Settings
    events: TickEvents
    deleted: Counter[str] = field(default_factory=Counter)
    draining: Counter[str] = field(default_factory=Counter)
    gone: dict[str, list[str]] = field(default_factory=dict)
    """Names of the nodes and instances that this tick deleted, by pool id."""
    reasons: dict[str, str] = field(default_factory=dict)
    called_off: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Nodes put back because pods sent away from them found no place, with those pods."""
    sizes: dict[str, int] = field(default_factory=dict)
    """Sizes that pools have after this tick's own changes, by pool id."""
    taken_back: dict[str, int] = field(default_factory=dict)
    """Sizes to which pools were lowered because OKE could not make more, by pool id."""
    pause_seconds: float = PAUSE_SECONDS
    evictions: Evictions = field(init=False)
    under_way: dict[str, Drain] = field(default_factory=dict)
    """Drains that this tick began or went on with, by node name."""

    def __post_init__(self) -> None:
        """Begin with no eviction."""
        self.evictions = Evictions(self.cluster, self.events, self.pause_seconds)

    def drains(self) -> dict[str, Drain]:
        """Return the drains under way, with the evictions that were accepted."""
        done = self.evictions
        return {
            name: each._replace(evicted=done.accepted[name], pods=tuple(done.gone.get(name, ())))
            for name, each in self.under_way.items()
        }

    def pool_if_unchanged(self, state: ReadPool) -> ReadPool | None:
        """Read the pool again; return None when another client changed it since this tick decided on it.

        The etag tells, until this tick has changed the pool itself: then every etag is a new one, and OKE
        goes on to change it while the work request runs. From then on the size is compared, which only writes change.
        """
        now = self.oke.node_pool(state.pool.id)
        own_size = self.sizes.get(state.pool.id)
        if own_size is not None and not self.cluster.changes.dry_run:
            return now if now.pool.size == own_size else None
        return now if now.etag == state.etag else None

    def begin(self, node: Node, now: float, reason: str) -> Node | None:
        """Taint and cordon the node; return it as patched, None when it has changed since it was read."""
        return self.cluster.patch_node(node, taints.begin_removal(node, now, reason), "taint and cordon")

    def delete(self, state: ReadPool, instance: str, node: Node, reason: str) -> Deletion:
        """Delete the drained node, once, guarded by the etag of ``state``.

        The etag is what keeps two ticks from lowering the pool's size twice for one node.
        """
        outcome = self._delete(state, instance, node.metadata.name)
        if outcome is Deletion.DELETED:
            pool = state.pool
            self.deleted[pool.id] += 1
            self.gone.setdefault(pool.id, []).append(node.metadata.name)
            if self.reasons.get(pool.id, UNNEEDED) == UNNEEDED:
                self.reasons[pool.id] = reason
            self.sizes[pool.id] = self.sizes.get(pool.id, pool.size) - 1
            self.events.on_node(node, "ScaleDown", f"drained and deleted, node pool {pool.name}: {reason}")
        return outcome

    def delete_unregistered(self, state: ReadPool, instance: str, name: str, why: str) -> Deletion:
        """Delete an instance that never became a node, guarded like that of a drained node."""
        outcome = self._delete(state, instance, name)
        if outcome is Deletion.DELETED:
            pool = state.pool
            self.gone.setdefault(pool.id, []).append(name)
            self.sizes[pool.id] = self.sizes.get(pool.id, pool.size) - 1
            self.events.on_status("NodeGivenUp", f"deleted from node pool {pool.name}: {why}")
        return outcome

    def keeps_minimum(self, state: ReadPool) -> bool:
        """Return whether the pool keeps its minimum size without one more node."""
        size = self.sizes.get(state.pool.id, state.pool.size)
        return size - 1 >= minimum_size(self.settings, state.pool.id, self.cluster.api.now_epoch_seconds())

    def _delete(self, state: ReadPool, instance: str, name: str) -> Deletion:
        if not self.cluster.changes.go(f"delete node {name} of node pool {state.pool.name}"):
            return Deletion.DELETED
        try:
            self.oke.delete_node(state, instance)
        except OciServiceError as error:
            # 404: the node is no longer in the pool. 409: OKE is deleting it, or is changing the pool otherwise.
            if error.status in {404, 409}:
                return self._was_accepted(state, instance)
            if error.status in NOT_ACCEPTED_STATUSES:
                return Deletion.REFUSED
            if is_outcome_unknown(error):
                return Deletion.UNKNOWN
            raise
        return Deletion.DELETED

    def _was_accepted(self, state: ReadPool, instance: str) -> Deletion:
        """Look whether a 404 or 409 means that an earlier deletion was accepted, or that the pool is busy."""
        now = self.oke.node_pool(state.pool.id)
        return Deletion.REFUSED if is_member(now, instance) else Deletion.ALREADY


def is_member(state: ReadPool, instance: str) -> bool:
    """Return whether the instance is a node of the pool that is not being deleted."""
    member = next((each for each in state.pool.nodes or () if each.id == instance), None)
    return member is not None and member.lifecycle_state not in GONE_NODES


def minimum_size(settings: Settings, pool_id: str, now: float) -> int:
    """Return the size that a managed pool does not fall below at ``now``."""
    return next(pool.at(now).min_size for pool in settings.pools if pool.id == pool_id)
