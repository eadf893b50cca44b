"""Which nodes are kept for pods that wait: those that such a pod could use, and those of a pool that grows.

Cluster Autoscaler removes nothing at all while it grows, or for ten minutes after (``--scale-down-delay-after-add``),
so one pool without capacity keeps the idle nodes of all others for days (kubernetes/autoscaler #8258, #3071). A node
is in the way of nobody's plan when no waiting pod could run there even if it were empty.

Only what does not change while pods are placed is asked: selectors, taints, volumes, and the room of the emptied node.
Rules between pods are not: what they forbid now they may allow when another pod ends, and the node would be bought
again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.oke_autoscaler.decide.simulation.nodes import capacity
from functions.oke_autoscaler.model.pods import is_daemon, is_mirror
from functions.oke_autoscaler.model.reasons import PODS_PENDING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from functions.oke_autoscaler.decide.cluster.pod_groups import PodGroup
    from functions.oke_autoscaler.decide.simulation.cluster_state import ClusterState
    from functions.oke_autoscaler.decide.simulation.nodes import SimulatedNode, Vector


class WaitingPods:
    """The pods that wait for a place which a node could give them, and the pools that grow for them."""

    def __init__(self, state: ClusterState, groups: Iterable[PodGroup], growing: Collection[str]) -> None:
        self._state = state
        self._growing = growing
        # Groups differ in labels and owners, too; for this question those with the same demands and size are one.
        self._groups = list({(state.simulation.static.demand(each), each.vector): each for each in groups}.values())
        self._answers: dict[tuple[int, Vector], PodGroup | None] = {}

    def hold(self, node: SimulatedNode) -> str:
        """Return why a registered node is kept; empty when none of the pods needs it."""
        if node.pool in self._growing:
            return PODS_PENDING
        return "" if self.find_use(node) is None else PODS_PENDING

    def find_use(self, node: SimulatedNode) -> PodGroup | None:
        """Return the first pods that could run on the node if it were empty, None when none could."""
        if not self._groups:
            return None
        key = (node.node_class.ident, self._emptied(node))
        if key not in self._answers:
            self._answers[key] = self._use(node, key[1])
        return self._answers[key]

    def _use(self, node: SimulatedNode, room: Vector) -> PodGroup | None:
        static = self._state.simulation.static
        return next(
            (
                group
                for group in self._groups
                if capacity(room, group.vector, 1) and not static.obstacle(group, node.node_class)
            ),
            None,
        )

    def _emptied(self, node: SimulatedNode) -> Vector:
        """Return what the node gives to pods that are not bound to it by a DaemonSet or a file of its kubelet."""
        room = list(node.total)
        for running in self._state.running[node.name]:
            if running.counts and (is_daemon(running.pod) or is_mirror(running.pod)):
                room = [have - need for have, need in zip(room, running.group.vector, strict=True)]
        return tuple(room)
