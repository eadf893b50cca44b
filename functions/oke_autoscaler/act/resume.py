"""Removals that earlier ticks began: drains go on or are given up, drained nodes are deleted or put back.

This comes before anything new. A node with the taint is lost room while it is there, and a tick that died between two
steps of a removal is finished here, whichever steps they were: nothing but the cluster's own state is consulted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from functions.oke_autoscaler.act.observe import decide_on
from functions.oke_autoscaler.act.removal import Deletion, is_member
from functions.oke_autoscaler.decide.scale_down.drain_records import Drain
from functions.oke_autoscaler.decide.scale_down.unfinished_removals import (
    NextStep,
    UnfinishedRemoval,
    find_unfinished_removals,
    homeless_pods,
    without_removal,
)
from functions.oke_autoscaler.model import taints
from functions.oke_autoscaler.model.scheduler_words import find_refusal, in_short

if TYPE_CHECKING:
    from collections.abc import Mapping

    from functions.oke_autoscaler.act.observe import Observed
    from functions.oke_autoscaler.act.removal import Removals
    from functions.oke_autoscaler.model.decision import Decision, NodeVerdict
    from functions.oke_autoscaler.model.kubernetes_objects import Pod
    from functions.oke_autoscaler.model.taints import Patch


def resume(removals: Removals, observed: Observed, decision: Decision, now: float) -> Observed:
    """Do the next step of each removal that is under way; return what is known afterwards."""
    verdicts = {verdict.node: verdict for verdict in decision.nodes}
    snapshot = observed.snapshot
    timeout = removals.settings.drain_timeout_minutes * 60
    found = find_unfinished_removals(snapshot, verdicts, now, timeout)
    updating = {pool.id for pool in decision.pools if pool.status == "updating"}
    needed = _needed_again(found, observed, removals, now)
    homeless = {name: homeless_pods(removal, snapshot.pods) for name, removal in needed.items()}
    work = _Resumption(removals, observed, now, decision.needed_up)
    for removal in found:
        name = removal.node.metadata.name
        if name in needed and homeless[name]:
            work.call_off(removal, homeless[name])
        elif removal.next_step is NextStep.EVICT:
            work.evict_rest(removal, verdicts.get(name))
        elif removal.next_step is NextStep.DELETE and name in needed:
            # A drained node that is put back serves the pods at once; a new one would take minutes.
            work.put_back(removal, taints.end_removal(removal.node, uncordon=True), "needed again")
        elif removal.next_step is NextStep.DELETE and removal.pool_id in updating:
            # A pool that is being changed answers 409, and its size may be about to change: the next tick deletes.
            removals.draining[removal.pool_id] += 1
        elif removal.next_step is NextStep.DELETE:
            work.delete(removal)
        elif removal.next_step is not NextStep.NOTHING:
            work.leave(removal)
    return work.observed


def _needed_again(
    found: list[UnfinishedRemoval], observed: Observed, removals: Removals, now: float
) -> dict[str, UnfinishedRemoval]:
    """Return the removals whose nodes pending pods would use if they were put back, by node name.

    Drained nodes, whoever would use them; nodes under drain for the sake of pods that came since it began and that the
    scheduler refuses: what the drain sent away. The decision is made once more with those nodes as they would be, since
    only it knows where pods would go.
    """
    pods = observed.snapshot.pods
    asked = {
        removal.node.metadata.name: removal
        for removal in found
        if removal.next_step is NextStep.DELETE
        or (removal.next_step is NextStep.EVICT and homeless_pods(removal, pods))
    }
    if not asked:
        return {}
    for removal in asked.values():
        observed = observed.with_reopened(without_removal(removal.node), removal.began_at)
    decision = decide_on(observed, removals.settings, now)
    placed = {verdict.placed_on for verdict in decision.pods} | decision.headroom_nodes
    return {name: removal for name, removal in asked.items() if name in placed}


@dataclass(slots=True)
class _Resumption:
    """The steps; ``observed`` follows what they change."""

    removals: Removals
    observed: Observed
    now: float
    needed_up: Mapping[str, int]
    """As the decision has it."""

    def evict_rest(self, removal: UnfinishedRemoval, verdict: NodeVerdict | None) -> None:
        """Evict the pods that this tick decided on, by UID.

        They are listed again right before: one that has ended since, or is ending, need not be evicted, and a pod of
        the same name that came after the decision must not be.
        """
        self.removals.draining[removal.pool_id] += 1
        self.removals.under_way[removal.node.metadata.name] = Drain(
            removal.began_at, len(removal.pods_left) + len(removal.courtesies)
        )
        wanted = {pod.metadata.uid for pod in removal.evictable(verdict)}
        later, going = removal.later(verdict), []
        if wanted:
            pods = self.removals.cluster.pods_of(removal.node.metadata.name)
            going = [pod for pod in pods if pod.metadata.uid in wanted and not pod.metadata.deletion_timestamp]
        self.removals.evictions.evict(going, later, self.needed_up)

    def delete(self, removal: UnfinishedRemoval) -> None:
        """Delete a drained node, unless the pool has changed, lost it already, or needs it for its minimum."""
        removals, pool_id = self.removals, removal.pool_id
        state = removals.pool_if_unchanged(self.observed.pools[pool_id])
        if state is None:
            removals.draining[pool_id] += 1
        elif not is_member(state, removal.instance_id):
            return
        elif not removals.keeps_minimum(state):
            self.put_back(removal, taints.end_removal(removal.node, uncordon=True), "minimum size")
        else:
            reason = taints.removal_reason(removal.node)
            self._deleted(removal, removals.delete(state, removal.instance_id, removal.node, reason))

    def call_off(self, removal: UnfinishedRemoval, homeless: list[Pod]) -> None:
        """Put the node back for the pods that its drain has sent away and that the scheduler places nowhere else.

        The simulation had a place for them, so it would send them away again: the node is left alone for a day.
        """
        node, refusal = removal.node, find_refusal(homeless[0])
        words = in_short((refusal.message if refusal is not None else None) or "")
        names = tuple(pod.key for pod in homeless[:5])
        text = f"removal called off, node put back: the scheduler places {', '.join(names)} nowhere ({words})"
        self.removals.events.on_node(node, "ScaleDownFailed", text, warning=True)
        self.removals.called_off[node.metadata.name] = names
        self.put_back(removal, taints.end_removal(node, uncordon=True), "its pods found no other place")

    def leave(self, removal: UnfinishedRemoval) -> None:
        """Leave the node to its operator, or give it up for a while."""
        node = removal.node
        if removal.next_step is NextStep.LET_BE:
            self.put_back(removal, taints.end_removal(node, uncordon=False), "operator")
            return
        names = ", ".join(pod.key for pod in removal.pods_left[:5]) or "nothing, but OKE does not delete it"
        text = f"drain not finished in time, node put back; still there: {names}"
        self.removals.events.on_node(node, "ScaleDownFailed", text, warning=True)
        not_before = self.now + self.removals.settings.backoff_minutes * 60
        self.put_back(removal, taints.give_up_removal(node, not_before), "timed out")

    def put_back(self, removal: UnfinishedRemoval, patch: Patch, why: str) -> None:
        """Patch the node as if its removal had not begun."""
        cluster = self.removals.cluster
        node = cluster.patch_node(removal.node, patch, f"put back ({why})")
        if node is not None and not cluster.changes.dry_run:
            self.observed = self.observed.with_reopened(node, removal.began_at)

    def _deleted(self, removal: UnfinishedRemoval, outcome: Deletion) -> None:
        removals, pool_id = self.removals, removal.pool_id
        if outcome in {Deletion.REFUSED, Deletion.UNKNOWN}:
            removals.draining[pool_id] += 1
            # After the drain time-out a node that OKE refuses to delete is put back as well: it would stay cordoned for
            # ever. An unknown outcome is not: the deletion may be under way, and the node must not get pods again.
            if removal.too_old and outcome is Deletion.REFUSED:
                self.leave(removal)
        elif not removals.cluster.changes.dry_run:
            self.observed = self.observed.with_pool(removals.oke.node_pool(pool_id))
