"""The rules between pods of a snapshot: which rules bind a group, and which groups feed the counts that they look at.

Rules are made when a group is asked for: of the thousands of apps that run, only those whose pods may move matter. What
a group's rules cost is what they select (selections.py), so a tick's cost does not grow with the square of the apps.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from functions.oke_autoscaler.decide.simulation.presence import Presence
from functions.oke_autoscaler.decide.simulation.selections import GroupIndex, Selection, SelectionIndex
from functions.oke_autoscaler.decide.simulation.topology_domains import (
    AffinityRule,
    AntiAffinityRule,
    DomainCount,
    Domains,
    PresenceRule,
    Rule,
    SpreadCount,
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


WIDE = 32
"""Groups for each of its owners that a term may select; one that selects more is not counted but asked (Presence)."""


class _AntiAffinityTerm:
    """A distinct anti-affinity term and the groups that have it; its counts are made when a rule needs them."""

    __slots__ = ("key", "of_owners", "of_selected", "owners", "selection")

    def __init__(self, key: str, selection: Selection) -> None:
        self.key = key
        self.selection = selection
        self.owners: dict[int, PodGroup] = {}
        self.of_selected: DomainCount | None = None
        self.of_owners: DomainCount | None = None


class Constraints:
    """Counts shared by all groups that ask the same question.

    ``take_new`` hands out the counts made since it was asked last: who places pods fills them and keeps them true, and
    the ``presences`` from the first pod on.
    """

    def __init__(
        self, groups: Sequence[PodGroup], static: StaticFit, namespaces: Iterable[Namespace], wide: int = WIDE
    ) -> None:
        self._static = static
        self._namespaces: dict[str, Labels] = {w.namespace: {NAME_LABEL: w.namespace} for w in groups}
        self._namespaces |= {known.metadata.name: known.metadata.labels or {} for known in namespaces}
        self._counts: dict[object, DomainCount] = {}
        self._spread_counts: dict[object, SpreadCount] = {}
        self._domains: dict[object, Domains] = {}
        self._chosen: dict[str, Callable[[str], bool]] = {}
        self._new: list[tuple[DomainCount, Sequence[PodGroup]]] = []
        self.index = GroupIndex(groups)
        # Which terms select a group is asked of all groups' terms, so these alone are collected before any question.
        self._narrow: SelectionIndex[_AntiAffinityTerm] = SelectionIndex(self.index)
        self._wide: SelectionIndex[_AntiAffinityTerm] = SelectionIndex(self.index)
        self._narrow_terms: dict[int, list[_AntiAffinityTerm]] = {}
        self._wide_terms: dict[int, list[_AntiAffinityTerm]] = {}
        self._presence_of: dict[str, Presence] = {}
        for term in _terms(groups, self._selection):
            if self.index.size(term.selection) <= wide * len(term.owners):
                self._narrow.add(term.selection, term)
                for ident in term.owners:
                    self._narrow_terms.setdefault(ident, []).append(term)
                continue
            self._wide.add(term.selection, term)
            presence = self._presence_of.setdefault(term.key, Presence(term.key))
            for owner in term.owners.values():
                self._wide_terms.setdefault(owner.ident, []).append(term)
                if term.selection.known_namespaces != frozenset((owner.namespace,)):
                    presence.roaming.add(owner.ident)
        self.presences = list(self._presence_of.values())

    def take_new(self) -> list[tuple[DomainCount, Sequence[PodGroup]]]:
        """Return the counts made since the last call, with the groups whose pods they count."""
        new, self._new = self._new, []
        return new

    def rules(self, group: PodGroup) -> list[Rule]:
        """Return the rules that bind a group."""
        scheduling = group.scheduling
        found: list[Rule] = [self._spread(group, row, scheduling.spreads) for row in scheduling.spreads]
        own_terms = self._narrow_terms.get(group.ident, ())
        found += [AntiAffinityRule(self._selected_count(term), int(term.selection.takes(group))) for term in own_terms]
        # The scheduler looks at both directions (kubernetes, plugins/interpodaffinity): a new pod must not come where a
        # running pod's term selects it, even when it has no term itself.
        for entry in self._narrow.selecting(group):
            count, own = self._owners_count(entry), group.ident in entry.owners
            if not (own and count is entry.of_selected):
                found.append(AntiAffinityRule(count, int(own)))
        found += [self._presence_rule(group, key) for key in self._wide_keys(group)]
        if scheduling.affinities:
            found.append(self._affinity(group, scheduling.affinities))
        return found

    def _wide_keys(self, group: PodGroup) -> set[str]:
        """Return the keys by which wide terms, its own or others', keep a group and others apart."""
        found = {term.key for term in self._wide_terms.get(group.ident, ())}
        selecting = self._wide.selecting(group)
        # Wide terms select most of what they are compared with, so the search ends early.
        while len(found) < len(self._presence_of) and (term := next(selecting, None)) is not None:
            found.add(term.key)
        return found

    def _presence_rule(self, group: PodGroup, key: str) -> PresenceRule:
        own = [term.selection for term in self._wide_terms.get(group.ident, ()) if term.key == key]

        def conflict(other: PodGroup) -> bool:
            self.index.comparisons += 1
            if any(selection.takes(other) for selection in own):
                return True
            theirs = self._wide_terms.get(other.ident, ())
            return any(term.key == key and term.selection.takes(group) for term in theirs)

        namespaces = {group.namespace}
        for selection in own:
            if selection.known_namespaces is None:
                return PresenceRule(self._presence_of[key], conflict, None, int(conflict(group)))
            namespaces |= selection.known_namespaces
        return PresenceRule(self._presence_of[key], conflict, frozenset(namespaces), int(conflict(group)))

    def preferences(self, group: PodGroup) -> list[SpreadCount]:
        """Return the counts that a group would rather keep even: those of its ``ScheduleAnyway`` spreads."""
        rows = group.scheduling.preferred_spreads
        return [self._spread(group, row, rows).count for row in rows]

    def _affinity(self, group: PodGroup, terms: Sequence[PodAffinityTerm]) -> AffinityRule:
        selections = tuple(self._selection(group, term) for term in terms)
        # All terms must take a pod for it to count (kubernetes, plugins/interpodaffinity): one count for each key,
        # over the pods that every term selects.
        own = all(selection.takes(group) for selection in selections)
        counts = tuple(self._count(term.topology_key, selections) for term in terms)
        return AffinityRule(counts, int(own))

    def _count(self, key: str, selections: tuple[Selection, ...]) -> DomainCount:
        # The order of terms means nothing, so that it is not part of the question.
        ident = (key, *sorted(selection.mark for selection in selections))
        found = self._counts.get(ident)
        if found is None:
            found = self._counts[ident] = self._start(DomainCount(self._every(key)), self.index.selected(selections))
        return found

    def _selected_count(self, entry: _AntiAffinityTerm) -> DomainCount:
        if entry.of_selected is None:
            selected = self.index.selected((entry.selection,))
            entry.of_selected = self._start(DomainCount(self._every(entry.key)), selected)
            # Most apps keep apart from themselves alone: who owns the term is who it selects, and one count says both.
            if entry.owners.keys() == {group.ident for group in selected}:
                entry.of_owners = entry.of_selected
        return entry.of_selected

    def _owners_count(self, entry: _AntiAffinityTerm) -> DomainCount:
        if entry.of_owners is None:
            entry.of_owners = self._start(DomainCount(self._every(entry.key)), list(entry.owners.values()))
        return entry.of_owners

    def _start(self, count: DomainCount, feeders: Sequence[PodGroup]) -> DomainCount:
        self._new.append((count, feeders))
        return count

    def _every(self, key: str) -> Domains:
        """Return the domains of a key on all nodes."""
        found = self._domains.get(key)
        if found is None:
            found = self._domains[key] = Domains(key)
        return found

    def _spread(
        self, group: PodGroup, row: TopologySpreadConstraint, rows: Sequence[TopologySpreadConstraint]
    ) -> SpreadRule:
        selector = _with_label_keys(row.label_selector, group.labels, row.match_label_keys or (), ())
        selection = Selection(frozenset((group.namespace,)), selector, leaving=False)
        keys = tuple(other.topology_key for other in rows)
        by_affinity = row.node_affinity_policy != "Ignore"
        by_taints = row.node_taints_policy == "Honor"
        # Which nodes a spread counts depends on the pod itself: groups share a count only where they share the demands
        # that decide it.
        demand = self._static.demand(group) if by_affinity or by_taints else -1
        where = ("spread", row.topology_key, keys, demand, by_affinity, by_taints)
        ident = (where, selection.mark)
        found = self._spread_counts.get(ident)
        if found is None:
            domains = self._domains.get(where)
            if domains is None:
                eligible = self._eligible(group, row, keys)
                domains = self._domains[where] = Domains(row.topology_key, eligible, by_taints=by_taints)
            found = self._spread_counts[ident] = SpreadCount(domains)
            self._start(found, self.index.selected((selection,)))
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

    def _selection(self, group: PodGroup, term: PodAffinityTerm) -> Selection:
        selector = _with_label_keys(
            term.label_selector, group.labels, term.match_label_keys or (), term.mismatch_label_keys or ()
        )
        # An empty selector means every namespace, none at all the pod's own, unless some are named (Kubernetes API,
        # PodAffinityTerm).
        if term.namespace_selector is None:
            return Selection(frozenset(term.namespaces or (group.namespace,)), selector)
        if not _rows(term.namespace_selector):
            return Selection(None, selector)
        question = _encode(term.namespace_selector).decode()
        elsewhere = self._chosen.setdefault(question, self._namespace_test(term.namespace_selector))
        return Selection(frozenset(term.namespaces or ()), selector, elsewhere=elsewhere, question=question)

    def _namespace_test(self, selector: LabelSelector) -> Callable[[str], bool]:
        """Return whether a namespace is selected by its labels, asked once each."""
        known: dict[str, bool] = {}

        def test(name: str) -> bool:
            answer = known.get(name)
            if answer is None:
                answer = known[name] = selects(selector, self._namespaces.get(name, {NAME_LABEL: name}))
            return answer

        return test


