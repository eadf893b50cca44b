"""Ticks of oke-autoscaler against the local cloud, in this process."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from functions.oke_autoscaler.settings import Settings
from functions.oke_autoscaler.tick import serve
from shared import settings as shared_settings
from shared.deadline import Deadline
from shared.errors import FunctionError
from shared.handler import Call
from shared.http_request import from_parts

if TYPE_CHECKING:
    from emulator.cloud import Cloud
    from emulator.oke.model.node_pool_records import NodePoolRecord

WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
BOOKKEEPING = ("/leases", "/configmaps", "/events")
"""Writes that change no node, pod or node pool."""

READING_POSTS = ("/kubeconfig/content", "/summarizeMetricsData")


def config(cloud: Cloud, *pools: NodePoolRecord, **more: object) -> dict[str, str]:
    """Return the config of a function for pools: bounds 0 to 10, scale-down off, unless told otherwise."""
    keys = {
        "cluster_id": cloud.cluster.id,
        "node_pool_id": ",".join(pool.id for pool in pools),
        "node_pool_min_size": "0",
        "node_pool_max_size": "10",
        "node_pool_eval_window": "5",
        "oci_endpoint": cloud.endpoint,
    }
    return keys | {name: value if isinstance(value, str) else json.dumps(value) for name, value in more.items()}


def tick(env: dict[str, str], keys: dict[str, str], *, seconds: float = 60.0, body: bytes = b"") -> dict[str, Any]:
    """Run one tick and return its answer, an expected failure's too."""
    try:
        call = Call(
            settings=shared_settings.load_settings(Settings, keys),
            request=from_parts("POST", None, {}, "invoke"),
            deadline=Deadline.after(seconds),
            call_id="call",
            body=body,
            config=keys,
            context=None,
        )
        with pytest.MonkeyPatch.context() as patch:
            for name, value in env.items():
                patch.setenv(name, value)
            return serve(call)
    except FunctionError as error:
        return error.to_body()


def changes(cloud: Cloud) -> list[str]:
    """Return the logged writes that change nodes, pods or node pools, as `METHOD path`."""
    return [
        f"{call.method} {call.path}"
        for call in cloud.log.calls()
        if call.method in WRITES
        and not call.path.endswith(READING_POSTS)
        and not any(part in call.path for part in BOOKKEEPING)
    ]


def writes(cloud: Cloud) -> list[str]:
    """Return every logged write."""
    return [
        f"{call.method} {call.path}"
        for call in cloud.log.calls()
        if call.method in WRITES and not call.path.endswith(READING_POSTS)
    ]


def principal_user(cloud: Cloud, env: dict[str, str]) -> dict[str, str]:
    """Return what rbac.yaml's placeholder stands for."""
    return {"FUNCTION_OCID": cloud.cluster.user_of(env)}


IDLE: dict[str, object] = {"node_pool_eval_cpu_load": 50, "unneeded_minutes": 0, "disruption_budget": "100%"}
"""Scale-down on, no waiting, and as many nodes at once as there are."""


def host_names(cloud: Cloud, pool: NodePoolRecord) -> list[str]:
    """Return the Kubernetes names of a pool's nodes, oldest first."""
    return [node["metadata"]["name"] for node in cloud.cluster.nodes(pool)]


def taint_keys(cloud: Cloud, host: str) -> dict[str, str | None]:
    """Return a node's taints, key to value."""
    taints = cloud.cluster.get("Node", host)["spec"].get("taints") or []
    return {taint["key"]: taint.get("value") for taint in taints}


def put_taint(cloud: Cloud, host: str, *, age_seconds: float = 0.0, cordon: bool = True) -> None:
    """Leave a node as a tick that died after taint and cordon does."""
    value = str(int(cloud.cluster.clock() - age_seconds))
    taint = {"key": "ToBeDeletedByClusterAutoscaler", "value": value, "effect": "NoSchedule"}
    cloud.cluster.change("Node", host, ("spec.taints", [taint]), ("spec.unschedulable", True if cordon else None))
    cloud.cluster.settle()


def evictions(cloud: Cloud) -> list[str]:
    """Return the names of the pods whose eviction was accepted, in order."""
    return [
        call.path.split("/")[-2]
        for call in cloud.log.calls(service="kubernetes", method="POST")
        if call.path.endswith("/eviction") and call.status == 201
    ]


def deletions(cloud: Cloud) -> list[str]:
    """Return the instances whose deletion was accepted, in order."""
    calls = cloud.log.calls(service="container_engine", method="DELETE")
    return [call.path.rpartition("/")[2] for call in calls if call.status == 202]
