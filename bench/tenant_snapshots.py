"""Snapshots of many small apps, each of one pod with a rule of its own: what tenants write, not what a cluster has."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

Json = dict[str, Any]
HOST, ZONE = "kubernetes.io/hostname", "topology.kubernetes.io/zone"
REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"
RULES = ("apart", "apart-zone", "spread", "spread-host", "together", "preferred", "several", "selector", "port")
PODS_A_NODE = 10
NAMESPACES = 50
POOLS = 3


def write_tenants(path: Path, rule: str, apps: int, *, running: bool) -> None:
    """Write a snapshot of so many apps; ``rule`` is one of RULES or ``mix``; ten run on a node, or all wait."""
    nodes = max(POOLS, apps // PODS_A_NODE) if running else POOLS
    names = [f"node-{number}" for number in range(nodes)]
    pods = []
    for number in range(apps):
        spec = _spec(RULES[number % len(RULES)] if rule == "mix" else rule, number)
        if running:
            spec["nodeName"] = names[number % nodes]
        pods.append(_pod(number, spec, running=running))
    settings = {
        "node_pools": [{"id": f"pool-{pool}", "min_size": 0, "max_size": 3000} for pool in range(POOLS)],
        "node_pool_eval_cpu_load": 30,
    }
    snapshot = {
        "now": "2026-01-01T00:00:00Z",
        "settings": settings,
        "node_pools": [
            _pool(pool, [name for at, name in enumerate(names) if at % POOLS == pool]) for pool in range(POOLS)
        ],
        "nodes": [_node(name, at) for at, name in enumerate(names)],
        "pods": pods,
    }
    path.write_text(json.dumps(snapshot), encoding="utf-8")


def _spec(rule: str, number: int) -> Json:
    """Return the spec of a pod; sizes differ from app to app."""
    requests = {"cpu": f"{50 + number % 100}m", "memory": f"{64 + number % 90}Mi"}
    match = {"matchLabels": {"app": f"app-{number}"}}
    others = {"matchExpressions": [{"key": "role", "operator": "NotIn", "values": [f"role-{number}"]}]}
    several = {"matchExpressions": [{"key": "role", "operator": "In", "values": [f"role-{number}", "leader"]}]}
    container: Json = {"name": "main", "resources": {"requests": requests}}
    if rule == "port":
        container["ports"] = [{"hostPort": 8000 + number % 5000, "protocol": "TCP"}]
    found: Json = {"containers": [container]}
    if rule == "selector":
        found["nodeSelector"] = {"name": f"pool-{number % POOLS}"}
    if rule == "alone":
        found["affinity"] = {"podAntiAffinity": {REQUIRED: [{"topologyKey": HOST, "labelSelector": others}]}}
    if rule in {"apart", "apart-zone", "several"}:
        term = {
            "topologyKey": ZONE if rule == "apart-zone" else HOST,
            "labelSelector": several if rule == "several" else match,
        }
        found["affinity"] = {"podAntiAffinity": {REQUIRED: [term]}}
    if rule == "together":
        found["affinity"] = {"podAffinity": {REQUIRED: [{"topologyKey": HOST, "labelSelector": match}]}}
    if rule in {"spread", "spread-host", "preferred", "selector"}:
        when = "ScheduleAnyway" if rule == "preferred" else "DoNotSchedule"
        row = {"topologyKey": HOST if rule == "spread-host" else ZONE, "maxSkew": 1, "whenUnsatisfiable": when}
        found["topologySpreadConstraints"] = [{**row, "labelSelector": match}]
    return found


def _pod(number: int, spec: Json, *, running: bool) -> Json:
    app = f"app-{number}"
    owner = {"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": app, "uid": app, "controller": True}
    labels = {"app": app, "role": f"role-{number}"}
    metadata = {
        "name": app,
        "namespace": f"team-{number % NAMESPACES}",
        "uid": app,
        "labels": labels,
        "ownerReferences": [owner],
    }
    return {"metadata": metadata, "spec": spec, "status": {"phase": "Running" if running else "Pending"}}


def _pool(pool: int, names: list[str]) -> Json:
    return {
        "id": f"pool-{pool}",
        "name": f"pool-{pool}",
        "lifecycleState": "ACTIVE",
        "nodeShape": "VM.Standard.E4.Flex",
        "nodeShapeConfig": {"ocpus": 8, "memoryInGBs": 64},
        "nodeConfigDetails": {
            "size": len(names),
            "placementConfigs": [{"availabilityDomain": f"Uocm:AD-{zone}"} for zone in (1, 2, 3)],
        },
        "nodes": [{"id": f"instance-{name}", "lifecycleState": "ACTIVE"} for name in names],
    }


def _node(name: str, at: int) -> Json:
    labels = {HOST: name, ZONE: f"AD-{at // POOLS % 3 + 1}", "name": f"pool-{at % POOLS}"}
    return {
        "metadata": {"name": name, "labels": labels},
        "spec": {"providerID": f"instance-{name}"},
        "status": {
            "allocatable": {"cpu": "15783m", "memory": "58Gi", "pods": "110"},
            "capacity": {"cpu": "16", "memory": "64Gi", "pods": "110"},
            "conditions": [{"type": "Ready", "status": "True", "lastTransitionTime": "2025-12-01T00:00:00Z"}],
        },
    }
