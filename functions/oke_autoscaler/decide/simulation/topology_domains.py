"""How many pods of a selection each topology domain holds, kept up to date while pods are placed."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from functions.oke_autoscaler.decide.cluster.pod_groups import PodGroup
    from functions.oke_autoscaler.decide.simulation.nodes import SimulatedNode
    from functions.oke_autoscaler.decide.simulation.presence import Presence


class Domains:
    """The domains of one topology key: the values that nodes have which ``counts_on`` accepts (all by default).

    A domain exists as long as an accepted node has its value, with or without pods. Thousands of counts share one
    object, so that a node that appears costs one step a key and not one a count.
    """

    __slots__ = ("by_taints", "changes", "counts_on", "key", "left_behind", "nodes")

    def __init__(
        self, key: str, counts_on: Callable[[SimulatedNode], bool] | None = None, *, by_taints: bool = False
    ) -> None:
        self.key = key
        self.by_taints = by_taints
        """Whether ``counts_on`` looks at taints."""
        self.counts_on = counts_on
        self.nodes: dict[str, int] = {}
        self.changes: list[str] = []
        """Domains that went although pods may be counted in them, or came back: counts read it when they are asked."""
        self.left_behind: set[str] = set()
        """Values without a node in which pods may be counted."""

    def of(self, node: SimulatedNode) -> str | None:
        """Return the domain in which pods of this node are counted, None when they are not."""
        value = node.labels.get(self.key)
        if value is None or (self.counts_on is not None and not self.counts_on(node)):
            return None
        return value

    def enter(self, node: SimulatedNode) -> None:
        """Count a node that appears."""
        value = self.of(node)
        if value is None:
            return
        before = self.nodes.get(value, 0)
        self.nodes[value] = before + 1
        if not before and value in self.left_behind:
            self.changes.append(value)

    def leave(self, node: SimulatedNode, *, empty: bool = False) -> None:
        """Forget a node that disappears; its domain goes with the last one. ``empty`` says that no pod is on it."""
        value = self.of(node)
        if value is None:
            return
        self.nodes[value] -= 1
        if not self.nodes[value]:
            del self.nodes[value]
            if not empty:
                self.left_behind.add(value)
            # Planned nodes come and go by the thousand, each a domain of its own; no count can have pods there, so
            # none has to hear of it.
            if value in self.left_behind:
                self.changes.append(value)


class DomainCount:
    """Pods by domain; domains without a pod have no entry, so that a count costs what it counts."""

    __slots__ = ("counts", "domains", "key", "total")

    def __init__(self, domains: Domains) -> None:
        self.domains = domains
        self.key = domains.key
        self.counts: dict[str, int] = {}
        self.total = 0

    def add(self, node: SimulatedNode, pods: int) -> None:
        """Count ``pods`` more (or fewer, when negative) on a node."""
        value = self.domains.of(node)
        if value is not None:
            before = self.counts.get(value, 0)
            self.total += pods
            if before + pods:
                self.counts[value] = before + pods
            else:
                self.counts.pop(value, None)
            self._changed(value, before, before + pods)

    def _changed(self, value: str, before: int, after: int) -> None:
        """Note a change of a domain's pods."""


class SpreadCount(DomainCount):
    """Counts of a spread: they also know the emptiest domain.

    ``lowest`` is kept by a histogram of the domains with pods, so that it costs nothing with thousands of domains.
    """

    __slots__ = ("_heard", "_histogram", "_homeless", "_low", "_populated")

    def __init__(self, domains: Domains) -> None:
        super().__init__(domains)
        self._histogram: dict[int, int] = {}
        self._low = 0
        self._populated = 0
        """Domains that exist and have pods."""
        self._homeless: set[str] = set()
        """Values with pods whose domain does not exist."""
        self._heard = len(domains.changes)

    def add(self, node: SimulatedNode, pods: int) -> None:
        """Count ``pods`` more (or fewer, when negative) on a node."""
        self._hear()
        super().add(node, pods)

    def _changed(self, value: str, before: int, after: int) -> None:
        if value in self.domains.nodes:
            self._count(before, -1)
            self._count(after, 1)
        elif after:
            self._homeless.add(value)
            self.domains.left_behind.add(value)
        else:
            self._homeless.discard(value)

    def _hear(self) -> None:
        """Take note of the domains that went or came back."""
        changes = self.domains.changes
        while self._heard < len(changes):
            value = changes[self._heard]
            self._heard += 1
            pods, exists = self.counts.get(value, 0), value in self.domains.nodes
            if pods and exists and value in self._homeless:
                self._homeless.remove(value)
                self._count(pods, 1)
            elif pods and not exists and value not in self._homeless:
                self._homeless.add(value)
                self._count(pods, -1)

    def _count(self, level: int, domains: int) -> None:
        if not level:
            return
        # ``_low`` may lag behind when the lowest level empties: ``lowest`` looks again then. It is never above the
        # truth, because every level that appears below it moves it down here.
        self._populated += domains
        self._histogram[level] = self._histogram.get(level, 0) + domains
        if not self._histogram[level]:
            del self._histogram[level]
        elif level < self._low or len(self._histogram) == 1:
            self._low = level

    @property
    def lowest(self) -> int:
        """Pods in the emptiest domain; 0 when there is none."""
        self._hear()
        if not self._histogram or self._populated < len(self.domains.nodes):
            return 0
        if self._low not in self._histogram:
            self._low = min(self._histogram)
        return self._low


