"""Selectors, affinity to nodes, taints and volumes: what does not change while pods are placed."""

from __future__ import annotations

import pytest

from functions.oke_autoscaler.decide.cluster.pod_groups import PodGroup, SchedulingSpec
from functions.oke_autoscaler.decide.cluster.volumes import NOWHERE
from functions.oke_autoscaler.decide.simulation.static_fit import StaticFit
from functions.oke_autoscaler.model.kubernetes_objects import (
    Affinity,
    NodeAffinity,
    NodeSelector,
    NodeSelectorTerm,
    PodSpec,
    Requirement,
    Taint,
    Toleration,
)

GPU = Taint(key="gpu", effect="NoSchedule")


def group(*volumes: NodeSelector, ident: int = 0, **spec: object) -> PodGroup:
    return PodGroup(ident, "default", {}, SchedulingSpec(ident, PodSpec(**spec), 0), volumes)  # type: ignore[arg-type]


def needs(key: str, *values: str) -> NodeSelector:
    return NodeSelector([NodeSelectorTerm([Requirement(key, "In", list(values))])])


@pytest.mark.parametrize(
    ("asked", "taints", "why"),
    [
        (group(), [], ""),
        (group(), [GPU], "taint gpu"),
        (group(), [Taint(key="gpu", effect="PreferNoSchedule")], ""),
        (group(tolerations=[Toleration("gpu", "Exists")]), [GPU], ""),
        (group(node_selector={"tier": "a"}), [], ""),
        (group(node_selector={"tier": "b"}), [], "node selector or affinity"),
        (group(affinity=Affinity(NodeAffinity(needs("tier", "b", "c")))), [], "node selector or affinity"),
        (group(affinity=Affinity(NodeAffinity(needs("tier", "a", "c")))), [], ""),
        (group(needs("tier", "b")), [], "zone of its volume"),
        (group(NOWHERE), [], "claim of its volume missing, not bound or in use"),
    ],
)
def test_the_first_obstacle_is_named(asked: PodGroup, taints: list[Taint], why: str) -> None:
    static = StaticFit([asked])
    assert static.obstacle(asked, static.classify({"tier": "a", "zone": "z"}, taints, "n")) == why


def test_nodes_share_a_class_unless_a_selector_or_a_hard_taint_tells_them_apart() -> None:
    static = StaticFit([group(node_selector={"tier": "a"})])
    plain = static.classify({"tier": "a", "host": "1"}, [], "n1")
    assert static.classify({"tier": "a", "host": "2"}, [Taint(key="x", effect="PreferNoSchedule")], "n2") is plain
    assert static.classify({"tier": "b"}, [], "n3") is not plain
    assert static.classify({"tier": "a"}, [GPU], "n4") is not plain


def test_a_selector_by_name_tells_every_node_apart() -> None:
    by_name = NodeSelector([NodeSelectorTerm(None, [Requirement("metadata.name", "In", ["n1"])])])
    asked = group(affinity=Affinity(NodeAffinity(by_name)))
    static = StaticFit([asked])
    first, second = static.classify({}, [], "n1"), static.classify({}, [], "n2")
    assert [static.obstacle(asked, each) for each in (first, second)] == ["", "node selector or affinity"]


def test_groups_share_a_demand_when_only_other_things_differ() -> None:
    groups = [group(ident=0), group(ident=1, priority=5), group(ident=2, node_selector={"tier": "a"})]
    static = StaticFit(groups)
    assert [static.demand(each) for each in groups] == [0, 0, 1]


def test_taints_do_not_matter_to_affinity() -> None:
    asked = group(node_selector={"tier": "a"})
    static = StaticFit([asked])
    assert static.affine(asked, static.classify({"tier": "a"}, [GPU], "n"))
    assert not static.affine(asked, static.classify({}, [], "n"))
