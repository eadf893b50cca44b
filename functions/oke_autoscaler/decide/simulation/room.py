"""Nodes with room, in their order, without a look at each full one.

First fit asks for every group of pods for the first nodes that hold one more; in a large cluster most are full. Nodes
stand in blocks, and each block knows how much its emptiest node has free at most, so a block without room is passed in
one step.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from functions.oke_autoscaler.decide.simulation.nodes import SimulatedNode, Vector

BLOCK = 32
LOOKS = 4
BOUNDED = 3
"""Resources that a block looks at: cpu, memory, pods. The others are rare, and asked of the node."""


class NodeList:
    """Nodes in the order of their indexes, by block."""

    __slots__ = ("blocks",)

    def __init__(self, nodes: Iterable[SimulatedNode]) -> None:
        self.blocks: dict[int, list[SimulatedNode]] = {}
        for node in nodes:
            self.append(node)

    def append(self, node: SimulatedNode) -> None:
        """Add the node with the highest index."""
        self.blocks.setdefault(node.index // BLOCK, []).append(node)

    def take_back(self, node: SimulatedNode) -> None:
        """Remove the node again if it is the last one."""
        block = self.blocks.get(node.index // BLOCK)
        if block and block[-1] is node:
            block.pop()
            if not block:
                del self.blocks[node.index // BLOCK]


class Room:
    """What the emptiest node of each block has free at most; it may be less."""

    def __init__(self, nodes: list[SimulatedNode]) -> None:
        self._nodes = nodes
        self._most: list[list[int]] = []
        self._in_vain: dict[int, int] = {}

    def open(self, node: SimulatedNode) -> None:
        """Take in the node with the highest index."""
        if node.index // BLOCK == len(self._most):
            self._most.append(node.free[:BOUNDED])
        else:
            self.grow(node)

    def close(self, node: SimulatedNode) -> None:
        """Leave out the node with the highest index."""
        if node.index % BLOCK == 0:
            self._most.pop()

    def grow(self, node: SimulatedNode) -> None:
        """Note that pods have left a node, or that it takes pods again."""
        most = self._most[node.index // BLOCK]
        for index, have in enumerate(node.free[:BOUNDED]):
            most[index] = max(most[index], have)

    def nodes(
        self, known: NodeList, vector: Vector, start: int = 0, *, backwards: bool = False
    ) -> Iterator[SimulatedNode]:
        """Yield the nodes from ``start`` on that hold one more pod of a size, as far as the first resources tell.

        Pods may be placed on a node while it is looked at, and nodes may be appended.
        """
        cpu, memory, pods = vector[:BOUNDED]
        step = -1 if backwards else 1
        for number in list(known.blocks)[::step]:
            if number < start // BLOCK:
                continue
            most = self._most[number]
            if most[0] < cpu > 0 or most[1] < memory > 0 or most[2] < pods:
                continue
            found = False
            for node in known.blocks.get(number, [])[::step]:
                free = node.free
                if node.closed or node.index < start or free[0] < cpu > 0 or free[1] < memory > 0 or free[2] < pods:
                    continue
                found = True
                yield node
            if not found:
                self._tighten(number)

    def _tighten(self, number: int) -> None:
        """Look anew at what a block has free, once in some looks in vain: its nodes may lack now this and now that."""
        self._in_vain[number] = self._in_vain.get(number, 0) + 1
        if self._in_vain[number] % LOOKS:
            return
        block = self._nodes[number * BLOCK : (number + 1) * BLOCK]
        free = [node.free[:BOUNDED] for node in block if not node.closed]
        self._most[number] = [max(column) for column in zip(*free, strict=True)] if free else [0] * BOUNDED
