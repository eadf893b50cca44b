"""New nodes for all workloads at once: those without rules between pods as a covering problem of least cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.oke_autoscaler.decide.scale_up.column_generation import Bin, Column, Packed
from functions.oke_autoscaler.decide.scale_up.covering import cover
from functions.oke_autoscaler.decide.simulation.nodes import capacity

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from functions.oke_autoscaler.decide.cluster.pod_groups import Workload
    from functions.oke_autoscaler.decide.scale_up.first_fit import Growth, Work
    from functions.oke_autoscaler.decide.simulation.nodes import Vector
    from functions.oke_autoscaler.decide.simulation.offerings import Offer, Site

MOST_ITEMS = 14
"""Sizes of pods that one covering problem takes on, the largest in volume; smaller ones fill the gaps afterwards."""


Key = tuple["Vector", tuple[int, ...]]
"""Size of a pod and the variants that may hold it."""


class Variant:
    """Sites of an offer that the same workloads may use."""

    __slots__ = ("allowed", "offer", "sites")

    def __init__(self, offer: Offer, sites: list[Site], allowed: frozenset[int]) -> None:
        self.offer = offer
        self.sites = sites
        self.allowed = allowed


class Item:
    """Workloads of one size that the same variants hold."""

    __slots__ = ("pods", "vector", "work")

    def __init__(self, vector: Vector) -> None:
        self.vector = vector
        self.work: Work = []
        self.pods = 0

    def add(self, workload: Workload, pods: int) -> None:
        """Pods of one more workload."""
        self.work.append((workload, pods))
        self.pods += pods

    def take(self, pods: int) -> Iterator[tuple[Workload, int]]:
        """The next pods, by workload."""
        while pods and self.work:
            workload, waiting = self.work.pop()
            count = min(pods, waiting)
            pods -= count
            self.pods -= count
            if waiting > count:
                self.work.append((workload, waiting - count))
            yield workload, count


def variants_of(growth: Growth, work: Work) -> list[Variant]:
    """The distinct kinds of new nodes that matter to the work."""
    found: dict[tuple[int, frozenset[int]], Variant] = {}
    static = growth.room.static
    for number, offer in enumerate(growth.offers):
        if growth.left(offer) < 1:
            continue
        fitting = [workload for workload, _ in work if capacity(offer.free, workload.vector, 1)]
        for site in offer.sites:
            allowed = frozenset(w.ident for w in fitting if not static.obstacle(w, site.kind))
            variant = found.setdefault((number, allowed), Variant(offer, [], allowed))
            variant.sites.append(site)
    return [variant for variant in found.values() if variant.allowed]


def pack(growth: Growth, work: Work) -> Work:
    """Open nodes at least cost for workloads without rules between pods; what found no place comes back."""
    variants = variants_of(growth, work)
    items: dict[Key, Item] = {}
    rest: Work = []
    for workload, pods in work:
        where = tuple(index for index, variant in enumerate(variants) if workload.ident in variant.allowed)
        if where:
            items.setdefault((workload.vector, where), Item(workload.vector)).add(workload, pods)
        else:
            rest.append((workload, pods))
    for part in _components(items):
        _pack_part(growth, [(where, item) for (_, where), item in part], variants)
    for item in sorted(items.values(), key=lambda item: [-need for need in item.vector]):
        for workload, pods in list(item.take(item.pods)):
            left = growth.place(workload, pods)
            if left:
                rest.append((workload, left))
    return rest


def _components(
    items: dict[tuple[Vector, tuple[int, ...]], Item],
) -> list[list[tuple[tuple[Vector, tuple[int, ...]], Item]]]:
    """Items that share no kind of node are independent problems."""
    parts: list[tuple[set[int], list[tuple[Key, Item]]]] = []
    for key, item in items.items():
        where, members = set(key[1]), [(key, item)]
        apart = []
        for other_where, other in parts:
            if where & other_where:
                where |= other_where
                members = other + members
            else:
                apart.append((other_where, other))
        parts = [*apart, (where, members)]
    return [members for _, members in parts]


def _pack_part(growth: Growth, part: Sequence[tuple[tuple[int, ...], Item]], variants: Sequence[Variant]) -> None:
    """Solve one problem; when a pool's maximum is passed, fill that pool and solve the rest without it."""
    part = sorted(part, key=lambda entry: -_volume(entry[1], variants))[:MOST_ITEMS]
    shut: set[int] = set()
    while True:
        usable = [
            index
            for index, variant in enumerate(variants)
            if growth.left(variant.offer) > 0 and id(variant.offer) not in shut
        ]
        items = [(where, item) for where, item in part if item.pods and set(where) & set(usable)]
        if not items:
            return
        bins = [_bin(variants[index], index, items) for index in usable]
        packed = cover([item.vector for _, item in items], bins, [item.pods for _, item in items])
        used = [variants[usable[column.bin]] for column, _ in packed]
        counts: dict[int, int] = {}
        for variant, (_, count) in zip(used, packed, strict=True):
            counts[id(variant.offer)] = counts.get(id(variant.offer), 0) + count
        over = {id(v.offer) for v in used if counts[id(v.offer)] > growth.left(v.offer)}
        total = sum(counts.values())
        _open(growth, packed, used, [item for _, item in items], only=over or None)
        if not over or total == 0:
            return
        shut |= over


def _bin(variant: Variant, index: int, items: Sequence[tuple[tuple[int, ...], Item]]) -> Bin:
    allowed = tuple(number for number, (where, _) in enumerate(items) if index in where)
    return Bin(variant.offer.free, variant.offer.cost, allowed)


def _volume(item: Item, variants: Sequence[Variant]) -> float:
    room = variants[0].offer.free
    return item.pods * sum(need / size for need, size in zip(item.vector, room, strict=True) if size)


def _open(
    growth: Growth, packed: Packed, used: Sequence[Variant], items: Sequence[Item], only: set[int] | None
) -> None:
    """Make the nodes of a packing, the fullest first; of the pools in ``only`` when given."""
    order = sorted(zip(packed, used, strict=True), key=lambda entry: -sum(entry[0][0].counts))
    for (column, count), variant in order:
        if only is not None and id(variant.offer) not in only:
            continue
        for _ in range(min(count, growth.left(variant.offer))):
            _open_one(growth, column, variant, items)


def _open_one(growth: Growth, column: Column, variant: Variant, items: Sequence[Item]) -> None:
    growth.open(variant.offer, min(variant.sites, key=lambda site: site.opened))
    place = growth.room.places[-1]
    for item, count in zip(items, column.counts, strict=True):
        for workload, pods in item.take(count):
            growth.room.put(place, workload, pods)
