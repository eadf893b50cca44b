"""What a rule selects is found by index, and a decision's work grows with the pods and not with their rules."""

from __future__ import annotations

import json
import random

import pytest

from functions.oke_autoscaler.decide.cluster.pod_groups import PodGroup, SchedulingSpec
from functions.oke_autoscaler.decide.scale_down.rescheduling import Rescheduler
from functions.oke_autoscaler.decide.scale_up.plan import plan_scale_up
from functions.oke_autoscaler.decide.simulation.cluster_state import ClusterState, build_cluster_state
from functions.oke_autoscaler.decide.simulation.constraints import NAME_LABEL, Constraints
from functions.oke_autoscaler.decide.simulation.node_simulation import NodeSimulation
from functions.oke_autoscaler.decide.simulation.nodes import SimulatedNode
from functions.oke_autoscaler.decide.simulation.selections import GroupIndex, Selection, SelectionIndex
from functions.oke_autoscaler.decide.simulation.static_fit import BEING_DELETED, NodeClass, StaticFit
from functions.oke_autoscaler.explain.snapshot_file import read
from functions.oke_autoscaler.model.kubernetes_objects import (
    Affinity,
    LabelSelector,
    Metadata,
    PodAffinity,
    PodAffinityTerm,
    PodSpec,
    Requirement,
)
from functions.oke_autoscaler.model.oci_objects import Namespace
from tests.unit.functions.oke_autoscaler.builders import CLOCK, Json, node, pod, pool

HOST, ZONE = "kubernetes.io/hostname", "topology.kubernetes.io/zone"


def random_group(rng: random.Random, ident: int) -> PodGroup:
    labels = {key: rng.choice("xyz") for key in ("a", "b") if rng.random() < 0.7}
    group = PodGroup(ident, rng.choice(("n1", "n2")), labels, SchedulingSpec(ident, PodSpec(), 0), ())
    group.leaving = rng.random() < 0.2
    return group


def random_selection(rng: random.Random) -> Selection:
    namespaces = rng.choice((None, frozenset({"n1"}), frozenset({"n1", "n2"}), frozenset[str]()))
    operators = ("In", "NotIn", "Exists", "DoesNotExist", "Gt", "Unknown")
    rows = [
        Requirement(rng.choice("ab"), rng.choice(operators), rng.choices("xyz", k=rng.randint(1, 3)))
        for _ in range(rng.randint(0, 2))
    ]
    labels = {rng.choice("ab"): rng.choice("xyz")} if rng.random() < 0.4 else None
    selector = LabelSelector(labels, rows or None) if rng.random() < 0.9 else None
    return Selection(namespaces, selector, rng.random() < 0.5)


@pytest.mark.parametrize("seed", range(30))
def test_both_indexes_find_what_a_look_at_all_pairs_finds(seed: int) -> None:
    rng = random.Random(seed)  # noqa: S311  (repeatable cases)
    groups = [random_group(rng, ident) for ident in range(20)]
    selections = [random_selection(rng) for _ in range(20)]
    index = GroupIndex(groups)
    other_way: SelectionIndex[int] = SelectionIndex(index)
    for number, selection in enumerate(selections):
        other_way.add(selection, number)
        found = sorted(group.ident for group in index.selected((selection,)))
        assert found == [group.ident for group in groups if selection.takes(group)]
    for group in groups:
        expected = [number for number, selection in enumerate(selections) if selection.takes(group)]
        assert sorted(other_way.selecting(group)) == expected


def tenant(rule: str, number: int, **more: str) -> Json:
    """A pod of its own app with a rule of its own."""
    app = f"app{number}"
    made = pod(app, 100, 1 << 20, app, **more)
    made["metadata"]["namespace"] = f"team{number % 10}"
    match = {"matchLabels": {"app": app}}
    if rule == "spread":
        row = {"maxSkew": 1, "whenUnsatisfiable": "DoNotSchedule", "labelSelector": match}
        made["spec"]["topologySpreadConstraints"] = [{"topologyKey": ZONE, **row}]
    else:
        key = HOST if rule == "host" else ZONE
        terms = [{"topologyKey": key, "labelSelector": match}]
        kind = "podAffinity" if rule == "affinity" else "podAntiAffinity"
        made["spec"]["affinity"] = {kind: {"requiredDuringSchedulingIgnoredDuringExecution": terms}}
    return made


