"""State of the node pools: which node belongs where, what is booting, what failed, who may grow."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from functions.oke_autoscaler.decide.cluster.missing_nodes import (
    MissingNode,
    backoff_end,
    find_missing,
    has_lost,
    has_recovered,
    is_forgotten,
    joining_since,
)
from functions.oke_autoscaler.decide.cluster.pool_declaration import configuration
from functions.oke_autoscaler.decide.cluster.regretted_removals import changes_by_pool, find_regrets, kept_for
from functions.oke_autoscaler.decide.cluster.starting_nodes import find_starting
from functions.oke_autoscaler.decide.cluster.unmade_nodes import (
    capacity_end,
    failed_nodes,
    find_backoff,
    find_smaller_size,
    work_of,
)
from functions.oke_autoscaler.model.nodes import NODE_POOL_ID, annotation, instance_id, is_ready, ready_at
from functions.oke_autoscaler.model.oci_objects import GONE_NODES, WorkRequest
from functions.oke_autoscaler.model.quantity import unix_seconds
from functions.oke_autoscaler.model.reasons import NODES_DO_NOT_JOIN
from functions.oke_autoscaler.pool_settings import Thresholds

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from functions.oke_autoscaler.model.kubernetes_objects import Node
    from functions.oke_autoscaler.model.oci_objects import NodePool, OkeNode
    from functions.oke_autoscaler.model.snapshot import Snapshot
    from functions.oke_autoscaler.model.tick_state import ChangeRecord, PoolMemory
    from functions.oke_autoscaler.pool_settings import PoolSettings
    from functions.oke_autoscaler.settings import Settings

BUSY_NODES = frozenset({"CREATING", "UPDATING", "DELETING"})
UNUSABLE_POOLS = frozenset({"CREATING", "DELETING", "DELETED"})
OPEN_WORK = frozenset({"ACCEPTED", "IN_PROGRESS", "CANCELING"})
NO_WORK = WorkRequest(status="SUCCEEDED")
"""Stands for the newest work of a pool that has none."""


@dataclass(slots=True)
class PoolStatus:
    """One managed pool at the time of the tick."""

    pool: NodePool
    bounds: PoolSettings
    """As they are at the time of the tick."""
    nodes: list[Node] = field(default_factory=list)
    """Registered nodes."""
    starting: frozenset[str] = frozenset()
    """Names of the registered nodes that have not fully started."""
    phase: str = "ready"
    """ready, updating or stabilizing."""
    upcoming: list[OkeNode | None] = field(default_factory=list)
    """Nodes that will register soon; None where OKE tells nothing of one yet."""
    refused: str = ""
    """Why the pool cannot be grown in this tick: out-of-capacity, or what a resize was answered."""
    joining: dict[str, float] = field(default_factory=dict)
    """Since when (Unix seconds) each instance is known that is no node yet, by its OCID."""
    has_recovered: bool = False
    """Whether a node has come since nodes of the pool were given up, or that is too long ago to count."""
    has_lost: bool = False
    """Whether an instance that did not become a node in time has gone without a tick's having counted it."""
    missing: tuple[MissingNode, ...] = ()
    """Instances that did not become nodes in time."""
    left_alone_until: float | None = None
    """Until when (Unix seconds) it takes no nodes because some were given up."""
    capacity_until: float | None = None
    """Until when (Unix seconds) it takes no nodes because OKE could not make some; None where no end is known."""
    has_recent_work: bool = True
    """Whether its newest work is under way or just done; unknown work counts as recent."""
    thresholds: Thresholds = field(default_factory=Thresholds)
    """As they are at the time of the tick: idle nodes are kept for longer where removals were regretted."""
    smaller_size: int | None = None
    """Its size without the nodes that OKE could not make, where those may be taken back; None where not."""
    regrets: int = 0
    """Removals of the last hours that a purchase came right after."""

    @property
    def id(self) -> str:
        """OCID of the pool."""
        return self.pool.id

    @property
    def name(self) -> str:
        """Name of the pool."""
        return self.pool.name

    @property
    def size(self) -> int:
        """Nodes asked for."""
        return self.pool.size

    @property
    def closed_until(self) -> float | None:
        """Until when (Unix seconds) it takes no nodes; None where no end is known."""
        return self.left_alone_until if self.refused == NODES_DO_NOT_JOIN else self.capacity_until

    @property
    def max_new_nodes(self) -> int:
        """Nodes that may be added."""
        return max(0, self.bounds.max_size - self.made_size)

    @property
    def made_size(self) -> int:
        """Nodes asked for, without those that OKE could not make."""
        return self.size - len(self.pool.not_made)

    def size_with(self, nodes: int) -> int:
        """Return the size to ask for to get that many nodes more: what OKE could not make before is among them.

        Were each attempt to raise the size, a pod that waits for capacity would get a node for each of them on the day
        it comes back.
        """
        return max(self.size, self.made_size + nodes)


