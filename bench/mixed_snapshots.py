"""Random mixed snapshots, and what a simple autoscaler would buy for them.

A snapshot has two to four empty pools of flexible shapes and two to eight apps; some keep apart from themselves on a
host, some spread over zones. First-fit-decreasing is written here from the pods' JSON, apart from the planner that is
compared with it.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]
HOST, ZONE = "kubernetes.io/hostname", "topology.kubernetes.io/zone"
ZONES = ("AD-1", "AD-2", "AD-3")
MIB = 1024**2
KINDS = ("free", "apart", "zones")
"""What the apps of a snapshot ask for: no rules; some keep apart on a host; some spread over zones as well."""


def kind_of(seed: int) -> str:
    """Return the kind of a seed's snapshot."""
    return KINDS[seed % 3]


def mixed_snapshot(seed: int) -> Json:
    """Return the snapshot of a seed."""
    rng = random.Random(seed)  # noqa: S311  (repeatable cases)
    shapes = rng.sample(
        [(1, 8), (1, 16), (2, 8), (2, 16), (2, 32), (4, 16), (4, 32), (4, 64), (8, 64)], rng.randint(2, 4)
    )
    pools = [_pool(f"p{number}", ocpus, gib) for number, (ocpus, gib) in enumerate(shapes)]
    smallest = min(ocpus for ocpus, _ in shapes)
    pods = [pod for app in range(rng.randint(2, 8)) for pod in _app(rng, f"k{app}", smallest, kind_of(seed))]
    settings = {"node_pools": [{"id": pool["id"], "min_size": 0, "max_size": 1000} for pool in pools]}
    return {"now": "2026-01-01T12:00:00Z", "settings": settings, "node_pools": pools, "nodes": [], "pods": pods}


def _pool(name: str, ocpus: int, gib: int) -> Json:
    placements = [{"availabilityDomain": f"Uocm:{zone}"} for zone in ZONES]
    return {
        "id": f"ocid1.nodepool.oc1.iad.{name}",
        "name": name,
        "lifecycleState": "ACTIVE",
        "nodeShape": "VM.Standard.E4.Flex",
        "nodeShapeConfig": {"ocpus": ocpus, "memoryInGBs": gib},
        "nodeConfigDetails": {"size": 0, "placementConfigs": placements},
        "nodes": [],
    }


def _app(rng: random.Random, app: str, ocpus: int, kind: str) -> list[Json]:
    cpu = rng.randrange(100, 1500 * ocpus, 50)
    memory = rng.randrange(64, 2500 * ocpus, 64)
    match = {"matchLabels": {"app": app}}
    spec: Json = {"containers": [{"resources": {"requests": {"cpu": f"{cpu}m", "memory": f"{memory}Mi"}}}]}
    rule = rng.random()
    if kind != "free" and rule < 0.4:
        term = {"topologyKey": HOST, "labelSelector": match}
        spec["affinity"] = {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [term]}}
    elif kind == "zones" and rule < 0.8:
        row = {"maxSkew": rng.randint(1, 2), "whenUnsatisfiable": "DoNotSchedule", "labelSelector": match}
        spec["topologySpreadConstraints"] = [{"topologyKey": ZONE, **row}]
    owner = {"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": app, "uid": app, "controller": True}
    return [
        {
            "metadata": {
                "name": f"{app}-{number}",
                "uid": f"{app}-{number}",
                "labels": {"app": app},
                "ownerReferences": [owner],
            },
            "spec": spec,
            "status": {"phase": "Pending"},
        }
        for number in range(rng.choice((1, 3, 13, 20, 30)))
    ]


@dataclass(frozen=True, slots=True)
class Size:
    """What a pod needs or a node has: millicores, bytes, pods."""

    cpu: int
    memory: int
    pods: int = 1

    def fits(self, room: Size) -> bool:
        """Tell whether this much is in there."""
        return self.cpu <= room.cpu and self.memory <= room.memory and self.pods <= room.pods

    def without(self, other: Size) -> Size:
        """Return what is left."""
        return Size(self.cpu - other.cpu, self.memory - other.memory, self.pods - other.pods)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of node: what it has for pods, and its cost."""

    room: Size
    cost: float


@dataclass(frozen=True, slots=True)
class App:
    """Pods that are alike."""

    name: str
    size: Size
    pods: int
    apart: bool
    max_skew: int | None


def apps_of(snapshot: Json) -> list[App]:
    """Return the apps of a snapshot."""
    found: dict[str, list[Json]] = {}
    for pod in snapshot["pods"]:
        found.setdefault(pod["metadata"]["labels"]["app"], []).append(pod["spec"])
    return [
        App(name, _size(specs[0]), len(specs), "affinity" in specs[0], _skew(specs[0])) for name, specs in found.items()
    ]


def _size(spec: Json) -> Size:
    requests = spec["containers"][0]["resources"]["requests"]
    return Size(int(requests["cpu"].removesuffix("m")), int(requests["memory"].removesuffix("Mi")) * MIB)


def _skew(spec: Json) -> int | None:
    rows = spec.get("topologySpreadConstraints")
    return rows[0]["maxSkew"] if rows else None


@dataclass(slots=True)
class _Node:
    zone: str
    room: Size
    cost: float
    holds: set[str] = field(default_factory=set)


def first_fit_decreasing(apps: list[App], kinds: list[Kind]) -> float | None:
    """Return what first-fit-decreasing pays: each new node is the cheapest that holds the pod; None if none does."""
    largest = Size(max(kind.room.cpu for kind in kinds), max(kind.room.memory for kind in kinds), 0)
    order = sorted(apps, key=lambda app: -(app.size.cpu / largest.cpu + app.size.memory / largest.memory))
    nodes: list[_Node] = []
    for app in order:
        in_zone = dict.fromkeys(ZONES, 0)
        for _ in range(app.pods):
            zones = [
                zone for zone in ZONES if app.max_skew is None or in_zone[zone] < min(in_zone.values()) + app.max_skew
            ]
            node = next((node for node in nodes if _takes(node, app, zones)), None)
            if node is None:
                fitting = [kind for kind in kinds if app.size.fits(kind.room)]
                if not fitting:
                    return None
                kind = min(fitting, key=lambda each: each.cost)
                node = _Node(min(zones, key=lambda zone: in_zone[zone]), kind.room, kind.cost)
                nodes.append(node)
            node.room = node.room.without(app.size)
            node.holds.add(app.name)
            in_zone[node.zone] += 1
    return sum(node.cost for node in nodes)


def _takes(node: _Node, app: App, zones: list[str]) -> bool:
    return app.size.fits(node.room) and node.zone in zones and not (app.apart and app.name in node.holds)


def simple_costs(apps: list[App], kinds: list[Kind]) -> dict[str, float]:
    """Return what first-fit-decreasing pays on one pool at a time and on all of them, where it places all pods."""
    found = {f"pool {number}": first_fit_decreasing(apps, [kind]) for number, kind in enumerate(kinds)}
    found["mixed"] = first_fit_decreasing(apps, kinds)
    return {name: cost for name, cost in found.items() if cost is not None}
