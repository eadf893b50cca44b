"""Sizes of a node pool that types accept and no cluster has."""

from __future__ import annotations

import pytest

from functions.oke_autoscaler.errors import BadSnapshot
from functions.oke_autoscaler.explain.snapshot_check import MAX_POOL_NODES, MAX_SHAPE_AMOUNT, check_pool
from functions.oke_autoscaler.model.oci_objects import NodeConfig, NodePool, ShapeConfig


@pytest.mark.parametrize(
    ("item", "path"),
    [
        (NodePool("p", node_shape_config=ShapeConfig(ocpus=-1.0)), "x.nodeShapeConfig.ocpus"),
        (
            NodePool("p", node_shape_config=ShapeConfig(memory_in_gbs=MAX_SHAPE_AMOUNT + 1.0)),
            "x.nodeShapeConfig.memoryInGBs",
        ),
        (NodePool("p", node_config_details=NodeConfig(size=MAX_POOL_NODES + 1)), "x.nodeConfigDetails.size"),
        (NodePool("p", node_config_details=NodeConfig(size=-1)), "x.nodeConfigDetails.size"),
    ],
)
def test_the_path_names_what_cannot_be(item: NodePool, path: str) -> None:
    with pytest.raises(BadSnapshot) as caught:
        check_pool(item, "x")
    assert caught.value.path == path


@pytest.mark.parametrize(
    "item",
    [
        NodePool("p", node_config_details=NodeConfig(size=MAX_POOL_NODES)),
        NodePool("p", node_shape_config=ShapeConfig(ocpus=0.0, memory_in_gbs=float(MAX_SHAPE_AMOUNT))),
    ],
)
def test_what_can_be_passes(item: NodePool) -> None:
    check_pool(item, "x")