class Pools:
    """The managed pools of a snapshot, in the order of the settings."""

    def __init__(self, snapshot: Snapshot, settings: Settings, now: float, refused: dict[str, str]) -> None:
        known = {pool.id: pool for pool in snapshot.pools or ()}
        changes = changes_by_pool(snapshot.state.history, now)
        self.statuses = [
            _begun(known[bounds.id], bounds, settings.thresholds(bounds), changes)
            for bounds in settings.pools_at(now)
            if bounds.id in known
        ]
        self._by_id = {pool_status.id: pool_status for pool_status in self.statuses}
        self._by_instance = {
            node.id: pool_status for pool_status in self.statuses for node in pool_status.pool.nodes or () if node.id
        }
        self._states = {
            node.id: node.lifecycle_state for pool_status in self.statuses for node in pool_status.pool.nodes or ()
        }
        for node in snapshot.nodes:
            if (pool_status := self.of(node)) is not None:
                pool_status.nodes.append(node)
        for pool_status in self.statuses:
            work = next(iter(work_of(pool_status.id, snapshot.work_requests)), None)
            pool_status.phase = _status(
                pool_status, work or (NO_WORK if snapshot.work_requests is not None else None), settings, now
            )
            own = changes.get(pool_status.name, ())
            pool_status.refused = refused.get(pool_status.id) or find_backoff(
                pool_status.pool, snapshot.work_requests, own, settings, now
            )
            pool_status.capacity_until = capacity_end(pool_status.pool.id, snapshot.work_requests, own, settings)
            pool_status.starting = find_starting(
                pool_status.pool,
                pool_status.nodes,
                pool_status.bounds.resources,
                snapshot.state.pools.get(pool_status.id),
                settings,
                now,
            )
            _look_for_missing(pool_status, snapshot, work, settings, now)
            pool_status.has_recent_work = snapshot.work_requests is None or _recent(work, settings, now)
            pool_status.upcoming = list(_upcoming(pool_status))
            pool_status.smaller_size = _smaller_size(pool_status, snapshot, work, now)

    def of(self, node: Node) -> PoolStatus | None:
        """Return the pool of a node: by its instance, then by its annotation."""
        pool_status = self._by_instance.get(instance_id(node))
        if pool_status is not None:
            return pool_status
        return self._by_id.get(annotation(node, NODE_POOL_ID) or "")

    def is_leaving(self, node: Node) -> bool:
        """Tell whether OKE deletes the node's instance."""
        return self._states.get(instance_id(node)) in GONE_NODES


def _begun(
    pool: NodePool, bounds: PoolSettings, own: Thresholds, changes: Mapping[str, Sequence[ChangeRecord]]
) -> PoolStatus:
    regrets = len(find_regrets(changes.get(pool.name, ()), own.unneeded_minutes)[0])
    return PoolStatus(pool, bounds, thresholds=kept_for(own, regrets), regrets=regrets)


def _status(pool_status: PoolStatus, work: WorkRequest | None, settings: Settings, now: float) -> str:
    """Return the phase; work that nothing is known of counts as going on."""
    busy = any(node.lifecycle_state in BUSY_NODES and node.node_error is None for node in pool_status.pool.nodes or ())
    updating = pool_status.pool.lifecycle_state == "UPDATING" and (work is None or work.status in OPEN_WORK)
    if busy or updating or pool_status.pool.lifecycle_state in UNUSABLE_POOLS:
        return "updating"
    newest = max((since for node in pool_status.nodes if (since := ready_at(node, now)) is not None), default=None)
    if newest is not None and now - newest < settings.node_pool_stabilization_window * 60:
        return "stabilizing"
    return "ready"


