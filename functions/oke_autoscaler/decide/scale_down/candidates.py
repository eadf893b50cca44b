"""The verdict on every node: whether it may go, and whether it goes now."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from functions.oke_autoscaler.decide.cluster.utilization import PoolLoad, pool_load, utilization
from functions.oke_autoscaler.decide.scale_down.budgets import Budgets
from functions.oke_autoscaler.decide.scale_down.drain_rules import Drain, DrainRules
from functions.oke_autoscaler.decide.scale_down.rescheduling import Movers, Moving
from functions.oke_autoscaler.decide.simulation.static_fit import BEING_DELETED, Kind
from functions.oke_autoscaler.model.decision import NodeVerdict, Removal
from functions.oke_autoscaler.model.nodes import (
    DELETION_CANDIDATE,
    SCALE_DOWN_DISABLED,
    TO_BE_DELETED,
    annotation,
    has_taint,
    instance_id,
    is_ready,
    taint_time,
)
from functions.oke_autoscaler.model.oci_objects import GONE_NODES
from functions.oke_autoscaler.model.pods import asks_for_eviction, is_daemon, is_mirror

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from functions.oke_autoscaler.decide.cluster.pod_groups import Workload
    from functions.oke_autoscaler.decide.cluster.pools import PoolState
    from functions.oke_autoscaler.decide.scale_up.plan import Plan
    from functions.oke_autoscaler.decide.simulation.cluster_state import World
    from functions.oke_autoscaler.model.kubernetes_objects import Node, Pod
    from functions.oke_autoscaler.model.oci_objects import Load


@dataclass(slots=True)
class Case:
    """One node under judgement."""

    node: Node
    state: PoolState | None
    verdict: NodeVerdict
    drain: Drain
    movers: Movers
    empty: bool
    """Runs nothing but DaemonSet and mirror pods, and no pending pod is to go there."""
    since: float | None = None
    """When it was found unneeded first, by its taint."""
    settled: bool = False

    @property
    def load_order(self) -> tuple[float, str]:
        """Least requests first."""
        used = self.verdict.utilization
        return (1.0 if used is None else used, self.node.metadata.name)


@dataclass(slots=True)
class Verdicts:
    """All nodes judged, and what to do about them."""

    nodes: list[NodeVerdict] = field(default_factory=list)
    remove: list[Removal] = field(default_factory=list)
    mark: list[str] = field(default_factory=list)
    unmark: list[str] = field(default_factory=list)


def judge(world: World, plan: Plan, held: str) -> Verdicts:
    """Judge every node; ``held`` says why no node may be removed in this tick, if so."""
    planned: dict[str, list[tuple[Workload, int]]] = {}
    by_ident = {workload.ident: workload for workload in world.pending}
    for ident, places in plan.placed.items():
        for place, pods in places:
            planned.setdefault(place.name, []).append((by_ident[ident], pods))
    for _, workload, node in world.preempting:
        planned.setdefault(node, []).append((workload, 1))
    rules = DrainRules(world.settings, world.snapshot.owners, Budgets(world.snapshot.budgets), world.now)
    cases = [_case(world, rules, each, planned.get(each.metadata.name, ())) for each in world.snapshot.nodes]
    moving = Moving(world)
    choice = _Choice(world, moving, held)
    choice.run(cases)
    for case in sorted((case for case in cases if not case.settled), key=lambda case: not case.movers):
        choice.settle(case)
    choice.verdicts.nodes = [*(case.verdict for case in cases), *_unregistered(world)]
    return choice.verdicts


def _unregistered(world: World) -> Iterator[NodeVerdict]:
    """Nodes that OKE lists and Kubernetes does not know."""
    known = {instance_id(node) for node in world.snapshot.nodes}
    why = "NoNodeInfo"
    for state in world.pools.states:
        for node in state.pool.nodes or ():
            if node.id and node.id not in known and node.lifecycle_state not in GONE_NODES:
                name = node.name or node.id
                yield NodeVerdict(name, state.pool.name, reason=why, eligible_reason=why, remove_now_reason=why)


def _case(world: World, rules: DrainRules, node: Node, planned: Movers) -> Case:
    name, state = node.metadata.name, world.pools.of(node)
    residents = world.residents[name]
    drain = rules.judge(r.pod for r in residents if not r.expendable)
    drain.ignore += [r.pod for r in residents if r.expendable]
    evicted = {id(pod) for pod in drain.evict}
    movers = [(r.workload, 1) for r in residents if r.counts and id(r.pod) in evicted]
    used = utilization(
        node,
        ((r.pod, r.workload.shape.amounts) for r in residents if r.counts),
        world.now,
        ignore_daemonsets=world.settings.ignore_daemonsets_utilization,
    )
    verdict = NodeVerdict(
        node=name,
        pool=state.pool.name if state is not None else None,
        blocking_pod=drain.blocking_pod,
        evict=_keys(drain.evict),
        daemonset=_keys(drain.daemonset),
        wait_for_completion=_keys(drain.wait_for_completion),
        ignore=_keys(drain.ignore),
        utilization=used,
    )
    empty = not planned and all(is_daemon(r.pod) or is_mirror(r.pod) or not r.counts for r in residents)
    case = Case(node, state, verdict, drain, [*movers, *planned], empty, taint_time(node, DELETION_CANDIDATE))
    verdict.eligible_reason = _not_eligible(world, case)
    verdict.eligible = verdict.eligible_reason is None
    return case


def _keys(pods: Iterable[Pod]) -> list[str]:
    return [pod.key for pod in pods]


def _not_eligible(world: World, case: Case) -> str | None:
    """Utilisation, annotations and taints, in Cluster Autoscaler's order."""
    node, used = case.node, case.verdict.utilization
    limit = world.settings.node_utilization_percent + 1e-9
    checks = (
        ("CurrentlyBeingDeleted", has_taint(node, TO_BE_DELETED) or world.pools.is_leaving(node)),
        ("ScaleDownDisabledAnnotation", annotation(node, SCALE_DOWN_DISABLED) == "true"),
        ("NotAutoscaled", case.state is None and world.snapshot.pools is not None),
        ("CordonedBySomeoneElse", bool(node.spec.unschedulable)),
        ("UnexpectedError", used is None),
        ("NotUnderutilized", used is not None and not case.empty and used * 100 > limit),
    )
    return next((reason for reason, holds in checks if holds), None)


