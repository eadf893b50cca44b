"""The cluster as it moves: one clock, one lock, one store, and everybody who acts on them."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from emulator.kubernetes.bearer_tokens import Authenticator
from emulator.kubernetes.kinds import NAMESPACE
from emulator.kubernetes.server import ApiServer
from emulator.kubernetes.store import Store
from emulator.oke.control.clusters import Clusters
from emulator.oke.control.control_loops import ControlLoops
from emulator.oke.model.network import Network
from emulator.oke.model.node_pool_records import Behaviour
from emulator.oke.model.simulated_clock import Agenda, SimulatedClock
from emulator.oke.nodes.hosts import Hosts
from emulator.oke.nodes.instance_metrics import MINUTE, InstanceMetrics
from emulator.oke.nodes.node_life import NodeLife
from emulator.oke.nodes.node_pools import NodePools
from emulator.oke.nodes.work_requests import WorkRequests
from emulator.services.identity.service import DEFAULT_COMPARTMENT

if TYPE_CHECKING:
    from emulator.services.identity.service import IdentityService

ENDPOINTS = ("LEGACY_KUBERNETES", "PUBLIC_ENDPOINT", "PRIVATE_ENDPOINT")
"""Ways to the API server that a kubeconfig may be asked for."""

NAMESPACES = ("default", "kube-system", "kube-public", "kube-node-lease")


class ClusterRuntime:
    """All parts of the cluster. What happens happens in `settle`, under `lock`."""

    def __init__(self, identity: IdentityService, region: str) -> None:
        self.compartment = DEFAULT_COMPARTMENT
        self.endpoints = set(ENDPOINTS)
        self.lock = threading.RLock()
        self.clock = SimulatedClock()
        self.agenda = Agenda()
        self.behaviour = Behaviour()
        self.store = Store(self.clock)
        self.hosts = Hosts(self.store, self.clock)
        self.work_requests = WorkRequests(self.clock, self.agenda, self.behaviour)
        self.life = NodeLife(self.store, self.clock, self.agenda, self.hosts, self.work_requests, self.behaviour)
        self.node_pools = NodePools(self.clock, self.life, self.work_requests, self.behaviour)
        self.network = Network()
        self.clusters = Clusters(
            self.clock, self.agenda, self.behaviour, self.work_requests, self.node_pools, self.network
        )
        self.clusters.when_hosted = self._open
        self.loops = ControlLoops(self.store, self.clock, self.agenda, self.behaviour)
        self.api_server = ApiServer(
            self.store,
            Authenticator(identity, region, lambda: self.id),
            clock=self.clock,
            lock=self.lock,
            settle=self.settle,
        )
        self.metrics = InstanceMetrics(self.store)
        self._is_settling = False
        self._begin()

    @property
    def id(self) -> str:
        """Return the OCID of the cluster that has nodes and pods, empty while there is none."""
        return self.clusters.hosted.id if self.clusters.hosted else ""

    def start_without_cluster(self) -> None:
        """Take away the cluster that there is at first, as in a tenancy that has none yet."""
        with self.lock:
            self.clusters.clear()

    def settle(self) -> None:
        """Do all that is due by the clock, and let the control loops come to rest."""
        with self.lock:
            # The lock is reentrant: a call from inside an action must not run others in the middle of it.
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
            # Time jumps from one due action to the next instead of straight to the end: an action must see the clock at
            # its own time, because it plans what follows (a node's registration) from `clock()`.
            while (due := self.agenda.next_time()) is not None and due <= until:
                self.clock.set(max(due, self.clock()))
                self.settle()
            self.clock.set(until)

    def reset(self, at_epoch_seconds: float | None = None) -> None:
        """Start again with an empty cluster, at the given time or the machine's."""
        with self.lock:
            self.agenda.clear()
            self.store.clear()
            self.clock.restart()
            if at_epoch_seconds is not None:
                self.clock.set(at_epoch_seconds)
            vars(self.behaviour).update(vars(Behaviour()))
            self.work_requests.all.clear()
            self.node_pools.clear()
            self.life.instances.clear()
            self.loops.clear()
            self.metrics.clear()
            self.api_server.reset()
            self.endpoints = set(ENDPOINTS)
            self._begin()

    def _begin(self) -> None:
        self.network.reset()
        self.clusters.start(self.compartment)
        self._open()
        self.agenda.add(self.clock() + MINUTE, self._sample)

    def _open(self) -> None:
        """Open the API server of a new cluster: empty, but for its namespaces."""
        self.store.clear()
        for name in NAMESPACES:
            self.store.create(NAMESPACE, {"metadata": {"name": name}, "status": {"phase": "Active"}})

    def _sample(self) -> None:
        """Note the load of the nodes once a minute."""
        self.metrics.sample(self.clock())
        self.agenda.add(self.clock() + MINUTE, self._sample)

    def _run_due(self, now_epoch_seconds: float) -> None:
        # The loops come to rest after each action, so that two actions of one moment do not see a half-updated cluster.
        self.loops.converge()
        while (action := self.agenda.take(now_epoch_seconds)) is not None:
            action()
            self.loops.converge()