def _terms(
    groups: Iterable[PodGroup], selection_of: Callable[[PodGroup, PodAffinityTerm], Selection]
) -> Iterable[_AntiAffinityTerm]:
    """Return the distinct anti-affinity terms with the groups that have them."""
    known: dict[tuple[str, bytes], _AntiAffinityTerm] = {}
    for group in groups:
        for term in group.scheduling.anti_affinities:
            selection = selection_of(group, term)
            ident = (term.topology_key, selection.mark)
            found = known.get(ident)
            if found is None:
                found = known[ident] = _AntiAffinityTerm(term.topology_key, selection)
            found.owners[group.ident] = group
    return known.values()


def _rows(selector: LabelSelector) -> bool:
    return bool(selector.match_labels or selector.match_expressions)


def _with_label_keys(
    selector: LabelSelector | None, labels: Labels, same: Sequence[str], other: Sequence[str]
) -> LabelSelector | None:
    """Return the selector with the pod's values of ``matchLabelKeys`` and against those of ``mismatchLabelKeys``."""
    rows = [Requirement(key, "In", [labels[key]]) for key in same if key in labels]
    rows += [Requirement(key, "NotIn", [labels[key]]) for key in other if key in labels]
    if not rows or selector is None:
        return selector
    return LabelSelector(selector.match_labels, [*(selector.match_expressions or ()), *rows])
