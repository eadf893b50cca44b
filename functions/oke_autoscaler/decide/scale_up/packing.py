"""New nodes for all groups at once, as a covering problem of least cost.

Groups may keep each other off a host (exclusions.py); groups under any other rule between pods are first_fit's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.oke_autoscaler.decide.scale_up.covering import cover
from functions.oke_autoscaler.decide.scale_up.exclusions import Exclusions
from functions.oke_autoscaler.decide.scale_up.patterns import Bin
from functions.oke_autoscaler.decide.simulation.nodes import capacity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from functions.oke_autoscaler.decide.cluster.pod_groups import PodGroup
    from functions.oke_autoscaler.decide.scale_up.first_fit import FirstFit, PodCounts
    from functions.oke_autoscaler.decide.scale_up.knapsack import Exclusion
    from functions.oke_autoscaler.decide.scale_up.patterns import PatternColumn
    from functions.oke_autoscaler.decide.simulation.nodes import Vector
    from functions.oke_autoscaler.decide.simulation.offerings import Offering, Placement

MAX_COVERING_ITEMS = 14
"""Sizes of pods that one covering problem takes on, the largest in volume; smaller ones fill the gaps afterwards."""


Key = tuple["Vector", tuple[int, ...], frozenset[int]]
"""Size of a pod, the variants that may hold it, the groups that may not be beside it."""


class Variant:
    """Placements of an offering that the same groups may use: to the covering they are one kind of node."""

    __slots__ = ("allowed", "offering", "placements")

    def __init__(self, offering: Offering, placements: list[Placement], allowed: frozenset[int]) -> None:
        self.offering = offering
        self.placements = placements
        self.allowed = allowed


class Item:
    """Groups of one size that the same variants hold and that the same groups keep away."""

    __slots__ = ("apart", "groups", "pods", "vector", "where", "work")

    def __init__(self, key: Key) -> None:
        self.vector, self.where, self.apart = key
        self.groups: set[int] = set()
        self.work: PodCounts = []
        self.pods = 0

    def add(self, group: PodGroup, pods: int) -> None:
        """Add pods of one more group."""
        self.groups.add(group.ident)
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

    def next(self) -> PodGroup:
        """Return the group of the pod that is taken next."""
        return self.work[-1][0]


def variants_of(first_fit: FirstFit, work: PodCounts) -> list[Variant]:
    """Return the distinct kinds of new nodes that matter to the work."""
    found: dict[tuple[int, frozenset[int]], Variant] = {}
    static = first_fit.simulation.static
    for number, offering in enumerate(first_fit.offerings):
        if first_fit.left(offering) < 1:
            continue
        fitting = [group for group, _ in work if capacity(offering.free, group.vector, 1)]
        of_class: dict[int, frozenset[int]] = {}
        for placement in offering.placements:
            node_class = placement.node_class
            allowed = of_class.get(node_class.ident)
            if allowed is None:
                allowed = frozenset(w.ident for w in fitting if not static.obstacle(w, node_class))
                of_class[node_class.ident] = allowed
            variant = found.setdefault((number, allowed), Variant(offering, [], allowed))
            variant.placements.append(placement)
    return [variant for variant in found.values() if variant.allowed]


def pack(first_fit: FirstFit, work: PodCounts) -> PodCounts:
    """Open nodes at least cost for groups that nothing binds but their hosts; what found no node comes back."""
    variants = variants_of(first_fit, work)
    exclusions = Exclusions(first_fit.simulation, [group for group, _ in work])
    items: dict[Key, Item] = {}
    rest: PodCounts = []
    for group, pods in work:
        where = tuple(index for index, variant in enumerate(variants) if group.ident in variant.allowed)
        if where:
            # Groups of one size that keep away the same groups are one item. If that is themselves, each keeps away
            # all of them, so that the item, too, is on a node once at most.
            key = (group.vector, where, exclusions.of(group))
            items.setdefault(key, Item(key)).add(group, pods)
        else:
            rest.append((group, pods))
    for part in _components(items.values()):
        _pack_part(first_fit, part, variants)
    for item in sorted(items.values(), key=lambda item: [-need for need in item.vector]):
        for group, pods in list(item.take(item.pods)):
            left = first_fit.place(group, pods)
            if left:
                rest.append((group, left))
    return rest


def _components(items: Iterable[Item]) -> list[list[Item]]:
    """Split the items: those that share no kind of node, not even through others, are independent problems."""
    parts: list[tuple[set[int], list[Item]]] = []
    for item in items:
        where, members = set(item.where), [item]
        apart = []
        for other_where, other in parts:
            if where & other_where:
                where |= other_where
                members = other + members
            else:
                apart.append((other_where, other))
        parts = [*apart, (where, members)]
    return [members for _, members in parts]


def _pack_part(first_fit: FirstFit, part: Sequence[Item], variants: Sequence[Variant]) -> None:
    """Solve one problem; when the maximum of a kind of node is passed, fill it and solve the rest without it.

    The covering knows no limits of pools: each would be one more row with a price of its own. A round that passes
    a maximum shuts at least one more kind, so the rounds end.
    """
    part = sorted(part, key=lambda item: -_volume(item, variants))[:MAX_COVERING_ITEMS]
    shut: set[object] = set()
    while True:
        kinds = _kinds(first_fit, variants, shut)
        items = [item for item in part if item.pods and any(kind.number in item.where for kind in kinds)]
        if not items:
            return
        bins = [kind.as_bin(items) for kind in kinds]
        packed = cover(
            [item.vector for item in items],
            bins,
            [item.pods for item in items],
            _exclusions(items),
            first_fit.effort,
        )
        counts: dict[object, int] = {}
        for column, count in packed:
            ident = kinds[column.bin].ident
            counts[ident] = counts.get(ident, 0) + count
        over = {kind.ident for kind in kinds if counts.get(kind.ident, 0) > kind.left(first_fit)}
        _open(first_fit, [(column, count, kinds[column.bin]) for column, count in packed], items, only=over or None)
        if not over or not counts:
            return
        shut |= over


def _exclusions(items: Sequence[Item]) -> list[Exclusion]:
    """Return for each item the items that may not be beside it."""
    return [
        frozenset(
            number for number, other in enumerate(items) if item.apart and not item.apart.isdisjoint(other.groups)
        )
        for item in items
    ]


class Kind:
    """Variants that may stand for each other, as those of zonal pools with the same nodes; one of them is the bin."""

    __slots__ = ("ident", "number", "variant", "variants")

    def __init__(self, ident: object, number: int, variant: Variant, variants: list[Variant]) -> None:
        self.ident = ident
        self.number = number
        self.variant = variant
        self.variants = variants

    def left(self, first_fit: FirstFit) -> int:
        """Return how many nodes the pools of the kind may still open."""
        offerings = {id(variant.offering): variant.offering for variant in self.variants}
        return min(first_fit.budget, sum(first_fit.left(offering) for offering in offerings.values()))

    def as_bin(self, items: Sequence[Item]) -> Bin:
        """Return the kind as the covering sees it."""
        allowed = tuple(number for number, item in enumerate(items) if self.number in item.where)
        return Bin(self.variant.offering.free, self.variant.offering.cost, allowed)


def _kinds(first_fit: FirstFit, variants: Sequence[Variant], shut: set[object]) -> list[Kind]:
    """Return the kinds of node that may still be opened: a bin for each size, though sizes may stand for each other."""
    together: dict[object, list[Variant]] = {}
    found: dict[object, Kind] = {}
    for number, variant in enumerate(variants):
        ident = (first_fit.balance.class_of(variant.offering), variant.allowed)
        if first_fit.left(variant.offering) < 1 or ident in shut:
            continue
        members = together.setdefault(ident, [])
        members.append(variant)
        found.setdefault((ident, variant.offering.free), Kind(ident, number, variant, members))
    return list(found.values())


def _volume(item: Item, variants: Sequence[Variant]) -> float:
    room = variants[0].offering.free
    return item.pods * sum(need / size for need, size in zip(item.vector, room, strict=True) if size)


def _open(
    first_fit: FirstFit,
    packed: Iterable[tuple[PatternColumn, int, Kind]],
    items: Sequence[Item],
    only: set[object] | None,
) -> None:
    """Make the nodes of a packing, the fullest first; of the kinds in ``only`` when given."""
    for column, count, kind in sorted(packed, key=lambda entry: -sum(entry[0].counts)):
        if only is None or kind.ident in only:
            for _ in range(count):
                _open_one(first_fit, column, kind, items)


def _open_one(first_fit: FirstFit, column: PatternColumn, kind: Kind, items: Sequence[Item]) -> None:
    """Open one node where the balance wants it; none when no pool of the kind has room for the pattern."""
    held = [(item, count) for item, count in zip(items, column.counts, strict=True) if count and item.work]
    total = [
        sum(item.vector[index] * count for item, count in held) for index in range(len(kind.variant.offering.free))
    ]
    groups = [(item.next(), count) for item, count in held]
    places = [
        (variant.offering, placement)
        for variant in kind.variants
        if first_fit.left(variant.offering) > 0
        and all(need <= have for need, have in zip(total, variant.offering.free, strict=True))
        for placement in variant.placements
    ]
    place = first_fit.balance.emptiest(places, groups)
    if place is None:
        return
    first_fit.open(*place)
    node = first_fit.simulation.nodes[-1]
    for item, count in held:
        for group, pods in item.take(count):
            first_fit.simulation.put(node, group, pods)
