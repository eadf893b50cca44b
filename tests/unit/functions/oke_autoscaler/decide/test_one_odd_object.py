"""Whatever stands at one place of one object: a decision is made, and pools that it does not concern do not see it."""

from __future__ import annotations

import copy
import json
import random
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from functions.oke_autoscaler.errors import BadSnapshot
from functions.oke_autoscaler.explain.command import decision_object, explain
from tests.unit.functions.oke_autoscaler.builders import CLOCK, Json, node, pod, pool

if TYPE_CHECKING:
    from collections.abc import Iterator

GIB = 1 << 30
ODD_VALUES: tuple[Any, ...] = (7.5, ["x"], "1E300", "soon")
LISTS = (
    "nodes",
    "pods",
    "pod_disruption_budgets",
    "controllers",
    "namespaces",
    "priority_classes",
    "persistent_volume_claims",
    "persistent_volumes",
    "storage_classes",
    "csi_nodes",
    "work_requests",
)
RULES = {
    "affinity": {
        "nodeAffinity": {
            "requiredDuringSchedulingIgnoredDuringExecution": {
                "nodeSelectorTerms": [{"matchExpressions": [{"key": "name", "operator": "In", "values": ["a"]}]}]
            }
        },
        "podAntiAffinity": {
            "requiredDuringSchedulingIgnoredDuringExecution": [
                {
                    "topologyKey": "kubernetes.io/hostname",
                    "labelSelector": {"matchExpressions": [{"key": "app", "operator": "In", "values": ["w"]}]},
                }
            ]
        },
    },
    "tolerations": [{"key": "k", "operator": "Exists", "effect": "NoSchedule"}],
    "initContainers": [{"name": "i", "restartPolicy": "Always", "resources": {"requests": {"cpu": "10m"}}}],
    "overhead": {"cpu": "10m"},
    "resources": {"requests": {"cpu": "500m"}},
    "volumes": [{"name": "v", "persistentVolumeClaim": {"claimName": "c"}}],
    "priorityClassName": "high",
    "terminationGracePeriodSeconds": 30,
}
KUBELET = {
    "conditions": [{"type": "PodScheduled", "status": "True", "lastTransitionTime": "2025-12-31T00:00:00Z"}],
    "containerStatuses": [{"name": "c", "allocatedResources": {"cpu": "1"}, "resources": {"requests": {"cpu": "1"}}}],
}


def team(name: str, *, pending: bool) -> Json:
    """The objects of one pool: a full node, one to be emptied, two idle ones; perhaps a pod that waits for one."""
    selector = {"nodeSelector": {"name": name}}
    labels = {"name": name, "topology.kubernetes.io/zone": "AD-1"}
    nodes = [node(f"{name}{number}", 2000, 8 * GIB, labels=labels) for number in (1, 2, 3, 4)]
    for each in nodes:
        each["metadata"]["creationTimestamp"] = "2025-12-01T00:00:00Z"
        each["metadata"]["annotations"] = {"oci.oraclecloud.com/node-pool-id": name}
        each["status"]["conditions"][0]["lastTransitionTime"] = "2025-12-01T00:00:00Z"
        each["spec"]["taints"] = [{"key": "k", "value": "v", "effect": "NoSchedule"}]
    tolerations = {"tolerations": [{"key": "k", "operator": "Exists"}]}
    containers = [{"name": "c", "ports": [{"hostPort": 80}], "resources": {"requests": {"cpu": "1", "memory": "1Gi"}}}]
    pods = [
        pod("full", 1900, GIB, nodeName=f"{name}1", **selector, **tolerations),
        pod("few", 100, GIB, "w", nodeName=f"{name}2", **{**selector, **RULES, "containers": containers}),
        pod("new", 1950, 7 * GIB, **selector, **tolerations),
    ]
    pods[1]["status"] |= KUBELET
    pods = pods if pending else pods[:2]
    for each in pods:
        each["metadata"] |= {"namespace": name, "creationTimestamp": "2025-12-31T00:00:00Z"}
    return {
        "node_pools": [pool(name, 4, [f"{name}{number}" for number in (1, 2, 3, 4)])],
        "nodes": nodes,
        "pods": pods,
        "pod_disruption_budgets": [
            {
                "metadata": {"name": "b", "namespace": name},
                "spec": {"selector": {"matchLabels": {"app": "w"}}},
                "status": {"disruptionsAllowed": 1, "currentHealthy": 2, "desiredHealthy": 1},
            }
        ],
        "controllers": [
            {"kind": "ReplicaSet", "metadata": {"name": "w", "namespace": name}, "spec": {"replicas": 1}},
            {"kind": "ReplicaSet", "metadata": {"name": "full", "namespace": name}, "spec": {"replicas": 1}},
            {
                "kind": "DaemonSet",
                "metadata": {"name": f"d-{name}", "namespace": name},
                "spec": {"template": {"spec": {**selector, **tolerations, "containers": containers}}},
            },
        ],
        "namespaces": [{"metadata": {"name": name, "labels": {"team": name}}}],
        "priority_classes": [{"metadata": {"name": f"high-{name}"}, "value": 10}],
        "persistent_volume_claims": [
            {
                "metadata": {"name": "c", "namespace": name},
                "spec": {"volumeName": f"v-{name}", "resources": {"requests": {"storage": "1Gi"}}},
            }
        ],
        "persistent_volumes": [
            {
                "metadata": {"name": f"v-{name}", "labels": {"topology.kubernetes.io/zone": "AD-1"}},
                "spec": {"csi": {"driver": "d", "volumeHandle": f"h-{name}"}, "capacity": {"storage": "1Gi"}},
            }
        ],
        "storage_classes": [{"metadata": {"name": f"s-{name}"}, "volumeBindingMode": "WaitForFirstConsumer"}],
        "csi_nodes": [
            {"metadata": {"name": f"{name}2"}, "spec": {"drivers": [{"name": "d", "allocatable": {"count": 2}}]}}
        ],
        "work_requests": [
            {
                "id": f"w-{name}",
                "status": "SUCCEEDED",
                "operationType": "NODEPOOL_UPDATE",
                "timeAccepted": "2025-12-01T00:00:00Z",
                "timeFinished": "2025-12-01T00:05:00Z",
                "resources": [{"identifier": name, "entityType": "nodepool", "actionType": "UPDATED"}],
            }
        ],
    }


