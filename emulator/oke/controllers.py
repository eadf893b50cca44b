"""The controllers: replicas are kept, DaemonSets run on every node, cordoned nodes are tainted."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from emulator.kubernetes.kinds import DAEMON_SET, NODE, POD, REPLICA_SET, STATEFUL_SET, Kind
from emulator.kubernetes.objects import (
    Object,
    at,
    changed,
    is_finished,
    is_leaving,
    key_of,
    node_name_of,
    owner_of,
    spec_of,
)
from emulator.oke.fit import fits_by_rules, tolerates_node

if TYPE_CHECKING:
    from collections.abc import Iterable

    from emulator.kubernetes.store import Store

UNSCHEDULABLE = "node.kubernetes.io/unschedulable"
_DAEMON_TOLERATIONS = [
    {"key": key, "operator": "Exists", "effect": effect}
    for key, effect in (
        ("node.kubernetes.io/not-ready", "NoExecute"),
        ("node.kubernetes.io/unreachable", "NoExecute"),
        ("node.kubernetes.io/disk-pressure", "NoSchedule"),
        ("node.kubernetes.io/memory-pressure", "NoSchedule"),
        ("node.kubernetes.io/pid-pressure", "NoSchedule"),
        (UNSCHEDULABLE, "NoSchedule"),
    )
]


def mark_cordoned(store: Store, now_epoch_seconds: float) -> None:
    """Keep the unschedulable taint on exactly the cordoned nodes."""
    for node in store.all(NODE):
        taints = spec_of(node).get("taints") or []
        is_marked = any(taint["key"] == UNSCHEDULABLE for taint in taints)
        if bool(spec_of(node).get("unschedulable")) == is_marked:
            continue
        kept = [taint for taint in taints if taint["key"] != UNSCHEDULABLE]
        if not is_marked:
            kept.append({"key": UNSCHEDULABLE, "effect": "NoSchedule", "timeAdded": at(now_epoch_seconds)})
        store.replace(NODE, changed(node, ("spec.taints", kept or None)))


def mark_unreachable_pods(store: Store) -> None:
    """Take away the pods of nodes that are gone."""
    names = {node["metadata"]["name"] for node in store.all(NODE)}
    for pod in list(store.all(POD)):
        if node_name_of(pod) and node_name_of(pod) not in names:
            store.remove(POD, key_of(pod))


def keep_daemon_sets(store: Store) -> None:
    """Give every fitting node its pod of every DaemonSet that has a template."""
    sets = [one for one in store.all(DAEMON_SET) if spec_of(one).get("template")]
    if not sets:
        return
    held = {(owner["uid"], _wanted_node(pod)) for pod in store.all(POD) if (owner := owner_of(pod)) is not None}
    for node in list(store.all(NODE)):
        for one in sets:
            if (one["metadata"]["uid"], node["metadata"]["name"]) in held or is_leaving(node):
                continue
            pod = _daemon_pod(one, node["metadata"]["name"])
            if fits_by_rules(spec_of(pod), node) and tolerates_node(spec_of(pod), node):
                store.create(POD, pod)


def keep_replicas(store: Store) -> None:
    """Make the pods that ReplicaSets and StatefulSets with a template lack."""
    for kind in (REPLICA_SET, STATEFUL_SET):
        controllers = [one for one in store.all(kind) if spec_of(one).get("template")]
        if controllers:
            _keep_replicas(store, kind, controllers)


def _keep_replicas(store: Store, kind: Kind, controllers: Iterable[Object]) -> None:
    pods: dict[str, list[Object]] = {}
    for pod in store.all(POD):
        owner = owner_of(pod)
        if owner is not None and not is_finished(pod):
            pods.setdefault(owner["uid"], []).append(pod)
    for one in controllers:
        held = pods.get(one["metadata"]["uid"], [])
        wanted = spec_of(one).get("replicas", 1)
        if kind is STATEFUL_SET:
            taken = {pod["metadata"]["name"] for pod in held}
            names = [f"{one['metadata']['name']}-{number}" for number in range(wanted)]
            missing = [name for name in names if name not in taken]
        else:
            active = [pod for pod in held if not is_leaving(pod)]
            missing = [f"{one['metadata']['name']}-{secrets.token_hex(3)[:5]}" for _ in range(wanted - len(active))]
            _remove_surplus(store, active, len(active) - wanted)
        for name in missing:
            store.create(POD, pod_of(kind, one, name))


def _remove_surplus(store: Store, pods: list[Object], count: int) -> None:
    """Delete the pods that are too many: first those without a node, then the newest."""
    if count <= 0:
        return
    order = sorted(pods, key=lambda pod: int(pod["metadata"]["resourceVersion"]), reverse=True)
    order.sort(key=lambda pod: bool(node_name_of(pod)))
    for pod in order[:count]:
        store.remove(POD, key_of(pod))


def pod_of(kind: Kind, controller: Object, name: str) -> Object:
    """Return a new pod of a controller's template."""
    template, metadata = spec_of(controller)["template"], controller["metadata"]
    reference = {
        "apiVersion": kind.api_version,
        "kind": kind.name,
        "name": metadata["name"],
        "uid": metadata["uid"],
        "controller": True,
        "blockOwnerDeletion": True,
    }
    inner = {**(template.get("metadata") or {}), "name": name, "namespace": metadata["namespace"]}
    return {
        "metadata": {**inner, "ownerReferences": [reference]},
        "spec": template["spec"],
        "status": {"phase": "Pending"},
    }


def _daemon_pod(daemon_set: Object, node: str) -> Object:
    pod = pod_of(DAEMON_SET, daemon_set, f"{daemon_set['metadata']['name']}-{secrets.token_hex(3)[:5]}")
    term = {"matchFields": [{"key": "metadata.name", "operator": "In", "values": [node]}]}
    affinity = {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [term]}}}
    tolerations = [*(spec_of(pod).get("tolerations") or []), *_DAEMON_TOLERATIONS]
    return changed(pod, ("spec.affinity", affinity), ("spec.tolerations", tolerations))


def _wanted_node(pod: Object) -> str:
    """Return the node of a DaemonSet's pod: where it runs, or where its affinity wants it."""
    if node_name_of(pod):
        return node_name_of(pod)
    affinity = (spec_of(pod).get("affinity") or {}).get("nodeAffinity") or {}
    for term in (affinity.get("requiredDuringSchedulingIgnoredDuringExecution") or {}).get("nodeSelectorTerms") or []:
        for field in term.get("matchFields") or []:
            return str(field["values"][0])
    return ""
