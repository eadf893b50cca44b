"""What is removed in a tick: one node after another on one simulation, within every budget."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from functions.oke_autoscaler.decide.cluster.utilization import PoolLoad, measure_pool_load
from functions.oke_autoscaler.decide.scale_down.budgets import Budgets
from functions.oke_autoscaler.decide.scale_down.candidates import Candidate, make_candidate, names_of
from functions.oke_autoscaler.decide.scale_down.controller_moves import ControllerMoves
from functions.oke_autoscaler.decide.scale_down.drain_rules import DrainRules
from functions.oke_autoscaler.decide.scale_down.eligibility import BEING_REMOVED, NOT_AUTOSCALED
from functions.oke_autoscaler.decide.scale_down.node_budget import pool_budgets
from functions.oke_autoscaler.decide.scale_down.node_details import NodeDetails, unregistered_nodes
from functions.oke_autoscaler.decide.scale_down.replacement import find_replacement
from functions.oke_autoscaler.decide.scale_down.rescheduling import Rescheduler
from functions.oke_autoscaler.decide.simulation.static_fit import BEING_DELETED, NodeClass
from functions.oke_autoscaler.model.decision import Removal
from functions.oke_autoscaler.model.nodes import (
    DELETION_CANDIDATE,
    TO_BE_DELETED,
    has_taint,
    instance_id,
    is_ready,
)
from functions.oke_autoscaler.model.pods import asks_for_eviction
from functions.oke_autoscaler.model.reasons import REPLACED, UNNEEDED, pool_not_ready

if TYPE_CHECKING:
    from functions.oke_autoscaler.decide.cluster.pod_groups import PodGroup
    from functions.oke_autoscaler.decide.cluster.pools import PoolStatus
    from functions.oke_autoscaler.decide.scale_down.waiting_pods import WaitingPods
    from functions.oke_autoscaler.decide.simulation.cluster_state import ClusterState
    from functions.oke_autoscaler.decide.simulation.nodes import SimulatedNode
    from functions.oke_autoscaler.decide.simulation.offerings import Offering
    from functions.oke_autoscaler.decide.simulation.placement_plan import PlacementPlan
    from functions.oke_autoscaler.model.decision import NodeVerdict, Replacement
    from functions.oke_autoscaler.model.oci_objects import Load


@dataclass(slots=True)
class RemovalPlan:
    """All nodes judged, and what to do about them."""

    nodes: list[NodeVerdict] = field(default_factory=list)
    remove: list[Removal] = field(default_factory=list)
    mark: list[str] = field(default_factory=list)
    unmark: list[str] = field(default_factory=list)
    replacement: Replacement | None = None
    needed_up: dict[str, int] = field(default_factory=dict)
    """Of the pods to evict later, ``namespace/name``: how many pods of their controllers must be up for each to go."""


def plan_removals(state: ClusterState, plan: PlacementPlan, waiting: WaitingPods) -> RemovalPlan:
    """Judge every node; those that ``waiting`` pods could use are kept."""
    planned: dict[str, list[tuple[PodGroup, int]]] = {}
    by_ident = {group.ident: group for group in (*state.pending, *state.headroom)}
    for ident, nodes in plan.placed.items():
        for simulated_node, pods in nodes:
            planned.setdefault(simulated_node.name, []).append((by_ident[ident], pods))
    for _, group, node in state.preempting:
        planned.setdefault(node, []).append((group, 1))
    rules = DrainRules(state.settings, state.snapshot.owners, Budgets(state.snapshot.budgets), state.now, state.hold)
    candidates = [
        make_candidate(state, rules, each, planned.get(each.metadata.name, ())) for each in state.snapshot.nodes
    ]
    rescheduler = Rescheduler(state)
    planner = RemovalPlanner(state, rescheduler, waiting)
    planner.run(candidates)
    # Before the rest is tried: what is only tried is taken out of the simulation as well.
    planner.verdicts.replacement = find_replacement(planner, candidates)
    for candidate in sorted(
        (candidate for candidate in candidates if not candidate.simulated),
        key=lambda candidate: not candidate.moving_pods,
    ):
        planner.simulate(candidate)
    details = NodeDetails(state, planner.budgets, waiting, planner.spare, planner.loads)
    for candidate in candidates:
        details.fill(candidate)
    planner.verdicts.nodes = [*(candidate.verdict for candidate in candidates), *unregistered_nodes(state)]
    return planner.verdicts


class RemovalPlanner:
    """Which nodes go now, which are only marked: one after another on one simulation, with one budget."""

    def __init__(self, state: ClusterState, rescheduler: Rescheduler, waiting: WaitingPods) -> None:
        self.state = state
        self.rescheduler = rescheduler
        self.waiting = waiting
        self.held: set[str] = set()
        self.verdicts = RemovalPlan()
        self.unneeded: set[str] = set()
        """Nodes that go, now or later."""
        self.budgets = Budgets(state.snapshot.budgets)
        self.moves = ControllerMoves(state, self.budgets)
        self.nodes_allowed = pool_budgets(state)
        self.loads: dict[str, PoolLoad] = {}
        self.spare: dict[str, int] = {}
        for pool_status in state.pools.statuses:
            going = sum(1 for node in pool_status.nodes if has_taint(node, TO_BE_DELETED))
            self.spare[pool_status.id] = pool_status.made_size - going - pool_status.bounds.min_size
            self.loads[pool_status.id] = measure_pool_load(pool_status, state.snapshot.metrics)

    def run(self, candidates: list[Candidate]) -> None:
        """Go through the candidates: those unneeded long enough first, then by requests.

        Nodes that are going already come before all: their pods will need the simulation.
        """
        for candidate in candidates:
            if candidate.verdict.eligible_reason == BEING_REMOVED:
                self.simulate(candidate)
                self._send(candidate)
        for candidate in sorted(
            candidates,
            key=lambda candidate: (
                not candidate.being_replaced,
                self._too_early(candidate) is not None,
                *candidate.order,
            ),
        ):
            reason = self._find_obstacle(candidate)
            candidate.verdict.remove_now_reason = reason or self._postponed(candidate)
            if reason is None and self._plan(candidate):
                self.unneeded.add(candidate.node.metadata.name)
        self.verdicts.unmark += [each.node.metadata.name for each in candidates if self._loses_mark(each)]

    def _loses_mark(self, candidate: Candidate) -> bool:
        """Tell whether a marked node is needed again; one of a pool at work, or left alone for a while, keeps its mark.

        A node that is held for a pod that waits keeps its time, too: the pod may go elsewhere. After a drain that timed
        out the mark holds until when the node is left alone, and what ended the drain, as a closed budget, as a rule
        still holds then.
        """
        name, pool_status = candidate.node.metadata.name, candidate.pool_status
        if not has_taint(candidate.node, DELETION_CANDIDATE) or name in self.unneeded or name in self.held:
            return False
        if pool_status is not None and pool_status.phase != "ready":
            return False
        # A time further ahead is not this function's: it would keep the node for ever.
        left_alone_for = (candidate.since or 0.0) - self.state.now
        return not 0 < left_alone_for <= self.state.settings.backoff_minutes * 60

    def _find_obstacle(self, candidate: Candidate) -> str | None:
        """Return why the node is no candidate at all."""
        verdict, pool_status = candidate.verdict, candidate.pool_status
        if not verdict.eligible:
            return verdict.eligible_reason
        if candidate.drain.reason is not None:
            return candidate.drain.reason
        if pool_status is None:
            return NOT_AUTOSCALED
        waits = self._too_early(candidate) if candidate.since is not None else None
        if self.spare[pool_status.id] < 1:
            return waits or "NodeGroupMinSizeReached"
        if not pool_status.thresholds.scale_down_on:
            return waits or "scale-down-off"
        return self._held(candidate, pool_status) or self._too_busy(candidate, pool_status)

    def _held(self, candidate: Candidate, pool_status: PoolStatus) -> str:
        """Return why a node is kept while its pool changes or pods wait that could use it; those are remembered."""
        if pool_status.phase != "ready":
            return pool_not_ready(pool_status.phase)
        name = candidate.node.metadata.name
        reason = self.waiting.hold(self.state.simulated_nodes[name])
        if reason:
            self.held.add(name)
        return reason

    def _too_busy(self, candidate: Candidate, pool_status: PoolStatus) -> str | None:
        """Apply the administrator's thresholds; a node that runs nothing of its own may go whatever the load is."""
        if candidate.empty or candidate.being_replaced:
            return None
        own = self._load(candidate)
        if own is None or (own.cpu_percent is None and own.ram_percent is None):
            return "no-metrics"
        load, thresholds = self.loads[pool_status.id], pool_status.thresholds
        reasons = load.reasons(thresholds)
        if not reasons:
            return "load-above-threshold"
        return None if load.without(own).has_room(reasons, thresholds) else "load-would-fill-pool"

    def _load(self, candidate: Candidate) -> Load | None:
        return self.state.snapshot.metrics.get(instance_id(candidate.node))

    def _too_early(self, candidate: Candidate) -> str | None:
        """Return why the node has not been unneeded for long enough."""
        if candidate.being_replaced:
            return None
        ready, pool_status = is_ready(candidate.node), candidate.pool_status
        own = pool_status.thresholds if pool_status is not None else self.state.settings
        minutes = own.unneeded_minutes if ready else own.unready_minutes
        since = candidate.since if candidate.since is not None else self.state.now
        if self.state.now - since >= minutes * 60:
            return None
        return "NotUnneededLongEnough" if ready else "NotUnreadyLongEnough"

    def _postponed(self, candidate: Candidate) -> str | None:
        """Return why a candidate does not go in this tick yet."""
        return self._too_early(candidate) or ("WaitForCompletion" if candidate.drain.wait_for_completion else None)

    def _plan(self, candidate: Candidate) -> bool:
        """Plan the removal of a candidate; True when it is unneeded, now or later."""
        verdict, pool_status = candidate.verdict, candidate.pool_status
        candidate.refused = next((pod for pod in candidate.drain.evict if self.budgets.obstacle(pod)), None)
        if candidate.refused is not None:
            verdict.remove_now_reason = self.budgets.obstacle(candidate.refused)
            return False
        self.simulate(candidate)
        if not verdict.removable or pool_status is None:
            verdict.remove_now_reason = verdict.reason
            return False
        reasons = self._reasons(candidate, pool_status)
        self.spare[pool_status.id] -= 1
        self.loads[pool_status.id] = self.loads[pool_status.id].without(self._load(candidate))
        self.budgets.reserve(candidate.drain.evict)
        name = candidate.node.metadata.name
        verdict.remove_now_reason = verdict.remove_now_reason or self._braked(candidate, pool_status)
        if verdict.remove_now_reason is None:
            verdict.remove_now = True
            self.nodes_allowed[pool_status.id].take(ready=is_ready(candidate.node))
            self._send(candidate)
            evict = (*verdict.evict, *names_of(pod for pod in candidate.drain.daemonset if asks_for_eviction(pod)))
            removal = Removal(name, pool_status.id, instance_id(candidate.node), "+".join(reasons) or UNNEEDED, evict)
            self.verdicts.remove.append(removal)
        elif candidate.since is None:
            self.verdicts.mark.append(name)
        return True

    def _send(self, candidate: Candidate) -> None:
        """Plan the evictions of a node that goes, at the pace of their controllers."""
        later = self.moves.send(candidate.drain.evict)
        candidate.verdict.evict_later = names_of(later)
        self.verdicts.needed_up.update((pod.key, self.moves.needed_up(pod)) for pod in later)

    def _reasons(self, candidate: Candidate, pool_status: PoolStatus) -> tuple[str, ...]:
        """Return why it goes, but for being unneeded."""
        if candidate.being_replaced:
            return (REPLACED,)
        return () if candidate.empty else self.loads[pool_status.id].reasons(pool_status.thresholds)

    def may_drain(self, candidate: Candidate, pool_status: PoolStatus) -> bool:
        """Tell whether minimum, budgets and brakes would let the node go in this tick."""
        held = self.spare[pool_status.id] < 1 or self._braked(candidate, pool_status)
        return not held and not any(self.budgets.obstacle(pod) for pod in candidate.drain.evict)

    def fits_on_others(self, candidate: Candidate) -> bool:
        """Tell whether its pods fit on the nodes that stay, by their requests and by what they really use.

        Pods that use more than they ask for would take it from those that run there; a new node would be theirs alone.
        """
        own, asked = self._load(candidate), candidate.verdict.utilization
        measured = [each for each in (own.cpu_percent, own.ram_percent) if each is not None] if own is not None else []
        if not measured or asked is None or max(measured) > asked * 100:
            return False
        node = self.state.simulated_nodes[candidate.node.metadata.name]
        return self.rescheduler.fits_with(node, candidate.moving_pods, _leaving_class(node), None)

    def needs_one_of(self, candidate: Candidate, offering: Offering) -> bool:
        """Tell whether its pods fit on the nodes that stay and a new node of an offering, and not without that one."""
        node = self.state.simulated_nodes[candidate.node.metadata.name]
        placeholder, pods = _leaving_class(node), candidate.moving_pods
        if self.rescheduler.fits_with(node, pods, placeholder, None):
            return False
        more = [offering.make(placement) for placement in offering.placements]
        return any(self.rescheduler.fits_with(node, pods, placeholder, each) for each in more)

    def _braked(self, candidate: Candidate, pool_status: PoolStatus) -> str | None:
        """Return why a node that may go has to wait for others that are going; it stays a candidate meanwhile."""
        allowed = self.nodes_allowed[pool_status.id].obstacle(ready=is_ready(candidate.node))
        return allowed or self.moves.obstacle(candidate.drain.evict) or None

    def simulate(self, candidate: Candidate) -> None:
        """Set the verdict ``removable``: the drain rules hold, and its pods fit on the nodes that stay.

        A node found removable leaves the simulation with its pods moved, so all nodes called removable in one tick may
        go together.
        """
        candidate.simulated = True
        verdict, simulated_node = candidate.verdict, self.state.simulated_nodes[candidate.node.metadata.name]
        if candidate.pool_status is None and self.state.snapshot.pools is not None:
            verdict.reason = NOT_AUTOSCALED
        elif candidate.drain.reason is not None:
            verdict.reason = candidate.drain.reason
        else:
            placeholder = _leaving_class(simulated_node)
            verdict.removable = self.rescheduler.try_remove(simulated_node, candidate.moving_pods, placeholder)
            verdict.reason = None if verdict.removable else candidate.no_place_reason
            candidate.homeless = None if verdict.removable else self.rescheduler.homeless


def _leaving_class(node: SimulatedNode) -> NodeClass:
    """Return the class of the node while it is drained; its number is below 0, which no class of a node has."""
    now = node.node_class
    return NodeClass(-1 - now.ident, now.labels, [*now.taints, BEING_DELETED], node.name)
