"""What does not change while pods are placed: selectors, affinity to nodes, taints, volumes' nodes.

Nodes that no selector can tell apart share a kind, and pods with the same demands share a demand, so each pair is
asked once: 51,000 pods on 5,000 nodes are a few thousand questions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from functions.oke_autoscaler.model.kubernetes_objects import Taint
from functions.oke_autoscaler.model.nodes import CORDONED, NOT_READY, TO_BE_DELETED
from functions.oke_autoscaler.model.selectors import HARD_EFFECTS, first_untolerated, node_selected

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from functions.oke_autoscaler.decide.cluster.pod_groups import Workload
    from functions.oke_autoscaler.model.kubernetes_objects import NodeSelector

_encode = msgspec.json.Encoder().encode
BEING_DELETED = Taint(key=TO_BE_DELETED, effect="NoSchedule")
CORDONED_TAINT = Taint(key=CORDONED, effect="NoSchedule")
NOT_READY_TAINT = Taint(key=NOT_READY, effect="NoSchedule")
NO_CLAIM = "claim of its volume missing, not bound or in use"


class Kind:
    """Nodes with the same hard taints and the same values of all labels that selectors ask for."""

    __slots__ = ("ident", "labels", "name", "taints")

    def __init__(self, ident: int, labels: Mapping[str, str], taints: list[Taint], name: str) -> None:
        self.ident = ident
        self.labels = labels
        self.taints = taints
        self.name = name


class StaticFit:
    """Answers whether a workload may run on a kind of node, and if not, why."""

    def __init__(self, workloads: Iterable[Workload]) -> None:
        self._demands: dict[object, int] = {}
        self._demand_of: dict[int, int] = {}
        self._answers: dict[tuple[int, int], str] = {}
        self._affinity_answers: dict[tuple[int, int], bool] = {}
        self._kinds: dict[object, Kind] = {}
        self._by_name = False
        asked: set[str] = set()
        for workload in workloads:
            asked.update(workload.shape.spec.node_selector or ())
            for selector in _selectors(workload):
                asked.update(self._keys(selector))
        self._asked = frozenset(asked)

    def _keys(self, selector: NodeSelector) -> set[str]:
        keys: set[str] = set()
        for term in selector.node_selector_terms or ():
            keys.update(row.key for row in term.match_expressions or ())
            self._by_name = self._by_name or bool(term.match_fields)
        return keys

    def kind(self, labels: Mapping[str, str], taints: Iterable[Taint], name: str) -> Kind:
        """The kind of a node."""
        seen = {key: labels[key] for key in self._asked if key in labels}
        hard = [taint for taint in taints if taint.effect in HARD_EFFECTS]
        marks = tuple(sorted((taint.key, taint.value or "", taint.effect or "") for taint in hard))
        key = (tuple(sorted(seen.items())), marks, name if self._by_name else "")
        found = self._kinds.get(key)
        if found is None:
            found = self._kinds[key] = Kind(len(self._kinds), seen, hard, name)
        return found

    def demand(self, workload: Workload) -> int:
        """Number of the demands that a workload shares with others."""
        found = self._demand_of.get(workload.ident)
        if found is None:
            spec = workload.shape.spec
            affinity = spec.affinity.node_affinity if spec.affinity is not None else None
            key = (_encode([spec.node_selector, affinity, spec.tolerations]), workload.volume_nodes)
            found = self._demands.setdefault(key, len(self._demands))
            self._demand_of[workload.ident] = found
        return found

    def obstacle(self, workload: Workload, kind: Kind) -> str:
        """Empty when the workload may run there, else the reason."""
        key = (self.demand(workload), kind.ident)
        found = self._answers.get(key)
        if found is None:
            found = self._answers[key] = self._ask(workload, kind)
        return found

    def affine(self, workload: Workload, kind: Kind) -> bool:
        """Whether node selector and node affinity alone allow it (what a spread constraint counts by default)."""
        key = (self.demand(workload), kind.ident)
        found = self._affinity_answers.get(key)
        if found is None:
            found = self._affinity_answers[key] = _selected(workload, kind)
        return found

    def _ask(self, workload: Workload, kind: Kind) -> str:
        taint = first_untolerated(kind.taints, workload.shape.spec.tolerations or ())
        if taint is not None:
            return f"taint {taint.key}"
        if not self.affine(workload, kind):
            return "node selector or affinity"
        for selector in workload.volume_nodes:
            if not node_selected(selector, kind.labels, kind.name):
                return "zone of its volume" if selector.node_selector_terms else NO_CLAIM
        return ""


def _selectors(workload: Workload) -> Iterable[NodeSelector]:
    affinity = workload.shape.spec.affinity
    if affinity is not None and affinity.node_affinity is not None and affinity.node_affinity.required is not None:
        yield affinity.node_affinity.required
    yield from workload.volume_nodes


def _selected(workload: Workload, kind: Kind) -> bool:
    spec = workload.shape.spec
    if any(kind.labels.get(key) != value for key, value in (spec.node_selector or {}).items()):
        return False
    affinity = spec.affinity.node_affinity if spec.affinity is not None else None
    if affinity is None or affinity.required is None:
        return True
    return node_selected(affinity.required, kind.labels, kind.name)
