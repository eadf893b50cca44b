"""A live cluster as a snapshot file: what a tick read and no more, so that a decision can be looked at elsewhere.

The structs hold only the fields that a tick reads: no environment, no command, no Secret was ever decoded. What may
hold a secret all the same is cut here: annotations of others, start scripts, paths on hosts, who made a pool.
"""

from __future__ import annotations

import base64
import os
from dataclasses import fields
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import msgspec

from functions.oke_autoscaler.decide.cluster.pool_declaration import REGISTER_TAINTS, configuration, script_of
from functions.oke_autoscaler.errors import BadSnapshot
from functions.oke_autoscaler.model.nodes import NODE_POOL_ID
from functions.oke_autoscaler.settings import Settings
from shared.oci.settings import OciSettings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from functions.oke_autoscaler.model.kubernetes_objects import Node, Pod
    from functions.oke_autoscaler.model.oci_objects import NodePool
    from functions.oke_autoscaler.model.snapshot import Snapshot
    from functions.oke_autoscaler.model.tick_state import TickState

KEPT_ANNOTATIONS = ("cluster-autoscaler.kubernetes.io/", "oke-autoscaler/", NODE_POOL_ID)
"""Prefixes of the annotations of nodes that mean something to a tick."""
ORACLE_TAGS = "Oracle-Tags"
"""Namespace of the tags that say who made a thing, and when."""
NO_STATUSES = msgspec.Raw(b"null")
NOT_SAVED = frozenset(
    {
        *(each.name for each in fields(OciSettings)),
        *("cluster_id", "secret_id", "kubernetes_endpoint", "node_pool_compartment_id"),
    }
)
"""Config keys that say how to reach the cloud, not how to decide."""


_KEYS = [each.name for each in fields(Settings)]


def write_file(name: str, data: bytes) -> None:
    """Write a file that its owner alone may read. Raises BadSnapshot."""
    try:
        with os.fdopen(os.open(name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(data)
    except OSError as fault:
        raise BadSnapshot("--save", f"{name} cannot be written: {fault.strerror}") from None


def snapshot_bytes(snapshot: Snapshot, config: Mapping[str, str], now: float) -> bytes:
    """Return the snapshot as a file of `explain`; ``config`` are the config keys as texts."""
    pools = {pool.id: _pool(pool) for pool in snapshot.pools or ()}
    found: dict[str, Any] = {
        "now": datetime.fromtimestamp(now, tz=UTC).isoformat(),
        "settings": {key: config[key] for key in _KEYS if key in config and key not in NOT_SAVED},
        "node_pools": None if snapshot.pools is None else list(pools.values()),
        "nodes": [_node(node) for node in snapshot.nodes],
        "pods": [_pod(pod) for pod in snapshot.pods],
        "pod_disruption_budgets": snapshot.budgets,
        "controllers": snapshot.owners,
        "priority_classes": snapshot.priority_classes,
        "namespaces": snapshot.namespaces,
        "persistent_volume_claims": snapshot.claims,
        "persistent_volumes": snapshot.volumes,
        "storage_classes": snapshot.storage_classes,
        "csi_nodes": snapshot.csi_nodes,
        "work_requests": snapshot.work_requests,
        "metrics": snapshot.metrics,
        "state": _state(snapshot, pools),
        "course": snapshot.course,
    }
    for name in ("pod_disruption_budgets", "controllers", "namespaces", "persistent_volumes", "storage_classes"):
        for item in found[name] or ():
            item.metadata.annotations = None
    for item in snapshot.claims or ():
        item.metadata.annotations = None
    return msgspec.json.encode(found)


def _node(node: Node) -> Node:
    kept = {key: value for key, value in (node.metadata.annotations or {}).items() if key.startswith(KEPT_ANNOTATIONS)}
    return msgspec.structs.replace(node, metadata=msgspec.structs.replace(node.metadata, annotations=kept or None))


def _pod(pod: Pod) -> Pod:
    """Return the pod; that it has a volume of a kind is all that is asked of it."""
    for volume in pod.spec.volumes or ():
        volume.host_path = None if volume.host_path is None else {}
        volume.ephemeral = None if volume.ephemeral is None else {}
    # What kubelets promised was read into the spec; the rest may hold anything, as a container's last message.
    pod.status.container_statuses = pod.status.init_container_statuses = NO_STATUSES
    return pod


def _pool(pool: NodePool) -> NodePool:
    """Return the pool with nothing of its start script and arguments but the taints that they register."""
    metadata = dict(pool.node_metadata or {})
    kept = {}
    for key, text in (
        ("kubelet-extra-args", metadata.get("kubelet-extra-args", "")),
        ("user_data", script_of(metadata.get("user_data", ""))),
    ):
        found = REGISTER_TAINTS.search(text)
        if found is not None:
            kept[key] = base64.b64encode(found[0].encode()).decode() if key == "user_data" else found[0]
    tags = {name: values for name, values in (pool.defined_tags or {}).items() if name != ORACLE_TAGS}
    return msgspec.structs.replace(pool, node_metadata=kept or None, defined_tags=tags or None)


def _state(snapshot: Snapshot, pools: Mapping[str, NodePool]) -> TickState:
    """Return what is remembered, with each pool's digest of what is left of the pool: else its memory began anew."""
    state = snapshot.state
    for pool in snapshot.pools or ():
        memory = state.pools.get(pool.id)
        if memory is not None and memory.configuration == configuration(pool):
            kept = msgspec.structs.replace(memory, configuration=configuration(pools[pool.id]))
            state = state.with_pool(pool.id, kept)
    return state
