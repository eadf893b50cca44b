"""What a pool has delivered: read from its nodes in each tick, kept for the time when it has none.

A template is made of this memory, so a prediction is made once at most: as soon as a node was seen, what it really
offers is what the next one is expected to offer, also when the node is gone again. The memory belongs to one
configuration of the pool; with another shape, image, version, label or kubelet argument it starts anew.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import msgspec

from functions.oke_autoscaler.decide.cluster.compute_shapes import (
    GIB,
    Hardware,
    architecture,
    hypervisor_bytes,
    is_device,
)
from functions.oke_autoscaler.decide.cluster.pool_declaration import configuration, sure_labels, sure_taints
from functions.oke_autoscaler.model.nodes import (
    ARCHITECTURE,
    FAULT_DOMAIN,
    HOSTNAME,
    INSTANCE_TYPE,
    OLD_ZONE,
    TO_BE_DELETED,
    ZONE,
    created_at,
    has_taint,
    is_ready,
    lasting_taints,
    ready_at,
)
from functions.oke_autoscaler.model.pod_requests import amounts
from functions.oke_autoscaler.model.tick_state import KeptTaint, PoolMemory

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from functions.oke_autoscaler.decide.cluster.pools import PoolStatus
    from functions.oke_autoscaler.model.kubernetes_objects import Labels, Node
    from functions.oke_autoscaler.model.pod_requests import Amounts

OWN_OF_A_NODE = frozenset({HOSTNAME, ZONE, OLD_ZONE, FAULT_DOMAIN})
"""Labels that say which node it is and where: no other node has them."""

LEAST_MEMORY_SHARE = 0.75
"""Of its shape's memory that a node has, whatever firmware, hypervisor and kernel keep: one with less was made when the
pool gave less. A node that is short of memory must never look like one of an earlier configuration, or the prediction
that it refutes would be made again; a small edit that is not seen here is seen at the pool's next node."""

LEAST_OFFERED_SHARE = 0.5
MOST_RESERVED_CPU = 300
"""The same of what a node offers to pods, and the millicores that it does not."""


def current_nodes(pool_status: PoolStatus, machine: Hardware | None, memory: PoolMemory) -> list[Node]:
    """Return the nodes that were made as the pool is configured now."""
    return [node for node in pool_status.nodes if _is_current(pool_status, node, machine, memory)]


def _is_current(pool_status: PoolStatus, node: Node, machine: Hardware | None, memory: PoolMemory) -> bool:
    shape = pool_status.pool.node_shape
    labels = node.metadata.labels or {}
    kind = labels.get(INSTANCE_TYPE)
    if kind and shape and kind != shape:
        return False
    if not kind and shape and labels.get(ARCHITECTURE, architecture(shape)) != architecture(shape):
        return False
    created = created_at(node)
    if memory.configured_at is not None and created is not None and created >= memory.configured_at:
        return True
    # A fixed shape has one size: what its nodes say of it is right, whatever the table says. A flexible one may have
    # been given another size since, which its name does not tell.
    flexible = (shape or "").endswith(".Flex") or kind is None
    return not flexible or machine is None or _has_size(node, machine)


def _has_size(node: Node, machine: Hardware) -> bool:
    """Tell whether a node's size may be that of the machine; a node that tells none may be anything.

    Without its capacity, what it offers tells a little: the machine less what the kubelet reserves.
    """
    capacity = amounts(node.status.capacity)
    size = capacity or amounts(node.status.allocatable)
    cpu, memory = size.get("cpu"), size.get("memory")
    if not cpu or not memory:
        return True
    reserved, share = (0, LEAST_MEMORY_SHARE) if capacity else (MOST_RESERVED_CPU, LEAST_OFFERED_SHARE)
    full = machine.memory_gib * GIB
    near = -machine.vcpus * 100 <= machine.vcpus * 1000 - cpu <= machine.vcpus * 100 + reserved
    return near and share * full - hypervisor_bytes(0) <= memory <= full * 1.01


def settled_nodes(pool_status: PoolStatus, nodes: Sequence[Node]) -> list[Node]:
    """Return the nodes to learn from: ready, staying and past their start."""
    return [
        node
        for node in nodes
        if node.status.allocatable
        and node.unreadable is None
        and is_ready(node)
        and not has_taint(node, TO_BE_DELETED)
        and node.metadata.name not in pool_status.starting
    ]


def remember(
    pool_status: PoolStatus, machine: Hardware | None, old: PoolMemory | None, startup: Sequence[str], now: float
) -> PoolMemory:
    """Return the memory of the pool with what its nodes show now; the same value where nothing is new."""
    memory = _of_configuration(pool_status, old, now)
    nodes = settled_nodes(pool_status, current_nodes(pool_status, machine, memory))
    if nodes:
        memory = _learn(pool_status, memory, nodes, startup)
    memory = _with_ready_seconds(pool_status, memory, now)
    if old is not None and msgspec.structs.replace(memory, learned_at=old.learned_at) == old:
        return old
    return msgspec.structs.replace(memory, learned_at=now)


