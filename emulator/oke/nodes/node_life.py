"""The life of one node: launched, active, registered, ready; then drained, terminated, unlisted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulator.base.service_protocol import new_request_id, timestamp
from emulator.kubernetes.kinds import NODE
from emulator.kubernetes.object_fields import Object, changed, is_finished, is_leaving, owner_of
from emulator.kubernetes.pod_deletion import DeleteOptions, evict
from emulator.kubernetes.status import StatusError
from emulator.oke.model.node_pool_records import NodePoolRecord, PoolNode, WorkRequestRecord, ocid
from emulator.oke.nodes.joining import Joining

if TYPE_CHECKING:
    from emulator.kubernetes.store import Store
    from emulator.oke.model.node_pool_records import Behaviour
    from emulator.oke.model.simulated_clock import Action, Agenda, SimulatedClock
    from emulator.oke.nodes.hosts import Hosts
    from emulator.oke.nodes.work_requests import WorkRequests

_DRAIN_POLL_SECONDS = 10.0
_REGISTER_TIMEOUT = (
    "1 nodes(s) register timeout. First, confirm that network prerequisites have been met. If network prerequisites "
    "have been met, troubleshoot the problem by running the Node Doctor script on the node(s) experiencing the issue."
)
"""As https://github.com/oracle-terraform-modules/terraform-oci-oke/issues/745 shows it."""

_LIMIT_CODES = {"LimitExceeded", "QuotaExceeded"}


