"""Snapshots as users write them, built part by part: node pools as OKE gives them, nodes and pods as kubectl does."""

from __future__ import annotations

import copy
from typing import Any

Json = dict[str, Any]
NOW = "2026-01-01T12:00:00Z"
HOURS_AGO = "2026-01-01T06:00:00Z"
SCALE_DOWN: Json = {"node_pool_eval_cpu_load": 50, "unneeded_minutes": 0}
ZONE, HOST = "topology.kubernetes.io/zone", "kubernetes.io/hostname"
PREEMPTIBLE = "oci.oraclecloud.com/oke-is-preemptible"


def ocid(pool: str) -> str:
    return f"ocid1.nodepool.oc1.iad.{pool}"


def ago(minutes: int) -> str:
    """The time so many minutes before NOW."""
    return f"2026-01-01T{11 - (minutes - 1) // 60:02d}:{59 - (minutes - 1) % 60:02d}:00Z"


def apart(app: str, key: str = HOST) -> Json:
    term = {"labelSelector": {"matchLabels": {"app": app}}, "topologyKey": key}
    return {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [term]}}


def spread(app: str, key: str = ZONE, when: str = "DoNotSchedule") -> list[Json]:
    selector = {"matchLabels": {"app": app}}
    return [{"maxSkew": 1, "topologyKey": key, "whenUnsatisfiable": when, "labelSelector": selector}]


def tolerates(key: str) -> list[Json]:
    return [{"key": key, "operator": "Exists", "effect": "NoSchedule"}]


def uses(claim: str) -> list[Json]:
    return [{"name": "d", "persistentVolumeClaim": {"claimName": claim}}]


