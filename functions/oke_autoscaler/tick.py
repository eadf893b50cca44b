"""One tick: read, finish what is open, grow, else shrink, answer. Every read comes before the first change."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import msgspec

from functions.oke_autoscaler import preflight
from functions.oke_autoscaler.act import answers, scale_down
from functions.oke_autoscaler.act.discover import with_tagged_pools
from functions.oke_autoscaler.act.evictions import PAUSE_SECONDS
from functions.oke_autoscaler.act.flapping import owners_of, with_flapping
from functions.oke_autoscaler.act.give_up import give_up
from functions.oke_autoscaler.act.history import Done, with_changes, with_joining, with_memories
from functions.oke_autoscaler.act.observe import Observed, decide_on, observe, observe_loads
from functions.oke_autoscaler.act.removal import Removals
from functions.oke_autoscaler.act.replace_node import note_replacement, without_replacement
from functions.oke_autoscaler.act.resume import resume
from functions.oke_autoscaler.act.scale_up import ScaleUp
from functions.oke_autoscaler.act.status_report import report_of
from functions.oke_autoscaler.act.take_back import take_back
from functions.oke_autoscaler.clients.changes import Changes
from functions.oke_autoscaler.clients.cluster import Cluster
from functions.oke_autoscaler.clients.events import COMPONENT, TickEvents
from functions.oke_autoscaler.clients.lease import TickLease, refuse_another_autoscaler
from functions.oke_autoscaler.clients.oke import Oke
from functions.oke_autoscaler.clients.state_map import StateMap
from functions.oke_autoscaler.decide.scale_down.drain_records import with_drains
from functions.oke_autoscaler.errors import LeaseBusy
from functions.oke_autoscaler.model.pods import is_pending
from functions.oke_autoscaler.model.reasons import DRAINING, NODES_NOT_MADE, POOL_UPDATING, with_detail
from shared import logs
from shared.deadline import Deadline
from shared.errors import FunctionError
from shared.kubernetes.client import KubernetesApi

if TYPE_CHECKING:
    from functions.oke_autoscaler.model.decision import Decision, GiveUp, PoolVerdict
    from functions.oke_autoscaler.model.snapshot import Snapshot
    from functions.oke_autoscaler.model.unreadable import Unreadable
    from functions.oke_autoscaler.settings import Settings
    from shared.handler import Call

RESERVE_SECONDS = 5.0
"""Seconds of a tick kept for its events and for giving the Lease back, but no more than RESERVE_SHARE of its time."""

RESERVE_SHARE = 0.1

MAX_METRIC_POOLS = 20
"""Pools whose costs are posted as metrics: one post holds 50 streams."""

FLAGS = ("dry_run", "preflight")

_log = logs.get(COMPONENT)


def serve(call: Call[Settings]) -> answers.Answer:
    """Answer one tick, a dry one, or one preflight; FunctionError when it could not do its work."""
    flags = call.flags(*FLAGS)
    if flags["preflight"]:
        return preflight.run(call.settings, call.deadline, call.config)
    # Either one makes the tick dry: a body cannot undo what the config says.
    changes = Changes(dry_run=call.settings.dry_run or flags["dry_run"])
    snapshot: Snapshot | None = None
    try:
        tick = connect(call.settings, call.deadline, changes)
        answer = tick.run(call.call_id)
        snapshot = tick.snapshot
    except LeaseBusy:
        answer = answers.busy()
    finally:
        call.summary["changes"] = changes.listed()
    call.summary.update(answers.summary_fields(answer, snapshot))
    if snapshot is not None:
        call.metrics.add("nodes", len(snapshot.nodes))
        call.metrics.add("pending_pods", sum(is_pending(pod) for pod in snapshot.pods))
        for pool in tick.pools[:MAX_METRIC_POOLS]:
            if pool.node_cost is not None:
                call.metrics.add("pool_cost_per_month", pool.node_cost * pool.wanted_size, pool=pool.name)
                call.metrics.add("decision_cost_per_month", pool.node_cost * pool.changed, pool=pool.name)
    return answers.dry_run(answer) if changes.dry_run else answer


def connect(settings: Settings, deadline: Deadline, changes: Changes) -> Tick:
    """Connect to OKE and to the cluster's API server, whose address OKE names; OciServiceError when it does not."""
    # All reads and writes of the work end before the call does: what is left is for the events, the status and the
    # Lease, which ``run`` writes under the call's own deadline.
    reserve = min(RESERVE_SECONDS, RESERVE_SHARE * deadline.remaining_seconds())
    work_deadline = Deadline(deadline.at_epoch_seconds - reserve)
    oke = Oke(settings, work_deadline)
    settings, left_out = with_tagged_pools(oke, settings)
    address = oke.cluster_address()
    api = KubernetesApi(address.server, address.ca_pem, oke.token_source(), work_deadline)
    return Tick(settings, deadline, oke, Cluster(api, changes), StateMap(api, dry_run=changes.dry_run), left_out)


