"""Groups that keep each other off a host are packed with the others, one a node."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from functions.oke_autoscaler.decide.scale_up.exclusions import Exclusions, is_packable
from functions.oke_autoscaler.decide.scale_up.plan import plan_scale_up
from functions.oke_autoscaler.decide.simulation.cluster_state import build_cluster_state
from functions.oke_autoscaler.explain.snapshot_file import read
from tests.unit.functions.oke_autoscaler.builders import CLOCK, Json, pod, template_pool
from tests.unit.functions.oke_autoscaler.decide.scale_up.small_clusters import GIB, ZONE, keep_apart

if TYPE_CHECKING:
    from functions.oke_autoscaler.decide.simulation.cluster_state import ClusterState


def port(number: int, address: str | None = None) -> Json:
    return {"containers": [{"ports": [{"hostPort": number, "hostIP": address}], "resources": {"requests": {}}}]}


def state_of(**specs: Json) -> ClusterState:
    """A pod of each name, whose first letter is its app, waiting beside one pool of nodes of 8000 millicores."""
    made, full, filler = template_pool("p", {"cpu_m": 8000, "memory_bytes": 64 * GIB, "pods": 110, "labels": {}})
    pods = [filler, *(pod(name, 1000, GIB, name[0], **spec) for name, spec in specs.items())]
    settings = {"node_pools": [{"id": "p", "max_size": 50}]}
    snapshot = {"node_pools": [made], "nodes": [full], "pods": pods, "settings": settings}
    return build_cluster_state(*read(json.dumps(snapshot).encode(), CLOCK), {})


@pytest.mark.parametrize(
    ("spec", "packable"),
    [
        ({}, True),
        ({"affinity": keep_apart("a")}, True),
        ({"affinity": keep_apart("other")}, True),
        ({"affinity": keep_apart("a", ZONE)}, False),
        (port(80), True),
    ],
)
def test_only_rules_about_the_host_are_a_matter_of_packing(spec: Json, *, packable: bool) -> None:
    state = state_of(a=spec)
    assert is_packable(state.simulation, state.pending[0]) is packable


@pytest.mark.parametrize(
    ("specs", "apart"),
    [
        ({"a": {}, "b": {"priority": 1}}, {"a": "", "b": ""}),
        ({"a": {"affinity": keep_apart("a")}, "b": {}}, {"a": "a", "b": ""}),
        ({"a": {"affinity": keep_apart("b")}, "b": {}}, {"a": "b", "b": "a"}),
        ({"a": {"affinity": keep_apart("b")}, "b": {"affinity": keep_apart("b")}}, {"a": "b", "b": "ab"}),
        ({"a": port(80), "b": {**port(80), "priority": 1}, "c": port(81)}, {"a": "ab", "b": "ab", "c": "c"}),
        ({"a": port(80, "10.0.0.1"), "b": port(80, "10.0.0.2")}, {"a": "a", "b": "b"}),
        ({"a": port(80, "10.0.0.1"), "b": port(80)}, {"a": "ab", "b": "ab"}),
    ],
)
def test_who_may_not_share_a_host(specs: dict[str, Json], apart: dict[str, str]) -> None:
    state = state_of(**specs)
    names = {group.ident: group.pending[0].metadata.name for group in state.pending}
    exclusions = Exclusions(state.simulation, state.pending)
    found = {names[g.ident]: "".join(sorted(names[other] for other in exclusions.of(g))) for g in state.pending}
    assert found == apart


def test_pods_that_keep_apart_share_their_nodes_with_others() -> None:
    # Eight nodes for the pods that keep apart have room for all others.
    apart = {f"a{number}": {"affinity": keep_apart("a")} for number in range(8)}
    state = state_of(**apart, **{f"b{number}": {} for number in range(50)})
    assert plan_scale_up(state).new_nodes == {"p": 8}


def test_groups_that_keep_each_other_away_never_meet() -> None:
    specs = {app: {"affinity": keep_apart("a" if app == "b" else "b")} for app in ("a", "b")}
    plan = plan_scale_up(state_of(**specs, c={}, d={}))
    assert plan.new_nodes == {"p": 2}
