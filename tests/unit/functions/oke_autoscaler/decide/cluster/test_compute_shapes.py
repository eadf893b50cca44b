"""What a node of a compute shape offers to pods, against the figures that OKE publishes."""

from __future__ import annotations

import pytest

from functions.oke_autoscaler.decide.cluster.compute_shapes import (
    AMD_GPU,
    GPU,
    Hardware,
    compute_allocatable,
    find_hardware,
    max_pods,
)
from functions.oke_autoscaler.decide.cluster.shape_table import FIXED_SHAPES
from functions.oke_autoscaler.model.oci_objects import NodeConfig, NodePool, PodNetwork, ShapeConfig


def hardware(shape: str, config: ShapeConfig | None = None) -> Hardware | None:
    return find_hardware(NodePool(id="p", node_shape=shape, node_shape_config=config))


@pytest.mark.parametrize(
    ("vcpus", "gib", "millicores", "memory"),
    [(4, 16, 3815, 14_283_282_841), (8, 4, 7803, 3_116_367_872), (1, 1, 840, 700_448_768)],
)
def test_oke_keeps_its_reservations_and_the_hypervisor_its_own(
    vcpus: int, gib: int, millicores: int, memory: int
) -> None:
    found = compute_allocatable(Hardware(vcpus, gib), 31)
    seen = max(0, memory - (600 + 19 * gib) * 1024**2)
    assert (found["cpu"], found["memory"], found["pods"]) == (millicores, seen, 31)


def test_a_node_of_32_gb_is_not_thought_to_hold_a_pod_of_28_gib() -> None:
    """Measured on OKE 1.35, E5.Flex 32 GB: 27.70 GiB, where the reservations alone leave 28.34."""
    assert compute_allocatable(Hardware(4, 32), 31)["memory"] < 27.7 * 1024**3


def test_an_ocpu_has_two_vcpus_but_on_arm_one() -> None:
    config = ShapeConfig(ocpus=2, memory_in_gbs=16)
    assert hardware("VM.Standard.E4.Flex", config) == Hardware(4, 16)
    assert hardware("VM.Standard.A1.Flex", config) == Hardware(2, 16)
    assert hardware("VM.Standard.A2.Flex", config) == Hardware(4, 16)


def test_gpus_are_counted_by_the_table_and_in_new_generations_by_the_name() -> None:
    for shape, gpus, resource in (
        ("BM.GPU.L40S.4", 4, GPU),
        ("BM.GPU.A100-v2.8", 8, GPU),
        ("BM.GPU.MI300X.8", 8, AMD_GPU),
        ("BM.GPU4.8", 8, GPU),
    ):
        found = hardware(shape)
        assert found is not None
        assert compute_allocatable(found, 110)[resource] == gpus
    new = hardware("BM.GPU.X900.16", ShapeConfig(ocpus=200, memory_in_gbs=4096))
    assert new is not None
    assert new.gpus == 16


def test_every_fixed_shape_has_a_size_that_its_name_does_not_contradict() -> None:
    for shape, (ocpus, memory, gpus) in FIXED_SHAPES.items():
        number = int(shape.rpartition(".")[2])
        assert number == (gpus if "GPU" in shape else ocpus), shape
        assert memory >= ocpus or shape.startswith("VM.Standard.E2"), shape


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
