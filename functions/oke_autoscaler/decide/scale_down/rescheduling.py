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

    Only registered nodes take pods. The room of a destination never grows, so one that has no room for a group is
    not asked again.
    """

    def __init__(self, state: ClusterState) -> None:
        self._simulation: NodeSimulation = state.simulation
        self._open: dict[int, list[SimulatedNode]] = {}
        self._arrived: dict[int, list[tuple[PodGroup, int]]] = {}
        """Pods that came to a node from nodes taken out before; they move on with it."""
        registered = {id(node) for node in state.simulated_nodes.values()}
        for node in self._simulation.nodes:
            if id(node) not in registered:
                node.closed = True

    def try_remove(self, node: SimulatedNode, moving_pods: PodCounts, placeholder: NodeClass) -> bool:
        """Move the pods and remove the node; nothing changes when they do not all fit.

        While its pods move, the node stays as a tainted placeholder: it still is a domain for a spread that does not
        look at taints, as it will be during the drain (cluster-autoscaler 1.37, simulator/cluster.go).
        """
        simulation, mark, node_class = self._simulation, self._simulation.mark(), node.node_class
        moving_pods = [*moving_pods, *self._arrived.get(id(node), ())]
        constrained = any(not simulation.is_free(group) for group, _ in moving_pods)
        # The pods leave their node before they look for another: a pod does not conflict with itself, neither by its
        # anti-affinity nor in the skew of a spread.
        for group, pods in moving_pods:
            simulation.put(node, group, -pods)
        node.closed = True
        if constrained:
            simulation.change_class(node, placeholder)
        touched = {id(node)}
        if all(self._move(group, pods, touched) for group, pods in moving_pods):
            # Vanishing is not in the journal, and need not be: nobody rolls back behind a removal that has succeeded.
            # What arrived at a node is kept, because the pods that the snapshot has there are not all that move when
            # that node is tried in its turn.
            simulation.vanish(node)
            for target, arrived, count in simulation.since(mark):
                if arrived is not None and target is not node:
                    self._arrived.setdefault(id(target), []).append((arrived, count))
            return True
        # The class goes back before the pods do: they are counted in the domain that they were taken from.
        if constrained:
            simulation.change_class(node, node_class)
        node.closed = False
        simulation.rollback(mark)
        return False

    def _move(self, group: PodGroup, pods: int, touched: set[int]) -> bool:
        """Place the pods of one group; ``touched`` are the node itself and the nodes changed in its turn.

        Any other node without room, or gone, will not take this group again.
        """
        simulation = self._simulation
        known = self._open.get(group.ident)
        if known is None:
            known = self._open[group.ident] = [
                node
                for node in simulation.candidates(group)
                if not node.closed and capacity(node.free, group.vector, 1)
            ]
        free, full = simulation.is_free(group), []
        for index, node in enumerate(known):
            fitting = 0 if node.closed else capacity(node.free, group.vector, pods)
            if not fitting:
                # A touched node may get its room back by a rollback. Any other one is as full for all later tries:
                # pods come to nodes that stay and never leave them.
                if id(node) not in touched:
                    full.append(index)
                continue
            while fitting and pods and (free or self._allowed(node, group)):
                # Each pod changes what the rules allow the next one, so that constrained pods go one by one.
                count = fitting if free else 1
                simulation.put(node, group, count)
                touched.add(id(node))
                pods -= count
                fitting -= count
            if not pods:
                break
        for index in reversed(full):
            del known[index]
        return not pods

    def _allowed(self, node: SimulatedNode, group: PodGroup) -> bool:
        ports = group.scheduling.ports
        return (not ports or ports_free(node, ports)) and self._simulation.quota(group, node.labels) > 0
