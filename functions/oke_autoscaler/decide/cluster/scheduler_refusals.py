"""Pending pods that the scheduler has refused: for how long, in which words, and whether a new node is the answer.

The simulation is a model of the scheduler, and the scheduler is right: a pod that it refuses although the simulation
places it on a node that is there is not taken for placed (Cluster Autoscaler #8241, #4517).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from functions.oke_autoscaler.model.nodes import is_ready, ready_since
from functions.oke_autoscaler.model.quantity import unix_seconds
from functions.oke_autoscaler.model.scheduler_words import Help, find_refusal, help_for, in_short, reasons_in
from functions.oke_autoscaler.model.tick_state import PUT_BACK

if TYPE_CHECKING:
    from functions.oke_autoscaler.model.kubernetes_objects import Condition, Node, Pod
    from functions.oke_autoscaler.model.snapshot import Snapshot
    from functions.oke_autoscaler.model.tick_state import TickState

LOOKS_AGAIN_SECONDS = 180.0
"""Within this time the scheduler has surely tried a refused pod on a node that has become free for it.

It tries again when something changes that may help, after a back-off of 10 s at most (podMaxBackoffSeconds). Three
minutes are a tick of the usual schedule: what stands for longer, two ticks have seen.
"""
CALLED_OFF_SECONDS = 86_400.0
"""Time for which a node is kept after a removal whose pods found no place: the next one would end the same way."""
SCALE_UP = "scale-up"
"""What a change in the history is called that bought nodes."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why the scheduler places a pod nowhere, in its words, and what would help."""

    help: Help
    words: str
    bought_at: float | None = None
    """When a node was last bought for the pod since it is refused (Unix seconds)."""
    says_why: bool = True
    """Whether the words name a reason at all."""

    @property
    def bought(self) -> bool:
        """Whether one was."""
        return self.bought_at is not None


def called_off_lately(state: TickState, now: float) -> frozenset[str]:
    """Return the nodes whose removal was called off within a day, since its pods found no other place."""
    changes = (change for change in state.history if change.what == PUT_BACK and now - change.at < CALLED_OFF_SECONDS)
    return frozenset(node for change in changes for node in change.nodes)


class Refusals:
    """The refused pods of a snapshot at one moment."""

    def __init__(self, snapshot: Snapshot, now: float) -> None:
        self._now = now
        self._reopened = snapshot.reopened
        self._reopened_since = min(snapshot.reopened.values(), default=None)
        self._bought = {
            pod: change.at for change in snapshot.state.history if change.what == SCALE_UP for pod in change.pods
        }

    def of(self, pod: Pod) -> Refusal | None:
        """Return the refusal of a pending pod; None for one that the scheduler has not refused, or not for long.

        Words about the pod's own claims hold at once: whatever the nodes are, they are not the reason. A pod for which
        a node was bought since it is refused, and that still is, would not be helped by the next one either.
        """
        condition = find_refusal(pod)
        if condition is None:
            return None
        message = condition.message or ""
        helps, words = help_for(message), in_short(message)
        if helps is Help.NO_NODE:
            return Refusal(helps, words)
        since = _since(pod, condition)
        if since is None or not self._is_lasting(since):
            return None
        says_why, bought_at = bool(reasons_in(message)), self._bought.get(pod.key)
        if bought_at is None or bought_at < since:
            return Refusal(helps, words, says_why=says_why)
        return Refusal(Help.UNKNOWN, f"{words}; a node bought for it did not help", bought_at, says_why)

    def _is_lasting(self, since: float) -> bool:
        # A pod that was refused after a drain began had all nodes but that one to go to: nothing is to be waited for.
        reopened = self._reopened_since is not None and since >= self._reopened_since
        return reopened or self._now - since >= LOOKS_AGAIN_SECONDS

    def is_settled(self, node: Node) -> bool:
        """Tell whether the node has been as it is for so long that the scheduler has tried every pending pod on it."""
        if node.metadata.name in self._reopened or not is_ready(node):
            return False
        # A node's clock may be ahead: then only the API server's own time tells how old the node is.
        times = (ready_since(node), _time(node.metadata.creation_timestamp))
        since = next((moment for moment in times if moment is not None and moment <= self._now), None)
        if since is None:
            return times == (None, None)
        return self._now - since >= LOOKS_AGAIN_SECONDS or since <= (self._reopened_since or 0.0)


def _since(pod: Pod, condition: Condition) -> float | None:
    """Return since when the pod is refused: the time of the condition stays when only its words change."""
    moment = _time(condition.last_transition_time)
    return _time(pod.metadata.creation_timestamp) if moment is None else moment


def _time(text: str | None) -> float | None:
    try:
        return None if text is None else unix_seconds(text)
    except ValueError:
        return None