class _Choice:
    """Which nodes go now, which are only marked: one after another on one room, with one budget."""

    def __init__(self, world: World, moving: Moving, held: str) -> None:
        self.world = world
        self.moving = moving
        self.held = held
        self.verdicts = Verdicts()
        self.budgets = Budgets(world.snapshot.budgets)
        self.loads: dict[str, PoolLoad] = {}
        self.spare: dict[str, int] = {}
        for state in world.pools.states:
            going = sum(1 for node in state.nodes if has_taint(node, TO_BE_DELETED))
            self.spare[state.id] = state.pool.size - going - state.bounds.min_size
            self.loads[state.id] = pool_load(state, world.snapshot.metrics)

    def run(self, cases: list[Case]) -> None:
        """Go through the candidates: those unneeded long enough first, then by requests.

        Nodes that are going already come before all: their pods will need the room.
        """
        for case in cases:
            if case.verdict.eligible_reason == "CurrentlyBeingDeleted":
                self.settle(case)
        unneeded: set[str] = set()
        for case in sorted(cases, key=lambda case: (self._waits(case) is not None, *case.load_order)):
            reason = self._candidate(case)
            case.verdict.remove_now_reason = reason or self._later(case)
            if reason is None and self._take(case):
                unneeded.add(case.node.metadata.name)
        if self.held and self.world.settings.scale_down_on:
            return
        for case in cases:
            marked = has_taint(case.node, DELETION_CANDIDATE)
            stabilizing = case.state is not None and case.state.status != "ready"
            if marked and case.node.metadata.name not in unneeded and not stabilizing:
                self.verdicts.unmark.append(case.node.metadata.name)

    def _candidate(self, case: Case) -> str | None:
        """Why the node is no candidate at all."""
        verdict, state = case.verdict, case.state
        if not verdict.eligible:
            return verdict.eligible_reason
        if case.drain.reason is not None:
            return case.drain.reason
        if state is None:
            return "NotAutoscaled"
        waits = self._waits(case) if case.since is not None else None
        if self.spare[state.id] < 1:
            return waits or "NodeGroupMinSizeReached"
        if not self.world.settings.scale_down_on:
            return waits or "scale-down-off"
        return self.held or (f"node-pool-{state.status}" if state.status != "ready" else self._too_busy(case, state))

    def _too_busy(self, case: Case, state: PoolState) -> str | None:
        """The rule of the thresholds; a node that runs nothing of its own may go whatever the load is."""
        if case.empty:
            return None
        own = self._load(case)
        if own is None or (own.cpu_percent is None and own.ram_percent is None):
            return "no-metrics"
        load, settings = self.loads[state.id], self.world.settings
        reasons = load.reasons(settings)
        if not reasons:
            return "load-above-threshold"
        return None if load.without(own).holds(reasons, settings) else "load-would-pass-threshold"

    def _load(self, case: Case) -> Load | None:
        return self.world.snapshot.metrics.get(instance_id(case.node))

    def _waits(self, case: Case) -> str | None:
        """Why the node has not been unneeded for long enough."""
        ready, settings = is_ready(case.node), self.world.settings
        minutes = settings.unneeded_minutes if ready else settings.unready_minutes
        since = case.since if case.since is not None else self.world.now
        if self.world.now - since >= minutes * 60:
            return None
        return "NotUnneededLongEnough" if ready else "NotUnreadyLongEnough"

    def _later(self, case: Case) -> str | None:
        """Why a candidate does not go in this tick yet."""
        return self._waits(case) or ("WaitForCompletion" if case.drain.wait_for_completion else None)

    def _take(self, case: Case) -> bool:
        """Plan the removal of a candidate; True when it is unneeded, now or later."""
        verdict, state = case.verdict, case.state
        refused = next((why for pod in case.drain.evict if (why := self.budgets.obstacle(pod))), None)
        if refused is not None:
            verdict.remove_now_reason = refused
            return False
        self.settle(case)
        if not verdict.removable or state is None:
            verdict.remove_now_reason = verdict.reason
            return False
        reasons = () if case.empty else self.loads[state.id].reasons(self.world.settings)
        self.spare[state.id] -= 1
        self.loads[state.id] = self.loads[state.id].without(self._load(case))
        self.budgets.take(case.drain.evict)
        name = case.node.metadata.name
        if verdict.remove_now_reason is None:
            verdict.remove_now = True
            evict = (*verdict.evict, *_keys(pod for pod in case.drain.daemonset if asks_for_eviction(pod)))
            removal = Removal(name, state.id, instance_id(case.node), "+".join(reasons) or "unneeded", evict)
            self.verdicts.remove.append(removal)
        elif case.since is None:
            self.verdicts.mark.append(name)
        return True

    def settle(self, case: Case) -> None:
        """The verdict ``removable``: drain rules, then room elsewhere; nodes said removable may go together."""
        case.settled = True
        verdict, place = case.verdict, self.world.places[case.node.metadata.name]
        if case.state is None and self.world.snapshot.pools is not None:
            verdict.reason = "NotAutoscaled"
        elif case.drain.reason is not None:
            verdict.reason = case.drain.reason
        else:
            ghost = Kind(-1 - place.kind.ident, place.kind.labels, [*place.kind.taints, BEING_DELETED], place.name)
            verdict.removable = self.moving.take_out(place, case.movers, ghost)
            verdict.reason = None if verdict.removable else "NoPlaceToMovePods"
