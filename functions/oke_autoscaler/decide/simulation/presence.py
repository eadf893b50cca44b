"""Who is where: for anti-affinity whose terms select so many that counting all of them would cost more than a look."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from functions.oke_autoscaler.decide.cluster.pod_groups import PodGroup
    from functions.oke_autoscaler.decide.simulation.nodes import SimulatedNode


class Presence:
    """The groups that have pods in each domain of a key, by namespace.

    ``roaming`` are groups with a term that looks beyond their own namespace; they are kept once more, together.
    """

    __slots__ = ("_here", "groups", "key", "roaming")

    def __init__(self, key: str) -> None:
        self.key = key
        self.roaming: set[int] = set()
        self.groups: dict[int, PodGroup] = {}
        self._here: dict[str, dict[str | None, dict[int, int]]] = {}

    def add(self, node: SimulatedNode, group: PodGroup, pods: int) -> None:
        """Count pods more (or fewer, when negative) of a group on a node."""
        value = node.labels.get(self.key)
        if value is None:
            return
        self.groups[group.ident] = group
        here = self._here.setdefault(value, {})
        for part in (group.namespace, None) if group.ident in self.roaming else (group.namespace,):
            counts = here.setdefault(part, {})
            counts[group.ident] = counts.get(group.ident, 0) + pods
            if not counts[group.ident]:
                del counts[group.ident]

    def near(self, value: str, namespaces: Iterable[str] | None) -> Iterator[int]:
        """Yield the groups in a domain, of some namespaces or all, and those that roam."""
        here = self._here.get(value)
        if here is not None:
            for part in here if namespaces is None else (*namespaces, None):
                yield from here.get(part, ())
