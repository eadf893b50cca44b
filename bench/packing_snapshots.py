"""Snapshots for the bench of decisions: many pods in many groups over four pools, and Cluster Autoscaler's own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Json = dict[str, Any]
ZONES = ("AD-1", "AD-2", "AD-3")
MIB = 1024**2
CPU_MILLICORES = (100, 200, 250, 500, 750, 1000, 1500)
MEMORY_MIB = (128, 256, 512, 1024, 2048, 4096)


@dataclass(frozen=True, slots=True)
class Shape:
    """A pool of the bench: OCPUs, memory, allocatable, and whether its nodes are tainted."""

    name: str
    ocpus: int
    gib: int
    millicores: int
    memory: int
    tainted: bool = False


POOLS = (
    Shape("pool-a", 2, 16, 3815, 14_283_282_841),
    Shape("pool-b", 4, 64, 7803, 62_730_513_940),
    Shape("pool-c", 8, 64, 15_783, 62_730_513_940),
    Shape("pool-d", 2, 32, 3815, 30_432_359_874, tainted=True),
)


def write_groups(path: Path, pods: int, groups: int, nodes: int) -> None:
    """Write ``pods`` pending pods in ``groups`` Deployments (selectors, tolerations, spread) beside live nodes.

    Each live node is nine tenths full with two running pods.
    """
    each = nodes // len(POOLS)
    live = [node for shape in POOLS for node in _nodes(shape, each)]
    running = [pod for shape in POOLS for pod in _running(shape, each)]
    waiting = [pod for group in range(groups) for pod in _group(group, pods // groups)]
    settings = {"node_pool_min_size": "1", "node_pool_max_size": "20000"}
    pools = [_pool(shape, each) for shape in POOLS]
    _write(path, {"settings": settings, "node_pools": pools, "nodes": live, "pods": running + waiting})


def write_benchmark(path: Path, pods: int = 51_000) -> None:
    """Write Cluster Autoscaler's own benchmark: 50 of 51 pods of 50 m, the rest of 95 m, on nodes of 1000 m.

    estimator/binpacking_estimator_test.go:256 (cluster-autoscaler 1.37); 51,000 pods need 2,595 nodes.
    """
    shape = Shape("pool", 1, 5, 1000, 5_242_880_000)
    large = pods // 51
    filler = _pod("filler", "old", {"containers": [_container(1000, 0)], "nodeName": "pool-0"}, "Running")
    small = [_pod(f"small-{number}", "small", {"containers": [_container(50, 100)]}) for number in range(pods - large)]
    big = [_pod(f"large-{number}", "large", {"containers": [_container(95, 190)]}) for number in range(large)]
    settings = {"node_pool_max_size": "3001"}
    pools = [_pool(shape, 1)]
    _write(
        path, {"settings": settings, "node_pools": pools, "nodes": [*_nodes(shape, 1)], "pods": [filler, *small, *big]}
    )


def _write(path: Path, snapshot: Json) -> None:
    path.write_text(json.dumps({"now": "2026-01-01T00:00:00Z", **snapshot}), encoding="utf-8")


def _instance(shape: Shape, number: int) -> str:
    return f"ocid1.instance.oc1.iad.{shape.name}{number}"


def _pool(shape: Shape, size: int) -> Json:
    nodes = [
        {"id": _instance(shape, number), "lifecycleState": "ACTIVE", "availabilityDomain": f"Uocm:{ZONES[number % 3]}"}
        for number in range(size)
    ]
    placements = [{"availabilityDomain": f"Uocm:{zone}", "subnetId": "subnet"} for zone in ZONES]
    return {
        "id": f"ocid1.nodepool.oc1.iad.{shape.name}",
        "name": shape.name,
        "lifecycleState": "ACTIVE",
        "nodeShape": "VM.Standard.E4.Flex",
        "nodeShapeConfig": {"ocpus": shape.ocpus, "memoryInGBs": shape.gib},
        "nodeConfigDetails": {"size": size, "placementConfigs": placements},
        "nodes": nodes,
    }


def _nodes(shape: Shape, count: int) -> Iterator[Json]:
    for number in range(count):
        labels = {
            "kubernetes.io/hostname": f"{shape.name}-{number}",
            "topology.kubernetes.io/zone": ZONES[number % 3],
            "name": shape.name,
            "disk": "ssd" if shape.name in {"pool-a", "pool-c"} else "hdd",
        }
        taints = [{"key": "dedicated", "value": shape.name, "effect": "NoSchedule"}] if shape.tainted else []
        yield {
            "metadata": {"name": f"{shape.name}-{number}", "labels": labels},
            "spec": {"providerID": _instance(shape, number), "taints": taints},
            "status": {
                "allocatable": {"cpu": f"{shape.millicores}m", "memory": str(shape.memory), "pods": "110"},
                "capacity": {"cpu": str(shape.ocpus * 2), "memory": f"{shape.gib}Gi", "pods": "110"},
                "conditions": [{"type": "Ready", "status": "True", "lastTransitionTime": "2025-12-01T00:00:00Z"}],
            },
        }


def _running(shape: Shape, nodes: int) -> Iterator[Json]:
    container = _container(int(shape.millicores * 0.45), int(shape.memory * 0.45))
    for number in range(nodes):
        for copy in range(2):
            spec = {"nodeName": f"{shape.name}-{number}", "containers": [container]}
            yield _pod(f"run-{shape.name}-{number}-{copy}", f"run-{copy}", spec, "Running")


def _group(group: int, pods: int) -> Iterator[Json]:
    """Return one of five kinds of Deployment, one after another; sizes differ from group to group."""
    size = (CPU_MILLICORES[group % 7], MEMORY_MIB[group * 5 % 6] * MIB)
    spec: Json = {"containers": [_container(*size)]}
    selector = {"matchLabels": {"app": f"app-{group}"}}
    spread = {"maxSkew": 1 + group % 3, "whenUnsatisfiable": "DoNotSchedule", "labelSelector": selector}
    kinds: tuple[Json, ...] = (
        {"nodeSelector": {"name": POOLS[group % 3].name}},
        {"tolerations": [{"key": "dedicated", "operator": "Exists"}]},
        {"topologySpreadConstraints": [{"topologyKey": "topology.kubernetes.io/zone", **spread}]},
        {"topologySpreadConstraints": [{"topologyKey": "kubernetes.io/hostname", **spread}]},
        {"nodeSelector": {"disk": "ssd"}},
    )
    spec |= kinds[group % 5]
    return (_pod(f"app-{group}-{number}", f"app-{group}", spec) for number in range(pods))


def _container(millicores: int, memory: int) -> Json:
    requests = {"cpu": f"{millicores}m", "memory": str(memory)}
    return {"name": "main", "image": "registry.example/app:1", "resources": {"requests": requests}}


def _pod(name: str, app: str, spec: Json, phase: str = "Pending") -> Json:
    owner = {"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": app, "controller": True, "uid": app}
    metadata = {"name": name, "namespace": "default", "uid": name, "labels": {"app": app}, "ownerReferences": [owner]}
    return {"metadata": metadata, "spec": spec, "status": {"phase": phase}}
