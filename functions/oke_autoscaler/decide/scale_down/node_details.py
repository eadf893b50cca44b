"""Why a node stays, with the figures: which threshold it passes, which pod or budget holds it; for people.

The bare words are what users match on. What stands behind them is filled in once all nodes are judged.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from functions.oke_autoscaler.decide.cluster.utilization import FULL_PERCENT, PoolLoad, measure_pool_load
from functions.oke_autoscaler.decide.scale_down.drain_details import describe_block
from functions.oke_autoscaler.decide.simulation.obstacle_words import block_detail
from functions.oke_autoscaler.model.decision import NodeVerdict
from functions.oke_autoscaler.model.nodes import SCALE_DOWN_DISABLED, TO_BE_DELETED, instance_id, is_ready, taint_time
from functions.oke_autoscaler.model.oci_objects import GONE_NODES
from functions.oke_autoscaler.model.reasons import PODS_PENDING, POOL_STABILIZING, POOL_UPDATING, in_words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from functions.oke_autoscaler.decide.cluster.pod_groups import PodGroup
    from functions.oke_autoscaler.decide.scale_down.budgets import Budgets
    from functions.oke_autoscaler.decide.scale_down.candidates import Candidate
    from functions.oke_autoscaler.decide.scale_down.waiting_pods import WaitingPods
    from functions.oke_autoscaler.decide.simulation.cluster_state import ClusterState
    from functions.oke_autoscaler.pool_settings import Thresholds
    from functions.oke_autoscaler.settings import Settings

MAX_PODS = 3
"""Pods that one text names."""


@dataclass(frozen=True, slots=True)
class NodeDetails:
    """What the texts are made of; ``spare`` and ``loads`` as the plan left them, by pool id."""

    state: ClusterState
    budgets: Budgets
    waiting: WaitingPods
    spare: Mapping[str, int]
    loads: Mapping[str, PoolLoad]
    _measured: dict[str, PoolLoad] = field(default_factory=dict)

    def fill(self, candidate: Candidate) -> None:
        """Set the details of a verdict's reasons."""
        verdict = candidate.verdict
        for reason in {verdict.reason, verdict.eligible_reason, verdict.remove_now_reason}:
            if reason is None or verdict.remove_now:
                continue
            find = _DETAILS.get(reason)
            detail = find(self, candidate) if find is not None else ""
            blocking = candidate.blocking_pod(reason)
            if blocking is not None and not detail:
                detail = describe_block(self.state, self.budgets, blocking, reason)
            if detail:
                verdict.details = {**verdict.details, reason: detail}

    def utilization(self, candidate: Candidate) -> str:
        """Return how full the node is, and the threshold."""
        used, limit = candidate.verdict.utilization, self._thresholds(candidate).node_utilization_percent
        return f"utilization {(used or 0) * 100:.0f} %, limit {limit:g} %"

    def unneeded_for(self, candidate: Candidate) -> str:
        """Return since when it is a candidate, and for how long it has to be one."""
        state, own = self.state, self._thresholds(candidate)
        ready, pool = is_ready(candidate.node), candidate.pool_status
        minutes = own.unneeded_minutes if ready else own.unready_minutes
        since = candidate.since if candidate.since is not None else state.now
        more = f", regretted removals: {pool.regrets}" if ready and pool is not None and pool.regrets else ""
        return f"for {(state.now - since) / 60:.1f} of {minutes:g} minutes{more}"

    def minimum(self, candidate: Candidate) -> str:
        """Return the pool's size and minimum."""
        pool = candidate.pool_status
        if pool is None:
            return ""
        others = pool.size - pool.bounds.min_size - self.spare[pool.id]
        return f"size {pool.size}{f', {others} others may go' if others else ''}, min_size {pool.bounds.min_size}"

    def load(self, candidate: Candidate) -> str:
        """Return the pool's average loads and their thresholds."""
        pool = candidate.pool_status
        if pool is None:
            return ""
        if pool.id not in self._measured:
            self._measured[pool.id] = measure_pool_load(pool, self.state.snapshot.metrics)
        return self._measured[pool.id].in_words(pool.thresholds)

    def fuller(self, candidate: Candidate) -> str:
        """Return what the loads would be without the node."""
        pool = candidate.pool_status
        if pool is None:
            return ""
        own = self.state.snapshot.metrics.get(instance_id(candidate.node))
        return f"without it {self.loads[pool.id].without(own).in_words(pool.thresholds)}, at most {FULL_PERCENT} %"

    def no_metrics(self, candidate: Candidate) -> str:
        """Return which instance has no points."""
        minutes = self.state.settings.node_pool_eval_window
        return f"none of {instance_id(candidate.node) or 'the node'} in {minutes} minutes"

    def no_place(self, candidate: Candidate) -> str:
        """Return the first pod that fits on no other node."""
        group = candidate.homeless
        return self._group(group, candidate) if group is not None else ""

    def waits(self, candidate: Candidate) -> str:
        """Return the pod that the node is kept for."""
        node = self.state.simulated_nodes[candidate.node.metadata.name]
        group = self.waiting.find_use(node)
        if group is None or not group.pending:
            return f"{candidate.verdict.pool} grows"
        return f"pod {group.pending[0].key} could run on it"

    def phase(self, candidate: Candidate) -> str:
        """Return what the pool is busy with."""
        pool = candidate.pool_status
        reason = candidate.verdict.remove_now_reason
        return block_detail(self.state, pool, 0, reason or "") if pool is not None else ""

    def being_removed(self, candidate: Candidate) -> str:
        """Return for how long its removal has been under way."""
        since = taint_time(candidate.node, TO_BE_DELETED)
        return f"for {(self.state.now - since) / 60:.1f} minutes" if since is not None else ""

    def completion(self, candidate: Candidate) -> str:
        """Return the pods that it waits for."""
        pods = candidate.verdict.wait_for_completion
        more = f" and {len(pods) - MAX_PODS} more" if len(pods) > MAX_PODS else ""
        return f"of {', '.join(pods[:MAX_PODS])}{more}"

    def _group(self, group: PodGroup, candidate: Candidate) -> str:
        """Return one pod of a group that has no other place, and what it asks for."""
        running = self.state.running[candidate.node.metadata.name]
        pods = (*(each.pod for each in running if each.group is group), *group.pending)
        name = pods[0].key if pods else "a pod"
        asked = group.scheduling.amounts
        size = ", ".join(f"{key} {in_words(key, asked[key])}" for key in ("cpu", "memory") if asked.get(key))
        return f"pod {name}{f', asks for {size}' if size else ''}"

    def _thresholds(self, candidate: Candidate) -> Thresholds | Settings:
        return candidate.pool_status.thresholds if candidate.pool_status is not None else self.state.settings


