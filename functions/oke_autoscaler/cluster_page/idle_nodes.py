"""Nodes that are nearly empty and stay all the same: what holds them, what they cost, what lets them go; pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.oke_autoscaler.cluster_page.looked import Concern
from functions.oke_autoscaler.cluster_page.saved_cost import cost_text
from functions.oke_autoscaler.decide.scale_down.budgets import MULTIPLE, NOT_ENOUGH
from functions.oke_autoscaler.decide.scale_down.eligibility import CALLED_OFF
from functions.oke_autoscaler.decide.scale_down.node_budget import USED_UP

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from functions.oke_autoscaler.cluster_page.looked import Looked
    from functions.oke_autoscaler.cluster_page.node_lines import NodeLine
    from functions.oke_autoscaler.model.decision import NodeVerdict

HOLDS = {
    NOT_ENOUGH: ("a pod disruption budget allows none of its pods to go", "more replicas, or a budget that allows one"),
    MULTIPLE: ("a pod is under several disruption budgets, so that nobody may evict it", "leave it one budget"),
    "LocalStorageRequested": (
        "a pod keeps data on the node's own disk",
        "annotate the pod safe-to-evict-local-volumes, or set skip_nodes_with_local_storage to false",
    ),
    "NotReplicated": ("a pod has no controller that would make it anew", "give it a controller, or delete it"),
    "ControllerNotFound": ("a pod's controller does not exist", "delete the pod, if nobody needs it"),
    "UnmovableKubeSystemPod": (
        "a pod of kube-system has no disruption budget",
        "give it one, or set skip_nodes_with_system_pods to false",
    ),
    "NotSafeToEvictAnnotation": (
        "a pod has the annotation safe-to-evict=false",
        "take the annotation away, if it may move",
    ),
    "MinReplicasReached": ("a controller has fewer replicas than min_replica_count", "more replicas"),
    "ScaleDownDisabledAnnotation": ("an operator's annotation keeps it", "take it away when that is over"),
    "CordonedBySomeoneElse": ("somebody has cordoned it by hand", "uncordon it, or drain and delete it"),
    CALLED_OFF: ("its removal was called off: its pods found no other place", "nothing: it is tried again after a day"),
    "no-metrics": ("its load is not known", "see whether the instance's monitoring agent runs"),
    "scale-down-off": ("both loads are 0: no node ever leaves", "set node_pool_eval_cpu_load, as to 50"),
}
"""What keeps a node for as long as nobody does anything, and what would let it go."""
NAMES = 3
FEW_PERCENT = 50.0


def idle_nodes_that_stay(looked: Looked, lines: Sequence[NodeLine]) -> Iterator[Concern]:
    """Yield one concern for each thing that holds nodes which are no fuller than the threshold, the dearest first."""
    costs = {line.name: line.cost for line in lines}
    held: dict[str, list[NodeVerdict]] = {}
    for verdict in looked.decision.nodes:
        if (reason := _hold(looked, verdict)) is not None:
            held.setdefault(reason, []).append(verdict)
    for reason, nodes in sorted(held.items(), key=lambda item: -sum(costs.get(each.node) or 0 for each in item[1])):
        why, do = HOLDS.get(reason, (reason, "see disruption_budget: it may be meant so at this time"))
        known = [cost for each in nodes if (cost := costs.get(each.node)) is not None]
        price = f", {cost_text(sum(known))} a month" if len(known) == len(nodes) else ""
        is_one = len(nodes) == 1
        detail = nodes[0].details.get(reason, "")
        what = f"{'node is' if is_one else 'nodes are'} nearly empty and {'stays' if is_one else 'stay'}"
        yield Concern(f"{len(nodes)} {what}{price}: {why}. {_names(nodes)}{f' ({detail})' if detail else ''}.", do)


def _hold(looked: Looked, verdict: NodeVerdict) -> str | None:
    """Return what holds a node that is empty enough to go; None for one that goes, or may once its time has come."""
    reason = verdict.remove_now_reason or verdict.eligible_reason or ""
    limit = looked.settings.node_utilization_percent if looked.settings is not None else FEW_PERCENT
    if verdict.remove_now or verdict.utilization is None or verdict.utilization * 100 > limit:
        return None
    if reason.startswith(USED_UP) and ", 0 of " in reason:
        return reason
    return reason if reason in HOLDS else None


def _names(nodes: Sequence[NodeVerdict]) -> str:
    more = f" and {len(nodes) - NAMES} more" if len(nodes) > NAMES else ""
    return f"{', '.join(each.node for each in nodes[:NAMES])}{more}"
