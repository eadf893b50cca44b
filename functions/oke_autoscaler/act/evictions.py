"""The evictions of a tick: what a budget or a controller's pace holds is asked for again while the tick has time.

A budget of one pod at a time yields as soon as the pod that went is up again elsewhere, which takes less than a
minute; a tick comes every few minutes. Twelve replicas under such a budget, asked for once a tick, took longer than a
drain may.
"""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from functions.oke_autoscaler.act.paced_pods import PacedPods
from functions.oke_autoscaler.clients.cluster import Eviction
from functions.oke_autoscaler.decide.scale_down.budgets import Budgets
from functions.oke_autoscaler.model.pods import controller_of
from functions.oke_autoscaler.model.scheduler_words import find_refusal
from functions.oke_autoscaler.model.tick_state import MAX_PODS, EvictedPod

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from functions.oke_autoscaler.clients.cluster import Cluster
    from functions.oke_autoscaler.clients.events import TickEvents
    from functions.oke_autoscaler.model.kubernetes_objects import Pod
    from shared.deadline import Deadline

PAUSE_SECONDS = 2.0
"""Between two attempts; `kubectl drain` takes 5 (pkg/drain/drain.go, evictPods) and has no end. A ``Retry-After`` is
waited for by the client."""

END_SECONDS = 10.0
"""Seconds of a tick in which nothing is waited for any more."""

MAX_WAITING_PODS = 100
"""Pending pods with which a tick does not wait: asking for them all at every attempt would cost more than it gives."""


@dataclass(slots=True)
class Evictions:
    """What was accepted, by node name, and what was refused: the pods of a node from the refused one on."""

    cluster: Cluster
    events: TickEvents
    pause_seconds: float = PAUSE_SECONDS
    accepted: Counter[str] = field(default_factory=Counter)
    refused: dict[str, list[Pod]] = field(default_factory=dict)
    gone: dict[str, list[EvictedPod]] = field(default_factory=dict)
    """The first MAX_PODS evicted pods of each node, by node name."""
    paced: PacedPods = field(init=False)

    def __post_init__(self) -> None:
        """Begin with no pod that waits for its turn."""
        self.paced = PacedPods(self.cluster)

    def evict(self, pods: Iterable[Pod], later: Collection[Pod] = (), needed: Mapping[str, int] | None = None) -> None:
        """Evict the pods of one node, one by one, up to the first refusal; those for ``later`` wait for their turn.

        A node is deleted only once it is empty, so an eviction after a refusal would disrupt a pod for nothing.
        """
        self.paced.add(later, needed or {})
        left = self._until_refused(list(pods))
        if left:
            self.refused[left[0].node_name or ""] = left

    def go_on(self, deadline: Deadline, pending: Collection[str]) -> None:
        """Ask again for what was refused, and evict what waits for its turn, until nothing may go soon or time ends.

        ``pending`` are the UIDs of the pods that this tick knew without a node. When the scheduler finds no place for
        another one, the tick ends, since the next one buys for it, or calls a removal off.
        """
        hopeful: Collection[str] = set(self.refused)
        while (
            len(pending) <= MAX_WAITING_PODS
            and deadline.remaining_seconds() > self.pause_seconds + END_SECONDS
            and ((yielding := self._that_may_yield(hopeful)) or self.paced.wait(self.refused))
        ):
            time.sleep(self.pause_seconds)
            if self._somebody_else_waits(pending):
                break
            goes_on = bool(yielding) and self._ask_again(yielding)
            hopeful = yielding.keys() & self.refused.keys() if goes_on else set()
            self._evict_next()
        for pods in self.refused.values():
            text = f"eviction of {pods[0].key} refused by its budget"
            self.events.on_pod(pods[0], "ScaleDownFailed", text, warning=True)

    def _evict_next(self) -> None:
        if self.paced.wait(self.refused):
            for pod in self.paced.ready_to_go(self.refused):
                if left := self._until_refused([pod]):  # a budget that was made since
                    self.refused[pod.node_name or ""] = left

    def _ask_again(self, hopeful: dict[str, bool]) -> bool:
        """Ask for the next pods of the nodes; False when all were refused although a budget had one to spare.

        Then something else than the budgets refuses, which waiting does not change.
        """
        before = self.accepted.total()
        for node in hopeful:
            left = self._until_refused(self.refused.pop(node))
            if left:
                self.refused[node] = left
        return self.accepted.total() > before or not any(hopeful.values())

    def _until_refused(self, pods: list[Pod]) -> list[Pod]:
        """Evict in order; return the pods from the first refused one on."""
        for index, pod in enumerate(pods):
            outcome = self.cluster.evict(pod)
            if outcome is Eviction.REFUSED:
                return pods[index:]
            node = pod.node_name or ""
            self.accepted[node] += 1
            self.events.on_pod(pod, "ScaleDown", f"evicted, since node {node} is removed")
            noted = self.gone.setdefault(node, [])
            if len(noted) < MAX_PODS:
                noted.append(_noted(pod))
        return []

    def _that_may_yield(self, nodes: Collection[str]) -> dict[str, bool]:
        """Return the nodes whose next pod has one budget that may yield, with whether it has one to spare already."""
        first = {node: self.refused[node][0] for node in nodes}
        if not first:
            return {}
        namespaces = sorted({pod.metadata.namespace for pod in first.values()})
        budgets = Budgets(budget for namespace in namespaces for budget in self.cluster.budgets_in(namespace))
        return {node: not budgets.obstacle(pod) for node, pod in first.items() if budgets.may_yield(pod)}

    def _somebody_else_waits(self, pending: Collection[str]) -> bool:
        pods = self.cluster.pods_without_node()
        return any(pod.metadata.uid not in pending and find_refusal(pod) is not None for pod in pods)


def _noted(pod: Pod) -> EvictedPod:
    owner = controller_of(pod)
    return EvictedPod(pod.key, pod.metadata.uid, f"{owner.kind}/{owner.name}" if owner is not None else "")