@dataclass(slots=True)
class Tick:
    """What one tick works with; ``snapshot`` is what it first read, once it has read it."""

    settings: Settings
    deadline: Deadline
    oke: Oke
    cluster: Cluster
    memory: StateMap
    left_out: list[Unreadable] = field(default_factory=list)
    """Pools with the tag that it does not manage, since their bounds cannot be told."""
    snapshot: Snapshot | None = None
    given_up: list[GiveUp] = field(default_factory=list)
    """Instances that this tick deleted because they never became nodes."""
    pools: tuple[PoolVerdict, ...] = ()
    """As they came out."""
    done: Done = field(default_factory=Done)
    """What it did beside its decision."""
    pause_seconds: float = PAUSE_SECONDS
    """Between two attempts to evict a pod that its budget holds."""

    def run(self, call_id: str) -> answers.Answer:
        """Do the tick under the Lease; a dry run takes none, since it changes nothing."""
        api = self.cluster.api
        refuse_another_autoscaler(api)
        events = TickEvents()
        if self.cluster.changes.dry_run:
            return self._answer(self._work(events))
        lease = TickLease(api, self.deadline, f"{call_id}-{uuid.uuid4().hex[:8]}")
        lease.acquire()
        done: Decision | None = None
        try:
            done = self._work(events)
            self._remember(done, api.now_epoch_seconds())
        except FunctionError as error:
            events.on_status("TickFailed", f"{error.reason}: {error.message}")
            raise
        finally:
            # Each of the last steps may take half of what is left: neither a status that cannot be written nor a Lease
            # that cannot be given back takes the time of the answer.
            api.deadline = self.deadline.half()
            self.memory.write()
            api.deadline = self.deadline.half()
            events.send(api, report_of(done) if done else None)
            api.deadline = self.deadline.half()
            _release(lease)
        return self._answer(done)

    def _remember(self, done: Decision, now: float) -> None:
        """Add what was learnt, and what was changed to the history."""
        nodes, before = self.snapshot.nodes if self.snapshot is not None else (), self.memory.state
        state = with_joining(with_memories(before, done, now), done, self.given_up, now)
        state = with_drains(state, self.done.drains, nodes, now)
        self.memory.state = with_changes(state, done, now, self.done, before)

    def _answer(self, done: Decision) -> answers.Answer:
        answer = answers.tick_answer(done, nodes=self.settings.scale_down_on)
        return answers.with_field(answer, "state-fault", self.memory.fault) if self.memory.fault else answer

    def observe(self) -> tuple[Observed, Decision, float]:
        """Read what is there and decide; return both, and the time (Unix seconds) that both are judged by."""
        observed = observe(self.oke, self.cluster, self.settings, self.memory, self.left_out)
        now = self.cluster.api.now_epoch_seconds()
        observed, decision = self._decide(observed, now)
        self.snapshot = observed.snapshot
        return observed, decision, now

    def _work(self, events: TickEvents) -> Decision:
        """Do what is to be done; return the decision, with each pool's verdict as it came out."""
        observed, decision, now = self.observe()
        events.about_unreadable(observed.snapshot)
        removals = Removals(self.oke, self.cluster, self.settings, events, pause_seconds=self.pause_seconds)
        take_back(removals, observed, decision)
        resumed = resume(removals, observed, decision, now)
        if resumed is not observed:
            observed, decision = resumed, decide_on(resumed, self.settings, now)
        self.given_up = give_up(removals, observed, decision, self.deadline)
        # Pods that wait come first. What is idle all the same goes in the same tick: the decision names no node of a
        # pool that grows, and none that a waiting pod could use.
        if decision.wanted():
            decision = self._scale_up(removals, observed, decision, now)
        else:
            if decision.replacement is not None:
                note_replacement(removals, observed, decision, now)
            events.about_pods(observed.snapshot.pods, decision.pods, grown=set())
        scale_down.mark(removals, observed, decision, now)
        scale_down.remove(removals, observed, decision, now, self.deadline)
        pending = {pod.metadata.uid for pod in observed.snapshot.pods if is_pending(pod)}
        removals.evictions.go_on(self.deadline, pending)
        owners = owners_of(observed.snapshot.pods) if decision.wanted() else {}
        self.done = Done(removals.gone, removals.drains(), removals.called_off, owners, removals.taken_back)
        decision = replace(decision, pools=tuple(_as_done(pool, removals) for pool in decision.pools))
        decision = with_flapping(decision, observed.snapshot, self.settings, now)
        self.pools = decision.pools
        events.about_pools(decision.pools)
        return decision

    def _scale_up(self, removals: Removals, observed: Observed, decision: Decision, now: float) -> Decision:
        if decision.replacement is not None and decision.replacement.pool_id:
            noted = note_replacement(removals, observed, decision, now)
            if noted is None:
                return without_replacement(decision)
            observed = noted
        scale_up = ScaleUp(self.oke, self.settings, self.cluster.changes, now, observed, decision)
        scale_up.run()
        grown = {pool.name for pool in scale_up.done.values()}
        for pool in scale_up.done.values():
            removals.events.on_pool(pool, "ScaleUp", f"{pool.growth}: {with_detail(pool.reason, pool.detail)}")
        removals.events.about_pods(observed.snapshot.pods, scale_up.decision.pods, grown=grown)
        # Loads were not read, so that a service without answers holds no growth up: only what runs nothing may go now,
        # and no mark is taken away for want of a load.
        remove = tuple(removal for removal in scale_up.decision.remove if removal.pool_id not in scale_up.done)
        return replace(scale_up.decision, pools=tuple(scale_up.verdicts()), remove=remove, unmark=())

    def _decide(self, observed: Observed, now: float) -> tuple[Observed, Decision]:
        """Decide; loads are read only when scale-down is on and no pool is to grow."""
        # A pending pod may settle the matter without loads. Where it does not, or where none is pending, the decision
        # is made once, with loads.
        if not self.settings.scale_down_on or any(is_pending(pod) for pod in observed.snapshot.pods):
            decision = decide_on(observed, self.settings, now)
            if decision.wanted() or not self.settings.scale_down_on:
                return observed, decision
        observed = observe_loads(self.oke, observed, now)
        return observed, decide_on(observed, self.settings, now)


