"""The rules between pods of a snapshot: which counts a group feeds and which bind it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec

from functions.oke_autoscaler.decide.simulation.topology_domains import (
    AffinityRule,
    AntiAffinityRule,
    DomainCount,
    Rule,
    SpreadRule,
)
from functions.oke_autoscaler.model.kubernetes_objects import LabelSelector, Requirement
from functions.oke_autoscaler.model.selectors import first_untolerated, selects

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from functions.oke_autoscaler.decide.cluster.pod_groups import PodGroup
    from functions.oke_autoscaler.decide.simulation.nodes import SimulatedNode
    from functions.oke_autoscaler.decide.simulation.static_fit import NodeClass, StaticFit
    from functions.oke_autoscaler.model.kubernetes_objects import Labels, PodAffinityTerm, TopologySpreadConstraint
    from functions.oke_autoscaler.model.oci_objects import Namespace

NAME_LABEL = "kubernetes.io/metadata.name"
"""Every namespace has its name as a label; all that is known of one that was not read."""
_encode = msgspec.json.Encoder(order="deterministic").encode


@dataclass(slots=True)
class GroupConstraints:
    """Of one group: the counts that its pods change and the rules that it obeys."""

    feeds: list[DomainCount] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)


@dataclass(slots=True)
class _Selection:
    """Pods of some namespaces with some labels; None stands for every namespace."""

    namespaces: frozenset[str] | None
    selector: LabelSelector | None
    leaving: bool = True
    """Whether pods on their way out count: all rules but spreads count them (kubernetes, podtopologyspread)."""

    def takes(self, group: PodGroup) -> bool:
        if group.leaving and not self.leaving:
            return False
        if self.namespaces is not None and group.namespace not in self.namespaces:
            return False
        return selects(self.selector, group.labels)


class Constraints:
    """Counts shared by all groups that ask the same question."""

    def __init__(self, groups: Sequence[PodGroup], static: StaticFit, namespaces: Iterable[Namespace]) -> None:
        self._static = static
        self._namespaces: dict[str, Labels] = {w.namespace: {NAME_LABEL: w.namespace} for w in groups}
        self._namespaces |= {known.metadata.name: known.metadata.labels or {} for known in namespaces}
        self._counts: dict[object, DomainCount] = {}
        self._selections: list[tuple[_Selection | tuple[_Selection, ...], DomainCount]] = []
        self._owners: list[tuple[_Selection, DomainCount, set[int]]] = []
        self._owner_of: dict[bytes, int] = {}
        self.bindings = {group.ident: GroupConstraints() for group in groups}
        # Two passes: which counts a group feeds is known only when every group has said what it asks for.
        for group in groups:
            self._bind(group)
        for group in groups:
            self._connect(group)
        self.counts = list(self._counts.values())

    def _bind(self, group: PodGroup) -> None:
        rules = self.bindings[group.ident].rules
        scheduling = group.scheduling
        for row in scheduling.spreads:
            rules.append(self._spread(group, row))
        for term in scheduling.anti_affinities:
            selection = self._selection(group, term)
            rules.append(
                AntiAffinityRule(self._count("pods", term.topology_key, (selection,)), int(selection.takes(group)))
            )
            self._own(group, term.topology_key, selection)
        if scheduling.affinities:
            selections = tuple(self._selection(group, term) for term in scheduling.affinities)
            # All terms must take a pod for it to count (kubernetes, plugins/interpodaffinity): one count for each key,
            # over the pods that every term selects.
            own = all(selection.takes(group) for selection in selections)
            counts = tuple(self._count("all", term.topology_key, selections) for term in scheduling.affinities)
            rules.append(AffinityRule(counts, int(own)))

    def _connect(self, group: PodGroup) -> None:
        binding = self.bindings[group.ident]
        for selections, count in self._selections:
            parts = selections if isinstance(selections, tuple) else (selections,)
            if all(part.takes(group) for part in parts):
                binding.feeds.append(count)
        for selection, count, owners in self._owners:
            if group.ident in owners:
                binding.feeds.append(count)
            if selection.takes(group):
                binding.rules.append(AntiAffinityRule(count, int(group.ident in owners)))

    def _count(self, use: str, key: str, selections: tuple[_Selection, ...]) -> DomainCount:
        # The order of terms means nothing, so that it is not part of the question.
        marks = sorted(_mark(selection) for selection in selections)
        ident = (use, key, *marks)
        found = self._counts.get(ident)
        if found is None:
            found = self._counts[ident] = DomainCount(key)
            self._selections.append((selections, found))
        return found

    def _own(self, group: PodGroup, key: str, selection: _Selection) -> None:
        """Count where the owners of an anti-affinity term are: they keep others away, too.

        The scheduler looks at both directions (kubernetes, plugins/interpodaffinity): a new pod must not come where a
        running pod's term selects it, even when it has no term itself.
        """
        ident = _encode(key) + _mark(selection)
        index = self._owner_of.get(ident)
        if index is None:
            index = self._owner_of[ident] = len(self._owners)
            count = self._counts["owners", ident] = DomainCount(key)
            self._owners.append((selection, count, set()))
        self._owners[index][2].add(group.ident)

    def _spread(self, group: PodGroup, row: TopologySpreadConstraint) -> SpreadRule:
        selector = _with_label_keys(row.label_selector, group.labels, row.match_label_keys or (), ())
        selection = _Selection(frozenset((group.namespace,)), selector, leaving=False)
        keys = tuple(other.topology_key for other in group.scheduling.spreads)
        by_affinity = row.node_affinity_policy != "Ignore"
        by_taints = row.node_taints_policy == "Honor"
        # Which nodes a spread counts depends on the pod itself: groups share a count only where they share the demands
        # that decide it.
        demand = self._static.demand(group) if by_affinity or by_taints else -1
        ident = ("spread", row.topology_key, _mark(selection), keys, demand, by_affinity, by_taints)
        found = self._counts.get(ident)
        if found is None:
            found = DomainCount(row.topology_key, self._eligible(group, row, keys), by_taints=by_taints)
            self._counts[ident] = found
            self._selections.append((selection, found))
        return SpreadRule(found, row.max_skew, row.min_domains or 1, int(selection.takes(group)))

    def _eligible(
        self, group: PodGroup, row: TopologySpreadConstraint, keys: Sequence[str]
    ) -> Callable[[SimulatedNode], bool]:
        """Return which nodes a constraint counts: those with all of its keys, by affinity and taints as it says."""
        static, tolerations = self._static, group.scheduling.spec.tolerations or ()
        others = [key for key in keys if key != row.topology_key]
        known: dict[int, bool] = {}

        def ask(node_class: NodeClass) -> bool:
            if row.node_affinity_policy != "Ignore" and not static.affine(group, node_class):
                return False
            return row.node_taints_policy != "Honor" or first_untolerated(node_class.taints, tolerations) is None

        def eligible(node: SimulatedNode) -> bool:
            answer = known.get(node.node_class.ident)
            if answer is None:
                answer = known[node.node_class.ident] = ask(node.node_class)
            return answer and all(key in node.labels for key in others)

        return eligible

    def _selection(self, group: PodGroup, term: PodAffinityTerm) -> _Selection:
        selector = _with_label_keys(
            term.label_selector, group.labels, term.match_label_keys or (), term.mismatch_label_keys or ()
        )
        # An empty selector means every namespace, none at all the pod's own, unless some are named (Kubernetes API,
        # PodAffinityTerm).
        if term.namespace_selector is not None and not _rows(term.namespace_selector):
            return _Selection(None, selector)
        names = set(term.namespaces or ())
        if term.namespace_selector is not None:
            names.update(name for name, labels in self._namespaces.items() if selects(term.namespace_selector, labels))
        elif not names:
            names.add(group.namespace)
        return _Selection(frozenset(names), selector)


def _rows(selector: LabelSelector) -> bool:
    return bool(selector.match_labels or selector.match_expressions)


def _mark(selection: _Selection) -> bytes:
    names = None if selection.namespaces is None else sorted(selection.namespaces)
    return _encode([names, selection.selector])


def _with_label_keys(
    selector: LabelSelector | None, labels: Labels, same: Sequence[str], other: Sequence[str]
) -> LabelSelector | None:
    """Return the selector with the pod's values of ``matchLabelKeys`` and against those of ``mismatchLabelKeys``."""
    rows = [Requirement(key, "In", [labels[key]]) for key in same if key in labels]
    rows += [Requirement(key, "NotIn", [labels[key]]) for key in other if key in labels]
    if not rows or selector is None:
        return selector
    return LabelSelector(selector.match_labels, [*(selector.match_expressions or ()), *rows])
