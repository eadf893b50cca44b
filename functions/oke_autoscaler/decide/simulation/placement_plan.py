"""Where pending pods go: the result of planning a scale-up, and an input of planning removals."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from functions.oke_autoscaler.decide.simulation.node_simulation import Step
    from functions.oke_autoscaler.decide.simulation.nodes import SimulatedNode


@dataclass(frozen=True, slots=True)
class Refused:
    """Pods of a group that nothing is bought for, because the scheduler says so."""

    ruled_out: int = 0
    """By their own claims or terms: no node helps."""
    disagreed: int = 0
    """Refused on nodes where the simulation has room, for no reason that a new node would surely answer."""
    disagrees: bool = False
    """Whether the scheduler refuses pods of the group where the simulation has room, bought for or not."""

    @property
    def count(self) -> int:
        """All of them."""
        return self.ruled_out + self.disagreed


NOBODY_REFUSED = Refused()


@dataclass(slots=True)
class PlacementPlan:
    """Where pending pods go: nodes by group, what is left, new nodes by pool."""

    placed: dict[int, list[tuple[SimulatedNode, int]]] = field(default_factory=dict)
    left: dict[int, int] = field(default_factory=dict)
    """Pods without a node, by group."""
    refused: dict[int, Refused] = field(default_factory=dict)
    """Those of them that the scheduler refuses and no node is bought for, by group."""
    refuting: dict[int, dict[str, str]] = field(default_factory=dict)
    """Nodes that show that another one of their pool would not help the group's refused pods: by group, by pool."""
    waiting: dict[int, int] = field(default_factory=dict)
    """Pods beyond the nodes there are, by group."""
    new_nodes: dict[str, int] = field(default_factory=dict)
    below_minimum: dict[str, int] = field(default_factory=dict)
    """Those of them that bring a pool to its minimum size, pods or not."""
    steps: list[Step] = field(default_factory=list)
    """All steps in the simulation, the existing nodes included."""
    effort: int = 0
    """Steps that the exact searches took (scale_up/effort.py)."""
