"""Snapshots from recorded packing cases: each pool has one live node, full, that tells what new ones look like."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from functions.oke_autoscaler.decide.decide import decide
from functions.oke_autoscaler.explain.snapshot_file import read

if TYPE_CHECKING:
    from functions.oke_autoscaler.model.decision import Decision

Json = dict[str, Any]
CLOCK = 1_767_225_600.0


def node(name: str, cpu_m: int, memory: int, pods: int = 110, **more: Any) -> Json:
    size = {"cpu": f"{cpu_m}m", "memory": str(memory), "pods": str(pods), **more.get("extra", {})}
    capacity = more.get("capacity") or {}
    return {
        "metadata": {"name": name, "labels": {"kubernetes.io/hostname": name, **more.get("labels", {})}},
        "spec": {"providerID": more.get("instance", name), "taints": more.get("taints", [])},
        "status": {
            "allocatable": size,
            "capacity": {"cpu": f"{capacity['cpu_m']}m", "memory": str(capacity["memory_bytes"])} if capacity else size,
            "conditions": [{"type": "Ready", "status": "True"}],
        },
    }


def pod(name: str, cpu_m: int, memory: int, app: str | None = None, **more: Any) -> Json:
    spread = [
        {
            "maxSkew": row["max_skew"],
            "topologyKey": row["topology_key"],
            "minDomains": row.get("min_domains"),
            "whenUnsatisfiable": row["when_unsatisfiable"],
            "labelSelector": {"matchLabels": {"app": app}},
        }
        for row in more.pop("topology_spread", [])
    ]
    requests = {"cpu": f"{cpu_m}m", "memory": str(memory), **more.pop("extra", {})}
    owner = {"kind": "ReplicaSet", "name": app or name, "apiVersion": "apps/v1", "controller": True}
    return {
        "metadata": {
            "name": name,
            "namespace": "default",
            "labels": {"app": app} if app else {},
            "ownerReferences": [owner],
        },
        "spec": {
            "containers": [{"resources": {"requests": requests}}],
            "topologySpreadConstraints": spread or None,
            **more,
        },
        "status": {"phase": "Running" if more.get("nodeName") else "Pending"},
    }


def pending(groups: list[Json]) -> list[Json]:
    """Pods of a case's groups."""
    made = []
    for number, group in enumerate(groups):
        extra = {key: group[key] for key in ("topology_spread",) if key in group}
        made += [
            pod(f"g{number}-{index}", group["cpu_m"], group["memory_bytes"], group.get("app"), **extra)
            for index in range(group["count"])
        ]
    return made


def pool(name: str, size: int, nodes: list[str], **more: Any) -> Json:
    made = {
        "id": name,
        "name": name,
        "lifecycleState": "ACTIVE",
        "nodeConfigDetails": {"size": size},
        "nodes": [{"id": instance, "lifecycleState": "ACTIVE"} for instance in nodes],
    }
    return {**made, **more}


def template_pool(name: str, template: Json, capacity: Json | None = None) -> tuple[Json, Json, Json]:
    """A pool with a live node like the template, and the pod that fills it."""
    live = node(
        f"{name}-live",
        template["cpu_m"],
        template["memory_bytes"],
        template["pods"],
        labels=template["labels"],
        taints=template.get("taints", []),
        capacity=capacity,
    )
    filler = pod(f"{name}-filler", template["cpu_m"], 0, nodeName=f"{name}-live")
    return pool(name, 1, [f"{name}-live"]), live, filler


def run(snapshot: Json) -> Decision:
    """Decide on a snapshot given as JSON."""
    return decide(*read(json.dumps(snapshot).encode(), CLOCK))


def new_nodes(decision: Decision) -> dict[str, int]:
    return {p.name: p.wanted_size - p.size for p in decision.pools if p.wanted_size != p.size}


def placed(decision: Decision) -> int:
    return sum(1 for verdict in decision.pods if verdict.placed_on is not None)
