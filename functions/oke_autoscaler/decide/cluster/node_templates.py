"""What a new node of a pool looks like: what its nodes share, else what is remembered, else what is presumed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from functions.oke_autoscaler.decide.cluster.compute_shapes import GIB, Hardware, find_hardware, max_pods
from functions.oke_autoscaler.decide.cluster.pool_declaration import (
    presumed_allocatable,
    presumed_labels,
    presumed_taints,
    sure_labels,
    sure_taints,
)
from functions.oke_autoscaler.decide.cluster.pool_memory import (
    common_labels,
    common_taints,
    current_nodes,
    remember,
    settled_nodes,
    usual_amounts,
)
from functions.oke_autoscaler.model.kubernetes_objects import Taint
from functions.oke_autoscaler.model.nodes import FAULT_DOMAIN, HOSTNAME, OLD_ZONE, POOL_NAME, ZONE
from functions.oke_autoscaler.model.pod_requests import Amounts, amounts

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from functions.oke_autoscaler.decide.cluster.pools import PoolStatus
    from functions.oke_autoscaler.model.kubernetes_objects import Labels, Node
    from functions.oke_autoscaler.model.tick_state import KeptTaint, PoolMemory

FAULT_DOMAINS = ("FAULT-DOMAIN-1", "FAULT-DOMAIN-2", "FAULT-DOMAIN-3")
"""Where OKE makes nodes when a placement names no fault domain."""

PREEMPTIBLE_PRICE_SHARE = 0.5
"""Preemptible capacity costs half: https://docs.oracle.com/en-us/iaas/Content/Compute/Concepts/preemptible.htm."""


@dataclass(frozen=True, slots=True)
class Domain:
    """Labels that a placement gives to a node: zone and fault domain."""

    labels: tuple[tuple[str, str], ...]


@dataclass(slots=True)
class NodeTemplate:
    """A new node of a pool without pods; ``domains`` are the placements where OKE may make it."""

    labels: Labels
    taints: list[Taint]
    allocatable: Amounts
    cost: float
    domains: Sequence[Domain]
    sample_node: Node | None
    """A live node of the kind: what runs on it by itself will run on a new one."""


def learn_template(
    pool_status: PoolStatus, old: PoolMemory | None, startup: Sequence[str], now: float
) -> tuple[PoolMemory, NodeTemplate | None]:
    """Return the memory of a pool with what its nodes show now, and the template that follows from it."""
    memory = remember(pool_status, find_hardware(pool_status.pool), old, startup, now)
    return memory, build_node_template(pool_status, memory, startup)


def build_node_template(
    pool_status: PoolStatus, memory: PoolMemory, startup: Sequence[str] = ()
) -> NodeTemplate | None:
    """Return the template of a pool, None when neither node, memory, shape nor settings give its size."""
    pool, machine = pool_status.pool, find_hardware(pool_status.pool)
    current = current_nodes(pool_status, machine, memory)
    settled = settled_nodes(pool_status, current)
    if memory.allocatable:
        labels, taints, allocatable = dict(memory.labels), _taints(memory.taints), dict(memory.allocatable)
    elif allocatable := presumed_allocatable(pool, machine, pool_status.bounds.resources):
        # What the pool says now comes before what its older nodes have: it may have got another architecture.
        labels, taints = {**_old_labels(pool_status, memory), **presumed_labels(pool)}, presumed_taints(pool)
    elif sized := [
        node for node in current or pool_status.nodes if node.status.allocatable and node.unreadable is None
    ]:
        # Nodes that go or have not started are better than nothing: the shape is not known.
        labels, taints, allocatable = common_labels(sized), _taints(common_taints(sized, startup)), usual_amounts(sized)
    else:
        return None
    labels.update(sure_labels(pool))
    labels.setdefault(POOL_NAME, pool_status.name)
    labels.pop(HOSTNAME, None)
    sure = sure_taints(pool)
    declared = {taint.key for taint in sure}
    taints = [*(taint for taint in taints if taint.key not in declared), *sure]
    allocatable.setdefault("pods", max_pods(pool))
    sample = next(iter(settled), None) or next((node for node in current if node.status.allocatable), None)
    cost = pool_status.bounds.cost
    if cost is None:
        share = PREEMPTIBLE_PRICE_SHARE if pool.is_preemptible else 1.0
        cost = _cost(sample, machine, allocatable) * share
    return NodeTemplate(labels, taints, allocatable, cost, _domains(pool_status, labels), sample)


