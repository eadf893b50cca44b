"""A cluster with something of everything: pools at their limit, without capacity, idle nodes, nodes on their way."""

from __future__ import annotations

import json
from typing import Any

Json = dict[str, Any]
NOW = "2026-01-01T12:03:04Z"
GIB = 1024**3
POOL = "ocid1.nodepool.oc1.iad."
CANDIDATE = "DeletionCandidateOfClusterAutoscaler"
GOING = "ToBeDeletedByClusterAutoscaler"
SECONDS = 1_767_268_984
"""NOW in Unix seconds."""


def node(name: str, pool: str, **more: Any) -> Json:
    ready = more.get("ready", True)
    size = {"cpu": "3900m", "memory": str(28 * GIB), "pods": "110"}
    status = "True" if ready else "False"
    condition = {"type": "Ready", "status": status, "lastTransitionTime": more.get("since", "2026-01-01T02:00:00Z")}
    return {
        "metadata": {
            "name": name,
            "labels": {"kubernetes.io/hostname": name, "name": pool},
            "creationTimestamp": more.get("created", "2026-01-01T01:58:00Z"),
            "annotations": more.get("annotations", {}),
        },
        "spec": {
            "providerID": f"i-{name}",
            "taints": more.get("taints", []),
            "unschedulable": more.get("cordoned", False),
        },
        "status": {"allocatable": size, "capacity": size, "conditions": [condition]},
    }


def pod(name: str, cpu: str, memory: str = "256Mi", on: str | None = None, **more: Any) -> Json:
    namespace, _, own = name.partition("/")
    owner = {"kind": "ReplicaSet", "name": own.rpartition("-")[0], "apiVersion": "apps/v1", "controller": True}
    return {
        "metadata": {
            "name": own,
            "namespace": namespace,
            "labels": {"app": own.rpartition("-")[0]},
            "ownerReferences": [more.pop("owner", owner)],
            "creationTimestamp": more.pop("created", "2026-01-01T11:38:00Z"),
        },
        "spec": {
            "containers": [{"resources": {"requests": {"cpu": cpu, "memory": memory}}}],
            **({"nodeName": on} if on else {}),
            **more,
        },
        "status": {"phase": "Running" if on else "Pending"},
    }


def pool(name: str, nodes: list[str], size: int | None = None, **more: Any) -> Json:
    listed = [{"id": f"i-{each}", "name": each, "lifecycleState": "ACTIVE"} for each in nodes]
    return {
        "id": POOL + name,
        "name": name,
        "lifecycleState": "ACTIVE",
        "nodeShape": "VM.Standard.E4.Flex",
        "nodeShapeConfig": {"ocpus": 2, "memoryInGBs": 32},
        "initialNodeLabels": [{"key": "name", "value": name}],
        "nodeConfigDetails": {
            "size": len(nodes) if size is None else size,
            "placementConfigs": [{"availabilityDomain": "Uocm:US-ASHBURN-AD-1"}],
        },
        "nodes": listed + more.pop("failed", []),
        **more,
    }


def taint(key: str, minutes_ago: float) -> Json:
    return {"key": key, "value": str(int(SECONDS - minutes_ago * 60)), "effect": "NoSchedule"}


def busy_cluster(web: str = "web") -> Json:
    """Return the snapshot; ``web`` is the name of its first pool."""
    failed = [{"id": "", "lifecycleState": "FAILED", "nodeError": {"code": "500", "message": "Out of host capacity."}}]
    return {
        "now": NOW,
        "settings": {
            "node_pool_eval_cpu_load": 60,
            "node_pools": [
                {"id": POOL + "web", "min_size": 1, "max_size": 4, "cost": 43.2},
                {"id": POOL + "gpu", "min_size": 0, "max_size": 2},
                {"id": POOL + "batch", "min_size": 2, "max_size": 9, "cost": 21.6},
            ],
        },
        "node_pools": [
            {**pool("web", ["web-1", "web-2", "web-3", "web-4"]), "name": web},
            pool("gpu", ["gpu-1"], 2, failed=failed),
            pool("batch", ["batch-1", "batch-2", "batch-3", "batch-4", "batch-5"]),
        ],
        "nodes": [
            node("web-1", web),
            node("web-2", web),
            node("web-3", web, ready=False, since="2026-01-01T11:50:00Z"),
            node("web-4", web),
            node("gpu-1", "gpu", taints=[{"key": "gpu", "value": "yes", "effect": "NoSchedule"}]),
            node("batch-1", "batch", taints=[taint(CANDIDATE, 6)]),
            node("batch-2", "batch", taints=[taint(GOING, 3)], cordoned=True),
            node("batch-3", "batch", cordoned=True),
            node("batch-4", "batch"),
        ],
        "pods": [
            *(pod(f"shop/cart-{at}", "3", on=f"web-{at}") for at in (1, 2, 4)),
            *(pod(f"shop/search-{at}", "1500m", nodeSelector={"name": web}) for at in range(7)),
            pod("ml/train-0", "12", created="2026-01-01T11:00:00Z"),
            pod("shop/cache-0", "100m", on="batch-4", volumes=[{"name": "data", "emptyDir": {}}]),
            pod("shop/report-0", "200m"),
        ],
        "controllers": [
            {
                "kind": "ReplicaSet",
                "metadata": {
                    "name": "search",
                    "namespace": "shop",
                    "ownerReferences": [{"kind": "Deployment", "name": "finder", "controller": True}],
                },
                "spec": {"replicas": 7},
            },
            *(
                {"kind": "ReplicaSet", "metadata": {"name": name, "namespace": space}, "spec": {"replicas": 3}}
                for space, name in (("shop", "cart"), ("ml", "train"), ("shop", "cache"), ("shop", "report"))
            ),
        ],
        "work_requests": [
            {
                "id": "w",
                "status": "FAILED",
                "resources": [{"identifier": POOL + "gpu"}],
                "timeAccepted": "2026-01-01T11:58:00Z",
                "timeFinished": "2026-01-01T12:00:00Z",
            }
        ],
        "metrics": {
            f"i-{name}": {"cpu_percent": load} for name, load in (("web-1", 31), ("web-2", 77), ("batch-4", 3))
        },
        "state": {
            "history": [
                {
                    "at": SECONDS - 5 * 86400,
                    "what": "scale-up",
                    "pool": web,
                    "sizeBefore": 1,
                    "sizeAfter": 2,
                    "podsCount": 3,
                },
                {
                    "at": SECONDS - 3600,
                    "what": "scale-up",
                    "pool": web,
                    "sizeBefore": 2,
                    "sizeAfter": 4,
                    "podsCount": 6,
                },
            ],
            "joining": {POOL + "batch": {"i-batch-5": SECONDS - 23 * 60}},
        },
    }


def busy_bytes(web: str = "web") -> bytes:
    return json.dumps(busy_cluster(web)).encode()
