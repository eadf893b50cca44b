"""The kubelets: pods that are bound start and become ready, pods that are leaving end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulator.kubernetes.kinds import NODE, POD, ResourceKind
from emulator.kubernetes.object_fields import (
    Object,
    at,
    changed,
    is_finished,
    is_leaving,
    is_true,
    key_of,
    node_name_of,
    status_of,
    with_condition,
)
from emulator.kubernetes.pod_deletion import finish_pod

if TYPE_CHECKING:
    from emulator.kubernetes.store import Store
    from emulator.oke.model.node_pool_records import Behaviour
    from emulator.oke.model.simulated_clock import Agenda, SimulatedClock

STUCK_ANNOTATION = "emulator/never-stops"
"""A pod with this annotation ends only when its grace is over."""


class Kubelet:
    """All kubelets in one: looks at the pods that changed since the last run."""

    def __init__(self, store: Store, clock: SimulatedClock, agenda: Agenda, behaviour: Behaviour) -> None:
        self._store = store
        self._clock = clock
        self._agenda = agenda
        self._behaviour = behaviour
        self._changed: dict[str, Object] = {}
        self._starting: set[str] = set()
        self._stopping: set[str] = set()
        store.listen(self._note)

    def clear(self) -> None:
        """Forget all pods."""
        self._changed.clear()
        self._starting.clear()
        self._stopping.clear()

    def run(self) -> None:
        """Plan the start and the end of pods that changed."""
        changed_pods, self._changed = self._changed, {}
        for uid, pod in changed_pods.items():
            if not node_name_of(pod) or is_finished(pod):
                continue
            if is_leaving(pod) and uid not in self._stopping:
                self._stopping.add(uid)
                self._agenda.add(self._clock() + self._stop_seconds(pod), lambda pod=pod: self._stop(pod))  # type: ignore[misc]
            elif status_of(pod).get("phase") == "Pending" and uid not in self._starting:
                self._starting.add(uid)
                due = self._clock() + self._behaviour.timings.pod_start
                self._agenda.add(due, lambda pod=pod: self._start(pod))  # type: ignore[misc]

    def _stop_seconds(self, pod: Object) -> float:
        grace = float(pod["metadata"].get("deletionGracePeriodSeconds") or 0)
        if STUCK_ANNOTATION in (pod["metadata"].get("annotations") or {}):
            return grace
        return min(grace, self._behaviour.timings.pod_stop)

    def _current(self, pod: Object) -> Object | None:
        namespace, name = key_of(pod)
        # A StatefulSet's next pod has the same name: an action planned for the old pod must not touch it.
        found = self._store.find(POD, name, namespace)
        return found if found is not None and found["metadata"]["uid"] == pod["metadata"]["uid"] else None

    def _start(self, bound: Object) -> None:
        pod = self._current(bound)
        if pod is None or is_leaving(pod):
            return
        # A pod may be bound before its node is Ready (daemon pods tolerate not-ready): it starts when the node is, see
        # `_note`, and may be planned again then.
        node = self._store.find(NODE, node_name_of(pod))
        if node is None or not is_true(node, "Ready"):
            self._starting.discard(pod["metadata"]["uid"])
            return
        self._store.replace(POD, running(pod, self._clock()))

    def _stop(self, leaving: Object) -> None:
        pod = self._current(leaving)
        if pod is not None:
            finish_pod(self._store, pod, self._clock())

    def _note(self, kind: ResourceKind, before: Object | None, after: Object | None) -> None:
        if kind is POD and after is not None:
            self._changed[after["metadata"]["uid"]] = after
        if kind is NODE and after is not None and is_true(after, "Ready") and not (before and is_true(before, "Ready")):
            waiting = self._store.pods_on(after["metadata"]["name"])
            self._changed.update((pod["metadata"]["uid"], pod) for pod in waiting)


def running(pod: Object, since_epoch_seconds: float) -> Object:
    """Return a pod as it is when it runs and is ready."""
    made = changed(
        pod,
        ("status.phase", "Running"),
        ("status.startTime", at(since_epoch_seconds)),
    )
    for kind in ("Initialized", "ContainersReady", "Ready"):
        made = with_condition(
            made, {"type": kind, "status": "True", "lastTransitionTime": at(since_epoch_seconds), "lastProbeTime": None}
        )
    return made
