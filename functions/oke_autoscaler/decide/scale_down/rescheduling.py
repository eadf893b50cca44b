"""Whether the pods of a node fit on the others: nodes are tried one after another on one simulation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from functions.oke_autoscaler.decide.simulation.constrained_fill import rule_keys
from functions.oke_autoscaler.decide.simulation.nodes import capacity, ports_free
from functions.oke_autoscaler.decide.simulation.topology_domains import AffinityRule
from functions.oke_autoscaler.model.nodes import HOSTNAME

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
        rules = None if simulation.is_free(group) else _Openness(simulation, group)
        if rules is not None and rules.nowhere:
            return False
        # Nodes are tried for removal in about their order. On the first of them the pods would soon have to move again,
        # with all that came there before: ten moves a pod in a cluster of 1,000 idle nodes.
        for node in simulation.candidates(group, backwards=True):
            while (rules is None or rules.allow(node)) and (fitting := capacity(node.free, group.vector, pods)) > 0:
                # Each pod changes what the rules allow the next one, so that constrained pods go one by one.
                count = fitting if rules is None else 1
                simulation.put(node, group, count)
                pods -= count
                if not pods:
                    return True
                if rules is not None:
                    rules.placed()
        return not pods


class _Openness:
    """Where the rules between pods let a group go while it is moved: asked once a domain, and not once a node."""

    def __init__(self, simulation: NodeSimulation, group: PodGroup) -> None:
        self._ports = group.scheduling.ports
        rules = simulation.rules(group)
        # Affinity asks for the company of others, but for the first of those that keep their own.
        self._company = [
            count
            for rule in rules
            if isinstance(rule, AffinityRule) and not (rule.own and all(each.total == 0 for each in rule.counts))
            for count in rule.counts
        ]
        self.nowhere = any(count.total == 0 for count in self._company)
        """Whether nobody is there to be near to."""
        self._by_host = [rule for rule in rules if HOSTNAME in rule_keys(rule)]
        self._by_domain = [rule for rule in rules if HOSTNAME not in rule_keys(rule)]
        self._keys = tuple(dict.fromkeys(key for rule in self._by_domain for key in rule_keys(rule)))
        self._known: dict[tuple[str | None, ...], bool] = {}

    def allow(self, node: SimulatedNode) -> bool:
        """Tell whether the node may take one more pod, as far as rules and ports go."""
        labels = node.labels
        for count in self._company:
            if not count.counts.get(labels.get(count.key, ""), 0):
                return False
        if self._ports and not ports_free(node, self._ports):
            return False
        if self._keys:
            place = tuple([labels.get(key) for key in self._keys])
            is_open = self._known.get(place)
            if is_open is None:
                is_open = self._known[place] = all(rule.quota(labels) > 0 for rule in self._by_domain)
            if not is_open:
                return False
        # A loop, not all() of a generator: this is asked for every node and every pod that has to move.
        for rule in self._by_host:  # noqa: SIM110
            if not rule.quota(labels):
                return False
        return True

    def placed(self) -> None:
        """Ask all domains anew: a pod that has come may raise the emptiest of a spread."""
        self._known.clear()
