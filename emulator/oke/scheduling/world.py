"""The cluster as it moves: one clock, one lock, one store, and everybody who acts on them."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from emulator.kubernetes.authentication import Authenticator
from emulator.kubernetes.kinds import NAMESPACE
from emulator.kubernetes.server import ApiServer
from emulator.kubernetes.store import Store
from emulator.oke.clock import Agenda, Clock
from emulator.oke.control_loops import ControlLoops
from emulator.oke.monitoring.metrics import MINUTE, Metrics
from emulator.oke.node_pools import NodePools
from emulator.oke.nodes.hosts import Hosts
from emulator.oke.nodes.node_life import NodeLife
from emulator.oke.state import Behaviour, ocid
from emulator.oke.work_requests import WorkRequests

if TYPE_CHECKING:
    from emulator.services.identity.service import Identity

NAMESPACES = ("default", "kube-system", "kube-public", "kube-node-lease")


class World:
    """All parts of the cluster. What happens happens in `settle`, under `lock`."""

    def __init__(self, identity: Identity, region: str) -> None:
        self.id = ocid("cluster")
        self.lock = threading.RLock()
        self.clock = Clock()
        self.agenda = Agenda()
        self.behaviour = Behaviour()
        self.store = Store(self.clock)
        self.hosts = Hosts(self.store, self.clock)
        self.work_requests = WorkRequests(self.clock, self.agenda, self.behaviour)
        self.life = NodeLife(
            self.store, self.clock, self.agenda, self.hosts, self.work_requests, self.behaviour, self.id
        )
        self.node_pools = NodePools(self.clock, self.life, self.work_requests, self.behaviour)
        self.loops = ControlLoops(self.store, self.clock, self.agenda, self.behaviour)
        self.api_server = ApiServer(
            self.store,
            Authenticator(identity, region, lambda: self.id),
            clock=self.clock,
            lock=self.lock,
            settle=self.settle,
        )
        self.metrics = Metrics(self.store)
        self._is_settling = False
        self._begin()

    def settle(self) -> None:
        """Do all that is due by the clock, and let the control loops come to rest."""
        with self.lock:
            if self._is_settling:
                return
            self._is_settling = True
            try:
                self._run_due(self.clock())
            finally:
                self._is_settling = False

    def advance(self, seconds: float) -> None:
        """Let the clock stand still this much later, having done what was due on the way, each at its own time."""
        with self.lock:
            until = self.clock() + seconds
            self.settle()
            while (due := self.agenda.next_time()) is not None and due <= until:
                self.clock.set(max(due, self.clock()))
                self.settle()
            self.clock.set(until)

    def reset(self, at_epoch_seconds: float | None = None) -> None:
        """Start anew with an empty cluster, at a time of one's own or the machine's."""
        with self.lock:
            self.agenda.clear()
            self.store.clear()
            self.clock.restart()
            if at_epoch_seconds is not None:
                self.clock.set(at_epoch_seconds)
            vars(self.behaviour).update(vars(Behaviour()))
            self.work_requests.all.clear()
            self.node_pools.pools.clear()
            self.life.instances.clear()
            self.loops.clear()
            self.metrics.clear()
            self.api_server.reset()
            self._begin()

    def _begin(self) -> None:
        for name in NAMESPACES:
            self.store.create(NAMESPACE, {"metadata": {"name": name}, "status": {"phase": "Active"}})

        self.agenda.add(self.clock() + MINUTE, self._sample)

    def _sample(self) -> None:
        """Note the load of the nodes once a minute."""
        self.metrics.sample(self.clock())
        self.agenda.add(self.clock() + MINUTE, self._sample)

    def _run_due(self, now_epoch_seconds: float) -> None:
        self.loops.converge()
        while (action := self.agenda.take(now_epoch_seconds)) is not None:
            action()
            self.loops.converge()
