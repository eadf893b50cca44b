"""Checks of a snapshot file that types cannot make: sizes of a node pool that cannot be.

What cannot be read in other objects is no fault of the file: a tick meets the same and goes on (model/intake/).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.oke_autoscaler.errors import BadSnapshot
from functions.oke_autoscaler.model.oci_objects import ShapeConfig

if TYPE_CHECKING:
    from functions.oke_autoscaler.model.oci_objects import NodePool

MAX_POOL_NODES = 10_000
"""Above OKE's own limit for a whole cluster."""

MAX_SHAPE_AMOUNT = 100_000
"""OCPUs, or GB of memory, of one instance: far above any shape."""


def check_pool(item: NodePool, path: str) -> None:
    """Raise BadSnapshot for a size in a node pool that cannot be."""
    shape = item.node_shape_config or ShapeConfig()
    for name, value in (("ocpus", shape.ocpus), ("memoryInGBs", shape.memory_in_gbs)):
        if value is not None and not 0 <= value <= MAX_SHAPE_AMOUNT:
            raise BadSnapshot(f"{path}.nodeShapeConfig.{name}", f"{value} is not from 0 to {MAX_SHAPE_AMOUNT}")
    if not 0 <= item.size <= MAX_POOL_NODES:
        raise BadSnapshot(f"{path}.nodeConfigDetails.size", f"{item.size} is not from 0 to {MAX_POOL_NODES}")
