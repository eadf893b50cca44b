"""The controllers: replicas are kept, DaemonSets run on every node, cordoned nodes are tainted."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from emulator.kubernetes.kinds import (
    CLAIM,
    CSI_NODE,
    DAEMON_SET,
    NODE,
    POD,
    REPLICA_SET,
    RESOURCE_SLICE,
    STATEFUL_SET,
    ResourceKind,
)
from emulator.kubernetes.object_fields import (
    Object,
    at,
    changed,
    is_finished,
    is_leaving,
    is_true,
    key_of,
    node_name_of,
    spec_of,
)
from emulator.oke.scheduling.fit import fits_by_rules, tolerates_node

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


def remove_orphans(store: Store, node: str) -> None:
    """Remove the pods, the CSINode and the devices of a node that is gone, as the garbage collectors do."""
    for pod in store.pods_on(node):
        store.remove(POD, key_of(pod))
    store.remove(CSI_NODE, ("", node))
    for one in store.all(RESOURCE_SLICE):
        if spec_of(one).get("nodeName") == node:
            store.remove(RESOURCE_SLICE, key_of(one))


def keep_daemon_sets(store: Store) -> None:
    """Give every fitting node its pod of every DaemonSet that has a template."""
    for one in store.all(DAEMON_SET):
        if not spec_of(one).get("template"):
            continue
        held = {_wanted_node(pod) for pod in store.pods_of(one["metadata"]["uid"])}
        for node in store.all(NODE):
            if node["metadata"]["name"] in held:
                continue
            pod = _daemon_pod(one, node["metadata"]["name"])
            if fits_by_rules(spec_of(pod), node) and tolerates_node(spec_of(pod), node):
                store.create(POD, pod)


def keep_replicas(store: Store, owners: Iterable[str]) -> None:
    """Make the pods that ReplicaSets and StatefulSets with a template lack; `owners` are the uids to look at."""
    wanted = set(owners)
    for kind in (REPLICA_SET, STATEFUL_SET):
        for one in store.all(kind):
            if one["metadata"]["uid"] in wanted and spec_of(one).get("template"):
                _keep_replicas(store, kind, one)


def _keep_replicas(store: Store, kind: ResourceKind, controller: Object) -> None:
    name, wanted = controller["metadata"]["name"], spec_of(controller).get("replicas", 1)
    held = [pod for pod in store.pods_of(controller["metadata"]["uid"]) if not is_finished(pod)]
    # A StatefulSet waits until a leaving pod is gone, since the name is taken; a ReplicaSet replaces it at once.
    if kind is STATEFUL_SET:
        taken = {pod["metadata"]["name"] for pod in held}
        names = [f"{name}-{number}" for number in range(wanted)]
        missing = [one for one in names if one not in taken]
    else:
        active = [pod for pod in held if not is_leaving(pod)]
        missing = [f"{name}-{secrets.token_hex(3)[:5]}" for _ in range(wanted - len(active))]
        _remove_surplus(store, active, len(active) - wanted)
    for one in missing:
        store.create(POD, _with_claims(store, controller, pod_of(kind, controller, one)))


def _with_claims(store: Store, controller: Object, pod: Object) -> Object:
    """Return a StatefulSet's pod with its volumes; their claims are made once and stay when the pod goes."""
    name, namespace = pod["metadata"]["name"], pod["metadata"]["namespace"]
    volumes = list(spec_of(pod).get("volumes") or [])
    for template in spec_of(controller).get("volumeClaimTemplates") or []:
        claim = f"{template['metadata']['name']}-{name}"
        volumes.append({"name": template["metadata"]["name"], "persistentVolumeClaim": {"claimName": claim}})
        if store.find(CLAIM, claim, namespace) is None:
            metadata = {"name": claim, "namespace": namespace}
            store.create(CLAIM, {"metadata": metadata, "spec": template["spec"], "status": {"phase": "Pending"}})
    return changed(pod, ("spec.volumes", volumes)) if volumes else pod


def update_status(store: Store, owners: Iterable[str]) -> None:
    """Write into controllers how many of their pods are there and ready; `owners` are the uids to look at."""
    wanted = set(owners)
    for kind in (REPLICA_SET, STATEFUL_SET, DAEMON_SET):
        for one in store.all(kind):
            if one["metadata"]["uid"] in wanted and spec_of(one).get("template"):
                pods = [pod for pod in store.pods_of(one["metadata"]["uid"]) if not is_finished(pod)]
                store.replace(kind, changed(one, ("status", _status(kind, one, pods))))


def _status(kind: ResourceKind, controller: Object, pods: list[Object]) -> Object:
    ready = sum(1 for pod in pods if is_true(pod, "Ready") and not is_leaving(pod))
    generation = controller["metadata"].get("generation", 1)
    if kind is DAEMON_SET:
        counts = dict.fromkeys(
            ("currentNumberScheduled", "desiredNumberScheduled", "updatedNumberScheduled"), len(pods)
        )
        return {**counts, "numberMisscheduled": 0, "numberReady": ready, "observedGeneration": generation}
    counts = dict.fromkeys(("readyReplicas", "availableReplicas"), ready)
    return {**counts, "replicas": len(pods), "observedGeneration": generation}


def _remove_surplus(store: Store, pods: list[Object], count: int) -> None:
    """Delete surplus pods: first those without a node, then the newest."""
    if count <= 0:
        return
    # The controller's ranking, as far as the emulator knows it: unscheduled pods first, then the newest.
    order = sorted(pods, key=lambda pod: int(pod["metadata"]["resourceVersion"]), reverse=True)
    order.sort(key=lambda pod: bool(node_name_of(pod)))
    for pod in order[:count]:
        store.remove(POD, key_of(pod))


def pod_of(kind: ResourceKind, controller: Object, name: str) -> Object:
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
    # The DaemonSet controller creates one pod a node and leaves the binding to the scheduler, by node affinity.
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
