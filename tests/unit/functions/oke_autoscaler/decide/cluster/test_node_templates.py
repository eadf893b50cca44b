"""What a new node of a pool looks like."""

from __future__ import annotations

from functions.oke_autoscaler.decide.cluster.node_templates import (
    Domain,
    NodeTemplate,
    domain_labels,
    learn_template,
)
from functions.oke_autoscaler.decide.cluster.pools import PoolStatus
from functions.oke_autoscaler.model.kubernetes_objects import Metadata, Node, NodeSpec, NodeStatus, Taint
from functions.oke_autoscaler.model.nodes import FAULT_DOMAIN, HOSTNAME, OLD_ZONE, TO_BE_DELETED, ZONE, lasting_taints
from functions.oke_autoscaler.model.oci_objects import KeyValue, NodeConfig, NodePool, PlacementConfig, ShapeConfig
from functions.oke_autoscaler.pool_settings import PoolSettings

FLEX = ShapeConfig(ocpus=2, memory_in_gbs=16)


def status(nodes: list[Node] | None = None, cost: float | None = None, **pool: object) -> PoolStatus:
    made = NodePool(id="p", name="web", **pool)  # type: ignore[arg-type]
    return PoolStatus(made, PoolSettings("p", 0, 9, cost), nodes=nodes or [])


def template_of(pool_status: PoolStatus) -> NodeTemplate | None:
    return learn_template(pool_status, None, (), 1e9)[1]


def live(name: str = "n", **more: object) -> Node:
    size = {"cpu": "3", "memory": str(10 << 30)}
    labels = {HOSTNAME: name, "tier": "front"}
    capacity = {"cpu": "4", "memory": str(16 << 30)}
    return Node(Metadata(name=name, labels=labels), NodeSpec(**more), NodeStatus(size, capacity))  # type: ignore[arg-type]


def test_a_live_node_comes_before_the_shape() -> None:
    template = template_of(status([live()], node_shape="VM.Standard.E4.Flex", node_shape_config=FLEX))
    assert template is not None
    assert (template.allocatable["cpu"], template.labels["tier"], template.labels["name"]) == (3000, "front", "web")
    assert HOSTNAME not in template.labels


def test_a_node_on_its_way_out_is_learnt_from_only_when_there_is_no_other() -> None:
    leaving = live("leaving", taints=[Taint(key=TO_BE_DELETED, effect="NoSchedule")])
    for nodes, name in (([leaving, live("stays")], "stays"), ([leaving], "leaving")):
        template = template_of(status(nodes))
        assert template is not None
        assert template.sample_node is not None
        assert template.sample_node.metadata.name == name
        assert template.taints == []


def test_without_a_live_node_shape_labels_and_metadata_tell() -> None:
    template = template_of(
        status(
            node_shape="VM.Standard.A1.Flex",
            node_shape_config=FLEX,
            initial_node_labels=[KeyValue("tier", "back")],
            node_metadata={"kubelet-extra-args": "--register-with-taints=a=b:NoSchedule,c:NoExecute,d"},
        )
    )
    assert template is not None
    assert (template.labels["kubernetes.io/arch"], template.labels["tier"]) == ("arm64", "back")
    found = [(taint.key, taint.value, taint.effect) for taint in template.taints]
    assert found == [("a", "b", "NoSchedule"), ("c", "", "NoExecute")]


def test_nothing_known_is_no_template() -> None:
    assert template_of(status(node_shape="VM.Unheard.Of")) is None


def test_the_cost_of_the_settings_comes_before_that_of_the_shape() -> None:
    for given, want in ((None, 148), (7.0, 7)):
        template = template_of(status(cost=given, node_shape="VM.Standard.E4.Flex", node_shape_config=FLEX))
        assert template is not None
        assert template.cost == want


def test_every_placement_is_a_domain_and_all_fault_domains_where_it_names_none() -> None:
    configs = [PlacementConfig("X:AD-1", ["FAULT-DOMAIN-2"]), PlacementConfig("X:AD-2")]
    template = template_of(
        status(node_shape="VM.Standard.E4.Flex", node_shape_config=FLEX, node_config_details=NodeConfig(1, configs))
    )
    assert template is not None
    places = [dict(domain.labels) for domain in template.domains]
    assert [(place[ZONE], place[FAULT_DOMAIN][-1]) for place in places] == [
        ("AD-1", "2"),
        ("AD-2", "1"),
        ("AD-2", "2"),
        ("AD-2", "3"),
    ]


def test_taints_of_a_moment_are_not_those_of_a_new_node() -> None:
    keys = ("node.kubernetes.io/not-ready", "gpu", TO_BE_DELETED)
    assert [taint.key for taint in lasting_taints(Taint(key=key) for key in keys)] == ["gpu"]


def test_a_domain_replaces_the_zone_of_the_template() -> None:
    labels = domain_labels({ZONE: "old", OLD_ZONE: "old", "tier": "x"}, Domain(((ZONE, "new"),)), "host")
    assert labels == {ZONE: "new", "tier": "x", HOSTNAME: "host"}
