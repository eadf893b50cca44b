"""The controllers, the scheduler and the kubelets, run until nothing changes any more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulator.kubernetes.budgets import DISRUPTED_SECONDS, update_budgets
from emulator.kubernetes.kinds import BUDGET, DAEMON_SET, NODE, POD, REPLICA_SET, STATEFUL_SET, Kind
from emulator.kubernetes.objects import status_of
from emulator.oke.controllers import keep_daemon_sets, keep_replicas, mark_cordoned, mark_unreachable_pods
from emulator.oke.kubelet import Kubelet
from emulator.oke.scheduler import Scheduler

if TYPE_CHECKING:
    from emulator.kubernetes.objects import Object
    from emulator.kubernetes.store import Store
    from emulator.oke.clock import Agenda, Clock
    from emulator.oke.state import Behaviour

_ROUNDS = 50
_OWNERS = {REPLICA_SET, STATEFUL_SET, DAEMON_SET}


class ControlLoops:
    """Runs each loop only when something that it looks at has changed."""

    def __init__(self, store: Store, clock: Clock, agenda: Agenda, behaviour: Behaviour) -> None:
        self._store = store
        self._clock = clock
        self._agenda = agenda
        self._kubelet = Kubelet(store, clock, agenda, behaviour)
        self._scheduler = Scheduler(store, clock)
        self._changed: set[Kind] = set()
        self._budgets_due_seconds: float | None = None
        self.enabled = True
        store.listen(self._note)

    def clear(self) -> None:
        """Forget what is to be looked at."""
        self._changed.clear()
        self._kubelet.clear()
        self.enabled = True

    def converge(self) -> None:
        """Run the loops until nothing changes. Raises RuntimeError when that does not end."""
        for _ in range(_ROUNDS):
            if not self._changed or not self.enabled:
                return
            changed, self._changed = self._changed, set()
            self._run(changed)
        raise RuntimeError("the control loops do not come to rest")

    def _run(self, changed: set[Kind]) -> None:
        if NODE in changed:
            mark_cordoned(self._store, self._clock())
            mark_unreachable_pods(self._store)
        if changed & {NODE, POD, *_OWNERS}:
            keep_daemon_sets(self._store)
            keep_replicas(self._store)
        if changed & {NODE, POD}:
            self._scheduler.run()
            self._kubelet.run()
        if changed & {POD, BUDGET, *_OWNERS}:
            update_budgets(self._store, self._clock())

    def _note(self, kind: Kind, before: Object | None, after: Object | None) -> None:
        if kind is BUDGET and before is not None and after is not None and before.get("spec") == after.get("spec"):
            if status_of(after).get("disruptedPods"):
                self._agenda.add(self._clock() + DISRUPTED_SECONDS + 1, lambda: self._changed.add(BUDGET))
            return
        self._changed.add(kind)
