"""What does not change while pods are placed: selectors, affinity to nodes, taints, volumes' nodes.

Nodes that no selector can tell apart share a node_class, and pods with the same demands share a demand, so each pair is
asked once: 51,000 pods on 5,000 nodes are a few thousand questions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from functions.oke_autoscaler.decide.cluster.volumes import NoNode
from functions.oke_autoscaler.model.kubernetes_objects import Taint
from functions.oke_autoscaler.model.nodes import CORDONED, NOT_READY, TO_BE_DELETED
from functions.oke_autoscaler.model.reasons import NODE_AFFINITY, VOLUME_ZONE, untolerated
from functions.oke_autoscaler.model.selectors import HARD_EFFECTS, first_untolerated, node_selected

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from functions.oke_autoscaler.decide.cluster.pod_groups import PodGroup
    from functions.oke_autoscaler.model.kubernetes_objects import NodeSelector

_encode = msgspec.json.Encoder().encode
BEING_DELETED = Taint(key=TO_BE_DELETED, effect="NoSchedule")
CORDONED_TAINT = Taint(key=CORDONED, effect="NoSchedule")
NOT_READY_TAINT = Taint(key=NOT_READY, effect="NoSchedule")


class NodeClass:
    """Nodes with the same hard taints and the same values of all labels that selectors ask for."""

    __slots__ = ("ident", "labels", "name", "taints")

    def __init__(self, ident: int, labels: Mapping[str, str], taints: list[Taint], name: str) -> None:
        self.ident = ident
        self.labels = labels
        self.taints = taints
        self.name = name


class StaticFit:
    """Answers whether a group may run on a kind of node, and if not, why."""

    def __init__(self, groups: Iterable[PodGroup]) -> None:
        self._demands: dict[object, int] = {}
        self._demand_of: dict[int, int] = {}
        self._answers: dict[tuple[int, int], str] = {}
        self._affinity_answers: dict[tuple[int, int], bool] = {}
        self._kinds: dict[object, NodeClass] = {}
        self._by_name = False
        asked: set[str] = set()
        for group in groups:
            asked.update(group.scheduling.spec.node_selector or ())
            for selector in _selectors(group):
                asked.update(self._keys(selector))
        self._asked = frozenset(asked)

    def _keys(self, selector: NodeSelector) -> set[str]:
        keys: set[str] = set()
        for term in selector.node_selector_terms or ():
            keys.update(row.key for row in term.match_expressions or ())
            self._by_name = self._by_name or bool(term.match_fields)
        return keys

    def classify(self, labels: Mapping[str, str], taints: Iterable[Taint], name: str) -> NodeClass:
        """Return the class of a node.

        Labels that no selector asks for and soft taints are left out of the key, so thousands of nodes fall into a few
        classes. A selector by name (``matchFields``) tells every node apart; only then the name is part of the key.
        """
        seen = {key: labels[key] for key in self._asked if key in labels}
        hard = [taint for taint in taints if taint.effect in HARD_EFFECTS]
        marks = tuple(sorted((taint.key, taint.value or "", taint.effect or "") for taint in hard))
        key = (tuple(sorted(seen.items())), marks, name if self._by_name else "")
        found = self._kinds.get(key)
        if found is None:
            found = self._kinds[key] = NodeClass(len(self._kinds), seen, hard, name)
        return found

    def demand(self, group: PodGroup) -> int:
        """Return the number of the demands that a group shares with others.

        Groups differ in size, labels and rules between pods; here only selector, affinity, tolerations and volumes
        count, compared by their encoded form, since structs are compared by identity.
        """
        found = self._demand_of.get(group.ident)
        if found is None:
            spec = group.scheduling.spec
            affinity = spec.affinity.node_affinity if spec.affinity is not None else None
            key = (_encode([spec.node_selector, affinity, spec.tolerations]), group.volume_nodes)
            found = self._demands.setdefault(key, len(self._demands))
            self._demand_of[group.ident] = found
        return found

    def obstacle(self, group: PodGroup, node_class: NodeClass) -> str:
        """Return why the group may not run there; empty when it may."""
        key = (self.demand(group), node_class.ident)
        found = self._answers.get(key)
        if found is None:
            found = self._answers[key] = self._ask(group, node_class)
        return found

    def affine(self, group: PodGroup, node_class: NodeClass) -> bool:
        """Tell whether node selector and node affinity alone allow it (what a spread constraint counts by default)."""
        key = (self.demand(group), node_class.ident)
        found = self._affinity_answers.get(key)
        if found is None:
            found = self._affinity_answers[key] = _selected(group, node_class)
        return found

    def _ask(self, group: PodGroup, node_class: NodeClass) -> str:
        taint = first_untolerated(node_class.taints, group.scheduling.spec.tolerations or ())
        if taint is not None:
            return untolerated(taint.key)
        if not self.affine(group, node_class):
            return NODE_AFFINITY
        for selector in group.volume_nodes:
            if not node_selected(selector, node_class.labels, node_class.name):
                return selector.reason if isinstance(selector, NoNode) else VOLUME_ZONE
        return ""


def _selectors(group: PodGroup) -> Iterable[NodeSelector]:
    affinity = group.scheduling.spec.affinity
    if affinity is not None and affinity.node_affinity is not None and affinity.node_affinity.required is not None:
        yield affinity.node_affinity.required
    yield from group.volume_nodes


def _selected(group: PodGroup, node_class: NodeClass) -> bool:
    spec = group.scheduling.spec
    if any(node_class.labels.get(key) != value for key, value in (spec.node_selector or {}).items()):
        return False
    affinity = spec.affinity.node_affinity if spec.affinity is not None else None
    if affinity is None or affinity.required is None:
        return True
    return node_selected(affinity.required, node_class.labels, node_class.name)