def _as_done(pool: PoolVerdict, removals: Removals) -> PoolVerdict:
    """Return the verdict as it came out, with the nodes that it added or took away."""
    gone = removals.gone.get(pool.id, [])
    done = _with_removals(pool, removals)
    added = done.wanted_size - done.size if done.action == "scale-up" else -len(gone)
    detail = done.detail if done.reason == pool.reason else ", ".join(gone[:3])
    return msgspec.structs.replace(done, changed=added, detail=detail)


def _with_removals(pool: PoolVerdict, removals: Removals) -> PoolVerdict:
    """Return the verdict with what was really removed: others may have changed the pool or the node since."""
    if pool.action == "scale-up":
        return pool
    size = removals.sizes.get(pool.id, pool.size)
    if removals.deleted[pool.id]:
        reason = removals.reasons[pool.id]
    elif removals.draining[pool.id] and pool.status == "ready":
        reason = DRAINING
    elif pool.id in removals.taken_back:
        action = "scale-down" if pool.reason == NODES_NOT_MADE else pool.action
        return msgspec.structs.replace(pool, action=action, wanted_size=size)
    elif pool.not_joined:
        action = "scale-down" if size < pool.size else "none"
        return msgspec.structs.replace(pool, action=action, wanted_size=size)
    elif pool.action == "scale-down":
        reason, status = POOL_UPDATING, "updating"  # others are writing to the pool or to its node
        return msgspec.structs.replace(pool, action="none", reason=reason, status=status, wanted_size=size)
    else:
        return pool
    return msgspec.structs.replace(pool, action="scale-down", level="success", reason=reason, wanted_size=size)


def _release(lease: TickLease) -> None:
    try:
        lease.release()
    except FunctionError as error:
        _log.warning("Lease not released; it ends by itself", extra={"fields": {"error": error.message}})
