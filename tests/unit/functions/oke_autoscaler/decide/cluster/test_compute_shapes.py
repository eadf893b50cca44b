"""What a node of a compute shape offers to pods, against the figures that OKE publishes."""

from __future__ import annotations

import pytest

from functions.oke_autoscaler.decide.cluster.compute_shapes import (
    Hardware,
    compute_allocatable,
    find_hardware,
    max_pods,
)
from functions.oke_autoscaler.model.oci_objects import NodeConfig, NodePool, PodNetwork, ShapeConfig


def hardware(shape: str, config: ShapeConfig | None = None) -> Hardware | None:
    return find_hardware(NodePool(id="p", node_shape=shape, node_shape_config=config))


@pytest.mark.parametrize(
    ("vcpus", "gib", "millicores", "memory"),
    [(4, 16, 3815, 14_283_282_841), (8, 4, 7803, 3_116_367_872), (1, 1, 840, 700_448_768)],
)
def test_oke_keeps_its_reservations(vcpus: int, gib: int, millicores: int, memory: int) -> None:
    found = compute_allocatable(Hardware(vcpus, gib), 31)
    assert (found["cpu"], found["memory"], found["pods"]) == (millicores, memory, 31)


def test_an_ocpu_has_two_vcpus_but_on_arm_one() -> None:
    config = ShapeConfig(ocpus=2, memory_in_gbs=16)
    assert hardware("VM.Standard.E4.Flex", config) == Hardware(4, 16)
    assert hardware("VM.Standard.A1.Flex", config) == Hardware(2, 16)


def test_a_fixed_shape_has_its_own_size_and_an_unknown_one_none() -> None:
    assert hardware("VM.Standard2.4") == Hardware(8, 60)
    assert hardware("VM.GPU3.2") == Hardware(24, 180, 2)
    assert hardware("VM.Standard.E2.1.Micro") is None
    assert hardware("VM.Unheard.Of") is None


def test_the_default_cost_is_of_vcpus_and_memory() -> None:
    assert Hardware(4, 16).cost == 148


def test_a_node_runs_110_pods_or_as_many_as_its_network_says() -> None:
    network = NodeConfig(node_pool_pod_network_option_details=PodNetwork(max_pods_per_node=31))
    assert max_pods(NodePool(id="p")) == 110
    assert max_pods(NodePool(id="p", node_config_details=network)) == 31
