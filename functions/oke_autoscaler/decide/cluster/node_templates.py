"""What a new node of a pool looks like: learnt from a live node first, else from shape, labels and metadata."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from functions.oke_autoscaler.decide.cluster.compute_shapes import (
    GIB,
    GPU,
    Hardware,
    compute_allocatable,
    find_hardware,
    is_arm,
    max_pods,
)
from functions.oke_autoscaler.model.kubernetes_objects import Taint
from functions.oke_autoscaler.model.nodes import (
    DELETION_CANDIDATE,
    FAULT_DOMAIN,
    HOSTNAME,
    INSTANCE_TYPE,
    OLD_ZONE,
    POOL_NAME,
    STARTUP_TAINTS,
    TO_BE_DELETED,
    ZONE,
    has_taint,
    is_ready,
)
from functions.oke_autoscaler.model.pod_requests import Amounts, amounts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from functions.oke_autoscaler.decide.cluster.pools import PoolStatus
    from functions.oke_autoscaler.model.kubernetes_objects import Labels, Node
    from functions.oke_autoscaler.model.oci_objects import NodePool

FAULT_DOMAINS = ("FAULT-DOMAIN-1", "FAULT-DOMAIN-2", "FAULT-DOMAIN-3")
"""Where OKE makes nodes when a placement names no fault domain."""
TRANSIENT = (
    "node.kubernetes.io/",
    "node.cloudprovider.kubernetes.io/",
    *STARTUP_TAINTS,
)
PREEMPTIBLE_PRICE_SHARE = 0.5
"""Preemptible capacity costs half: https://docs.oracle.com/en-us/iaas/Content/Compute/Concepts/preemptible.htm."""
REGISTER_TAINTS = re.compile(r"-?-register-with-taints[= ]['\"]?([^\s'\"]*)")
TAINT_TAG = "cluster-autoscaler/node-template/taint/"
LABEL_TAG = "cluster-autoscaler/node-template/label/"


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
    """The live node that it was learnt from."""


def build_node_template(pool_status: PoolStatus) -> NodeTemplate | None:
    """Return the template of a pool, None when neither a live node nor the shape gives its size."""
    sample_node = _find_sample_node(pool_status.nodes)
    machine = find_hardware(pool_status.pool)
    if sample_node is not None:
        labels, taints = dict(sample_node.metadata.labels or {}), lasting_taints(sample_node.spec.taints or ())
        allocatable = amounts(sample_node.status.allocatable)
    elif machine is not None:
        labels, taints = _initial_labels(pool_status.pool), list(_registered_taints(pool_status.pool))
        allocatable = compute_allocatable(machine, max_pods(pool_status.pool))
    else:
        return None
    labels.pop(HOSTNAME, None)
    labels.setdefault(POOL_NAME, pool_status.name)
    allocatable.setdefault("pods", max_pods(pool_status.pool))
    cost = pool_status.bounds.cost
    if cost is None:
        share = PREEMPTIBLE_PRICE_SHARE if pool_status.pool.is_preemptible else 1.0
        cost = _cost(sample_node, machine) * share
    return NodeTemplate(labels, taints, allocatable, cost, _domains(pool_status, labels), sample_node)


def _find_sample_node(nodes: Iterable[Node]) -> Node | None:
    """Return the node to learn from: one that is ready and stays, else any that gives its size."""
    sized = [node for node in nodes if node.status.allocatable and node.unreadable is None]
    lasting = (node for node in sized if is_ready(node) and not has_taint(node, TO_BE_DELETED))
    return next(lasting, None) or next(iter(sized), None)


def lasting_taints(taints: Iterable[Taint]) -> list[Taint]:
    """Return the taints that a new node has, too."""
    ours = (TO_BE_DELETED, DELETION_CANDIDATE)
    return [taint for taint in taints if taint.key not in ours and not taint.key.startswith(TRANSIENT)]


def _initial_labels(pool: NodePool) -> Labels:
    labels = {
        "kubernetes.io/os": "linux",
        "kubernetes.io/arch": "arm64" if is_arm(pool.node_shape or "") else "amd64",
        INSTANCE_TYPE: pool.node_shape or "",
        "beta.kubernetes.io/instance-type": pool.node_shape or "",
    }
    for key, value in (pool.freeform_tags or {}).items():
        if key.startswith(LABEL_TAG):
            name, equals, given = value.partition("=")
            labels[name if equals and name else key.removeprefix(LABEL_TAG)] = given if equals and name else value
    labels.update({row.key: row.value or "" for row in pool.initial_node_labels or () if row.key})
    return labels


def _registered_taints(pool: NodePool) -> Iterator[Taint]:
    """Yield the taints that the kubelet registers: in its extra arguments, the start script, or the pool's tags."""
    metadata = pool.node_metadata or {}
    for text in (metadata.get("kubelet-extra-args", ""), _script(metadata.get("user_data", ""))):
        found = REGISTER_TAINTS.search(text)
        for part in found[1].split(",") if found else ():
            yield from _taint(part)
    for key, value in (pool.freeform_tags or {}).items():
        if key.startswith(TAINT_TAG):
            name, equals, _ = value.partition("=")
            named = value if equals and name else f"{key.removeprefix(TAINT_TAG)}={value}"
            yield from _taint(named)
    if "GPU" in (pool.node_shape or ""):
        yield Taint(key=GPU, value="", effect="NoSchedule")


def _taint(text: str) -> Iterator[Taint]:
    """Yield the taint of ``key=value:effect`` or ``key:effect``; anything else is no taint."""
    name, colon, effect = text.rpartition(":")
    key, _, value = name.partition("=")
    if colon and key and effect in {"NoSchedule", "NoExecute", "PreferNoSchedule"}:
        yield Taint(key=key, value=value, effect=effect)


def _script(user_data: str) -> str:
    try:
        return base64.b64decode(user_data, validate=True).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return user_data


def _cost(sample_node: Node | None, machine: Hardware | None) -> float:
    """Return the cost by the shape; by the live node where it differs by more than a tenth or there is no shape."""
    size = amounts(sample_node.status.capacity or sample_node.status.allocatable) if sample_node is not None else {}
    seen = Hardware(size.get("cpu", 0) / 1000, size.get("memory", 0) / GIB)
    if machine is None:
        return seen.cost
    near = all(abs(a - b) <= b / 10 for a, b in ((seen.vcpus, machine.vcpus), (seen.memory_gib, machine.memory_gib)))
    return machine.cost if sample_node is None or near else seen.cost


def _domains(pool_status: PoolStatus, labels: Mapping[str, str]) -> list[Domain]:
    """Return every AD and fault domain that the placement configs allow; without any, those of the live nodes."""
    details = pool_status.pool.node_config_details
    names = _zone_names(pool_status)
    found: dict[Domain, None] = {}
    for config in (details.placement_configs or ()) if details is not None else ():
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
    details = pool_status.pool.node_config_details
    configs = (details.placement_configs or ()) if details is not None else ()
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
