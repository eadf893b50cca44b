"""Work requests: made by each change of a pool, finished when its nodes are where they should be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulator.base.service_protocol import timestamp
from emulator.oke.model.node_pool_records import NodePoolRecord, PoolNode, WorkRequestRecord

if TYPE_CHECKING:
    from emulator.oke.model.node_pool_records import Behaviour
    from emulator.oke.model.simulated_clock import Agenda, SimulatedClock


class WorkRequests:
    """All work requests of a cluster, oldest first."""

    def __init__(self, clock: SimulatedClock, agenda: Agenda, behaviour: Behaviour) -> None:
        self._clock = clock
        self._agenda = agenda
        self.behaviour = behaviour
        self.all: list[WorkRequestRecord] = []

    def begin(
        self, pool: NodePoolRecord, operation: str = "NODEPOOL_UPDATE", state: str = "UPDATING"
    ) -> WorkRequestRecord:
        """Return a new request, ACCEPTED; it goes on by the clock, and the pool is in a state meanwhile."""
        request = self._new(pool, operation)
        self.all.append(request)
        self._agenda.add(self._clock() + self.behaviour.timings.accepted, lambda: self._start(pool, request))
        pool.state = state
        pool.touch()
        return request

    def begin_for(self, request: WorkRequestRecord) -> WorkRequestRecord:
        """Keep a request of another resource than a pool; `finish` ends it."""
        self.all.append(request)
        self._agenda.add(self._clock() + self.behaviour.timings.accepted, lambda: self._run(request))
        return request

    def finish(self, request: WorkRequestRecord) -> None:
        """End a request: FAILED when it has errors, else SUCCEEDED."""
        request.status = "FAILED" if request.errors else "SUCCEEDED"
        request.finished_at_seconds = self._clock()
        self.note(request, f"{request.operation}: {request.status}")

    def add_finished(self, pool: NodePoolRecord, operation: str, *, errors: list[tuple[str, str]]) -> WorkRequestRecord:
        """Return a request that ends now: FAILED when there are errors (code, message), else SUCCEEDED."""
        request = self._new(pool, operation)
        request.started_at_seconds = request.finished_at_seconds = self._clock()
        request.status = "FAILED" if errors else "SUCCEEDED"
        self.all.append(request)
        for code, message in errors:
            self.note_error(request, code, message)
        return request

    def note_error(self, request: WorkRequestRecord, code: str, message: str) -> None:
        """Add an error; the request will be FAILED."""
        request.errors.append({"code": code, "message": message, "timestamp": timestamp(self._clock())})

    def note(self, request: WorkRequestRecord, message: str) -> None:
        """Add a line to its log."""
        request.logs.append({"message": message, "timestamp": timestamp(self._clock())})

    def settled(self, pool: NodePoolRecord, node: PoolNode, request: WorkRequestRecord) -> None:
        """Record that a request need not wait for a node any longer."""
        request.open_nodes.discard(node.number)
        self._finish_if_done(pool, request)

    def find(self, request_id: str) -> WorkRequestRecord | None:
        """Return a request by its OCID."""
        return next((request for request in self.all if request.id == request_id), None)

    def _new(self, pool: NodePoolRecord, operation: str) -> WorkRequestRecord:
        details = pool.details
        return WorkRequestRecord(
            operation, pool.id, details["compartmentId"], self._clock(), cluster_id=details["clusterId"]
        )

    def _run(self, request: WorkRequestRecord) -> None:
        if request.status == "ACCEPTED":
            request.status = "IN_PROGRESS"
            request.started_at_seconds = self._clock()

    def _start(self, pool: NodePoolRecord, request: WorkRequestRecord) -> None:
        self._run(request)
        self.note(request, f"{request.operation} of {pool.name} has started")
        self._finish_if_done(pool, request)

    def _finish_if_done(self, pool: NodePoolRecord, request: WorkRequestRecord) -> None:
        if request.status != "IN_PROGRESS" or request.open_nodes:
            return
        request.status = "FAILED" if request.errors else "SUCCEEDED"
        request.finished_at_seconds = self._clock()
        self.note(request, f"{request.operation} of {pool.name}: {request.status}")
        if request.operation == "NODEPOOL_DELETE" and request.status == "SUCCEEDED":
            pool.state = "DELETED"
        elif not pool.shows_updating(self.all):
            pool.state = "ACTIVE"
        pool.touch()