def unregistered_nodes(state: ClusterState) -> Iterator[NodeVerdict]:
    """Yield verdicts on the nodes that OKE lists and Kubernetes does not know."""
    known = {instance_id(node) for node in state.snapshot.nodes}
    why = "NoNodeInfo"
    for pool_status in state.pools.statuses:
        for node in pool_status.pool.nodes or ():
            if node.id and node.id not in known and node.lifecycle_state not in GONE_NODES:
                name = node.name or node.id
                yield NodeVerdict(name, pool_status.name, reason=why, eligible_reason=why, remove_now_reason=why)


_DETAILS: dict[str, Callable[[NodeDetails, Candidate], str]] = {
    "NotUnderutilized": NodeDetails.utilization,
    "NotUnneededLongEnough": NodeDetails.unneeded_for,
    "NotUnreadyLongEnough": NodeDetails.unneeded_for,
    "NodeGroupMinSizeReached": NodeDetails.minimum,
    "load-above-threshold": NodeDetails.load,
    "load-would-fill-pool": NodeDetails.fuller,
    "no-metrics": NodeDetails.no_metrics,
    "NoPlaceToMovePods": NodeDetails.no_place,
    "CurrentlyBeingDeleted": NodeDetails.being_removed,
    "WaitForCompletion": NodeDetails.completion,
    "ScaleDownDisabledAnnotation": lambda _, __: f"{SCALE_DOWN_DISABLED}=true",
    PODS_PENDING: NodeDetails.waits,
    POOL_UPDATING: NodeDetails.phase,
    POOL_STABILIZING: NodeDetails.phase,
}
"""What finds the figures of a reason that is not a pod's."""
