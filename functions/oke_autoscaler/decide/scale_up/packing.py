"""New nodes for all groups at once: those without rules between pods as a covering problem of least cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.oke_autoscaler.decide.scale_up.covering import cover
from functions.oke_autoscaler.decide.scale_up.patterns import Bin, Packed, PatternColumn
from functions.oke_autoscaler.decide.simulation.nodes import capacity

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from functions.oke_autoscaler.decide.cluster.pod_groups import PodGroup
    from functions.oke_autoscaler.decide.scale_up.first_fit import FirstFit, PodCounts
    from functions.oke_autoscaler.decide.simulation.nodes import Vector
    from functions.oke_autoscaler.decide.simulation.offerings import Offering, Placement

MAX_COVERING_ITEMS = 14
"""Sizes of pods that one covering problem takes on, the largest in volume; smaller ones fill the gaps afterwards."""


Key = tuple["Vector", tuple[int, ...]]
"""Size of a pod and the variants that may hold it."""


class Variant:
    """Placements of an offering that the same groups may use: to the covering they are one kind of node."""

    __slots__ = ("allowed", "offering", "placements")

    def __init__(self, offering: Offering, placements: list[Placement], allowed: frozenset[int]) -> None:
        self.offering = offering
        self.placements = placements
        self.allowed = allowed


class Item:
    """Groups of one size that the same variants hold."""

    __slots__ = ("pods", "vector", "work")

    def __init__(self, vector: Vector) -> None:
        self.vector = vector
        self.work: PodCounts = []
        self.pods = 0

    def add(self, group: PodGroup, pods: int) -> None:
        """Add pods of one more group."""
        self.work.append((group, pods))
        self.pods += pods

    def take(self, pods: int) -> Iterator[tuple[PodGroup, int]]:
        """Yield the next pods, by group."""
        while pods and self.work:
            group, waiting = self.work.pop()
            count = min(pods, waiting)
            pods -= count
            self.pods -= count
            if waiting > count:
                self.work.append((group, waiting - count))
            yield group, count


def variants_of(first_fit: FirstFit, work: PodCounts) -> list[Variant]:
    """Return the distinct kinds of new nodes that matter to the work."""
    found: dict[tuple[int, frozenset[int]], Variant] = {}
    static = first_fit.simulation.static
    for number, offering in enumerate(first_fit.offerings):
        if first_fit.left(offering) < 1:
            continue
        fitting = [group for group, _ in work if capacity(offering.free, group.vector, 1)]
        for placement in offering.placements:
            allowed = frozenset(w.ident for w in fitting if not static.obstacle(w, placement.node_class))
            variant = found.setdefault((number, allowed), Variant(offering, [], allowed))
            variant.placements.append(placement)
    return [variant for variant in found.values() if variant.allowed]


def pack(first_fit: FirstFit, work: PodCounts) -> PodCounts:
    """Open nodes at least cost for groups without rules between pods; what found no node comes back."""
    variants = variants_of(first_fit, work)
    items: dict[Key, Item] = {}
    rest: PodCounts = []
    for group, pods in work:
        where = tuple(index for index, variant in enumerate(variants) if group.ident in variant.allowed)
        if where:
            items.setdefault((group.vector, where), Item(group.vector)).add(group, pods)
        else:
            rest.append((group, pods))
    for part in _components(items):
        _pack_part(first_fit, [(where, item) for (_, where), item in part], variants)
    for item in sorted(items.values(), key=lambda item: [-need for need in item.vector]):
        for group, pods in list(item.take(item.pods)):
            left = first_fit.place(group, pods)
            if left:
                rest.append((group, left))
    return rest


def _components(
    items: dict[tuple[Vector, tuple[int, ...]], Item],
) -> list[list[tuple[tuple[Vector, tuple[int, ...]], Item]]]:
    """Split the items: those that share no kind of node, not even through others, are independent problems."""
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


def _pack_part(first_fit: FirstFit, part: Sequence[tuple[tuple[int, ...], Item]], variants: Sequence[Variant]) -> None:
    """Solve one problem; when a pool's maximum is passed, fill that pool and solve the rest without it.

    The covering knows no limits of pools: each would be one more row with a price of its own. A round that passes
    a maximum shuts at least one more pool, so the rounds end.
    """
    part = sorted(part, key=lambda entry: -_volume(entry[1], variants))[:MAX_COVERING_ITEMS]
    shut: set[int] = set()
    while True:
        usable = [
            index
            for index, variant in enumerate(variants)
            if first_fit.left(variant.offering) > 0 and id(variant.offering) not in shut
        ]
        items = [(where, item) for where, item in part if item.pods and set(where) & set(usable)]
        if not items:
            return
        bins = [_bin(variants[index], index, items) for index in usable]
        packed = cover([item.vector for _, item in items], bins, [item.pods for _, item in items])
        used = [variants[usable[column.bin]] for column, _ in packed]
        counts: dict[int, int] = {}
        for variant, (_, count) in zip(used, packed, strict=True):
            counts[id(variant.offering)] = counts.get(id(variant.offering), 0) + count
        over = {id(v.offering) for v in used if counts[id(v.offering)] > first_fit.left(v.offering)}
        total = sum(counts.values())
        _open(first_fit, packed, used, [item for _, item in items], only=over or None)
        if not over or total == 0:
            return
        shut |= over


def _bin(variant: Variant, index: int, items: Sequence[tuple[tuple[int, ...], Item]]) -> Bin:
    allowed = tuple(number for number, (where, _) in enumerate(items) if index in where)
    return Bin(variant.offering.free, variant.offering.cost, allowed)


def _volume(item: Item, variants: Sequence[Variant]) -> float:
    room = variants[0].offering.free
    return item.pods * sum(need / size for need, size in zip(item.vector, room, strict=True) if size)


def _open(
    first_fit: FirstFit, packed: Packed, used: Sequence[Variant], items: Sequence[Item], only: set[int] | None
) -> None:
    """Make the nodes of a packing, the fullest first; of the pools in ``only`` when given."""
    order = sorted(zip(packed, used, strict=True), key=lambda entry: -sum(entry[0][0].counts))
    for (column, count), variant in order:
        if only is not None and id(variant.offering) not in only:
            continue
        for _ in range(min(count, first_fit.left(variant.offering))):
            _open_one(first_fit, column, variant, items)


def _open_one(first_fit: FirstFit, column: PatternColumn, variant: Variant, items: Sequence[Item]) -> None:
    first_fit.open(variant.offering, min(variant.placements, key=lambda placement: placement.opened))
    node = first_fit.simulation.nodes[-1]
    for item, count in zip(items, column.counts, strict=True):
        for group, pods in item.take(count):
            first_fit.simulation.put(node, group, pods)
