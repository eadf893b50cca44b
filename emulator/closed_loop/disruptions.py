"""What a run did to the pods: those that ended with their node, budgets broken, workloads that had none ready.

Everything is noted at each change of the cluster's store, so that what lasts for seconds counts as well.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from emulator.kubernetes.kinds import BUDGET, NODE, POD, ResourceKind
from emulator.kubernetes.object_fields import (
    Object,
    is_finished,
    is_leaving,
    is_true,
    key_of,
    node_name_of,
    owner_of,
    status_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from emulator.kubernetes.store import Store

_MINUTE = 60


@dataclass(frozen=True)
class DisruptionCounts:
    """What a run did to the pods."""

    killed: int = 0
    """Pods of workloads that ended with their node, with no eviction of them accepted before."""
    budgets_broken: int = 0
    """How often a budget had fewer healthy pods than it asks for, where it had enough before."""
    minutes_below_budget: float = 0
    """Minutes that budgets had fewer healthy pods than they ask for, added up."""
    minutes_down: float = 0
    """Minutes that workloads with replicas had none ready, added up."""

    def text(self, node_hours: float) -> str:
        """Return the counts in a line, with what the nodes' hours were."""
        return (
            f"pods killed {self.killed}; budgets broken {_times(self.budgets_broken)}, for "
            f"{self.minutes_below_budget:.1f} min; workloads without a ready pod {self.minutes_down:.1f} min; "
            f"node-hours {node_hours:.1f}"
        )


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


class Disruptions:
    """Counts from `start` on, until `stop` returns what was found."""

    def __init__(self, store: Store, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._is_started = False
        self._ready: defaultdict[str, set[str]] = defaultdict(set)
        self._ended: dict[str, list[float]] = {}
        self._below = _Spells(clock)
        self._down = _Spells(clock)
        self._killed = 0
        store.listen(self._note)

    def start(self) -> None:
        """Begin to count; what is missing already counts from now on."""
        self._is_started = True
        self._killed = 0
        self._below.restart()
        self._down.restart()

    def stop(self) -> DisruptionCounts:
        """Return what was found: another run has the store now."""
        self._is_started = False
        return DisruptionCounts(
            self._killed, self._below.begun, self._below.seconds() / _MINUTE, self._down.seconds() / _MINUTE
        )

    def _note(self, kind: ResourceKind, before: Object | None, after: Object | None) -> None:
        if kind is POD:
            self._note_pod(before, after)
        elif kind is NODE and after is None and before is not None:
            # A machine takes its pods with it at one moment; what went earlier had left by itself or was evicted.
            times = self._ended.pop(before["metadata"]["name"], [])
            self._killed += sum(1 for at in times if at == self._clock()) if self._is_started else 0
        elif kind is BUDGET:
            self._note_budget(before, after)

    def _note_pod(self, before: Object | None, after: Object | None) -> None:
        pod = after or before
        owner = owner_of(pod) if pod is not None else None
        if pod is None or (owner is not None and owner["kind"] == "DaemonSet"):
            return
        node = node_name_of(pod)
        if after is None and node and not is_leaving(pod) and not is_finished(pod):
            self._ended.setdefault(node, []).append(self._clock())
        if owner is not None:
            self._note_workload(owner["name"], pod, is_there=after is not None)

    def _note_workload(self, name: str, pod: Object, *, is_there: bool) -> None:
        ready, uid = self._ready[name], pod["metadata"]["uid"]
        if is_there and node_name_of(pod) and is_true(pod, "Ready") and not is_leaving(pod):
            ready.add(uid)
            self._down.end(name)
        elif uid in ready:
            ready.discard(uid)
            if not ready:
                self._down.begin(name)

    def _note_budget(self, before: Object | None, after: Object | None) -> None:
        name = "/".join(key_of(after or before or {}))
        status = status_of(after) if after is not None else {}
        if int(status.get("currentHealthy", 0)) < int(status.get("desiredHealthy", 0)):
            self._below.begin(name)
        else:
            self._below.end(name)


class _Spells:
    """Spells of something, by name: how many began, and how many seconds they lasted together."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._since: dict[str, float] = {}
        self._seconds = 0.0
        self.begun = 0

    def restart(self) -> None:
        """Forget what was; a spell that lasts goes on from now."""
        self._since = dict.fromkeys(self._since, self._clock())
        self._seconds, self.begun = 0.0, 0

    def begin(self, name: str) -> None:
        """Let a spell begin, unless one lasts."""
        if name not in self._since:
            self._since[name] = self._clock()
            self.begun += 1

    def end(self, name: str) -> None:
        """Let a spell end, if one lasts."""
        since = self._since.pop(name, None)
        self._seconds += 0.0 if since is None else self._clock() - since

    def seconds(self) -> float:
        """Return the seconds so far, with the spells that last."""
        return self._seconds + sum(self._clock() - since for since in self._since.values())
