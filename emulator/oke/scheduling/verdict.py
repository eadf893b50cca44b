"""Why the scheduler finds no node, in kube-scheduler's own words, as the condition PodScheduled carries them. Pure.

The words are those of the plug-ins' statuses and of `FitError` in
https://github.com/kubernetes/kubernetes/tree/master/pkg/scheduler/framework
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from emulator.kubernetes.object_fields import Object, spec_of

if TYPE_CHECKING:
    from collections.abc import Sequence

UNSCHEDULABLE = "node(s) were unschedulable"
AFFINITY = "node(s) didn't match Pod's node affinity/selector"
TAINTS = "node(s) had untolerated taint(s)"
PORTS = "node(s) didn't have free ports for the requested pod ports"
VOLUME_NODE = "node(s) had volume node affinity conflict"
VOLUME_BIND = "node(s) didn't find available persistent volumes to bind"
VOLUME_COUNT = "node(s) exceed max volume count"
SPREAD = "node(s) didn't match pod topology spread constraints"
SPREAD_LABEL = "node(s) didn't match pod topology spread constraints (missing required label)"
POD_AFFINITY = "node(s) didn't match pod affinity rules"
POD_ANTI_AFFINITY = "node(s) didn't match pod anti-affinity rules"
EXISTING_ANTI_AFFINITY = "node(s) didn't satisfy existing pods anti-affinity rules"
DEVICES = "cannot allocate all claims"
DEVICES_ELSEWHERE = "resourceclaim not available on the node"
TOO_MANY_PODS = "Too many pods"

_LASTING = {UNSCHEDULABLE, AFFINITY, TAINTS, VOLUME_NODE, VOLUME_BIND, SPREAD_LABEL, POD_AFFINITY}
"""What no deletion of other pods would change: UnschedulableAndUnresolvable."""

_NO_NODES = "no nodes available to schedule pods"


def why_not(by_node: Sequence[Sequence[str]], *, before_nodes: str = "") -> str:
    """Return the message of a pod that fits nowhere: reasons of each node, or what ruled out all of them before."""
    if not by_node:
        return _NO_NODES
    reasons = before_nodes or _counted(Counter(reason for one in by_node for reason in one))
    return f"0/{len(by_node)} nodes are available: {reasons}."


def preemption_is_no_help(pod: Object, by_node: Sequence[Sequence[str]], *, before_nodes: str = "") -> str:
    """Return what follows the message when no pod of lower priority can make room."""
    if not by_node:
        return ""
    if spec_of(pod).get("preemptionPolicy") == "Never":
        return " preemption: not eligible due to preemptionPolicy=Never."
    lasting = len(by_node) if before_nodes else sum(1 for one in by_node if _LASTING & set(one))
    counts = Counter(
        {
            "Preemption is not helpful for scheduling": lasting,
            "No preemption victims found for incoming pod": len(by_node) - lasting,
        }
    )
    return f" preemption: 0/{len(by_node)} nodes are available: {_counted(counts)}."


def _counted(reasons: Counter[str]) -> str:
    return ", ".join(sorted(f"{count} {reason}" for reason, count in reasons.items() if count))