def _sized(nodes: Iterable[Node]) -> list[Node]:
    return [node for node in nodes if node.status.allocatable and node.unreadable is None]


def _taints(kept: Iterable[KeptTaint]) -> list[Taint]:
    return [Taint(key=taint.key, value=taint.value, effect=taint.effect) for taint in kept]


def _old_labels(pool_status: PoolStatus, memory: PoolMemory) -> Labels:
    """Return what nodes of an earlier configuration have in common, but for what came from that configuration."""
    sized = _sized(pool_status.nodes)
    found = common_labels(sized) if sized else {}
    return {key: value for key, value in found.items() if key not in memory.dropped}


def _cost(sample: Node | None, machine: Hardware | None, allocatable: Amounts) -> float:
    """Return the cost by the shape; by the live node where it differs by more than a tenth or there is no shape."""
    size = amounts(sample.status.capacity or sample.status.allocatable) if sample is not None else allocatable
    seen = Hardware(size.get("cpu", 0) / 1000, size.get("memory", 0) / GIB)
    if machine is None:
        return seen.cost
    near = all(abs(a - b) <= b / 10 for a, b in ((seen.vcpus, machine.vcpus), (seen.memory_gib, machine.memory_gib)))
    return machine.cost if sample is None or near else seen.cost


def _domains(pool_status: PoolStatus, labels: Mapping[str, str]) -> list[Domain]:
    """Return every AD and fault domain that the placement configs allow; without any, those of the live nodes."""
    names = _zone_names(pool_status)
    found: dict[Domain, None] = {}
    for config in pool_status.pool.placements:
        if config.availability_domain:
            zone = names.get(config.availability_domain, config.availability_domain.rpartition(":")[2])
            for fault_domain in config.fault_domains or FAULT_DOMAINS:
                found[Domain(_domain_labels(zone, fault_domain))] = None
    for node in pool_status.nodes if not found else ():
        own = node.metadata.labels or {}
        found[Domain(tuple((key, own[key]) for key in (ZONE, OLD_ZONE, FAULT_DOMAIN) if key in own))] = None
    return list(found) or [Domain(tuple((key, labels[key]) for key in (ZONE, OLD_ZONE, FAULT_DOMAIN) if key in labels))]


def _domain_labels(zone: str, fault_domain: str) -> tuple[tuple[str, str], ...]:
    return ((ZONE, zone), (OLD_ZONE, zone), (FAULT_DOMAIN, fault_domain))


def _zone_names(pool_status: PoolStatus) -> dict[str, str]:
    """Return what live nodes call each availability domain."""
    zones = {node.spec.provider_id: (node.metadata.labels or {}).get(ZONE) for node in pool_status.nodes}
    named: dict[str, str] = {}
    domains = {node.availability_domain for node in pool_status.pool.nodes or () if node.availability_domain}
    configs = pool_status.pool.placements
    placements = {config.availability_domain for config in configs if config.availability_domain}
    live = {zone for zone in zones.values() if zone}
    if len(placements) == len(live) == 1 and not domains:
        named[placements.pop()] = live.pop()
    for node in pool_status.pool.nodes or ():
        zone = zones.get(node.id) or zones.get(f"oci://{node.id}")
        if zone and node.availability_domain:
            named[node.availability_domain] = zone
    return named


def domain_labels(base: Mapping[str, str], domain: Domain | None, hostname: str) -> Labels:
    """Return the labels of a node of a template, in a domain if one is given."""
    labels = dict(base)
    if domain is not None:
        for key in (ZONE, OLD_ZONE, FAULT_DOMAIN):
            labels.pop(key, None)
        labels.update(domain.labels)
    labels[HOSTNAME] = hostname
    return labels
