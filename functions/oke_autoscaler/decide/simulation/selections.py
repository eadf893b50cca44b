"""Which pods a rule selects, found by index: what a rule costs grows with the pods that it selects, not with all pods.

A selection is looked up by the one of its demands that the fewest pods meet: a label with a value, or a namespace. Only
those pods are compared with the whole selection.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

import msgspec

from functions.oke_autoscaler.model.selectors import selects

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from functions.oke_autoscaler.decide.cluster.pod_groups import PodGroup
    from functions.oke_autoscaler.model.kubernetes_objects import LabelSelector

Entry = TypeVar("Entry")
Anchor = tuple[str | None, ...]
"""A demand that pods are looked up by: a namespace (1), a label's key and value (2), or none (0)."""
ANYTHING: Anchor = ()
_encode = msgspec.json.Encoder(order="deterministic").encode


@dataclass(frozen=True, slots=True, eq=False)
class Selection:
    """Pods of some namespaces with some labels; None stands for every namespace."""

    namespaces: frozenset[str] | None
    selector: LabelSelector | None
    leaving: bool = True
    """Whether pods on their way out count: all rules but spreads count them (kubernetes, podtopologyspread)."""
    elsewhere: Callable[[str], bool] | None = None
    """Whether a further namespace is selected, by its labels; with ``question``, which is equal for equal selectors."""
    question: str = ""

    def takes(self, group: PodGroup) -> bool:
        """Tell whether the pods of a group are selected."""
        if group.leaving and not self.leaving:
            return False
        return self._reaches(group.namespace) and selects(self.selector, group.labels)

    def _reaches(self, namespace: str) -> bool:
        if self.namespaces is None or namespace in self.namespaces:
            return True
        return self.elsewhere is not None and self.elsewhere(namespace)

    @property
    def known_namespaces(self) -> frozenset[str] | None:
        """The namespaces that it may select in; None where labels of namespaces, or nothing, decide."""
        return self.namespaces if self.elsewhere is None else None

    @property
    def mark(self) -> bytes:
        """Equal for selections that ask the same question."""
        names = None if self.namespaces is None else sorted(self.namespaces)
        return _encode([names, self.question, self.selector, self.leaving])

    def demands(self) -> Iterator[list[Anchor]]:
        """Yield the demands of the selection, each as the anchors of which a selected pod has exactly one."""
        if self.selector is not None:
            for key, value in (self.selector.match_labels or {}).items():
                yield [(key, value)]
            for row in self.selector.match_expressions or ():
                if row.operator == "In":
                    yield [(row.key, value) for value in dict.fromkeys(row.values or ())]
                elif row.operator in {"Exists", "Gt", "Lt"}:
                    yield [(row.key, None)]
        if self.namespaces is not None and self.elsewhere is None:
            yield [(name,) for name in self.namespaces]


def anchors_of(group: PodGroup) -> Iterator[Anchor]:
    """Yield everything that a group may be looked up by."""
    yield ANYTHING
    yield (group.namespace,)
    for key, value in group.labels.items():
        yield (key, value)
        yield (key, None)


class GroupIndex:
    """Groups by namespace and by label; ``comparisons`` counts how often a selection was compared with a group."""

    def __init__(self, groups: Sequence[PodGroup]) -> None:
        self._groups: dict[Anchor, list[PodGroup]] = {}
        self.comparisons = 0
        for group in groups:
            for anchor in anchors_of(group):
                self._groups.setdefault(anchor, []).append(group)

    def narrowest(self, selection: Selection) -> list[Anchor]:
        """Return the demand of a selection that the fewest groups meet."""
        found, least = [ANYTHING], len(self._groups.get(ANYTHING, ()))
        for anchors in selection.demands():
            size = sum(len(self._groups.get(anchor, ())) for anchor in anchors)
            if size < least:
                found, least = anchors, size
            if least < 2:
                break
        return found

    def size(self, selection: Selection) -> int:
        """Return how many groups a selection takes at most, by its narrowest demand."""
        return sum(len(self._groups.get(anchor, ())) for anchor in self.narrowest(selection))

    def selected(self, selections: Sequence[Selection]) -> list[PodGroup]:
        """Return the groups that every one of the selections takes."""
        found = []
        for anchor in self.narrowest(selections[0]):
            for group in self._groups.get(anchor, ()):
                self.comparisons += 1
                if all(selection.takes(group) for selection in selections):
                    found.append(group)
        return found


class SelectionIndex(Generic[Entry]):
    """The other direction: entries by what they select, to be found by a group."""

    def __init__(self, groups: GroupIndex) -> None:
        self._groups = groups
        self._entries: dict[Anchor, list[tuple[Selection, Entry]]] = {}

    def add(self, selection: Selection, entry: Entry) -> None:
        """Add an entry under the narrowest demand of its selection."""
        for anchor in self._groups.narrowest(selection):
            self._entries.setdefault(anchor, []).append((selection, entry))

    def selecting(self, group: PodGroup) -> Iterator[Entry]:
        """Yield the entries that select a group."""
        for anchor in anchors_of(group):
            for selection, entry in self._entries.get(anchor, ()):
                self._groups.comparisons += 1
                if selection.takes(group):
                    yield entry