class NodeLife:
    """Moves nodes through their states by the clock. `instances` holds compute's view by OCID."""

    def __init__(
        self,
        store: Store,
        clock: SimulatedClock,
        agenda: Agenda,
        hosts: Hosts,
        work_requests: WorkRequests,
        behaviour: Behaviour,
    ) -> None:
        self._store = store
        self._clock = clock
        self._agenda = agenda
        self._hosts = hosts
        self._work_requests = work_requests
        self._joining = Joining(clock, agenda, hosts, behaviour)
        self.behaviour = behaviour
        self.instances: dict[str, Object] = {}

    def begin(self, pool: NodePoolRecord, node: PoolNode, request: WorkRequestRecord) -> None:
        """Start a node's life."""
        request.open_nodes.add(node.number)
        self._later(self.behaviour.timings.launch, lambda: self._launch(pool, node, request))

    def end(
        self, pool: NodePoolRecord, node: PoolNode, request: WorkRequestRecord, *, drain_seconds: float, force: bool
    ) -> None:
        """Mark a node for deletion and start its end; a node without an instance just goes."""
        # There is no way back: OKE does not recover a node that is marked for deletion, and tries a failed deletion
        # again at the next update of the pool, one that grows the pool included (contengdeletingworkernodes).
        node.is_marked = True
        if not node.id:
            pool.nodes.remove(node)
            return
        request.open_nodes.add(node.number)
        node.state = "DELETING"
        if drain_seconds <= 0:
            self._later(self.behaviour.timings.terminate, lambda: self._terminate(pool, node, request))
            return
        self._cordon(node)
        self._drain(pool, node, request, self._clock() + drain_seconds, force=force)

    def place_now(self, pool: NodePoolRecord, node: PoolNode, ready_since_seconds: float) -> None:
        """Make a node as if it had long been there: instance, Kubernetes node, Ready."""
        self._make_instance(pool, node)
        node.state = "ACTIVE"
        self._hosts.register(pool, node)
        self._hosts.set_ready(node.host, ready=True, since_epoch_seconds=ready_since_seconds)
        self._hosts.show_devices(node)

    def _later(self, seconds: float, action: Action) -> None:
        self._agenda.add(self._clock() + seconds, action)

    def _launch(self, pool: NodePoolRecord, node: PoolNode, request: WorkRequestRecord) -> None:
        """Make the instance, if the availability domain has room for it."""
        if node not in pool.nodes:
            self._work_requests.settled(pool, node, request)
            return
        left = self.behaviour.capacity.get(node.availability_domain)
        if left is not None and left <= 0:
            self._fail(pool, node, request)
            return
        if left is not None:
            self.behaviour.capacity[node.availability_domain] = left - 1
        self._make_instance(pool, node)
        # The steps are counted from the start of the node's life; the instance exists now, `launch` seconds into it.
        times = self.behaviour.timings
        pool.begun += 1
        self._joining.plan(pool, node, pool.begun, lived_seconds=times.launch)
        active = times.active
        if pool.behaviour.active_when_registered:
            register = self._joining.registers_after(pool, pool.begun)
            if register is None or register > times.register_timeout:
                self._later(times.register_timeout - times.launch, lambda: self._time_out(pool, node, request))
                return
            active = register
        self._later(active - times.launch, lambda: self._activate(pool, node, request))

    def _time_out(self, pool: NodePoolRecord, node: PoolNode, request: WorkRequestRecord) -> None:
        """Give up on a node that did not register; its instance runs on."""
        if node.state == "CREATING":
            self._give_up(pool, node, request, _REGISTER_TIMEOUT)
            pool.touch()

    def _fail(self, pool: NodePoolRecord, node: PoolNode, request: WorkRequestRecord) -> None:
        code, message = self.behaviour.capacity_error
        status = "400" if code in _LIMIT_CODES else "500"
        node.state = "FAILING"
        node.error = {"code": code, "message": message, "status": status, "opc-request-id": new_request_id()}
        self._work_requests.note_error(request, code, f"{node.availability_domain}: {message}")
        self._work_requests.settled(pool, node, request)

    def _activate(self, pool: NodePoolRecord, node: PoolNode, request: WorkRequestRecord) -> None:
        if node.state == "CREATING":
            node.state = "ACTIVE"
            pool.touch()
        self._work_requests.settled(pool, node, request)

    def _make_instance(self, pool: NodePoolRecord, node: PoolNode) -> None:
        node.id = ocid("instance")
        config = node.details.get("nodeShapeConfig") or {}
        self.instances[node.id] = {
            "id": node.id,
            "displayName": f"oke-c{pool.details['clusterId'][-11:]}-n{pool.id[-11:]}"
            f"-s{node.placement['subnetId'][-11:]}-{node.number}",
            "compartmentId": pool.details["compartmentId"],
            "availabilityDomain": node.availability_domain,
            "faultDomain": node.fault_domain,
            "shape": node.details["nodeShape"],
            "shapeConfig": {"ocpus": config.get("ocpus"), "memoryInGBs": config.get("memoryInGBs")},
            "imageId": (node.details.get("nodeSourceDetails") or {}).get("imageId"),
            "preemptibleInstanceConfig": node.placement.get("preemptibleNodeConfig"),
            "lifecycleState": "RUNNING",
            "region": "iad",
            "timeCreated": timestamp(node.created_at_seconds),
        }

    def _cordon(self, node: PoolNode) -> None:
        item = self._store.find(NODE, node.host)
        if item is not None:
            self._store.replace(NODE, changed(item, ("spec.unschedulable", True)))

    def _drain(
        self, pool: NodePoolRecord, node: PoolNode, request: WorkRequestRecord, until_seconds: float, *, force: bool
    ) -> None:
        """Evict what can be evicted, and look again until nothing is left or the grace is over."""
        # OKE drains within the grace that the request gave. Afterwards the force flag decides: terminate with the pods
        # that are left, or give up and leave the node FAILING, still marked.
        left = self._evict_from(node)
        if left and self._clock() + _DRAIN_POLL_SECONDS <= until_seconds:
            self._later(_DRAIN_POLL_SECONDS, lambda: self._drain(pool, node, request, until_seconds, force=force))
        elif left and not force:
            self._give_up(pool, node, request, "pods are left after the eviction grace duration")
        else:
            self._later(self.behaviour.timings.terminate, lambda: self._terminate(pool, node, request))

    def _evict_from(self, node: PoolNode) -> list[Object]:
        """Evict what can be evicted of a node; return the pods that a drain waits for."""
        left = [pod for pod in self._store.pods_on(node.host) if _is_drained(pod)]
        for pod in left:
            if not is_leaving(pod):
                self._try_to_evict(pod)
        return left

    def _try_to_evict(self, pod: Object) -> None:
        try:
            evict(self._store, pod, DeleteOptions(), self._clock())
        except StatusError:
            return

    def _give_up(self, pool: NodePoolRecord, node: PoolNode, request: WorkRequestRecord, why: str) -> None:
        node.state = "FAILING"
        node.error = {"code": "InternalError", "message": why, "status": "500", "opc-request-id": new_request_id()}
        self._work_requests.note_error(request, "InternalError", f"{node.host}: {why}")
        self._work_requests.settled(pool, node, request)

    def _terminate(self, pool: NodePoolRecord, node: PoolNode, request: WorkRequestRecord) -> None:
        if node.id in self.behaviour.failing_deletions:
            self._give_up(pool, node, request, "the instance could not be terminated")
            return
        self.lose(pool, node)
        self._work_requests.settled(pool, node, request)

    def lose(self, pool: NodePoolRecord, node: PoolNode) -> None:
        """Let a node's instance end, and its Kubernetes node and pods with it."""
        self._hosts.remove(node.host)
        self.instances[node.id]["lifecycleState"] = "TERMINATED"
        node.state = "DELETED"
        pool.touch()
        self._later(self.behaviour.timings.linger, lambda: _forget(pool, node))

    def give_notice(self, node: PoolNode, notice_seconds: float, at_the_end: Action) -> None:
        """Cordon and drain a node whose instance ends in so many seconds, whatever is left on it then."""
        self._cordon(node)
        self._evict_until(node, self._clock() + notice_seconds)
        self._later(notice_seconds, at_the_end)

    def _evict_until(self, node: PoolNode, until_seconds: float) -> None:
        self._evict_from(node)
        if self._clock() + _DRAIN_POLL_SECONDS < until_seconds:
            self._later(_DRAIN_POLL_SECONDS, lambda: self._evict_until(node, until_seconds))


def _is_drained(pod: Object) -> bool:
    """Tell whether a drain waits for a pod: not for those of DaemonSets, static ones and finished ones."""
    owner = owner_of(pod)
    is_mirror = "kubernetes.io/config.mirror" in (pod["metadata"].get("annotations") or {})
    return not is_mirror and not is_finished(pod) and (owner is None or owner["kind"] != "DaemonSet")


def _forget(pool: NodePoolRecord, node: PoolNode) -> None:
    if node in pool.nodes:
        pool.nodes.remove(node)
        pool.touch()