def _of_configuration(pool_status: PoolStatus, old: PoolMemory | None, now: float) -> PoolMemory:
    """Return the memory of the configuration that the pool has: the old one, or a new one that has learnt nothing."""
    pool, digest = pool_status.pool, configuration(pool_status.pool)
    if old is not None and old.configuration == digest:
        return old
    config, source = pool.node_shape_config, pool.node_source_details
    labels, taints = sorted(sure_labels(pool)), sorted({taint.key for taint in sure_taints(pool)})
    # Labels and taints that the pool gave to its nodes and gives to no new one: the old nodes still have them.
    dropped = {*old.declared, *old.dropped} - {*labels, *taints} if old is not None else set()
    return PoolMemory(
        configuration=digest,
        configured_at=now,
        shape=pool.node_shape or "",
        ocpus=config.ocpus if config is not None else None,
        memory_gib=config.memory_in_gbs if config is not None else None,
        image=(source.image_id or "") if source is not None else "",
        kubernetes_version=pool.kubernetes_version or "",
        declared=tuple(sorted({*labels, *taints})),
        dropped=tuple(sorted(dropped)),
        asked_at=old.asked_at if old is not None else None,
    )


def _learn(pool_status: PoolStatus, memory: PoolMemory, nodes: Sequence[Node], startup: Sequence[str]) -> PoolMemory:
    dropped = {key for key in memory.dropped if not any(_made_since(node, memory.configured_at) for node in nodes)}
    declared = sure_labels(pool_status.pool)
    newest = [node for node in nodes if declared.items() <= (node.metadata.labels or {}).items()] or nodes
    labels = common_labels(newest)
    taints = common_taints(newest, startup)
    if len(newest) == 1 and memory.allocatable and not _is_news(newest[0], memory):
        # Of one node alone nobody can tell what is the pool's and what somebody has put on it since: it may take
        # away from what was learnt, and adds nothing.
        labels = {key: value for key, value in labels.items() if memory.labels.get(key) == value}
        taints = tuple(taint for taint in taints if taint in memory.taints)
    allocatable = usual_amounts(newest)
    return msgspec.structs.replace(
        memory,
        labels={key: value for key, value in sorted(labels.items()) if key not in dropped},
        taints=tuple(taint for taint in taints if taint.key not in dropped),
        allocatable=dict(sorted(allocatable.items())),
        devices=tuple(sorted({*memory.devices, *(name for name in allocatable if is_device(name))})),
        dropped=tuple(sorted(dropped)),
    )


def _made_since(node: Node, moment: float | None) -> bool:
    created = created_at(node)
    return moment is not None and created is not None and created >= moment


def _is_news(node: Node, memory: PoolMemory) -> bool:
    """Tell whether a node is younger than what is remembered of the pool."""
    return _made_since(node, memory.learned_at)


def common_labels(nodes: Sequence[Node]) -> Labels:
    """Return the labels that all nodes have, with the same value."""
    shared = set((nodes[0].metadata.labels or {}).items())
    for node in nodes[1:]:
        shared &= set((node.metadata.labels or {}).items())
    return {key: value for key, value in shared if key not in OWN_OF_A_NODE}


def common_taints(nodes: Sequence[Node], startup: Sequence[str] = ()) -> tuple[KeptTaint, ...]:
    """Return the taints that all nodes have and keep."""
    return tuple(
        sorted(set.intersection(*(_kept_taints(node, startup) for node in nodes)), key=msgspec.structs.astuple)
    )


def _kept_taints(node: Node, startup: Sequence[str]) -> set[KeptTaint]:
    lasting = lasting_taints(node.spec.taints or (), startup)
    return {KeptTaint(taint.key, taint.value or "", taint.effect or "") for taint in lasting}


def usual_amounts(nodes: Sequence[Node]) -> Amounts:
    """Return what a node usually offers, by resource: the median, and no more than the newest node does.

    Not the smallest, which one odd node would make of the whole pool. The newest one is the exception: the pod for
    which it was bought must not be bought for again when it did not fit there. A device that some nodes lack is the
    exception of that: their plug-in is dead, and a new node's is not.
    """
    offers = [amounts(node.status.allocatable) for node in nodes]
    newest = amounts(node.status.allocatable) if (node := _newest(nodes)) is not None else {}
    found = {}
    for name in sorted({name for offer in offers for name in offer}):
        values = sorted(offer.get(name, 0) for offer in offers)
        if is_device(name):
            found[name] = values[len(values) // 2]
        else:
            usual = values[(len(values) - 1) // 2]
            found[name] = min(usual, newest.get(name, 0)) if newest else usual
    return found


def _newest(nodes: Sequence[Node]) -> Node | None:
    """Return the node that was made after all others; None where no single one was."""
    made = Counter(created_at(node) or 0.0 for node in nodes)
    last = max(made)
    return next(node for node in nodes if (created_at(node) or 0.0) == last) if made[last] == 1 else None


def _with_ready_seconds(pool_status: PoolStatus, memory: PoolMemory, now: float) -> PoolMemory:
    """Note how long the nodes took that were asked for last, once none of them is on its way any more."""
    if memory.asked_at is None or pool_status.upcoming:
        return memory
    since = _ready_times(pool_status.nodes, memory.asked_at, now)
    seconds = max(since) - memory.asked_at if since else memory.ready_seconds
    return msgspec.structs.replace(memory, asked_at=None, ready_seconds=seconds)


def _ready_times(nodes: Iterable[Node], after: float, now: float) -> list[float]:
    return [since for node in nodes if (since := ready_at(node, now)) is not None and since >= after]
