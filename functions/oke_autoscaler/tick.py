"""One tick: read, finish what is open, grow, else shrink, answer. Every read comes before the first change."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import msgspec

from functions.oke_autoscaler import preflight
from functions.oke_autoscaler.act import answers, scale_down
from functions.oke_autoscaler.act.observe import Observed, decided, node_lines, observe, observe_loads
from functions.oke_autoscaler.act.removal import Removals
from functions.oke_autoscaler.act.resume import carry_on
from functions.oke_autoscaler.act.scale_up import ScaleUp
from functions.oke_autoscaler.clients.changes import Changes
from functions.oke_autoscaler.clients.cluster import Cluster
from functions.oke_autoscaler.clients.events import COMPONENT, Report
from functions.oke_autoscaler.clients.lease import TickLease, refuse_another_autoscaler
from functions.oke_autoscaler.clients.oke import Oke
from functions.oke_autoscaler.errors import LeaseBusy
from shared import logs
from shared.deadline import Deadline
from shared.errors import FunctionError
from shared.kubernetes.client import KubernetesApi

if TYPE_CHECKING:
    from collections.abc import Iterable

    from functions.oke_autoscaler.model.decision import Decision, PoolVerdict
    from functions.oke_autoscaler.model.kubernetes_objects import Pod
    from functions.oke_autoscaler.settings import Settings
    from shared.handler import Call

RESERVE_SECONDS = 5.0
"""Kept of a tick's time for its report and for giving the Lease back, but no more than RESERVE_SHARE of it."""

RESERVE_SHARE = 0.1

STATUS_NODES = 200
"""Nodes of a pool whose reasons the status ConfigMap lists; it may hold 1 MiB in all."""

_log = logs.get(COMPONENT)


def serve(call: Call[Settings]) -> answers.Answer:
    """The answer of one tick, or of a preflight; FunctionError when it could not do its work."""
    if preflight.is_asked(call.body):
        return preflight.run(call.settings, call.deadline)
    changes = Changes(dry_run=call.settings.dry_run)
    try:
        tick = connect(call.settings, call.deadline, changes)
        answer = tick.run(call.call_id)
        call.summary["nodes"] = tick.nodes
        for name, value in tick.counts.items():
            call.metrics.add(name, value)
    except LeaseBusy:
        answer = answers.busy()
    finally:
        call.summary["changes"] = changes.summary()
    call.summary["result"] = answer
    return answers.dry_run(answer) if changes.dry_run else answer


def connect(settings: Settings, deadline: Deadline, changes: Changes) -> Tick:
    """A tick's way to OKE and to the cluster's API server; OciServiceError when OKE does not name it."""
    work = Deadline(deadline.at_epoch_seconds - min(RESERVE_SECONDS, RESERVE_SHARE * deadline.remaining_seconds()))
    oke = Oke(settings, work)
    address = oke.cluster_address()
    api = KubernetesApi(address.server, address.ca_pem, oke.token_source(), work)
    return Tick(settings, deadline, oke, Cluster(api, changes))


