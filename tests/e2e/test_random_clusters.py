"""The function against the emulated cluster's own scheduler, on random pools and pods.

The two were written apart, and the scheduler does not know the function's plan. Still, in the end no pod may wait that
a pool could grow for, and no node may be kept that runs nothing: what was bought for nothing is given back, once no
pod waits.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from emulator.closed_loop.autoscalers import FunctionUnderTest
from emulator.closed_loop.scenario import Scenario, parse_scenario
from emulator.closed_loop.scenario_cluster import ScenarioCluster
from emulator.cloud import Cloud, CloudOptions
from emulator.functions_app import FunctionsApp
from emulator.kubernetes.object_fields import Object, node_name_of, owner_of, spec_of
from emulator.oke.model.network import DOMAINS
from emulator.oke.model.node_pool_records import NodePoolRecord, PoolNode
from emulator.oke.nodes.hosts import node_object
from emulator.oke.scheduling.fit import fits_by_rules, requests_of, tolerates_node
from emulator.oke.scheduling.node_info import NodeInfo

TICKS = 10
GIVES_BACK = {"node_pool_eval_cpu_load": 1, "unneeded_minutes": 3}
TICK_SECONDS = 180.0


@pytest.fixture(scope="module")
def functions() -> FunctionsApp:
    def environment(cloud: Cloud) -> dict[str, str]:
        return {**cloud.identity.mint_resource_principal(lifetime_seconds=3600), "oci_endpoint": cloud.endpoint}

    return FunctionsApp(environment)


@pytest.fixture(scope="module")
def own_cloud(tmp_path_factory: pytest.TempPathFactory, keys_folder: Path, functions: FunctionsApp) -> Iterator[Cloud]:
    folder = tmp_path_factory.mktemp("random")
    with Cloud(folder, functions=functions, options=CloudOptions(keys_folder=keys_folder)) as cloud:
        yield cloud


def pools(source: random.Random) -> list[dict[str, Any]]:
    made = []
    for name in ("small", "big", "odd")[: source.randint(1, 3)]:
        ocpus = source.choice((1, 2, 4, 8))
        made.append(
            {
                "name": name,
                "size": source.randint(0, 2),
                "min_size": 0,
                "max_size": source.randint(6, 25),
                "ocpus": ocpus,
                "memory_gib": ocpus * source.choice((4, 8, 16)),
                "domains": DOMAINS[: source.randint(1, 3)],
                "labels": {"name": name, "disk": source.choice(("ssd", "hdd"))},
                "max_pods": source.choice((31, 12, None)),
                **({"taints": "team=a:NoSchedule"} if name == "odd" else {}),
            }
        )
    return made


def workload(source: random.Random, number: int, names: list[str]) -> dict[str, Any]:
    name = f"w{number}"
    spec: dict[str, Any] = {}
    kind = source.choice(("plain", "plain", "plain", "pool", "ssd", "tolerant", "port", "apart", "spread", "init"))
    if kind == "pool":
        spec["nodeSelector"] = {"name": source.choice(names)}
    if kind == "ssd":
        term = {"matchExpressions": [{"key": "disk", "operator": "In", "values": ["ssd"]}]}
        required = {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [term]}}
        spec["affinity"] = {"nodeAffinity": required}
    if kind in {"tolerant", "pool"}:
        spec["tolerations"] = [{"key": "team", "operator": "Exists"}]
    cpu, memory = f"{source.randint(1, 40) * 50}m", f"{source.randint(1, 24) * 128}Mi"
    labels = {"matchLabels": {"app": name}}
    if kind == "apart":
        term = {"labelSelector": labels, "topologyKey": "kubernetes.io/hostname"}
        spec["affinity"] = {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [term]}}
    if kind == "spread":
        zone = {"maxSkew": 2, "topologyKey": "topology.kubernetes.io/zone", "whenUnsatisfiable": "DoNotSchedule"}
        spec["topologySpreadConstraints"] = [{**zone, "labelSelector": labels}]
    container: dict[str, Any] = {"name": "c", "resources": {"requests": {"cpu": cpu, "memory": memory}}}
    if kind == "port":
        container["ports"] = [{"containerPort": 80, "hostPort": 8000 + number}]
        spec["containers"] = [container]
    if kind == "init":
        more = {"cpu": f"{source.randint(1, 60) * 50}m", "memory": memory}
        spec["initContainers"] = [{"name": "i", "resources": {"requests": more}}]
    few = kind in {"port", "apart"}
    return {"name": name, "replicas": source.randint(1, 4 if few else 25), "cpu": cpu, "memory": memory, "spec": spec}


def scenario(seed: int) -> Scenario:
    source = random.Random(seed)  # noqa: S311  (repeatable)
    made = pools(source)
    names = [pool["name"] for pool in made]
    loads = [workload(source, number, names) for number in range(source.randint(1, 6))]
    daemons = [{"name": "proxy", "cpu": "50m", "memory": "64Mi", "spec": {"tolerations": [{"operator": "Exists"}]}}]
    return parse_scenario({"pools": made, "workloads": loads, "daemon_sets": daemons, "function": GIVES_BACK})


def could_grow_for(stage: ScenarioCluster, pod: Object) -> list[str]:
    """The pools below their maximum whose empty nodes would hold a pod that has no wishes about others."""
    spec = spec_of(pod)
    if "topologySpreadConstraints" in spec or "podAntiAffinity" in (spec.get("affinity") or {}):
        return []
    return [
        name
        for name, pool in stage.pools.items()
        if pool.size < stage.scenario.bounds(name)[1] and fits_empty(pool, spec, stage)
    ]


def fits_empty(pool: NodePoolRecord, spec: Object, stage: ScenarioCluster) -> bool:
    node = node_object(pool, PoolNode(0, pool.placements[0], "FAULT-DOMAIN-1", "10.9.9.9", 0.0, pool.details, id="x"))
    node["spec"]["taints"] = [taint for taint in node["spec"]["taints"] if "not-ready" not in taint["key"]]
    room = NodeInfo(node, [one["spec"]["template"] | {"metadata": {}} for one in stage.cluster.objects("DaemonSet")])
    return fits_by_rules(spec, node) and tolerates_node(spec, node) and not room.lacks(requests_of(spec))


def empty_nodes(stage: ScenarioCluster) -> list[str]:
    """The nodes that run nothing but DaemonSet pods."""
    busy = {
        node_name_of(pod)
        for pod in stage.cluster.objects("Pod")
        if (owner := owner_of(pod)) is None or owner["kind"] != "DaemonSet"
    }
    return [node["metadata"]["name"] for node in stage.cluster.objects("Node") if node["metadata"]["name"] not in busy]


def check(cloud: Cloud, functions: FunctionsApp, seed: int) -> None:
    stage = ScenarioCluster(cloud.cluster, scenario(seed))
    stage.build()
    autoscaler = FunctionUnderTest(cloud, functions, stage)
    answers = []
    for _ in range(TICKS):
        answers.append(autoscaler.tick())
        stage.cluster.advance(TICK_SECONDS)
    assert not [answer for answer in answers if "error" in answer], answers
    waiting = {pod["metadata"]["name"]: could_grow_for(stage, pod) for pod in stage.cluster.pending()}
    assert not {name: grown for name, grown in waiting.items() if grown}, (seed, answers)
    if not waiting:
        assert not empty_nodes(stage), (seed, answers)
    for name, pool in stage.pools.items():
        assert pool.size <= stage.scenario.bounds(name)[1]


@pytest.mark.timeout(600)
@pytest.mark.parametrize("seed", range(4))
def test_in_the_end_no_pod_waits_and_no_node_is_empty(own_cloud: Cloud, functions: FunctionsApp, seed: int) -> None:
    check(own_cloud, functions, seed)


@pytest.mark.soak
@pytest.mark.timeout(600)
@pytest.mark.parametrize("seed", range(100, 400))
def test_many_random_clusters(own_cloud: Cloud, functions: FunctionsApp, seed: int) -> None:
    check(own_cloud, functions, seed)
