"""New nodes, one workload after another: the greedy way, which obeys every rule between pods."""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.oke_autoscaler.decide.simulation.nodes import BoundFill, capacity, rule_keys
from functions.oke_autoscaler.decide.simulation.topology_domains import UNLIMITED, Spread
from functions.oke_autoscaler.model.nodes import HOSTNAME

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from functions.oke_autoscaler.decide.cluster.pod_groups import Workload
    from functions.oke_autoscaler.decide.simulation.nodes import Room
    from functions.oke_autoscaler.decide.simulation.offerings import Offer, Site
    from functions.oke_autoscaler.decide.simulation.topology_domains import Rule

Work = list[tuple["Workload", int]]


class Growth:
    """Opens nodes of the offers in a room. ``budget`` is how many nodes may be opened in all."""

    def __init__(self, room: Room, offers: Sequence[Offer], budget: int) -> None:
        self.room = room
        self.offers = offers
        self.budget = budget
        self.start = len(room.places)

    def open(self, offer: Offer, site: Site) -> None:
        """One node more."""
        self.room.open(offer.make(site))
        offer.opened += 1
        site.opened += 1
        self.budget -= 1

    def close(self, offer: Offer, site: Site, mark: int) -> None:
        """Take back nodes opened since ``mark``."""
        opened = sum(1 for _, workload, _ in self.room.since(mark) if workload is None)
        self.room.rollback(mark)
        offer.opened -= opened
        site.opened -= opened
        self.budget += opened

    def left(self, offer: Offer) -> int:
        """Nodes that the offer may still open."""
        return min(offer.left, self.budget)

    def place(self, workload: Workload, pods: int) -> int:
        """Place on open nodes, then on new ones; how many pods were left over."""
        if self.room.is_free(workload):
            left = pods - self.room.fill(workload, pods, self.start)
            return self._grow_free(workload, left)
        return self._grow_bound(workload, pods)

    def _grow_free(self, workload: Workload, left: int) -> int:
        while left:
            choice = self._choose(workload, left, frozenset())
            if choice is None:
                break
            offer, site = choice
            each = capacity(offer.free, workload.vector, left)
            for _ in range(min(left // each or 1, self.left(offer))):
                self.open(offer, site)
                self.room.put(self.room.places[-1], workload, min(each, left))
                left -= min(each, left)
        return left

    def _grow_bound(self, workload: Workload, pods: int) -> int:
        """Open nodes one by one, or more and more at once while each takes no more than its host may.

        A node that turns out useless is taken back.
        """
        room, useless, batch = self.room, set[int](), 1
        fill = BoundFill(room, workload, room.candidates(workload)[:])
        left = pods - fill.run(pods)
        while left:
            choice = self._choose(workload, left, useless)
            if choice is None:
                break
            offer, site = choice
            mark = room.mark()
            per_host = max(1, min(left, self._per_host(workload)))
            opened = min(max(batch, self._batch(workload, left)), -(-left // per_host), self.left(offer))
            for _ in range(opened):
                self.open(offer, site)
                fill.add(room.places[-1])
            placed = fill.run(left)
            left -= placed
            if placed:
                useless.clear()
                batch = batch * 2 if placed == opened * per_host else 1
                continue
            self.close(offer, site, mark)
            useless.add(id(site))
            fill = BoundFill(room, workload, room.candidates(workload)[:])
        return left

    def _batch(self, workload: Workload, left: int) -> int:
        """Nodes to open at once: all when every pod needs one of its own, and nothing else is asked."""
        rules = self.room.rules(workload)
        alone = all(rule_keys(rule) == (HOSTNAME,) and not isinstance(rule, Spread) for rule in rules)
        return left if alone and self._per_host(workload) == 1 else 1

    def _per_host(self, workload: Workload) -> int:
        """Pods that the rules allow on a new host, whatever its size."""
        rules: Iterable[Rule] = self.room.rules(workload)
        new_host = {HOSTNAME: "new"}
        quota = 1 if workload.shape.ports else UNLIMITED
        return min([quota, *(rule.quota(new_host) for rule in rules if rule_keys(rule) == (HOSTNAME,))])

    def _choose(self, workload: Workload, left: int, useless: Iterable[int]) -> tuple[Offer, Site] | None:
        """The pool of least cost a pod, then least priority number, then the emptiest placement."""
        room, found = self.room, []
        per_host = max(1, self._per_host(workload)) if not room.is_free(workload) else UNLIMITED
        for rank, offer in enumerate(self.offers):
            each = min(capacity(offer.free, workload.vector, left), per_host) if self.left(offer) > 0 else 0
            if each < 1:
                continue
            for site in offer.sites:
                if id(site) in useless or room.static.obstacle(workload, site.kind):
                    continue
                if not room.is_free(workload) and room.quota(workload, site.labels) < 1:
                    continue
                key = (offer.cost / each, -offer.state.bounds.priority, rank, self._load(workload, site), site.opened)
                found.append((key, offer, site))
        if not found:
            return None
        _, offer, site = min(found, key=lambda entry: entry[0])
        return offer, site

    def _load(self, workload: Workload, site: Site) -> int:
        """Pods of the spread's selection that the site's domains hold already."""
        spreads = (rule for rule in self.room.rules(workload) if isinstance(rule, Spread))
        return sum(rule.count.counts.get(site.labels.get(rule.key, ""), 0) for rule in spreads)