def snapshot(*, pending: bool = False) -> Json:
    first, second = team("a", pending=pending), team("b", pending=pending)
    joined = {key: first[key] + second[key] for key in first}
    settings = {
        "node_pools": [{"id": "a", "max_size": 5}, {"id": "b", "max_size": 5}],
        "node_pool_eval_cpu_load": 50,
        "unneeded_minutes": 0,
    }
    load = {"cpu_percent": 5.0, "ram_percent": 5.0}
    metrics = {f"{name}{number}": load for name in "ab" for number in (1, 2, 3, 4)}
    return {"now": "2026-01-01T00:00:00Z", "settings": settings, "metrics": metrics, **joined}


def decided(data: Json) -> Json:
    found: Json = json.loads(msgspec.json.encode(decision_object(explain(json.dumps(data).encode(), CLOCK))))
    return found


def of_the_other_pool(found: Json) -> Json:
    """Return what was decided about pool b, its nodes and its pods."""
    return {
        "pools": [row for row in found["pools"] if row["name"] == "b"],
        "nodes": [row for row in found["nodes"] if row["node"].startswith("b")],
        "pods": [row for row in found["pods"] if row["pod"].startswith("b/")],
    }


def places(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Yield the path of every value below one."""
    rows = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in rows:
        yield (*path, key)
        yield from places(inner, (*path, key))


def changed(data: Json, path: tuple[str | int, ...], value: Any) -> Json:
    """Return the snapshot with another value at a path; what the path leads through is copied, the rest is shared."""
    made: Any = dict(data)
    holder = made
    for key in path[:-1]:
        holder[key] = copy.copy(holder[key])
        holder = holder[key]
    holder[path[-1]] = value
    return dict(made)


def odd_places(data: Json) -> list[tuple[str | int, ...]]:
    """Return the places in the objects of pool a: the first half of each list."""
    found = []
    for name in LISTS:
        for index in range((len(data[name]) + 1) // 2):
            found += [(name, index, *path) for path in places(data[name][index]) if path != ("kind",)]
    return found


def test_the_snapshot_has_something_to_decide_in_both_pools() -> None:
    found = decided(snapshot())
    assert "unreadable" not in found
    assert {row["name"]: row["action"] for row in found["pools"]} == {"a": "scale-down", "b": "scale-down"}
    assert [row["placed_on"] for row in decided(snapshot(pending=True))["pods"]] == ["a3", "b3"]


@pytest.mark.parametrize("pending", [False, True])
@pytest.mark.parametrize("value", ODD_VALUES)
def test_one_odd_value_is_no_end_and_no_matter_to_the_other_pool(value: Any, *, pending: bool) -> None:
    data = snapshot(pending=pending)
    expected = of_the_other_pool(decided(data))
    # A value of the right type may say something else that is as good, such as a text that is the name of another node.
    # Only amounts and times tell a good text from a bad one.
    for path in odd_places(data):
        was: Any = data
        for key in path:
            was = was[key]
        if isinstance(value, str) and not (path[-2] in {"requests", "allocatable"} or "Time" in str(path[-1])):
            continue
        found = decided(changed(data, path, value))
        assert of_the_other_pool(found) == expected, (path, was, found.get("unreadable"))


@pytest.mark.soak
def test_many_odd_values_at_once_are_no_end() -> None:
    data, seed = snapshot(), random.randrange(2**32)  # noqa: S311  (no secret)
    source = random.Random(seed)  # noqa: S311  (no secret)
    every = odd_places(data)
    for _ in range(800):
        odd = data
        for _ in range(source.randint(2, 12)):
            try:
                odd = changed(odd, source.choice(every), source.choice((*ODD_VALUES, None, "", -1, [], {})))
            except (TypeError, KeyError, IndexError, AttributeError):
                continue  # an earlier one has replaced what the path leads through
        try:
            assert decided(odd)["pools"], f"seed {seed}"
        except BadSnapshot as fault:
            if "is there twice" not in str(fault):
                raise
