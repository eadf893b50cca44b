"""Pods that keep their controller's pace: the next of a node goes as soon as the one before is up elsewhere.

A controller without a disruption budget has one pod on its way at a time, or a tenth of its replicas
(decide/scale_down/controller_moves.py). Its next pod need not wait for the next tick: a pod is up again within a
minute, and ticks come every few. So a tick looks at the controller's pods while it has time, as it asks budgets again,
and evicts the next one when as many are up as must be. What is looked at is the API server's list, not what was
planned, so the pace holds whoever else takes pods away meanwhile.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from functions.oke_autoscaler.decide.scale_down.controller_moves import is_up
from functions.oke_autoscaler.model.pods import controller_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from functions.oke_autoscaler.clients.cluster import Cluster
    from functions.oke_autoscaler.model.kubernetes_objects import Pod

MAX_LOOKS = 30
"""Looks without a pod that may go, after which a tick waits no longer: at 2 s each a minute, when most pods are up."""

MAX_UP = 100
"""Pods of one controller that are looked at; those of a larger one go with the next tick, a tenth at a time."""

MAX_LABELS = 20

OWN_LABELS = frozenset(
    {
        "statefulset.kubernetes.io/pod-name",
        "apps.kubernetes.io/pod-index",
        "batch.kubernetes.io/job-completion-index",
    }
)
"""Labels in which the pods of one controller differ."""


@dataclass(slots=True)
class PacedPods:
    """The pods that wait, by node name, each with how many pods of its controller must be up for it to go."""

    cluster: Cluster
    waiting: dict[str, list[tuple[Pod, int]]] = field(default_factory=dict)
    looks_left: int = MAX_LOOKS

    def add(self, pods: Collection[Pod], needed: Mapping[str, int]) -> None:
        """Let pods of one node wait for their turn; ``needed`` by ``namespace/name``."""
        for pod in pods:
            if needed.get(pod.key, MAX_UP + 1) <= MAX_UP and _labels(pod):
                self.waiting.setdefault(pod.node_name or "", []).append((pod, needed[pod.key]))

    def wait(self, refused: Collection[str]) -> bool:
        """Tell whether it is worth to wait for one of them; nodes that a budget holds are not emptied any further."""
        if self.cluster.changes.dry_run or self.looks_left < 1:
            return False
        return any(pods and node not in refused for node, pods in self.waiting.items())

    def ready_to_go(self, refused: Collection[str]) -> Iterator[Pod]:
        """Yield the next pods whose time has come, one of a controller."""
        self.looks_left -= 1
        looked_at: set[str] = set()
        for node, pods in self.waiting.items():
            while pods and node not in refused:
                pod, needed = pods[0]
                owner = controller_of(pod)
                if owner is None or owner.uid in looked_at:
                    break
                looked_at.add(owner.uid)
                if self._count_up(pod, owner.uid) < needed:
                    break
                pods.pop(0)
                self.looks_left = MAX_LOOKS
                yield pod

    def _count_up(self, pod: Pod, owner: str) -> int:
        """Count the pods of the controller that run and are ready."""
        found = self.cluster.pods_like(pod.metadata.namespace, _labels(pod))
        mine = ((each, controller_of(each)) for each in found)
        return sum(1 for each, by in mine if by is not None and by.uid == owner and is_up(each))


def _labels(pod: Pod) -> dict[str, str]:
    """Return the labels that the pods of its controller share; none when that cannot be asked for."""
    own = {name: value for name, value in (pod.metadata.labels or {}).items() if name not in OWN_LABELS}
    return own if len(own) <= MAX_LABELS else {}