class Cluster:
    """A snapshot that grows; every method returns the cluster, but for those that return what they made."""

    def __init__(self, **settings: Any) -> None:
        self.json: Json = {
            "now": NOW,
            "settings": {"node_pools": [], **settings},
            "node_pools": [],
            "nodes": [],
            "pods": [],
        }

    def pool(
        self,
        name: str,
        ocpus: float = 2,
        memory: float = 16,
        *,
        live: int = 0,
        size: int | None = None,
        zones: tuple[int, ...] = (1,),
        placement: Json | None = None,
        settings: Json | None = None,
        node: Json | None = None,
        **more: Any,
    ) -> Cluster:
        """Add a pool with ``live`` nodes; ``more`` are fields of its JSON, None to leave one out."""
        size = live if size is None else size
        places = [{"availabilityDomain": f"Uocm:US-ASHBURN-AD-{zone}", **(placement or {})} for zone in zones]
        made = {
            "id": ocid(name),
            "name": name,
            "lifecycleState": "ACTIVE",
            "nodeShape": "VM.Standard.E4.Flex",
            "nodeShapeConfig": {"ocpus": ocpus, "memoryInGBs": memory},
            "initialNodeLabels": [{"key": "name", "value": name}],
            "nodeConfigDetails": {"size": size, "placementConfigs": places},
            "nodes": [
                {
                    "id": f"ocid1.instance.{name}.{number}",
                    "name": f"oke-{name}-{number}",
                    "lifecycleState": "ACTIVE",
                    "availabilityDomain": f"Uocm:US-ASHBURN-AD-{zones[number % len(zones)]}",
                    "faultDomain": "FAULT-DOMAIN-1",
                }
                for number in range(size)
            ],
            **more,
        }
        self.json["node_pools"].append({key: value for key, value in made.items() if value is not None})
        bounds = {"id": ocid(name), "min_size": 0, "max_size": 20, **(settings or {})}
        self.json["settings"]["node_pools"].append(bounds)
        for number in range(live):
            self.node(name, number, zone=zones[number % len(zones)], **(node or {}))
        return self

    def node(self, pool: str, number: int, *, zone: int = 1, **more: Any) -> Cluster:
        """Add a node of a pool: 2 OCPUs, 16 GB and Ready for hours unless ``more`` says otherwise."""
        created, ready = more.get("created", HOURS_AGO), more.get("ready", "True")
        taints = [{"key": key, "value": value, "effect": effect} for key, value, effect in more.get("taints", ())]
        extra = more.get("extra", {})
        cpu, memory = more.get("offers", ("3815m", "14283282841"))
        self.json["nodes"].append(
            {
                "metadata": {
                    "name": f"{pool}-{number}",
                    "labels": {
                        HOST: f"{pool}-{number}",
                        "name": pool,
                        ZONE: f"US-ASHBURN-AD-{zone}",
                        "kubernetes.io/os": "linux",
                        "kubernetes.io/arch": "amd64",
                        **more.get("labels", {}),
                    },
                    "creationTimestamp": created,
                },
                "spec": {
                    "providerID": f"ocid1.instance.{pool}.{number}",
                    **({"taints": taints} if taints else {}),
                    **({"unschedulable": True} if more.get("cordoned") else {}),
                },
                "status": {
                    "allocatable": {"cpu": cpu, "memory": memory, "pods": "110", **extra},
                    "capacity": dict(zip(("cpu", "memory"), more.get("has", ("4", str(16 << 30))), strict=True)),
                    "conditions": [
                        {"type": "Ready", "status": ready, "lastTransitionTime": more.get("since", created)}
                    ],
                },
            }
        )
        return self

    def pod(self, name: str, cpu: str = "2", memory: str = "1Gi", *, on: str = "", **more: Any) -> Cluster:
        """Add a pod that runs, or one (or ``count``) that waits; ``more`` are fields of its spec."""
        known = ("count", "app", "kind", "namespace", "words", "extra", "annotations", "since", "condition")
        given = {key: more.pop(key) for key in known if key in more}
        for number in range(given.get("count", 1)):
            self.json["pods"].append(self._pod(f"{name}-{number}", name, cpu, memory, on, given, more))
        return self

    def _pod(self, name: str, own: str, cpu: str, memory: str, on: str, given: Json, spec: Json) -> Json:
        app, kind = given.get("app"), given.get("kind", "ReplicaSet")
        owner = {"apiVersion": "apps/v1", "kind": kind, "name": app or own, "uid": f"u-{own}", "controller": True}
        refusal = {
            "type": "PodScheduled",
            "status": "False",
            "reason": "Unschedulable",
            "message": given.get("words", "0/3 nodes are available"),
            **({"lastTransitionTime": given["since"]} if "since" in given else {}),
        }
        status = {"phase": "Pending", **({"conditions": [refusal]} if given.get("condition", True) else {})}
        return {
            "metadata": {
                "name": name,
                "namespace": given.get("namespace", "default"),
                "labels": {"app": app} if app else {},
                "annotations": given.get("annotations", {}),
                "creationTimestamp": HOURS_AGO,
                "ownerReferences": [owner] if kind else [],
            },
            "spec": {
                "containers": [
                    {"name": "c", "resources": {"requests": {"cpu": cpu, "memory": memory, **given.get("extra", {})}}}
                ],
                **copy.deepcopy(spec),
                **({"nodeName": on} if on else {}),
            },
            "status": {"phase": "Running"} if on else status,
        }

    def fill(self, *nodes: str, cpu: str = "3500m") -> Cluster:
        """Let the nodes be full."""
        for name in nodes:
            self.pod(f"full-{name}", cpu, on=name)
        return self

    def idle(self) -> Cluster:
        """Let all nodes have little load."""
        load = {"cpu_percent": 5, "ram_percent": 5}
        return self.put(metrics={node["spec"]["providerID"]: load for node in self.json["nodes"]})

    def work(self, pool: str, status: str, accepted: str, finished: str | None = None) -> Cluster:
        """Add a work request of a pool."""
        made = {
            "operationType": "NODEPOOL_UPDATE",
            "status": status,
            "timeAccepted": accepted,
            "resources": [{"identifier": ocid(pool), "entityType": "nodepool", "actionType": "UPDATED"}],
            **({"timeFinished": finished} if finished else {}),
        }
        self.json.setdefault("work_requests", []).append(made)
        return self

    def put(self, **lists: Any) -> Cluster:
        """Set other lists of the snapshot."""
        self.json.update(lists)
        return self

    def change(self, pool: int, **fields: Any) -> Cluster:
        """Set fields of the last node that OKE lists of a pool."""
        self.json["node_pools"][pool]["nodes"][-1].update(fields)
        return self
