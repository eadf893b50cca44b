"""What a tick is to do and why: the output of a decision."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec

from functions.oke_autoscaler.model.reasons import with_detail

if TYPE_CHECKING:
    from collections.abc import Mapping

    from functions.oke_autoscaler.model.tick_state import PoolMemory
    from functions.oke_autoscaler.model.unreadable import Unreadable


class NodeCounts(msgspec.Struct, gc=False):
    """Nodes of a pool as a tick found them, and the bounds that hold at its time."""

    registered: int = 0
    ready: int = 0
    not_started: int = 0
    """Registered and starting."""
    being_deleted: int = 0
    unready: int = 0
    upcoming: int = 0
    """Asked for and not registered."""
    missing: int = 0
    """Instances that did not register in time."""
    min_size: int = 0
    max_size: int = 0


class PoolVerdict(msgspec.Struct, gc=False):
    """One pool: what it is, what it should be. ``status`` is ready, updating or stabilizing."""

    id: str
    name: str
    size: int
    wanted_size: int
    reason: str
    status: str
    action: str = "none"
    """none, scale-up or scale-down."""
    level: str = "success"
    """success, warning: the key of the answer."""
    unschedulable: int = 0
    """Pods of this answer's ``unschedulable-pods-count``."""
    detail: str = ""
    """What stands behind the reason: figures, keys and names, in words."""
    counts: NodeCounts | None = None
    changed: int = 0
    """Nodes that the tick added to the pool, below 0 took away."""
    node_cost: float | None = None
    """Cost of one node, None where that is not known."""
    flapping: str = ""
    """The circle in which the pool is bought and shrunk, in words."""
    not_joined: list[str] = []
    """Instances of the pool that did not become nodes in time, in words."""
    unplaced: int = 0
    """Pods for which the maximum left no room."""
    headroom_missing: int = 0
    """Pods of `headroom` that fit nowhere, and that this pool could hold or none can."""

    @property
    def grows(self) -> bool:
        """Whether OKE is asked for nodes of it."""
        return self.action == "scale-up"

    @property
    def growth(self) -> str:
        """What is asked of OKE, in words."""
        if self.wanted_size == self.size:
            return f"is asked again for nodes that OKE could not make, within its size of {self.size}"
        return f"grows from {self.size} to {self.wanted_size} nodes"


NEW_NODE_PREFIX = "new:"
"""Before a pool's name: a node of that pool that is yet to come."""


class PodVerdict(msgspec.Struct, gc=False):
    """One pending pod (``namespace/name``): a node's name, ``new:<pool name>`` or None, and why."""

    pod: str
    placed_on: str | None
    reason: str

    @property
    def new_pool(self) -> str | None:
        """The pool whose node to come holds the pod; None for a node that is there, or for no place at all."""
        where = self.placed_on or ""
        return where.removeprefix(NEW_NODE_PREFIX) if where.startswith(NEW_NODE_PREFIX) else None


class PoolObstacle(msgspec.Struct, gc=False, frozen=True):
    """What stands against pods on a new node of one pool: the bare reason, and the same with figures."""

    pool: str
    reason: str
    words: str


class NodeVerdict(msgspec.Struct, gc=False):
    """One node, with Cluster Autoscaler's reasons where it has one; lists hold ``namespace/name``.

    ``removable``: the drain rules hold and its pods fit elsewhere. ``eligible``: nothing of its utilisation,
    annotations and taints is against it. ``remove_now``: this tick removes it.
    """

    node: str
    pool: str | None = None
    removable: bool = False
    reason: str | None = None
    blocking_pod: str | None = None
    evict: list[str] = []
    evict_later: list[str] = []
    """Those of them that wait until other pods of their controller are up again."""
    daemonset: list[str] = []
    wait_for_completion: list[str] = []
    ignore: list[str] = []
    expendable: list[str] = []
    """Those of the ignored that are evicted all the same, and waited for no longer than a drain may take."""
    eligible: bool = False
    eligible_reason: str | None = None
    remove_now: bool = False
    remove_now_reason: str | None = None
    details: dict[str, str] = {}
    """What stands behind the reasons above: figures and names by reason, in words."""
    utilization: float | None = None
    """Highest of CPU and memory requests as a fraction of allocatable."""

    @property
    def stays(self) -> str:
        """Why the node is not removed in this tick: the reason that counts, with its figures."""
        return self.in_words(self.remove_now_reason or self.eligible_reason or self.reason or "")

    def in_words(self, reason: str) -> str:
        """Return one of its reasons with what stands behind it."""
        return with_detail(reason, self.details.get(reason, ""))


