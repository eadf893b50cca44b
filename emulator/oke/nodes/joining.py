"""How a new instance joins the cluster: registered, Ready, and what people, plug-ins and DaemonSets do to it then."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulator.oke.model.pool_behaviour import concerns
from emulator.oke.model.taint_text import taints_in

if TYPE_CHECKING:
    from emulator.oke.model.node_pool_records import Behaviour, NodePoolRecord, PoolNode
    from emulator.oke.model.simulated_clock import Action, Agenda, SimulatedClock
    from emulator.oke.nodes.hosts import Hosts


class Joining:
    """Plans, by the clock, what happens to the Kubernetes side of a new node."""

    def __init__(self, clock: SimulatedClock, agenda: Agenda, hosts: Hosts, behaviour: Behaviour) -> None:
        self._clock = clock
        self._agenda = agenda
        self._hosts = hosts
        self._behaviour = behaviour

    def registers_after(self, pool: NodePoolRecord, turn: int) -> float | None:
        """Return when the kubelet registers, in seconds of the node's life; None when it never does."""
        if concerns(pool.behaviour.never_register, turn):
            return None
        after = pool.behaviour.register_after
        return self._behaviour.timings.register if after is None else after

    def plan(self, pool: NodePoolRecord, node: PoolNode, turn: int, *, lived_seconds: float) -> None:
        """Plan the registration of a node that has lived so long, and what follows from it."""
        register = self.registers_after(pool, turn)
        if register is None:
            return
        times, knobs = self._behaviour.timings, pool.behaviour
        self._later(register - lived_seconds, lambda: self._register(pool, node, turn))
        if concerns(knobs.never_ready, turn):
            return
        usual = register + times.ready - times.register
        ready = usual if knobs.ready_after is None else max(register, knobs.ready_after)
        self._later(ready - lived_seconds, lambda: self._ready(pool, node, turn))

    def _later(self, seconds: float, action: Action) -> None:
        self._agenda.add(self._clock() + max(0.0, seconds), action)

    def _register(self, pool: NodePoolRecord, node: PoolNode, turn: int) -> None:
        self._hosts.register(pool, node)
        for one in pool.behaviour.startup_taints:
            if concerns(one.get("every", 1), turn):
                self._hosts.taint(node.host, taints_in(one["taint"]))

    def _ready(self, pool: NodePoolRecord, node: PoolNode, turn: int) -> None:
        knobs, host = pool.behaviour, node.host
        self._hosts.set_ready(host, ready=True, since_epoch_seconds=self._clock() + knobs.clock_ahead)
        self._later(knobs.device_seconds, lambda: self._hosts.show_devices(node))
        for one in knobs.startup_taints:
            if "seconds" in one and concerns(one.get("every", 1), turn):
                keys = [taint["key"] for taint in taints_in(one["taint"])]
                self._later(one["seconds"], lambda keys=keys: self._hosts.untaint(host, keys))  # type: ignore[misc]
        for one in knobs.late_taints:
            if concerns(one.get("every", 1), turn):
                taints = taints_in(one["taint"])
                self._later(one.get("seconds", 0), lambda taints=taints: self._hosts.taint(host, taints))  # type: ignore[misc]
        for late in knobs.late_labels:
            if concerns(late.get("every", 1), turn):
                labels = late["labels"]
                self._later(late.get("seconds", 0), lambda labels=labels: self._hosts.label(host, labels))  # type: ignore[misc]