def _upcoming(pool_status: PoolStatus) -> Iterable[OkeNode | None]:
    """Yield the nodes that were asked for and will register: pending pods may count on them, so none is bought twice.

    Their number is the pool's size less its nodes that are registered and less those that failed. A registered node
    that is starting counts as coming: kubelets register before they are ready, and are ready before their devices and
    agents are. OKE's list comes
    first, since it gives the placement; None stands for one that OKE does not list yet, which it does only while the
    pool is updating or its newest work is recent. Without that limit a node that never registers would count for ever.
    """
    starting = {instance_id(node) for node in pool_status.nodes if node.metadata.name in pool_status.starting}
    registered = {instance_id(node) for node in pool_status.nodes} - starting
    failed = failed_nodes(pool_status.pool)
    given_up = {each.instance_id for each in pool_status.missing}
    missing = pool_status.size - sum(1 for node in pool_status.nodes if instance_id(node) in registered) - len(failed)
    known = [
        node for node in pool_status.pool.nodes or () if node not in failed and node.lifecycle_state not in GONE_NODES
    ]
    for node in known:
        booting = pool_status.has_recent_work or node.lifecycle_state in BUSY_NODES or node.id in starting
        if missing > 0 and node.id and node.id not in registered | given_up and booting:
            missing -= 1
            yield node
    unseen = pool_status.size - len(known) - len(failed)
    if pool_status.phase == "updating" or pool_status.has_recent_work:
        for _ in range(min(missing, unseen) if pool_status.pool.nodes else missing):
            yield None


def _look_for_missing(
    pool_status: PoolStatus, snapshot: Snapshot, work: WorkRequest | None, settings: Settings, now: float
) -> None:
    """Fill in which instances did not become nodes in time; such a pool, and one that had some, takes no nodes.

    While a node does not tell its instance, nothing is said of the instances that seem to have no node.
    """
    memory, joining = snapshot.state.pools.get(pool_status.id), snapshot.state.joining.get(pool_status.id)
    ended = work.time_finished if work is not None and work.status == "SUCCEEDED" else None
    pool_status.joining = joining_since(pool_status.pool, pool_status.nodes, joining or {}, now)
    delivered = _has_delivered(pool_status, memory)
    forgotten = is_forgotten(memory, settings, now, has_delivered=delivered)
    pool_status.has_recovered = forgotten or has_recovered(pool_status.nodes, memory)
    if all(instance_id(node) for node in snapshot.nodes):
        remembered = joining if joining is not None or memory is None else {}
        pool_status.missing = find_missing(
            pool_status.pool, pool_status.nodes, remembered, unix_seconds(ended) if ended else None, settings, now
        )
    pool_status.has_lost = has_lost(pool_status.pool, pool_status.nodes, joining or {}, settings, now)
    pool_status.left_alone_until = _left_alone_until(pool_status, memory, settings, now)
    if pool_status.missing or pool_status.has_lost or pool_status.left_alone_until is not None:
        pool_status.refused = pool_status.refused or NODES_DO_NOT_JOIN


def _left_alone_until(
    pool_status: PoolStatus, memory: PoolMemory | None, settings: Settings, now: float
) -> float | None:
    """Return until when the pool is left alone; what an earlier configuration of it did not deliver does not count."""
    if memory is None or memory.gave_up_at is None or pool_status.has_recovered:
        return None
    if memory.configuration not in {"", configuration(pool_status.pool)}:
        return None
    end = backoff_end(memory, settings, has_delivered=_has_delivered(pool_status, memory))
    return end if end is not None and now < end else None


def _has_delivered(pool_status: PoolStatus, memory: PoolMemory | None) -> bool:
    """Tell whether a node of the pool has joined since it was configured as it is now."""
    return bool(memory is not None and memory.allocatable) or any(is_ready(node) for node in pool_status.nodes)


def _smaller_size(pool_status: PoolStatus, snapshot: Snapshot, work: WorkRequest | None, now: float) -> int | None:
    if not pool_status.pool.not_made or pool_status.phase == "updating" or snapshot.work_requests is None:
        return None
    if work is not None and work.status in OPEN_WORK:
        return None
    own = pool_status.thresholds
    idle_seconds = own.unneeded_minutes * 60 if own.scale_down_on else None
    history = snapshot.state.history
    return find_smaller_size(pool_status.pool, pool_status.bounds.min_size, work, history, idle_seconds, now)


def _recent(work: WorkRequest | None, settings: Settings, now: float) -> bool:
    """Tell whether work is under way or ended within the time that a node has to register."""
    if work is None or work.status == "FAILED":
        return False
    moment = work.time_finished or work.time_accepted
    if work.status in OPEN_WORK or moment is None:
        return True
    return now - unix_seconds(moment) < settings.provision_timeout_minutes * 60
