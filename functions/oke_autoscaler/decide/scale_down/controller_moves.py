"""Pods of one controller are moved one after another where no disruption budget says otherwise.

A PodDisruptionBudget is what an owner says of how many pods may be missing. Most owners say nothing, and a service
with three replicas and none must not lose them all because its three nodes became idle in the same minute: Cluster
Autoscaler drains one node at a time for that reason (``--max-drain-parallelism``), which also holds up nodes that have
nothing in common. Here the controller is what is held: of its pods one may be on its way, or a tenth of its replicas,
rounded down, where it has more. A Deployment's own rollout takes down a quarter of them by default (``maxUnavailable:
25%``, rounded down too), so the share of a tenth asks less of a service than each of its releases does.

On their way are pods that are pending, not ready, being deleted, missing, or on a node that OKE is deleting already.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from functions.oke_autoscaler.model.pods import ENDED_PHASES, controller_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from functions.oke_autoscaler.decide.scale_down.budgets import Budgets
    from functions.oke_autoscaler.decide.simulation.cluster_state import ClusterState
    from functions.oke_autoscaler.model.kubernetes_objects import Pod

ON_THEIR_WAY = "PodsOfControllerOnTheirWay"
REPLICAS_A_MOVE = 10
"""Replicas of a controller for each pod of it that may be on its way."""

Controller = tuple[str, str, str]
"""Namespace, kind and name."""


class ControllerMoves:
    """How many pods of each controller may still be sent on their way in this tick."""

    def __init__(self, state: ClusterState, budgets: Budgets) -> None:
        self._state = state
        self._budgets = budgets
        self._above: dict[Controller, Controller] = {}
        self._on_way: Counter[Controller] = Counter()
        self._replicas: Counter[Controller] = Counter()
        self._leaving_up: Counter[Controller] = Counter()
        self._counted = False

    def obstacle(self, pods: Iterable[Pod]) -> str:
        """Return why the removal of a node with these pods to evict may not begin; empty when it may."""
        for pod in pods:
            controller = self._paced(pod)
            if controller is not None and self._room(controller) < 1:
                name = "{1} {0}/{2}".format(*controller)
                moving, replicas = self._on_way[controller], self._replicas[controller]
                return f"{ON_THEIR_WAY} ({name}: {moving} of {replicas}, {_allowed(replicas)} allowed)"
        return ""

    def send(self, pods: Iterable[Pod]) -> list[Pod]:
        """Plan the eviction of a node's pods; return those that have to wait until others of their controller are up.

        A node with two pods of one controller gets rid of them one after the other: within the tick if the first is up
        again in time (act/paced_pods.py), else in two.
        """
        later = []
        for pod in pods:
            controller = self._paced(pod)
            if controller is None:
                continue
            if self._room(controller) < 1:
                later.append(pod)
            else:
                self._on_way[controller] += 1
        # Those that wait are the next to go: nothing else of their controllers begins before.
        for pod in later:
            controller = self._controller(pod)
            if controller is not None:
                self._on_way[controller] = max(self._on_way[controller], _allowed(self._replicas[controller]))
        return later

    def needed_up(self, pod: Pod) -> int:
        """Return how many pods of its controller must be up for this one to go, one at a time."""
        controller = self._controller(pod)
        if controller is None:
            return 0
        replicas = self._replicas[controller]
        # Those on a node that OKE deletes are up, and on their way all the same.
        return replicas - _allowed(replicas) + 1 + self._leaving_up[controller]

    def _room(self, controller: Controller) -> int:
        return _allowed(self._replicas[controller]) - self._on_way[controller]

    def _paced(self, pod: Pod) -> Controller | None:
        """Return the controller whose pace the pod keeps; None where a budget does, and where nothing is lost.

        A pod that is not up is counted where it is: its eviction takes nobody away.
        """
        if not is_up(pod) or self._budgets.of(pod):
            return None
        if not self._counted:
            self._count()
        return self._controller(pod)

    def _controller(self, pod: Pod) -> Controller | None:
        owner = controller_of(pod)
        if owner is None:
            return None
        controller = (pod.metadata.namespace, owner.kind, owner.name)
        return self._above.get(controller, controller)

    def _count(self) -> None:
        """Count the pods of all controllers, once, and only when a pod is to be moved."""
        self._counted = True
        state, desired = self._state, Counter[Controller]()
        for owner in state.snapshot.owners or ():
            own = (owner.metadata.namespace or "default", owner.kind, owner.metadata.name)
            above = next((each for each in owner.metadata.owner_references or () if each.controller), None)
            if above is not None:
                self._above[own] = (own[0], above.kind, above.name)
            desired[self._above.get(own, own)] += owner.spec.replicas or 0
        leaving = {node.metadata.name for node in state.snapshot.nodes if state.pools.is_leaving(node)}
        for pod in state.snapshot.pods:
            controller = self._controller(pod) if pod.status.phase not in ENDED_PHASES else None
            if controller is not None:
                self._replicas[controller] += 1
                is_leaving = pod.node_name in leaving
                self._on_way[controller] += not is_up(pod) or is_leaving
                self._leaving_up[controller] += is_up(pod) and is_leaving
        for controller, wanted in desired.items():
            missing = wanted - self._replicas[controller]
            if missing > 0:
                self._replicas[controller] += missing
                self._on_way[controller] += missing


def is_up(pod: Pod) -> bool:
    """Tell whether the pod runs, is ready and is to stay; one that tells no readiness counts as ready."""
    if pod.status.phase != "Running" or pod.metadata.deletion_timestamp is not None:
        return False
    return all(condition.type != "Ready" or condition.status == "True" for condition in pod.status.conditions or ())


def _allowed(replicas: int) -> int:
    return max(1, replicas // REPLICAS_A_MOVE)
