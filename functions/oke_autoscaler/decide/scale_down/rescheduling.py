"""Whether the pods of a node fit on the others: nodes are tried one after another on one simulation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from functions.oke_autoscaler.decide.simulation.nodes import capacity, ports_free

if TYPE_CHECKING:
    from functions.oke_autoscaler.decide.cluster.pod_groups import PodGroup
    from functions.oke_autoscaler.decide.simulation.cluster_state import ClusterState
    from functions.oke_autoscaler.decide.simulation.node_simulation import NodeSimulation
    from functions.oke_autoscaler.decide.simulation.nodes import SimulatedNode
    from functions.oke_autoscaler.decide.simulation.static_fit import NodeClass

PodCounts = Sequence[tuple["PodGroup", int]]


class Rescheduler:
    """Takes nodes out of the simulation, with their pods put elsewhere.

    Only registered nodes take pods.
    """

    def __init__(self, state: ClusterState) -> None:
        self._simulation: NodeSimulation = state.simulation
        self._arrived: dict[int, list[tuple[PodGroup, int]]] = {}
        """Pods that came to a node from nodes taken out before; they move on with it."""
        self.homeless: PodGroup | None = None
        """Of the last node that was tried: the first pods that had no other place."""
        registered = {id(node) for node in state.simulated_nodes.values()}
        for node in self._simulation.nodes:
            if id(node) not in registered:
                self._simulation.close(node)

    def try_remove(self, node: SimulatedNode, moving_pods: PodCounts, placeholder: NodeClass) -> bool:
        """Move the pods and remove the node; nothing changes when they do not all fit.

        While its pods move, the node stays as a tainted placeholder: it still is a domain for a spread that does not
        look at taints, as it will be during the drain (cluster-autoscaler 1.37, simulator/cluster.go).
        """
        simulation, mark, node_class = self._simulation, self._simulation.mark(), node.node_class
        if not self._empty(node, moving_pods, placeholder):
            self._undo(node, node_class, mark)
            return False
        # Vanishing is not in the journal, and need not be: nobody rolls back behind a removal that has succeeded. What
        # arrived at a node is kept, because the pods that the snapshot has there are not all that move when that node
        # is tried in its turn.
        simulation.vanish(node)
        for target, arrived, count in simulation.since(mark):
            if arrived is not None and target is not node:
                self._arrived.setdefault(id(target), []).append((arrived, count))
        return True

    def fits_with(
        self, node: SimulatedNode, moving_pods: PodCounts, placeholder: NodeClass, more: SimulatedNode | None
    ) -> bool:
        """Tell whether the pods would fit, if there were one node ``more`` where it is given; nothing changes."""
        mark, node_class = self._simulation.mark(), node.node_class
        if more is not None:
            self._simulation.open(more)
        fits = self._empty(node, moving_pods, placeholder)
        self._undo(node, node_class, mark)
        return fits

    def _empty(self, node: SimulatedNode, moving_pods: PodCounts, placeholder: NodeClass) -> bool:
        """Close the node and move its pods; whether all have a place."""
        simulation = self._simulation
        moving_pods = [*moving_pods, *self._arrived.get(id(node), ())]
        # Every group is asked, not only up to the first that is bound: a count that is made while the node stands as a
        # placeholder would not see the pods that stay on it.
        constrained = sum(not simulation.is_free(group) for group, _ in moving_pods) > 0
        # The pods leave their node before they look for another: a pod does not conflict with itself, neither by its
        # anti-affinity nor in the skew of a spread.
        for group, pods in moving_pods:
            simulation.put(node, group, -pods)
        simulation.close(node)
        if constrained:
            simulation.change_class(node, placeholder)
        self.homeless = next((group for group, pods in moving_pods if not self._move(group, pods)), None)
        return self.homeless is None

    def _undo(self, node: SimulatedNode, node_class: NodeClass, mark: int) -> None:
        """Bring the node and its pods back."""
        # The class goes back before the pods do: they are counted in the domain that they were taken from.
        if node.node_class is not node_class:
            self._simulation.change_class(node, node_class)
        self._simulation.rollback(mark)
        self._simulation.reopen(node)

    def _move(self, group: PodGroup, pods: int) -> bool:
        """Place the pods of one group on the first nodes that take them."""
        simulation = self._simulation
        free = simulation.is_free(group)
        # Nodes are tried for removal in about their order. On the first of them the pods would soon have to move again,
        # with all that came there before: ten moves a pod in a cluster of 1,000 idle nodes.
        for node in simulation.candidates(group, backwards=True):
            fitting = capacity(node.free, group.vector, pods)
            while fitting and pods and (free or self._allowed(node, group)):
                # Each pod changes what the rules allow the next one, so that constrained pods go one by one.
                count = fitting if free else 1
                simulation.put(node, group, count)
                pods -= count
                fitting -= count
            if not pods:
                return True
        return not pods

    def _allowed(self, node: SimulatedNode, group: PodGroup) -> bool:
        ports = group.scheduling.ports
        return (not ports or ports_free(node, ports)) and self._simulation.quota(group, node.labels) > 0