UNLIMITED = 1 << 40


class SpreadRule:
    """A topology spread constraint: https://kubernetes.io/docs/concepts/scheduling-eviction/topology-spread-constraints/."""

    __slots__ = ("count", "key", "max_skew", "min_domains", "own")

    def __init__(self, count: SpreadCount, max_skew: int, min_domains: int, own: int) -> None:
        self.count = count
        self.key = count.key
        self.max_skew = max_skew
        self.min_domains = min_domains
        self.own = own

    def quota(self, labels: Mapping[str, str]) -> int:
        """Return how many pods a node with these labels may take now.

        The skew after placing n pods, count + n - lowest, must not pass ``max_skew``. While fewer domains than
        ``min_domains`` exist the lowest counts as 0, and so it does for a node in a domain that is not there yet: that
        domain begins with no pod.
        """
        value = labels.get(self.key)
        if value is None:
            return 0
        count, nodes = self.count, self.count.domains.nodes
        low = count.lowest if len(nodes) >= self.min_domains else 0
        if value not in nodes and len(nodes) + 1 >= self.min_domains:
            low = 0
        allowance = self.max_skew + low - count.counts.get(value, 0)
        if self.own:
            return max(0, allowance)
        return UNLIMITED if allowance >= 0 else 0


class AntiAffinityRule:
    """Anti-affinity: no counted pod in the domain. ``own`` when the group is itself of the counted kind."""

    __slots__ = ("count", "key", "own")

    def __init__(self, count: DomainCount, own: int) -> None:
        self.count = count
        self.key = count.key
        self.own = own

    def quota(self, labels: Mapping[str, str]) -> int:
        """Return the quota; a node without the key is in no domain, so nothing there is too near."""
        value = labels.get(self.key)
        if value is None:
            return UNLIMITED
        if self.count.counts.get(value, 0) > 0:
            return 0
        return 1 if self.own else UNLIMITED


class AffinityRule:
    """Affinity: every term has a counted pod in the domain, or the group is the first of its own kind."""

    __slots__ = ("counts", "key", "own")

    def __init__(self, counts: tuple[DomainCount, ...], own: int) -> None:
        self.counts = counts
        self.key = counts[0].key
        self.own = own

    def quota(self, labels: Mapping[str, str]) -> int:
        """Return the quota; the first pod decides where the others go, so it goes alone."""
        if any(count.key not in labels for count in self.counts):
            return 0
        if all(count.counts.get(labels[count.key], 0) > 0 for count in self.counts):
            return UNLIMITED
        first = self.own and all(count.total == 0 for count in self.counts)
        return 1 if first else 0


class PresenceRule:
    """Anti-affinity whose terms select many: instead of all that they select, those that are there are asked."""

    __slots__ = ("_known", "conflict", "key", "namespaces", "own", "presence")

    def __init__(
        self, presence: Presence, conflict: Callable[[PodGroup], bool], namespaces: frozenset[str] | None, own: int
    ) -> None:
        self.presence = presence
        self.key = presence.key
        self.conflict = conflict
        self.namespaces = namespaces
        """Where groups in conflict may be, those that roam apart; None for everywhere."""
        self.own = own
        self._known: dict[int, bool] = {}

    def quota(self, labels: Mapping[str, str]) -> int:
        """Return the quota; terms that select many find one soon where any is, so that the look is short."""
        value = labels.get(self.key)
        if value is None:
            return UNLIMITED
        for ident in self.presence.near(value, self.namespaces):
            answer = self._known.get(ident)
            if answer is None:
                answer = self._known[ident] = self.conflict(self.presence.groups[ident])
            if answer:
                return 0
        return 1 if self.own else UNLIMITED


Rule = SpreadRule | AntiAffinityRule | AffinityRule | PresenceRule
