"""What an earlier tick left open, read from the nodes' taints: the table of docs/oke-autoscaler.md, by row.

A tick may end between any two of its writes, and a drain takes longer than a tick. Nothing is remembered but what
stands in the cluster: the taint says that the removal began and when, the cordon that nobody has called it off, the
pods how far it is, OKE whether the deletion was accepted. So the next tick, or Cluster Autoscaler, can go on.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

import msgspec

from functions.oke_autoscaler.decide.scale_down.drain_records import last_progress
from functions.oke_autoscaler.decide.scale_down.eligibility import find_operator_hold
from functions.oke_autoscaler.model.nodes import (
    CORDONED,
    DELETION_CANDIDATE,
    TO_BE_DELETED,
    has_taint,
    instance_id,
    taint_time,
)
from functions.oke_autoscaler.model.oci_objects import GONE_NODES
from functions.oke_autoscaler.model.pods import controller_of, is_pending
from functions.oke_autoscaler.model.quantity import is_time, unix_seconds
from functions.oke_autoscaler.model.scheduler_words import find_refusal
from functions.oke_autoscaler.model.taints import without

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from functions.oke_autoscaler.model.decision import NodeVerdict
    from functions.oke_autoscaler.model.kubernetes_objects import Node, Pod
    from functions.oke_autoscaler.model.oci_objects import OkeNode
    from functions.oke_autoscaler.model.snapshot import Snapshot


class NextStep(Enum):
    """What is left to do with a node whose removal an earlier tick began."""

    EVICT = "drain under way: evict the rest"
    DELETE = "drained: delete the node, or put it back when it is needed again"
    GIVE_UP = "drain timed out: put the node back"
    LET_BE = "an operator wants the node: take the taint away and leave the rest"
    NOTHING = "the deletion was accepted, or the node cannot be read: nothing"


@dataclass(frozen=True, slots=True)
class UnfinishedRemoval:
    """A node with the taint ToBeDeleted in a managed pool; ``pods_left`` are those that have to go or to end."""

    node: Node
    pool_id: str
    instance_id: str
    next_step: NextStep
    pods_left: tuple[Pod, ...] = ()
    too_old: bool = False
    courtesies: tuple[Pod, ...] = ()
    """Expendable pods that are still there: the node goes without them when it can, and with them when time is up."""

    @property
    def began_at(self) -> float:
        """When the removal began (Unix seconds); 0 where the taint does not tell."""
        return taint_time(self.node, TO_BE_DELETED) or 0.0

    def evictable(self, verdict: NodeVerdict | None) -> list[Pod]:
        """Return the pods that the drain rules send away now and that are not terminating already."""
        if verdict is None or not verdict.removable:
            return []
        going = set(verdict.evict) - set(verdict.evict_later)
        pods = [pod for pod in self.pods_left if pod.key in going]
        return [pod for pod in (*pods, *self.courtesies) if not pod.metadata.deletion_timestamp]

    def later(self, verdict: NodeVerdict | None) -> list[Pod]:
        """Return the pods that are to go once others of their controllers are up again."""
        names = set(verdict.evict_later) if verdict is not None and verdict.removable else set()
        return [pod for pod in self.pods_left if pod.key in names and not pod.metadata.deletion_timestamp]


def find_unfinished_removals(
    snapshot: Snapshot, verdicts: Mapping[str, NodeVerdict], now: float, drain_timeout_seconds: float
) -> list[UnfinishedRemoval]:
    """Return every node of the pools whose removal has begun; verdicts by node name.

    Nodes of other pools are left alone: another autoscaler may manage them with the same taints.
    """
    members = {node.id: (pool, node) for pool in snapshot.pools or () for node in pool.nodes or () if node.id}
    began = [node for node in snapshot.nodes if has_taint(node, TO_BE_DELETED)]
    on_node: dict[str, list[Pod]] = {node.metadata.name: [] for node in began}
    for pod in snapshot.pods if began else ():
        if pod.node_name in on_node:
            on_node[pod.node_name].append(pod)
    found = []
    for node in began:
        pool, member = members.get(instance_id(node), (None, None))
        if pool is not None and member is not None:
            name, began_at = node.metadata.name, taint_time(node, TO_BE_DELETED) or 0.0
            left = pods_left(on_node[name], verdicts.get(name))
            courtesies = courtesy_pods(on_node[name], verdicts.get(name))
            moved = last_progress(snapshot.state.drains.get(name), began_at, len(left) + len(courtesies), now)
            too_old = now - moved > drain_timeout_seconds
            next_step = _next_step(node, member, left, courtesies, too_old=too_old)
            removal = UnfinishedRemoval(
                node, pool.id, member.id or "", next_step, tuple(left), too_old, tuple(courtesies)
            )
            found.append(removal)
    return found


def pods_left(pods: Iterable[Pod], verdict: NodeVerdict | None) -> list[Pod]:
    """Return the pods that a node cannot be deleted with: DaemonSet, mirror and ended pods are not among them."""
    if verdict is None:
        return list(pods)
    stay = {*verdict.daemonset, *verdict.ignore} - {*verdict.evict, *verdict.wait_for_completion}
    return [pod for pod in pods if pod.key not in stay]


def courtesy_pods(pods: Iterable[Pod], verdict: NodeVerdict | None) -> list[Pod]:
    """Return the expendable pods that are asked to go before their node does."""
    names = set(verdict.expendable) if verdict is not None else set()
    return [pod for pod in pods if pod.key in names]


def _next_step(node: Node, member: OkeNode, left: list[Pod], courtesies: list[Pod], *, too_old: bool) -> NextStep:
    if member.lifecycle_state in GONE_NODES or node.unreadable is not None:
        return NextStep.NOTHING
    if not node.spec.unschedulable or find_operator_hold(node):
        return NextStep.LET_BE
    if not left:
        return NextStep.EVICT if courtesies and not too_old else NextStep.DELETE
    return NextStep.GIVE_UP if too_old else NextStep.EVICT


def homeless_pods(removal: UnfinishedRemoval, pods: Iterable[Pod]) -> list[Pod]:
    """Return the pods that a removal may have left without a place.

    Controllers made them since it began, as they do for each pod that is evicted, and the scheduler says that no node
    takes them. Whether the node itself would is for a decision to say.
    """
    return [
        pod
        for pod in pods
        if is_pending(pod)
        and find_refusal(pod) is not None
        and controller_of(pod) is not None
        and pod.metadata.creation_timestamp is not None
        and is_time(pod.metadata.creation_timestamp)
        and unix_seconds(pod.metadata.creation_timestamp) >= removal.began_at
    ]


def without_removal(node: Node) -> Node:
    """Return the node as it would be without its removal, to see whether pending pods would use it."""
    kept = without(node, TO_BE_DELETED, DELETION_CANDIDATE, CORDONED)
    return msgspec.structs.replace(node, spec=msgspec.structs.replace(node.spec, taints=kept, unschedulable=None))
