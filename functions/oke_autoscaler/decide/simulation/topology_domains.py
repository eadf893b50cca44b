"""How many pods of a selection each topology domain holds, kept up to date while pods are placed."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from functions.oke_autoscaler.decide.simulation.nodes import SimulatedNode


class DomainCount:
    """Pods by value of one topology key, on the nodes that ``counts_on`` accepts (all by default).

    A domain exists as long as an accepted node has its value, with or without pods. ``lowest`` is kept by a histogram,
    so that it costs nothing with thousands of domains.
    """

    __slots__ = ("_histogram", "_low", "by_taints", "counts", "counts_on", "key", "nodes", "total")

    def __init__(
        self, key: str, counts_on: Callable[[SimulatedNode], bool] | None = None, *, by_taints: bool = False
    ) -> None:
        self.key = key
        self.by_taints = by_taints
        """Whether ``counts_on`` looks at taints."""
        self.counts_on = counts_on
        self.counts: dict[str, int] = {}
        self.nodes: dict[str, int] = {}
        self.total = 0
        self._histogram: dict[int, int] = {}
        self._low = 0

    def domain(self, node: SimulatedNode) -> str | None:
        """Return the domain in which pods of this node are counted, None when they are not."""
        value = node.labels.get(self.key)
        if value is None or (self.counts_on is not None and not self.counts_on(node)):
            return None
        return value

    def enter(self, node: SimulatedNode) -> None:
        """Count a node that appears."""
        value = self.domain(node)
        if value is None:
            return
        if value not in self.nodes:
            self.nodes[value] = 0
            self.counts.setdefault(value, 0)
            self._count(self.counts[value], 1)
        self.nodes[value] += 1

    def leave(self, node: SimulatedNode) -> None:
        """Forget a node that disappears; its domain goes with the last one."""
        value = self.domain(node)
        if value is None:
            return
        self.nodes[value] -= 1
        if self.nodes[value] == 0:
            del self.nodes[value]
            self._count(self.counts[value], -1)

    def add(self, node: SimulatedNode, pods: int) -> None:
        """Count ``pods`` more (or fewer, when negative) on a node."""
        value = self.domain(node)
        if value is None:
            return
        before = self.counts.get(value, 0)
        self.counts[value] = before + pods
        self.total += pods
        if value in self.nodes:
            self._count(before, -1)
            self._count(before + pods, 1)

    def _count(self, level: int, domains: int) -> None:
        # ``_low`` may lag behind when the lowest level empties: ``lowest`` looks again then. It is never above the
        # truth, because every level that appears below it moves it down here.
        self._histogram[level] = self._histogram.get(level, 0) + domains
        if not self._histogram[level]:
            del self._histogram[level]
        elif level < self._low or len(self._histogram) == 1:
            self._low = level

    @property
    def lowest(self) -> int:
        """Pods in the emptiest domain; 0 when there is none."""
        if not self._histogram:
            return 0
        if self._low not in self._histogram:
            self._low = min(self._histogram)
        return self._low


UNLIMITED = 1 << 40


class SpreadRule:
    """A topology spread constraint: https://kubernetes.io/docs/concepts/scheduling-eviction/topology-spread-constraints/."""

    __slots__ = ("count", "key", "max_skew", "min_domains", "own")

    def __init__(self, count: DomainCount, max_skew: int, min_domains: int, own: int) -> None:
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
        count = self.count
        low = count.lowest if len(count.nodes) >= self.min_domains else 0
        if value not in count.nodes and len(count.nodes) + 1 >= self.min_domains:
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


Rule = SpreadRule | AntiAffinityRule | AffinityRule