@dataclass(slots=True)
class Tick:
    """What one tick works with; ``nodes`` are the summary line's and ``counts`` its metrics, once it has run."""

    settings: Settings
    deadline: Deadline
    oke: Oke
    cluster: Cluster
    nodes: list[dict[str, Any]] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)

    def run(self, call_id: str) -> answers.Answer:
        """Do the tick under the Lease; a dry run takes none, since it changes nothing."""
        api = self.cluster.api
        refuse_another_autoscaler(api)
        report = Report()
        if self.cluster.changes.dry_run:
            return answers.with_reasons(self._work(report), nodes=self.settings.scale_down_on)
        lease = TickLease(api, self.deadline, f"{call_id}-{uuid.uuid4().hex[:8]}")
        lease.acquire()
        status: dict[str, Any] = {}
        try:
            done = self._work(report)
            status = _status(done)
        except FunctionError as error:
            report.event_on_status("TickFailed", f"{error.reason}: {error.message}")
            raise
        finally:
            api.deadline = self.deadline
            report.send(api, status)
            _release(lease)
        return answers.with_reasons(done, nodes=self.settings.scale_down_on)

    def observe(self) -> tuple[Observed, Decision, float]:
        """What is there, what is to be done, and the time that both are judged by."""
        observed = observe(self.oke, self.cluster, self.settings)
        now = self.cluster.api.now_epoch_seconds()
        observed, decision = self._decide(observed, now)
        self.nodes = node_lines(observed.snapshot)
        pending = sum(_is_pending(pod) for pod in observed.snapshot.pods)
        self.counts = {"nodes": len(observed.snapshot.nodes), "pending_pods": pending}
        return observed, decision, now

    def _work(self, report: Report) -> Decision:
        """Do what is to be done; the decision, with each pool's verdict as it came out."""
        observed, decision, now = self.observe()
        removals = Removals(self.oke, self.cluster, self.settings, report)
        carried_on = carry_on(removals, observed, decision, now)
        if carried_on is not observed:
            observed, decision = carried_on, decided(carried_on, self.settings, now)
        if decision.wanted():
            growth = ScaleUp(self.oke, self.settings, self.cluster.changes, now, observed, decision)
            growth.run()
            report.about_pods(
                observed.snapshot.pods, growth.decision.pods, grown={pool.name for pool in growth.done.values()}
            )
            verdicts = growth.verdicts()
            return replace(growth.decision, pools=tuple(_shrunk(pool, removals) for pool in verdicts))
        report.about_pods(observed.snapshot.pods, decision.pods, grown=set())
        scale_down.mark(removals, observed, decision, now)
        scale_down.remove(removals, observed, decision, now, self.deadline)
        return replace(decision, pools=tuple(_shrunk(pool, removals) for pool in decision.pools))

    def _decide(self, observed: Observed, now: float) -> tuple[Observed, Decision]:
        """The decision; loads are read only when scale-down is on and nothing is to be scaled up."""
        if _any_pending(observed.snapshot.pods) or not self.settings.scale_down_on:
            decision = decided(observed, self.settings, now)
            if decision.wanted() or not self.settings.scale_down_on:
                return observed, decision
        observed = observe_loads(self.oke, observed, now)
        return observed, decided(observed, self.settings, now)


def _status(done: Decision) -> dict[str, Any]:
    """An entry a pool for the status ConfigMap: its verdict, why pods wait and why its nodes stay."""
    waiting = answers.pod_reasons(done)[: answers.REASONS_SHOWN]
    return {
        pool.id: {
            **msgspec.to_builtins(pool),
            "pods": waiting,
            "nodes": answers.node_reasons(done, pool.name)[:STATUS_NODES],
        }
        for pool in done.pools
    }


def _any_pending(pods: Iterable[Pod]) -> bool:
    return any(_is_pending(pod) for pod in pods)


def _is_pending(pod: Pod) -> bool:
    return not pod.node_name and pod.status.phase in {None, "", "Pending"}


def _shrunk(pool: PoolVerdict, removals: Removals) -> PoolVerdict:
    """The verdict with what was really removed: plans may have been overtaken by others' changes."""
    if pool.action == "scale-up":
        return pool
    size = removals.sizes.get(pool.id, pool.size)
    if removals.deleted[pool.id]:
        reason = removals.reasons[pool.id]
    elif removals.draining[pool.id] and pool.status == "ready":
        reason = "draining"
    elif pool.action == "scale-down":
        reason, status = "node-pool-updating", "updating"  # others are writing to the pool or to its node
        return msgspec.structs.replace(pool, action="none", reason=reason, status=status, wanted_size=size)
    else:
        return pool
    return msgspec.structs.replace(pool, action="scale-down", level="success", reason=reason, wanted_size=size)


def _release(lease: TickLease) -> None:
    try:
        lease.release()
    except FunctionError as error:
        _log.warning("Lease not released; it ends by itself", extra={"fields": {"error": error.message}})
