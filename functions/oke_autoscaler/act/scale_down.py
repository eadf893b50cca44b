"""Scale-down: the removal of the nodes that this tick's decision names, and the marks on those that may follow."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from functions.oke_autoscaler.act.observe import decide_on
from functions.oke_autoscaler.act.removal import Deletion, is_member
from functions.oke_autoscaler.decide.scale_down.drain_records import Drain
from functions.oke_autoscaler.decide.scale_down.unfinished_removals import courtesy_pods, pods_left
from functions.oke_autoscaler.model import taints
from functions.oke_autoscaler.model.nodes import TO_BE_DELETED, has_taint

if TYPE_CHECKING:
    from collections.abc import Callable

    from functions.oke_autoscaler.act.observe import Observed
    from functions.oke_autoscaler.act.removal import Removals
    from functions.oke_autoscaler.model.decision import Decision, NodeVerdict, Removal
    from functions.oke_autoscaler.model.kubernetes_objects import Node, Pod
    from functions.oke_autoscaler.model.taints import Patch
    from shared.deadline import Deadline

MIN_REMOVAL_SECONDS = 10.0
"""With less time left no further node is begun: taint, list, evictions and deletion of one take about a second."""

MAX_UNDO_ATTEMPTS = 3
"""Attempts to put a node back while others write to it; where all fail, the next tick finds the taint."""

MAX_MARKS = 100
"""Nodes whose mark is set or cleared in one tick; the rest follow in the next ones."""


def remove(removals: Removals, observed: Observed, decision: Decision, now: float, deadline: Deadline) -> None:
    """Remove the nodes of the decision, one after another."""
    decided_on = _Decided(observed, decision, now)
    for removal in decision.remove:
        if deadline.remaining_seconds() < MIN_REMOVAL_SECONDS:
            return
        node = decided_on.nodes.get(removal.node)
        if node is not None:
            _remove(removals, decided_on, removal, node)


def mark(removals: Removals, observed: Observed, decision: Decision, now: float) -> None:
    """Mark nodes with the time since which they are unneeded; clear the mark of those that are needed again."""
    steps: list[tuple[str, Callable[[Node], Patch]]] = [(name, taints.unmark_unneeded) for name in decision.unmark]
    steps += [(name, partial(taints.mark_unneeded, now=now)) for name in decision.mark_unneeded]
    going = {removal.node for removal in decision.remove}
    nodes = {node.metadata.name: node for node in observed.snapshot.nodes}
    for name, patch_of in steps[:MAX_MARKS]:
        node = nodes.get(name)
        if node is not None and name not in going and not has_taint(node, TO_BE_DELETED):
            removals.cluster.patch_node(node, patch_of(node), "mark")


class _Decided:
    """The decision of this tick, by node name."""

    def __init__(self, observed: Observed, decision: Decision, now: float) -> None:
        self.observed = observed
        self.now = now
        self.nodes = {node.metadata.name: node for node in observed.snapshot.nodes}
        self.needed_up = decision.needed_up
        self._verdicts = {verdict.node: verdict for verdict in decision.nodes}
        self._uids: dict[str, set[str]] = {removal.node: set() for removal in decision.remove}
        for pod in observed.snapshot.pods if decision.remove else ():
            if pod.node_name in self._uids:
                self._uids[pod.node_name].add(pod.metadata.uid)

    def verdict(self, name: str, pods: list[Pod], removals: Removals) -> NodeVerdict | None:
        """Return the drain rules' verdict on the node with the pods that it has now.

        A subset of the pods that the decision saw needs no new one: fewer pods never make a node less removable. A pod
        that came between reading and cordoning does.
        """
        if {pod.metadata.uid for pod in pods} <= self._uids[name]:
            return self._verdicts.get(name)
        decision = decide_on(self.observed.with_pods_of(name, pods), removals.settings, self.now)
        return next((verdict for verdict in decision.nodes if verdict.node == name), None)


def _undo(removals: Removals, name: str) -> None:
    """Put back a node that was just cordoned; the node controller has written to it since, so it is read again."""
    for _ in range(MAX_UNDO_ATTEMPTS):
        node = removals.cluster.node(name)
        if node is None or not has_taint(node, TO_BE_DELETED):
            return
        removals.cluster.patch_node(node, taints.end_removal(node, uncordon=True), "put back (new pods)")


def _remove(removals: Removals, decided_on: _Decided, removal: Removal, node: Node) -> None:
    """Remove one node: look at the pool, taint and cordon, list the pods, evict, delete when none is left."""
    state = removals.pool_if_unchanged(decided_on.observed.pools[removal.pool_id])
    if state is None or not is_member(state, removal.instance_id) or not removals.keeps_minimum(state):
        return
    if removals.begin(node, decided_on.now, removal.reason) is None:
        return
    # Listed after the cordon: the scheduler sends no new pods now, so this list, not that of the decision, is final.
    pods = removals.cluster.pods_of(removal.node)
    verdict = decided_on.verdict(removal.node, pods, removals)
    if verdict is None or not verdict.removable:
        _undo(removals, removal.node)
        return
    left = pods_left(pods, verdict)
    # DaemonSet pods that ask for it are evicted too, and not waited for. A verdict made for pods that came meanwhile
    # may not call for a removal now: then the pace of the controllers was not asked, and the next tick evicts.
    going = {*verdict.evict, *removal.evict} - set(verdict.evict_later) if verdict.remove_now else set()
    courtesies = courtesy_pods(pods, verdict)
    asked = [*(pod for pod in pods if pod.key in going), *courtesies]
    later = [pod for pod in pods if pod.key in verdict.evict_later and not pod.metadata.deletion_timestamp]
    asked = [pod for pod in asked if not pod.metadata.deletion_timestamp]
    removals.evictions.evict(asked, later if verdict.remove_now else (), decided_on.needed_up)
    if (
        not left
        and not courtesies
        and removals.delete(state, removal.instance_id, node, removal.reason)
        in {
            Deletion.DELETED,
            Deletion.ALREADY,
        }
    ):
        return
    removals.draining[removal.pool_id] += 1
    removals.under_way[removal.node] = Drain(
        float(int(decided_on.now)), len(left) + len(courtesies)
    )  # as the taint says it
