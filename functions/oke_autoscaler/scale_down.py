"""Scale-down: first what earlier ticks left open, then the nodes that this tick's decision gives up."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from functions.oke_autoscaler import taints
from functions.oke_autoscaler.observe import decided
from functions.oke_autoscaler.recover import Leftover, Rest, leftovers, pods_left, put_back
from functions.oke_autoscaler.removal import Gone

if TYPE_CHECKING:
    from collections.abc import Callable

    from functions.oke_autoscaler.decision import Decision, NodeVerdict, Removal
    from functions.oke_autoscaler.objects import Node
    from functions.oke_autoscaler.observe import Observed
    from functions.oke_autoscaler.removal import Removals
    from functions.oke_autoscaler.taints import Patch
    from shared.deadline import Deadline

ENOUGH_SECONDS = 10.0
"""No further node is begun with less time left: taint, list, evictions and deletion of one take about a second."""

MARKS = 100
"""Nodes whose unneeded time is noted or forgotten in one tick; the rest follow in the next ones."""


def carry_on(removals: Removals, observed: Observed, decision: Decision, now: float) -> Observed:
    """Finish what earlier ticks began; what is known afterwards."""
    verdicts = {verdict.node: verdict for verdict in decision.nodes}
    snapshot, settings = observed.snapshot, removals.settings
    timeout = settings.drain_timeout_minutes * 60
    found = leftovers(snapshot.pools or (), snapshot.nodes, snapshot.pods, verdicts, now, timeout)
    needed = _needed_again(found, observed, removals, now)
    busy = {pool.id for pool in decision.pools if pool.status == "updating"}
    for leftover in found:
        verdict = verdicts.get(leftover.node.metadata.name)
        if leftover.rest is Rest.EVICT:
            _evict_rest(removals, leftover, verdict)
        elif leftover.rest is Rest.DELETE:
            observed = _finish(removals, observed, leftover, now, needed=needed, busy=busy)
        elif leftover.rest is not Rest.NOTHING:
            observed = _let_be(removals, observed, leftover, now)
    return observed


def remove(removals: Removals, observed: Observed, decision: Decision, now: float, deadline: Deadline) -> None:
    """Take away the nodes of the decision, one after another."""
    for removal in decision.remove:
        if deadline.remaining_seconds() < ENOUGH_SECONDS:
            return
        node = _node(observed, removal.node)
        if node is not None:
            _remove(removals, observed, removal, node, now)


def mark(removals: Removals, observed: Observed, decision: Decision, now: float) -> None:
    """Note since when nodes are unneeded, and forget it of those that are needed again."""
    steps: list[tuple[str, Callable[[Node], Patch]]] = [(name, taints.unmarked) for name in decision.unmark]
    steps += [(name, partial(taints.marked, now=now)) for name in decision.mark_unneeded]
    going = {removal.node for removal in decision.remove}
    nodes = {node.metadata.name: node for node in observed.snapshot.nodes}
    for name, patch_of in steps[:MARKS]:
        node = nodes.get(name)
        if node is not None and name not in going and taints.since(node, taints.TO_BE_DELETED) is None:
            removals.cluster.patch_node(node, patch_of(node), "mark")


def _evict_rest(removals: Removals, leftover: Leftover, verdict: NodeVerdict | None) -> None:
    """Only pods that were there when this tick decided, by their UIDs; a list right before keeps the budget whole."""
    removals.draining[leftover.pool_id] += 1
    wanted = {pod.metadata.uid for pod in leftover.evictable(verdict)}
    if wanted:
        pods = removals.cluster.pods_of(leftover.node.metadata.name)
        removals.evict(pod for pod in pods if pod.metadata.uid in wanted and not pod.metadata.deletion_timestamp)


def _finish(
    removals: Removals, observed: Observed, leftover: Leftover, now: float, *, needed: set[str], busy: set[str]
) -> Observed:
    """Delete the drained node, or put it back when pods or the minimum need it."""
    name, pool_id = leftover.node.metadata.name, leftover.pool_id
    if name in needed:
        return _put_back(removals, observed, leftover, taints.removal_ended(leftover.node, uncordon=True), "needed")
    if pool_id in busy:
        removals.draining[pool_id] += 1
        return observed
    state = removals.pool_if_unchanged(observed.pools[pool_id])
    if state is None:
        removals.draining[pool_id] += 1
        return observed
    if not removals.allows(state, leftover.instance_id):
        return _put_back(removals, observed, leftover, taints.removal_ended(leftover.node, uncordon=True), "minimum")
    if removals.delete(state, leftover.instance_id, leftover.node, "unneeded") is Gone.LATER:
        removals.draining[pool_id] += 1
        return _let_be(removals, observed, leftover, now) if leftover.too_old else observed
    return observed if removals.cluster.changes.dry_run else observed.with_pool(removals.oke.node_pool(pool_id))


def _let_be(removals: Removals, observed: Observed, leftover: Leftover, now: float) -> Observed:
    """Leave the node to its operator, or give it up for a while."""
    if leftover.rest is Rest.HANDS_OFF:
        patch = taints.removal_ended(leftover.node, uncordon=False)
        return _put_back(removals, observed, leftover, patch, "operator")
    names = ", ".join(pod.key for pod in leftover.pods_left[:5])
    text = f"drain not finished in time, node put back; still there: {names or 'nothing, OKE does not delete it'}"
    removals.report.event_on_node(leftover.node, "ScaleDownFailed", text, warning=True)
    patch = taints.removal_given_up(leftover.node, now + removals.settings.backoff_minutes * 60)
    return _put_back(removals, observed, leftover, patch, "timed out")


def _put_back(removals: Removals, observed: Observed, leftover: Leftover, patch: Patch, why: str) -> Observed:
    node = removals.cluster.patch_node(leftover.node, patch, f"put back ({why})")
    if node is None or removals.cluster.changes.dry_run:
        return observed
    return observed.with_node(node)


def _needed_again(found: list[Leftover], observed: Observed, removals: Removals, now: float) -> set[str]:
    """Drained nodes that pending pods would use if they were put back."""
    drained = [leftover.node for leftover in found if leftover.rest is Rest.DELETE]
    if not drained:
        return set()
    for node in drained:
        observed = observed.with_node(put_back(node))
    placed = {verdict.placed_on for verdict in decided(observed, removals.settings, now).pods}
    return {node.metadata.name for node in drained if node.metadata.name in placed}


def _remove(removals: Removals, observed: Observed, removal: Removal, node: Node, now: float) -> None:
    """One node: look at the pool, taint and cordon, list the pods, evict, delete when nothing is left."""
    state = removals.pool_if_unchanged(observed.pools[removal.pool_id])
    if state is None or not removals.allows(state, removal.instance_id):
        return
    tainted = removals.begin(node, now)
    if tainted is None:
        return
    pods = removals.cluster.pods_of(removal.node)
    verdict = _verdict(removals, observed.with_pods_of(removal.node, pods), removal, now)
    if verdict is None or not verdict.removable:
        patch = taints.removal_ended(tainted, uncordon=True)
        removals.cluster.patch_node(tainted, patch, "put back (new pods)")
        return
    left = pods_left(pods, verdict)
    if not left and removals.delete(state, removal.instance_id, node, removal.reason) is not Gone.LATER:
        return
    removals.draining[removal.pool_id] += 1
    going = set(verdict.evict)
    removals.evict(pod for pod in left if pod.key in going and not pod.metadata.deletion_timestamp)


def _verdict(removals: Removals, observed: Observed, removal: Removal, now: float) -> NodeVerdict | None:
    """What the drain rules say of the node with the pods that it has now."""
    decision = decided(observed, removals.settings, now)
    return next((verdict for verdict in decision.nodes if verdict.node == removal.node), None)


def _node(observed: Observed, name: str) -> Node | None:
    return next((node for node in observed.snapshot.nodes if node.metadata.name == name), None)
