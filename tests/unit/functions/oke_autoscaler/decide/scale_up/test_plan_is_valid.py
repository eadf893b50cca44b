"""Whatever the cluster, a plan breaks no rule: checked pod by pod by a second, naive reading of the rules."""

from __future__ import annotations

import json
import random
from collections import Counter, defaultdict
from typing import Any

import pytest

from functions.oke_autoscaler.decide.scale_up.plan import plan_scale_up
from functions.oke_autoscaler.decide.simulation.cluster_state import ClusterState, build_cluster_state
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
        placements = [{"availabilityDomain": f"T:{zone}"} for zone in ZONES]
        details = {"size": len(members), "placementConfigs": placements}
        pools.append(pool(name, len(members), members, nodeConfigDetails=details))
    for number in range(rng.randint(5, 60)):
        made = random_pod(rng, rng.randint(0, 10**6))
        made["metadata"]["name"] = f"p{number}"
        pods.append(made)
    limit = rng.choice((3, 6, 60))
    bounds = [{"id": each["id"], "max_size": each["nodeConfigDetails"]["size"] + limit} for each in pools]
    return {"node_pools": pools, "nodes": nodes, "pods": pods, "settings": {"node_pools": bounds}}


def violations(state: ClusterState, steps: list[Any]) -> list[str]:
    """Everything that is wrong with the final state."""
    found = []
    on = defaultdict(list)
    for host, group, pods in steps:
        if group is not None:
            on[host].extend([group] * pods)
    for host in state.simulation.nodes:
        if min(host.free) < 0:
            found.append(f"{host.name} is over-full: {host.free}")
        ports = Counter(port for group in on[host] for port in group.scheduling.ports)
        found += [f"{host.name}: port {port} twice" for port, count in ports.items() if count > 1]
        for group in on[host]:
            if state.simulation.static.obstacle(group, host.node_class):
                found.append(f"{host.name} may not run {group.labels}")
    found += pair_violations(state, on)
    return found


def pair_violations(state: ClusterState, on: dict[Any, list[Any]]) -> list[str]:
    found = []
    app_in: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for host, groups in on.items():
        for key in (HOST, ZONE):
            app_in[key, host.labels[key]].update(group.labels["app"] for group in groups)
    for host, groups in on.items():
        for group in groups:
            app = group.labels["app"]
            if app == "a3" and app_in[HOST, host.labels[HOST]][app] > 1:
                found.append("two of a3 on one host")
            if app == "a4" and app_in[ZONE, host.labels[ZONE]][app] > 1:
                found.append("two of a4 in one zone")
            if app == "a8" and app_in[HOST, host.labels[HOST]]["a0"]:
                found.append("a8 beside a0")
    zones_of_a5 = {host.labels[ZONE] for host, groups in on.items() for w in groups if w.labels["app"] == "a5"}
    if len(zones_of_a5) > 1:
        found.append("a5 is not together")
    by_zone = [app_in[ZONE, zone]["a2"] for zone in {host.labels[ZONE] for host in state.simulated_nodes.values()}]
    if max(by_zone) - min(by_zone) > 2:
        found.append(f"a2 is skewed: {by_zone}")
    return found


def check(seed: int) -> None:
    snapshot, settings, now = read(json.dumps(random_snapshot(seed)).encode(), CLOCK)
    state = build_cluster_state(snapshot, settings, now, {})
    plan = plan_scale_up(state)
    assert violations(state, plan.steps) == []
    placed = sum(pods for rows in plan.placed.values() for _, pods in rows)
    assert placed + sum(plan.left.values()) == len(snapshot.pods)
    for status in state.pools.statuses:
        assert status.size + plan.new_nodes.get(status.id, 0) <= status.bounds.max_size
    if min(status.max_new_nodes for status in state.pools.statuses) >= 60:
        apps = {group.labels["app"] for group in state.pending if plan.left.get(group.ident)}
        assert apps <= {"a1", "a4"}, "with room to grow only rules between pods leave pods over"


@pytest.mark.parametrize("seed", range(60))
def test_a_plan_breaks_no_rule(seed: int) -> None:
    check(seed)


@pytest.mark.soak
@pytest.mark.timeout(1200)
def test_no_plan_of_many_breaks_a_rule() -> None:
    for seed in range(60, 3000):
        check(seed)
