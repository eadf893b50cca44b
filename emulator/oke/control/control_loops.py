"""The controllers, the scheduler and the kubelets, run until nothing changes any more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulator.kubernetes.disruption_controller import DISRUPTED_SECONDS, update_budget
from emulator.kubernetes.kinds import (
    BUDGET,
    CLAIM,
    CSI_NODE,
    DAEMON_SET,
    NODE,
    POD,
    REPLICA_SET,
    RESOURCE_CLAIM,
    RESOURCE_CLAIM_TEMPLATE,
    RESOURCE_SLICE,
    STATEFUL_SET,
    STORAGE_CLASS,
    VOLUME,
    ResourceKind,
)
from emulator.kubernetes.label_selectors import selector_matches
from emulator.kubernetes.object_fields import (
    Key,
    Object,
    is_finished,
    is_leaving,
    is_true,
    key_of,
    labels_of,
    node_name_of,
    owner_uid_of,
    spec_of,
    status_of,
)
from emulator.oke.control.controllers import (
    keep_daemon_sets,
    keep_replicas,
    mark_cordoned,
    remove_orphans,
    update_status,
)
from emulator.oke.nodes.kubelet import Kubelet
from emulator.oke.scheduling.scheduler import Scheduler

if TYPE_CHECKING:
    from emulator.kubernetes.store import Store
    from emulator.oke.model.node_pool_records import Behaviour
    from emulator.oke.model.simulated_clock import Agenda, SimulatedClock

_ROUNDS = 50
_OWNERS = {REPLICA_SET, STATEFUL_SET, DAEMON_SET}
_VOLUMES = {CLAIM, VOLUME, STORAGE_CLASS, CSI_NODE, RESOURCE_CLAIM, RESOURCE_CLAIM_TEMPLATE, RESOURCE_SLICE}


class ControlLoops:
    """Runs each loop only when something that it looks at has changed, and on that alone."""

    def __init__(self, store: Store, clock: SimulatedClock, agenda: Agenda, behaviour: Behaviour) -> None:
        self._store = store
        self._clock = clock
        self._agenda = agenda
        self._kubelet = Kubelet(store, clock, agenda, behaviour)
        self._scheduler = Scheduler(store, clock, behaviour)
        self.enabled = True
        self._forget()
        store.listen(self._note)

    def clear(self) -> None:
        """Forget what is to be looked at."""
        self._forget()
        self._kubelet.clear()
        self._scheduler.clear()
        self.enabled = True

    def converge(self) -> None:
        """Run the loops until nothing changes. Raises RuntimeError when that does not end."""
        for _ in range(_ROUNDS):
            if not self.enabled or not self._is_due():
                return
            self._run()
        raise RuntimeError("the control loops do not come to rest")

    def _forget(self) -> None:
        self._nodes = self._pods = False
        self._gone_nodes: set[str] = set()
        self._owners: set[str] = set()
        self._budgets: set[Key] = set()

    def _is_due(self) -> bool:
        return bool(self._nodes or self._pods or self._owners or self._budgets)

    def _run(self) -> None:
        # Taken and cleared before the loops run: what the loops change while they run belongs to the next round.
        nodes, gone, owners, budgets = self._nodes, self._gone_nodes, self._owners, self._budgets
        self._forget()
        if nodes:
            mark_cordoned(self._store, self._clock())
            for name in gone:
                remove_orphans(self._store, name)
        if nodes or owners:
            keep_daemon_sets(self._store)
            keep_replicas(self._store, owners)
            update_status(self._store, owners)
        # Controllers first, since they create pods; then the scheduler, which binds them; then the kubelets, which
        # start them. What a later step changes is noted by `_note` and looked at in the next round.
        self._scheduler.run()
        self._kubelet.run()
        for key in budgets:
            update_budget(self._store, key, self._clock())

    def _note(self, kind: ResourceKind, before: Object | None, after: Object | None) -> None:
        if kind is POD:
            self._note_pod(before, after)
        elif kind is NODE:
            self._nodes = True
            if after is None and before is not None:
                self._gone_nodes.add(before["metadata"]["name"])
        elif kind is BUDGET and after is not None:
            self._note_budget(before, after)
        elif kind in _OWNERS and (before is None or after is None or spec_of(before) != spec_of(after)):
            owner = after or before or {}
            self._owners.add(owner["metadata"]["uid"])
            self._budgets.update(key_of(budget) for budget in self._store.all(BUDGET))
        elif kind in _VOLUMES:
            self._pods = True

    def _note_pod(self, before: Object | None, after: Object | None) -> None:
        """Note which loops a pod's change concerns: none when only its messages differ."""
        pod = after or before or {}
        if before is not None and after is not None and _facets(before) == _facets(after):
            return
        self._pods = True
        self._owners.add(owner_uid_of(pod))
        for budget in self._store.all(BUDGET):
            if budget["metadata"]["namespace"] != pod["metadata"]["namespace"]:
                continue
            if any(selector_matches(spec_of(budget).get("selector"), labels_of(one)) for one in (before, after) if one):
                self._budgets.add(key_of(budget))

    def _note_budget(self, before: Object | None, after: Object) -> None:
        key = key_of(after)
        if before is None or spec_of(before) != spec_of(after):
            self._budgets.add(key)
        elif status_of(after).get("disruptedPods"):
            self._agenda.add(self._clock() + DISRUPTED_SECONDS + 1, lambda: self._budgets.add(key))


def _facets(pod: Object) -> tuple[object, ...]:
    """Return what of a pod controllers and budgets look at."""
    state = (is_leaving(pod), is_finished(pod), is_true(pod, "Ready"), status_of(pod).get("phase"))
    return (*state, node_name_of(pod), labels_of(pod), spec_of(pod).get("schedulingGates"), owner_uid_of(pod))
