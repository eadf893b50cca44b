"""Whatever the cluster, a plan breaks no rule: checked pod by pod by a second, naive reading of the rules."""

from __future__ import annotations

import json
import random
from collections import Counter, defaultdict
from typing import Any

import pytest

from functions.oke_autoscaler.decide.scale_up import plan as planning
from functions.oke_autoscaler.decide.simulation import cluster_state as world
from functions.oke_autoscaler.explain.snapshot_file import read
from tests.unit.functions.oke_autoscaler.builders import CLOCK, Json, node, pod, pool

ZONES = ("z1", "z2", "z3")
HOST, ZONE = "kubernetes.io/hostname", "topology.kubernetes.io/zone"
SIZES = ((1900, 7), (3800, 14), (7800, 30))


def random_pod(rng: random.Random, number: int) -> Json:
    app = f"a{number % 9}"
    made = pod(f"p{number}", rng.choice((200, 500, 900)), rng.choice((1, 2, 3)) << 28, app)
    rule = int(app[1])
    match = {"matchLabels": {"app": app}}
    if rule in (1, 2):
        key = HOST if rule == 1 else ZONE
        spread = {"maxSkew": rule, "topologyKey": key, "whenUnsatisfiable": "DoNotSchedule", "labelSelector": match}
        made["spec"]["topologySpreadConstraints"] = [spread]
    if rule in (3, 4):
        term = {"topologyKey": HOST if rule == 3 else ZONE, "labelSelector": match}
        made["spec"]["affinity"] = {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [term]}}
    if rule == 5:
        term = {"topologyKey": ZONE, "labelSelector": match}
        made["spec"]["affinity"] = {"podAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [term]}}
    if rule == 6:
        made["spec"]["containers"][0]["ports"] = [{"hostPort": 8080, "protocol": "TCP"}]
    if rule == 7:
        made["spec"]["nodeSelector"] = {"name": f"pool{number % 3}"}
    if rule == 8:
        other = {"matchLabels": {"app": "a0"}}
        term = {"topologyKey": HOST, "labelSelector": other}
        made["spec"]["affinity"] = {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [term]}}
    return made


def random_snapshot(seed: int) -> Json:
    rng = random.Random(seed)  # noqa: S311  (repeatable cases)
    nodes, pools, pods = [], [], []
    for index, (cpu, gib) in enumerate(SIZES):
        name = f"pool{index}"
        members = [f"{name}-n{number}" for number in range(rng.randint(1, 4))]
        for number, member in enumerate(members):
            labels = {"name": name, ZONE: ZONES[number % 3]}
            taints = [{"key": "x", "effect": "NoSchedule"}] if number and rng.random() < 0.1 else []
            nodes.append(node(member, cpu, gib << 30, labels=labels, taints=taints))
        places = [{"availabilityDomain": f"T:{zone}"} for zone in ZONES]
        details = {"size": len(members), "placementConfigs": places}
        pools.append(pool(name, len(members), members, nodeConfigDetails=details))
    for number in range(rng.randint(5, 60)):
        made = random_pod(rng, rng.randint(0, 10**6))
        made["metadata"]["name"] = f"p{number}"
        pods.append(made)
    limit = rng.choice((3, 6, 60))
    bounds = [{"id": each["id"], "max_size": each["nodeConfigDetails"]["size"] + limit} for each in pools]
    return {"node_pools": pools, "nodes": nodes, "pods": pods, "settings": {"node_pools": bounds}}


def violations(known: world.World, steps: list[Any]) -> list[str]:
    """Everything that is wrong with the final state."""
    found = []
    on = defaultdict(list)
    for place, workload, pods in steps:
        if workload is not None:
            on[place].extend([workload] * pods)
    for place in known.room.places:
        if min(place.free) < 0:
            found.append(f"{place.name} is over-full: {place.free}")
        ports = Counter(port for workload in on[place] for port in workload.shape.ports)
        found += [f"{place.name}: port {port} twice" for port, count in ports.items() if count > 1]
        for workload in on[place]:
            if known.room.static.obstacle(workload, place.kind):
                found.append(f"{place.name} may not run {workload.labels}")
    found += pair_violations(known, on)
    return found


def pair_violations(known: world.World, on: dict[Any, list[Any]]) -> list[str]:
    found = []
    app_in: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for place, workloads in on.items():
        for key in (HOST, ZONE):
            app_in[key, place.labels[key]].update(workload.labels["app"] for workload in workloads)
    for place, workloads in on.items():
        for workload in workloads:
            app = workload.labels["app"]
            if app == "a3" and app_in[HOST, place.labels[HOST]][app] > 1:
                found.append("two of a3 on one host")
            if app == "a4" and app_in[ZONE, place.labels[ZONE]][app] > 1:
                found.append("two of a4 in one zone")
            if app == "a8" and app_in[HOST, place.labels[HOST]]["a0"]:
                found.append("a8 beside a0")
    zones_of_a5 = {place.labels[ZONE] for place, workloads in on.items() for w in workloads if w.labels["app"] == "a5"}
    if len(zones_of_a5) > 1:
        found.append("a5 is not together")
    by_zone = [app_in[ZONE, zone]["a2"] for zone in {place.labels[ZONE] for place in known.places.values()}]
    if max(by_zone) - min(by_zone) > 2:
        found.append(f"a2 is skewed: {by_zone}")
    return found


def check(seed: int) -> None:
    snapshot, settings, now = read(json.dumps(random_snapshot(seed)).encode(), CLOCK)
    known = world.build(snapshot, settings, now, {})
    plan = planning.plan(known)
    assert violations(known, plan.steps) == []
    placed = sum(pods for rows in plan.placed.values() for _, pods in rows)
    assert placed + sum(plan.left.values()) == len(snapshot.pods)
    for state in known.pools.states:
        assert state.pool.size + plan.new_nodes.get(state.id, 0) <= state.bounds.max_size
    if min(state.growth for state in known.pools.states) >= 60:
        apps = {workload.labels["app"] for workload in known.pending if plan.left.get(workload.ident)}
        assert apps <= {"a1", "a4"}, "with room to grow only rules between pods leave pods over"


@pytest.mark.parametrize("seed", range(60))
def test_a_plan_breaks_no_rule(seed: int) -> None:
    check(seed)


@pytest.mark.soak
@pytest.mark.timeout(1200)
def test_no_plan_of_many_breaks_a_rule() -> None:
    for seed in range(60, 3000):
        check(seed)
