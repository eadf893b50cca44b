"""On random clusters a pod is put on a node exactly when a naive reading of the scheduler's rules allows one."""

from __future__ import annotations

import random
from typing import Any

import pytest

from tests.unit.functions.oke_autoscaler.builders import Json, pool, run
from tests.unit.functions.oke_autoscaler.decide.simulation.naive_scheduler import REQUIRED, Cluster, nodes_for

HOST, ZONE, RACK = "kubernetes.io/hostname", "topology.kubernetes.io/zone", "rack"
SPACES = {"default": {"team": "a"}, "data": {"team": "b"}, "batch": {}}
GPU = "nvidia.com/gpu"


def chance(rng: random.Random, share: float, value: Any) -> Any:
    return value if rng.random() < share else None


def random_node(rng: random.Random, number: int) -> Json:
    name = f"n{number}"
    labels = {HOST: name, ZONE: f"z{rng.randrange(3)}", "gen": str(rng.randrange(4))}
    labels |= chance(rng, 0.7, {RACK: f"r{rng.randrange(2)}"}) or {}
    taint = {"key": rng.choice("kl"), "value": rng.choice("xy"), "effect": rng.choice(EFFECTS)}
    size = {"cpu": rng.choice((2, 4)), "memory": rng.choice((8, 16)), "pods": rng.choice((3, 110))}
    size |= chance(rng, 0.3, {GPU: 1}) or {}
    taints = chance(rng, 0.3, [taint])
    return {
        "metadata": {"name": name, "labels": labels},
        "spec": {"taints": taints, "unschedulable": rng.random() < 0.05},
        "status": {"allocatable": size, "conditions": [{"type": "Ready", "status": "True"}]},
    }


EFFECTS = ("NoSchedule", "NoExecute", "PreferNoSchedule")


def random_selector(rng: random.Random) -> Json:
    if rng.random() < 0.7:
        return {"matchLabels": {"app": rng.choice("abc")}}
    operator = rng.choice(("In", "NotIn", "Exists", "DoesNotExist"))
    values = [rng.choice("abc"), "q"] if operator in ("In", "NotIn") else None
    return {"matchExpressions": [{"key": rng.choice(("app", "rev")), "operator": operator, "values": values}]}


def random_term(rng: random.Random) -> Json:
    term: Json = {"topologyKey": rng.choice((HOST, ZONE, RACK)), "labelSelector": random_selector(rng)}
    spaces = rng.randrange(5)
    if spaces == 1:
        term["namespaces"] = ["data"]
    if spaces == 2:
        term["namespaceSelector"] = rng.choice(({}, {"matchLabels": {"team": "b"}}))
    if rng.random() < 0.2:
        term[rng.choice(("matchLabelKeys", "mismatchLabelKeys"))] = ["rev"]
    return term


def random_spread(rng: random.Random) -> Json:
    row = {
        "topologyKey": rng.choice((HOST, ZONE, RACK)),
        "maxSkew": rng.choice((1, 1, 2)),
        "whenUnsatisfiable": rng.choice(("DoNotSchedule", "DoNotSchedule", "ScheduleAnyway")),
        "labelSelector": random_selector(rng),
    }
    more = {
        "minDomains": rng.choice((1, 2, 4)),
        "nodeAffinityPolicy": rng.choice(("Honor", "Ignore")),
        "nodeTaintsPolicy": rng.choice(("Honor", "Ignore")),
        "matchLabelKeys": ["rev"],
    }
    return row | {key: value for key, value in more.items() if rng.random() < 0.3}


def random_affinity(rng: random.Random, rules: float) -> Json:
    found: Json = {}
    if rng.random() < rules:
        rows = [
            {"key": "gen", "operator": rng.choice(("Gt", "Lt")), "values": [str(rng.randrange(4))]},
            {"key": RACK, "operator": rng.choice(("Exists", "DoesNotExist"))},
            {"key": ZONE, "operator": rng.choice(("In", "NotIn")), "values": ["z0", "z1"]},
        ]
        chosen = [{"matchExpressions": rng.sample(rows, rng.randint(1, 2))} for _ in range(rng.randint(1, 2))]
        found["nodeAffinity"] = {REQUIRED: {"nodeSelectorTerms": chosen}}
    for kind in ("podAffinity", "podAntiAffinity"):
        if rng.random() < rules:
            found[kind] = {REQUIRED: [random_term(rng) for _ in range(rng.randint(1, 2))]}
    return found


def random_container(rng: random.Random) -> Json:
    made: Json = {"resources": {"requests": {"cpu": rng.choice((0, 1, 1, 2)), "memory": rng.choice((1, 2, 4))}}}
    if rng.random() < 0.1:
        made["resources"]["requests"][GPU] = 1
    if rng.random() < 0.3:
        made["ports"] = [{"hostPort": rng.choice((80, 81)), "hostIP": rng.choice(("", "10.0.0.1", "10.0.0.2"))}]
    return made


