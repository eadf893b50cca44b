"""Instances that never became nodes: deleted by instance, so that the pool's size falls with each.

Nothing is cordoned, drained or waited for: the kubelet never took a pod. The pool's etag guards each deletion, so an
instance whose node has joined since it was read is deleted only if OKE has changed nothing of the pool meanwhile;
joining changes nothing there, which is why the node is looked for once more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.oke_autoscaler.act.removal import Deletion, is_member
from functions.oke_autoscaler.model.nodes import instance_id, is_ready

if TYPE_CHECKING:
    from functions.oke_autoscaler.act.observe import Observed
    from functions.oke_autoscaler.act.removal import Removals
    from functions.oke_autoscaler.model.decision import Decision, GiveUp
    from shared.deadline import Deadline

MIN_SECONDS = 5.0
"""With less time left no further instance is deleted; the next tick goes on."""


def give_up(removals: Removals, observed: Observed, decision: Decision, deadline: Deadline) -> list[GiveUp]:
    """Delete the decision's missing nodes, one after another; return those whose deletion was accepted."""
    if not decision.give_up:
        return []
    joined = {instance_id(node) for node in removals.cluster.nodes() if is_ready(node)}
    done = []
    for each in decision.give_up:
        if deadline.remaining_seconds() < MIN_SECONDS:
            break
        if each.instance_id not in joined and _delete(removals, observed, each):
            done.append(each)
    return done


def _delete(removals: Removals, observed: Observed, each: GiveUp) -> bool:
    """Delete one instance; return whether it is gone or going."""
    state = removals.pool_if_unchanged(observed.pools[each.pool_id])
    if state is None or not is_member(state, each.instance_id):
        return False
    outcome = removals.delete_unregistered(state, each.instance_id, each.name, each.why)
    return outcome in {Deletion.DELETED, Deletion.ALREADY}