def tenants(rule: str, apps: int, *, running: bool) -> ClusterState:
    """A state with so many apps on nodes of which each holds 20."""
    names = [f"n{number}" for number in range(apps // 20)]
    nodes = [
        node(name, 4000, 1 << 34, labels={ZONE: f"z{number % 3}", "name": "p"}) for number, name in enumerate(names)
    ]
    pods = [
        tenant(rule, number, **({"nodeName": names[number % len(names)]} if running else {})) for number in range(apps)
    ]
    snapshot = {"node_pools": [pool("p", len(names), names)], "nodes": nodes, "pods": pods}
    settings = {"node_pools": [{"id": "p", "max_size": 1000}], "node_pool_eval_cpu_load": 50}
    found, given, now = read(json.dumps({**snapshot, "settings": settings}).encode(), CLOCK)
    return build_cluster_state(found, given, now, {})


def empty_all(state: ClusterState) -> None:
    """Move every running pod, node by node, as a tick does that looks for nodes to remove."""
    rescheduler = Rescheduler(state)
    for name, simulated_node in state.simulated_nodes.items():
        placeholder = NodeClass(-1 - simulated_node.index, simulated_node.labels, [BEING_DELETED], name)
        rescheduler.try_remove(simulated_node, [(each.group, 1) for each in state.running[name]], placeholder)


@pytest.mark.parametrize("rule", ["host", "zone", "spread", "affinity"])
@pytest.mark.parametrize("running", [True, False])
def test_work_grows_with_the_apps_and_not_with_their_square(rule: str, *, running: bool) -> None:
    work = {}
    for apps in (100, 400):
        state = tenants(rule, apps, running=running)
        plan_scale_up(state)
        empty_all(state)
        work[apps] = (state.simulation.constraints.index.comparisons, state.simulation.updates)
        # Every app has at most three selections: its own term, the other direction of it, and what it feeds.
        assert work[apps][0] <= 3 * apps
    assert work[400][1] <= 8 * max(1, work[100][1])


def random_terms(rng: random.Random) -> Affinity:
    rows = [LabelSelector(None, [Requirement("a", rng.choice(("In", "NotIn", "Exists")), rng.choices("xyz", k=2))])]
    chosen = [
        None,
        LabelSelector(),
        LabelSelector({NAME_LABEL: "n1"}),
        LabelSelector(None, [Requirement("t", "Exists")]),
    ]
    terms = [
        PodAffinityTerm(
            rng.choice((HOST, ZONE)),
            rng.choice((rows[0], LabelSelector())),
            rng.choice((None, ["n1"], ["n1", "n2"])),
            rng.choice(chosen),
        )
        for _ in range(rng.randint(0, 2))
    ]
    return Affinity(pod_anti_affinity=PodAffinity(terms))


@pytest.mark.parametrize("seed", range(40))
def test_terms_that_are_asked_allow_what_terms_that_are_counted_allow(seed: int) -> None:
    rng = random.Random(seed)  # noqa: S311  (repeatable cases)
    groups = []
    for ident in range(12):
        labels = {"a": rng.choice("xyz")} if rng.random() < 0.8 else {}
        spec = SchedulingSpec(ident, PodSpec(affinity=random_terms(rng)), 0)
        groups.append(PodGroup(ident, rng.choice(("n1", "n2", "n3")), labels, spec, ()))
        groups[-1].vector = (1, 1, 1)
    known = [Namespace(Metadata("n2", labels={NAME_LABEL: "n2", "t": ""}))]
    static = StaticFit(groups)
    simulations = [NodeSimulation(static, Constraints(groups, static, known, wide)) for wide in (0, 1000)]
    for number in range(4):
        labels = {HOST: f"h{number}", ZONE: f"z{number % 2}"} if number else {HOST: "h0"}
        for each in simulations:
            each.open(SimulatedNode(f"h{number}", labels, static.classify(labels, [], ""), (99, 99, 99), None))
    for _ in range(30):
        at, group, pods = rng.randrange(4), rng.choice(groups), rng.choice((1, 1, -1))
        there = simulations[0].places(group).get(simulations[0].nodes[at], 0)
        for each in simulations:
            each.put(each.nodes[at], group, pods if there + pods >= 0 else 1)
        for other in groups:
            asked, counted = ([each.quota(other, node.labels) for node in each.nodes] for each in simulations)
            assert asked == counted
