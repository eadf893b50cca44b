"""What the scheduler will meet on a registered node: as it is, or as it will be once it has started."""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.oke_autoscaler.decide.cluster.compute_shapes import FLANNEL_PODS
from functions.oke_autoscaler.decide.cluster.starting_nodes import started_amounts, started_taints
from functions.oke_autoscaler.decide.simulation.static_fit import BEING_DELETED, CORDONED_TAINT, NOT_READY_TAINT
from functions.oke_autoscaler.model.nodes import TO_BE_DELETED, has_taint, is_ready, lasting_taints
from functions.oke_autoscaler.model.pod_requests import Amounts, amounts

if TYPE_CHECKING:
    from functions.oke_autoscaler.decide.cluster.node_templates import NodeTemplate
    from functions.oke_autoscaler.model.kubernetes_objects import Labels, Node, Taint


def appearance(node: Node) -> tuple[Labels, list[Taint], Amounts]:
    """Return labels, taints and offer of a node that is what it will be."""
    taints = list(node.spec.taints or ())
    if node.spec.unschedulable:
        taints.append(CORDONED_TAINT)
    if has_taint(node, TO_BE_DELETED):
        taints.append(BEING_DELETED)
    if not is_ready(node):
        taints.append(NOT_READY_TAINT)
    return node.metadata.labels or {}, taints, _offer(node)


def started_appearance(node: Node, template: NodeTemplate | None) -> tuple[Labels, list[Taint], Amounts]:
    """Return labels, taints and offer of a node once it has started: as others of its pool, where they are known."""
    labels, taints, offer = node.metadata.labels or {}, lasting_taints(node.spec.taints or ()), _offer(node)
    if template is not None:
        labels, offer = {**template.labels, **labels}, started_amounts(offer, template.allocatable)
        taints = started_taints(taints, template.taints)
    if has_taint(node, TO_BE_DELETED):
        taints.append(BEING_DELETED)
    return labels, taints, offer


def _offer(node: Node) -> Amounts:
    return {"pods": FLANNEL_PODS, **amounts(node.status.allocatable or node.status.capacity)}
