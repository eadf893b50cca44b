"""One line a node: what it is, how full it is by requests and by load, what it costs, what happens next; pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from functions.oke_autoscaler.cluster_page.asked_cluster import STATES
from functions.oke_autoscaler.cluster_page.node_words import state_of, what_happens
from functions.oke_autoscaler.explain.node_use import NOT_USED, requests_by_node
from functions.oke_autoscaler.explain.nodes import age_text
from functions.oke_autoscaler.model.nodes import created_at, instance_id
from functions.oke_autoscaler.model.oci_objects import Load
from functions.oke_autoscaler.model.pod_requests import amounts

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from functions.oke_autoscaler.cluster_page.looked import Looked
    from functions.oke_autoscaler.explain.node_use import NodeUse
    from functions.oke_autoscaler.model.decision import NodeVerdict, PoolVerdict
    from functions.oke_autoscaler.model.kubernetes_objects import Node

NO_LOAD = Load()
_ORDER = {state: at for at, state in enumerate(("leaving", "draining", "not ready", "joining", "cordoned", "ready"))}
"""What changes stands before what stays."""


@dataclass(frozen=True, slots=True)
class NodeLine:
    """A node; amounts in millicores and bytes, percents of what it offers, None where something is not known."""

    name: str
    pool: str
    pool_id: str
    state: str
    words: str
    age: str
    pods: int
    cpu: int
    memory: int
    offered_cpu: int | None
    offered_memory: int | None
    cpu_load: float | None
    memory_load: float | None
    cost: float | None

    @property
    def cpu_percent(self) -> int | None:
        """CPU requests in percent of what the node offers."""
        return share_percent(self.cpu, self.offered_cpu)

    @property
    def memory_percent(self) -> int | None:
        """The same of memory."""
        return share_percent(self.memory, self.offered_memory)

    @property
    def is_leaving(self) -> bool:
        """Whether it goes, or waits for its time to go."""
        return self.state in {"leaving", "draining"} or self.words.startswith("leaves")

    @property
    def order(self) -> tuple[int, bool, str, int, str]:
        """What changes first, then what is emptiest of each pool."""
        fullest = max(self.cpu_percent or 0, self.memory_percent or 0)
        return (_ORDER[self.state], not self.is_leaving, self.pool, fullest, self.name)


def share_percent(used: int, offered: int | None) -> int | None:
    """Return a share in whole percent; None of what is not known."""
    return round(100 * used / offered) if offered else None


def node_lines(looked: Looked) -> list[NodeLine]:
    """Return a line for each node, those that change first."""
    used = requests_by_node(looked.snapshot)
    by_name = {node.metadata.name: node for node in looked.snapshot.nodes}
    pools, of_instance = _pools_of(looked)
    found = []
    for verdict in looked.decision.nodes:
        node = by_name.get(verdict.node)
        pool = of_instance.get(instance_id(node) if node is not None else "") or pools.get(verdict.pool or "")
        found.append(_line(looked, verdict, node, pool, used.get(verdict.node, NOT_USED)))
    return sorted(found, key=lambda line: line.order)


def _pools_of(looked: Looked) -> tuple[dict[str, PoolVerdict], dict[str, PoolVerdict]]:
    """Return the verdicts on pools by the pool's name, and by instance: two pools may have one name."""
    verdicts = {pool.id: pool for pool in looked.decision.pools}
    of_instance = {
        node.id: verdicts[pool.id]
        for pool in looked.snapshot.pools or ()
        if pool.id in verdicts
        for node in pool.nodes or ()
        if node.id
    }
    return {pool.name: pool for pool in looked.decision.pools}, of_instance


def _line(looked: Looked, verdict: NodeVerdict, node: Node | None, pool: PoolVerdict | None, use: NodeUse) -> NodeLine:
    is_readable = node is not None and node.unreadable is None
    offered = amounts(node.status.allocatable) if node is not None and is_readable else {}
    created = created_at(node) if node is not None and is_readable else None
    load = looked.snapshot.metrics.get(instance_id(node), NO_LOAD) if node is not None else NO_LOAD
    return NodeLine(
        name=verdict.node,
        pool=verdict.pool or "",
        pool_id=pool.id if pool is not None else "",
        state=state_of(node, verdict, looked.decision),
        words=what_happens(verdict, pool, scale_down_on=leaves_nodes(looked, pool)),
        age="" if created is None else age_text(max(0, round(looked.now - created))),
        pods=use.pods,
        cpu=use.cpu,
        memory=use.memory,
        offered_cpu=offered.get("cpu"),
        offered_memory=offered.get("memory"),
        cpu_load=load.cpu_percent,
        memory_load=load.ram_percent,
        cost=pool.node_cost if pool is not None else None,
    )


def leaves_nodes(looked: Looked, pool: PoolVerdict | None) -> bool:
    """Tell whether nodes of the pool may leave at all, by its own loads."""
    if looked.settings is None or pool is None:
        return True
    own = next((each for each in looked.settings.pools if each.id == pool.id), None)
    return looked.settings.thresholds(own).scale_down_on if own is not None else looked.settings.scale_down_on


def counted(lines: Iterable[NodeLine]) -> dict[str, int]:
    """Return how many nodes there are of each state that there is, in the order of STATES."""
    found = Counter(line.state for line in lines)
    return {state: found[state] for state in STATES if found[state]}


def chosen(lines: Sequence[NodeLine], pool: str, state: str) -> list[NodeLine]:
    """Return the nodes of a pool and of a state, where they are asked for."""
    return [line for line in lines if pool in {"", line.pool} and state in {"", line.state}]


@dataclass(frozen=True, slots=True)
class PoolUse:
    """Nodes of one pool together: shares of what they offer in percent, None where nothing is known of them."""

    cpu: int | None
    memory: int | None
    cpu_load: int | None
    memory_load: int | None


def pool_uses(lines: Iterable[NodeLine]) -> Mapping[str, PoolUse]:
    """Return the use of each pool by its id."""
    by_pool: dict[str, list[NodeLine]] = {}
    for line in lines:
        by_pool.setdefault(line.pool_id, []).append(line)
    return {pool: _pool_use(own) for pool, own in by_pool.items()}


def _pool_use(lines: Sequence[NodeLine]) -> PoolUse:
    return PoolUse(
        share_percent(sum(line.cpu for line in lines), sum(line.offered_cpu or 0 for line in lines)),
        share_percent(sum(line.memory for line in lines), sum(line.offered_memory or 0 for line in lines)),
        _average(line.cpu_load for line in lines),
        _average(line.memory_load for line in lines),
    )


def _average(loads: Iterable[float | None]) -> int | None:
    known = [load for load in loads if load is not None]
    return round(sum(known) / len(known)) if known else None
