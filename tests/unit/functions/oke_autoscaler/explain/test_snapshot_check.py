"""Quantities, times and sizes that types accept and no cluster has."""

from __future__ import annotations

import pytest

from functions.oke_autoscaler.errors import BadSnapshot
from functions.oke_autoscaler.explain.snapshot_check import MAX_POOL_NODES, MAX_SHAPE_AMOUNT, check, check_pod
from functions.oke_autoscaler.model.kubernetes_objects import (
    Condition,
    Container,
    Metadata,
    Node,
    NodeStatus,
    Pod,
    PodMetadata,
    PodSpec,
    Resources,
)
from functions.oke_autoscaler.model.oci_objects import NodeConfig, NodePool, ShapeConfig, WorkRequest

NODE = Metadata(name="n")


@pytest.mark.parametrize(
    ("item", "path"),
    [
        (Node(NODE, status=NodeStatus(allocatable={"cpu": "four"})), "x.status.allocatable.cpu"),
        (Node(NODE, status=NodeStatus(capacity={"memory": "-1"})), "x.status.capacity.memory"),
        (
            Node(NODE, status=NodeStatus(conditions=[Condition("Ready", "True", last_transition_time="noon")])),
            "x.status.conditions[0].lastTransitionTime",
        ),
        (Node(Metadata(name="n", creation_timestamp="")), "x.metadata.creationTimestamp"),
        (NodePool("p", node_shape_config=ShapeConfig(ocpus=-1.0)), "x.nodeShapeConfig.ocpus"),
        (
            NodePool("p", node_shape_config=ShapeConfig(memory_in_gbs=MAX_SHAPE_AMOUNT + 1.0)),
            "x.nodeShapeConfig.memoryInGBs",
        ),
        (NodePool("p", node_config_details=NodeConfig(size=MAX_POOL_NODES + 1)), "x.nodeConfigDetails.size"),
        (NodePool("p", node_config_details=NodeConfig(size=-1)), "x.nodeConfigDetails.size"),
        (WorkRequest(time_finished="yesterday"), "x.timeFinished"),
    ],
)
def test_the_path_names_what_cannot_be(item: object, path: str) -> None:
    with pytest.raises(BadSnapshot) as caught:
        check(item, "x")
    assert caught.value.path == path


@pytest.mark.parametrize(
    "item",
    [
        Node(NODE, status=NodeStatus(allocatable={"cpu": "3900m", "memory": "7Gi", "pods": 110})),
        NodePool("p", node_config_details=NodeConfig(size=MAX_POOL_NODES)),
        NodePool("p", node_shape_config=ShapeConfig(ocpus=0.0, memory_in_gbs=float(MAX_SHAPE_AMOUNT))),
        WorkRequest(time_accepted="2026-01-01T00:00:00Z"),
        object(),
    ],
)
def test_what_can_be_passes(item: object) -> None:
    check(item, "x")


def pod(quantity: str) -> Pod:
    container = Container(resources=Resources(requests={"cpu": quantity}))
    return Pod(PodMetadata(name="a"), spec=PodSpec(init_containers=[container]))


def test_a_request_of_a_pod_is_named_with_its_container() -> None:
    with pytest.raises(BadSnapshot) as caught:
        check_pod(pod("much"), "pods[7]", set())
    assert caught.value.path == "pods[7].spec.initContainers[0].resources.requests.cpu"


def test_a_shared_spec_is_checked_once_and_the_times_of_each_pod() -> None:
    first, checked = pod("1"), set[int]()
    check_pod(first, "pods[0]", checked)
    assert checked == {id(first.spec)}
    second = Pod(PodMetadata(name="b", deletion_timestamp="soon"), spec=first.spec)
    with pytest.raises(BadSnapshot) as caught:
        check_pod(second, "pods[1]", checked)
    assert caught.value.path == "pods[1].metadata.deletionTimestamp"