def random_pod(rng: random.Random, name: str, rules: float) -> Json:
    toleration: Json = {"key": rng.choice(("k", "l", "")), "operator": rng.choice(("Exists", "Equal")), "value": "x"}
    if not toleration["key"] or toleration["operator"] == "Exists":
        toleration |= {"operator": "Exists", "value": ""}
    spec: Json = {
        "containers": [random_container(rng)],
        "affinity": random_affinity(rng, rules),
        "tolerations": chance(rng, 0.4, [toleration | {"effect": rng.choice(("", "NoSchedule"))}]),
        "topologySpreadConstraints": [random_spread(rng) for _ in range(rng.randint(1, 2))]
        if rng.random() < rules
        else [],
    }
    if rng.random() < 0.2:
        spec["initContainers"] = [random_container(rng) | {"restartPolicy": rng.choice(("Always", None))}]
    if rng.random() < 0.1:
        spec["overhead"] = {"cpu": 1}
    if rng.random() < rules / 2:
        spec["nodeSelector"] = {ZONE: f"z{rng.randrange(3)}"}
    labels = {"app": rng.choice("abc")} | (chance(rng, 0.5, {"rev": rng.choice("12")}) or {})
    meta = {"name": name, "namespace": rng.choice(("default", "default", "data", "batch")), "labels": labels}
    return {"metadata": meta, "spec": spec, "status": {"phase": "Pending"}}


def random_cluster(rng: random.Random) -> tuple[list[Json], list[Json]]:
    """Nodes, and pods that were put on them one after another by the naive rules."""
    nodes = [random_node(rng, number) for number in range(rng.randint(1, 7))]
    running: list[Json] = []
    for number in range(rng.randint(0, 14)):
        pod = random_pod(rng, f"r{number}", 0.15)
        there = sorted(nodes_for(pod, nodes, running, SPACES))
        if there:
            pod["spec"]["nodeName"] = rng.choice(there)
            pod["status"]["phase"] = "Running"
            running.append(pod)
    for pod in running:
        if rng.random() < 0.1:
            pod["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z"
    return nodes, running


def compare(seed: int) -> bool:
    """One pod on one cluster; whether a node took it."""
    rng = random.Random(seed)  # noqa: S311  (repeatable cases)
    nodes, running = random_cluster(rng)
    pod = random_pod(rng, "wanted", 0.4)
    spaces = [{"metadata": {"name": name, "labels": labels}} for name, labels in SPACES.items()]
    decision = run({"node_pools": [], "nodes": nodes, "pods": [*running, pod], "namespaces": spaces})
    (found,) = decision.pods
    allowed = nodes_for(pod, nodes, running, SPACES)
    assert (found.placed_on in allowed) if allowed else found.placed_on is None, (seed, found, allowed)
    return bool(allowed)


def test_a_pod_is_placed_exactly_when_the_rules_allow_a_node() -> None:
    taken = sum(compare(seed) for seed in range(150))
    assert 30 < taken < 120, "both answers are tried"


def compare_new(seed: int) -> bool:
    """The first node's pool may grow by one; whether a pod that no node takes gets a new one."""
    rng = random.Random(seed)  # noqa: S311  (repeatable cases)
    nodes, running = random_cluster(rng)
    pod = random_pod(rng, "wanted", 0.4)
    nodes[0]["spec"]["providerID"] = "i0"
    spaces = [{"metadata": {"name": name, "labels": labels}} for name, labels in SPACES.items()]
    seen = {"nodes": nodes, "pods": [*running, pod], "namespaces": spaces}
    (found,) = run({"node_pools": [pool("p", 1, ["i0"])], "settings": {"node_pool_max_size": 2}, **seen}).pods
    labels = {**nodes[0]["metadata"]["labels"], HOST: "new"}
    new = {**nodes[0], "metadata": {"name": "new", "labels": labels}, "spec": {"taints": nodes[0]["spec"]["taints"]}}
    helps = "new" in nodes_for(pod, [*nodes, new], running, SPACES)
    bought = found.placed_on == "new:p"
    if not nodes_for(pod, nodes, running, SPACES):
        assert bought is helps, (seed, found)
    return bought


def test_a_node_is_bought_exactly_when_the_rules_allow_its_pod_there() -> None:
    assert sum(compare_new(seed) for seed in range(150)) > 10


def test_pods_placed_together_could_be_placed_one_by_one_and_no_other_fits() -> None:
    for seed in range(60):
        compare_many(seed)


def compare_many(seed: int) -> None:
    """Pods without rules of order (no spread): each is allowed in the end, and none that was left fits."""
    rng = random.Random(seed)  # noqa: S311  (repeatable cases)
    nodes, running = random_cluster(rng)
    pods = [random_pod(rng, f"w{number}", 0.25) for number in range(6)]
    for pod in pods:
        pod["spec"]["topologySpreadConstraints"] = []
        pod["spec"]["affinity"].pop("podAffinity", None)
    spaces = [{"metadata": {"name": name, "labels": labels}} for name, labels in SPACES.items()]
    decision = run({"node_pools": [], "nodes": nodes, "pods": [*running, *pods], "namespaces": spaces})
    where = {verdict.pod: verdict.placed_on for verdict in decision.pods}
    there = [*running]
    for pod in pods:
        name = where[f"{pod['metadata']['namespace']}/{pod['metadata']['name']}"]
        if name is not None:
            there.append({**pod, "spec": {**pod["spec"], "nodeName": name}, "status": {"phase": "Running"}})
    for pod in there[len(running) :]:
        others = [other for other in there if other is not pod]
        node = next(node for node in nodes if node["metadata"]["name"] == pod["spec"]["nodeName"])
        assert Cluster(nodes, others, SPACES).takes(pod, node), (seed, pod["metadata"]["name"])
    for pod in pods:
        if where[f"{pod['metadata']['namespace']}/{pod['metadata']['name']}"] is None:
            assert not nodes_for(pod, nodes, there, SPACES), (seed, pod["metadata"]["name"])


@pytest.mark.soak
@pytest.mark.timeout(1200)
def test_many_pods_are_placed_exactly_when_the_rules_allow_a_node() -> None:
    for seed in range(60, 20_000):
        compare(seed)
        compare_new(seed)
        compare_many(seed)