@dataclass(frozen=True, slots=True)
class Removal:
    """A node to taint, cordon, drain and delete."""

    node: str
    pool_id: str
    instance_id: str
    reason: str
    """cpu, ram, cpu+ram or unneeded."""
    evict: tuple[str, ...] = ()
    """Pods to evict, ``namespace/name``; DaemonSet pods that ask for an eviction are among them."""


@dataclass(frozen=True, slots=True)
class GiveUp:
    """An instance to delete that did not become a node in time."""

    instance_id: str
    pool_id: str
    name: str
    why: str


@dataclass(frozen=True, slots=True)
class Replacement:
    """A node that gives way to a new one of a cheaper pool: noted now, drained once the new one is there."""

    node: str
    pool_id: str
    """Of the new node; empty when its pods fit on nodes that are there."""


@dataclass(frozen=True, slots=True)
class Decision:
    """Everything a tick does. Nodes are named by ``metadata.name``."""

    pools: tuple[PoolVerdict, ...]
    pods: list[PodVerdict] = field(default_factory=list)
    nodes: list[NodeVerdict] = field(default_factory=list)
    remove: tuple[Removal, ...] = ()
    """Nodes to remove in this tick, in order."""
    needed_up: Mapping[str, int] = field(default_factory=dict)
    """Of the pods that are evicted later: how many pods of their controllers must be up for each to go."""
    give_up: tuple[GiveUp, ...] = ()
    """Instances to delete that are no nodes: they hold nothing, so nothing is drained."""
    take_back: Mapping[str, int] = field(default_factory=dict)
    """Sizes, by pool id, of pools whose nodes OKE could not make and nobody wants: what exists, and no less."""
    joining: Mapping[str, dict[str, float]] = field(default_factory=dict)
    """By pool: since when each instance is known that is no node yet, by its OCID. For the next tick."""
    overdue: tuple[str, ...] = ()
    """Pods that have waited for longer than a node takes to come, in words."""
    lost: frozenset[str] = frozenset()
    """Pools of which an instance has gone that was to be given up: it counts as given up in this tick."""
    recovered: frozenset[str] = frozenset()
    """Pools whose give-ups count no longer: a node came since, or they are long ago."""
    mark_unneeded: tuple[str, ...] = ()
    """Nodes that get the taint DeletionCandidateOfClusterAutoscaler with the time of this tick."""
    unmark: tuple[str, ...] = ()
    """Nodes that lose that taint: they are needed again."""
    replacement: Replacement | None = None
    """The node that is to be replaced; its pool's verdict asks for the new one."""
    headroom_nodes: frozenset[str] = frozenset()
    """Nodes that hold headroom: they are needed without a pod."""
    unreadable: tuple[Unreadable, ...] = ()
    """What could not be read, and was decided around."""
    obstacles: Mapping[str, tuple[PoolObstacle, ...]] = field(default_factory=dict)
    """By the reason of pods without a place: what stands against them in each pool."""
    closed: Mapping[str, tuple[str, float | None]] = field(default_factory=dict)
    """By pool id: why it takes no new nodes for a while, and until when (Unix seconds), where that is known."""
    starting: frozenset[str] = frozenset()
    """Names of the registered nodes that have not fully started."""
    memories: Mapping[str, PoolMemory] = field(default_factory=dict)
    """What is to be remembered of each pool, by its id."""

    def wanted(self) -> dict[str, int]:
        """Return the pools to be resized, id to wanted size; nodes are removed one by one, never by size.

        A pool may be asked for the size that it has: OKE then tries again what it could not make.
        """
        return {pool.id: pool.wanted_size for pool in self.pools if pool.grows}
