"""The scale-up plan: pending pods on the nodes there are, the rest on new nodes at least cost."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from functions.oke_autoscaler.decide.scale_up.first_fit import Growth, Work
from functions.oke_autoscaler.decide.scale_up.packing import pack
from functions.oke_autoscaler.settings import NO_LIMIT

if TYPE_CHECKING:
    from functions.oke_autoscaler.decide.cluster.pod_groups import Workload
    from functions.oke_autoscaler.decide.simulation.cluster_state import World
    from functions.oke_autoscaler.decide.simulation.nodes import Place, Step
    from functions.oke_autoscaler.decide.simulation.offerings import Offer

FEW_WORKLOADS = 60
"""Up to this many workloads every way of planning is tried; above, the best one."""


@dataclass(slots=True)
class Plan:
    """Where pending pods go: places by workload, what is left, new nodes by pool."""

    placed: dict[int, list[tuple[Place, int]]] = field(default_factory=dict)
    left: dict[int, int] = field(default_factory=dict)
    """Pods without a place, by workload."""
    waiting: dict[int, int] = field(default_factory=dict)
    """Pods beyond the nodes there are, by workload."""
    new_nodes: dict[str, int] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)
    """All steps in the room, the existing nodes included."""


def plan(world: World) -> Plan:
    """Place all pending pods; the room is left with them placed."""
    room, result = world.room, Plan()
    start = room.mark()
    work: Work = []
    for workload in world.pending:
        left = len(workload.pending) - room.fill(workload, len(workload.pending))
        if left:
            result.waiting[workload.ident] = left
            work.append((workload, left))
    if work and world.offers:
        best = _best(world, work)
        room.repeat(best.steps)
        result.left = {workload.ident: pods for workload, pods in best.rest}
        for offer in world.offers:
            offer.opened = 0
    else:
        result.left = dict(result.waiting)
    result.steps = room.since(start)
    for place, pods_of, pods in result.steps:
        if pods_of is None:
            pool = place.pool or ""
            result.new_nodes[pool] = result.new_nodes.get(pool, 0) + 1
        else:
            result.placed.setdefault(pods_of.ident, []).append((place, pods))
    return result


@dataclass(slots=True)
class _Try:
    """One way to place the work: how good it is, what to do, what is left."""

    score: tuple[object, ...]
    steps: list[Step]
    rest: Work


def _best(world: World, work: Work) -> _Try:
    """Try several orders and keep the one with the fewest pods left, the most important first, then least cost."""
    size = _size(world.offers)
    bound = [(workload, pods) for workload, pods in work if not world.room.is_free(workload)]
    free = [(workload, pods) for workload, pods in work if world.room.is_free(workload)]

    def by_size(entry: tuple[Workload, int]) -> tuple[float, ...]:
        return (-size(entry[0]),)

    tries = [_try(world, lambda growth: _mixed(growth, sorted(bound, key=by_size), free))]
    if len(work) <= FEW_WORKLOADS:
        tries.append(_try(world, lambda growth: _one_by_one(growth, sorted(work, key=by_size))))
        if bound and free:
            tries.append(_try(world, lambda growth: _free_first(growth, sorted(bound, key=by_size), free)))
    best = min(tries, key=lambda attempt: attempt.score)
    if best.rest and _limited(world):
        for smallest_first in (False, True):
            sign = 1 if smallest_first else -1
            order = sorted(work, key=lambda entry: (-entry[0].priority, sign * size(entry[0])))
            best = min(best, _try(world, lambda growth, o=order: _one_by_one(growth, o)), key=lambda t: t.score)  # type: ignore[misc]
    return best


def _size(offers: Iterable[Offer]) -> Callable[[Workload], float]:
    """Cluster Autoscaler's measure: share of CPU plus share of memory of a node, here of the largest."""
    frees = [offer.free for offer in offers] or [(1, 1)]
    cpu, memory = max(free[0] for free in frees) or 1, max(free[1] for free in frees) or 1
    return lambda workload: workload.vector[0] / cpu + workload.vector[1] / memory


def _limited(world: World) -> bool:
    """Whether more nodes would help."""
    return any(not offer.blocked or offer.blocked == "node-max-limit-reached" for offer in world.offers)


def _mixed(growth: Growth, bound: Work, free: Work) -> Work:
    """Bound workloads first; then the others fill the gaps, and what is left is packed at least cost."""
    return _one_by_one(growth, bound) + pack(growth, _fill_gaps(growth, free))


def _free_first(growth: Growth, bound: Work, free: Work) -> Work:
    """The other way round: bound workloads may use the gaps of the packing."""
    return pack(growth, free) + _one_by_one(growth, bound)


def _fill_gaps(growth: Growth, free: Work) -> Work:
    gaps: Work = []
    for workload, pods in sorted(free, key=lambda entry: [-need for need in entry[0].vector]):
        left = pods - growth.room.fill(workload, pods, growth.start)
        if left:
            gaps.append((workload, left))
    return gaps


def _one_by_one(growth: Growth, work: Work) -> Work:
    """First fit, a workload at a time."""
    return [(workload, left) for workload, pods in work if (left := growth.place(workload, pods))]


def _try(world: World, way: Callable[[Growth], Work]) -> _Try:
    """Go one way, keep its steps and its score, and take it back."""
    room, mark = world.room, world.room.mark()
    for offer in world.offers:
        offer.opened = 0
        for site in offer.sites:
            site.opened = 0
    growth = Growth(room, world.offers, _budget(world))
    rest = way(growth)
    steps = room.since(mark)
    room.rollback(mark)
    steps = _without_empty(steps)
    return _Try(_score(world, steps, rest), steps, rest)


def _budget(world: World) -> int:
    limit = world.settings.max_nodes_total
    return max(0, limit - len(world.snapshot.nodes) - world.upcoming) if limit else NO_LIMIT


def _without_empty(steps: list[Step]) -> list[Step]:
    """Nodes that no pod came to are not bought."""
    used = {id(place) for place, workload, _ in steps if workload is not None}
    return [step for step in steps if step[1] is not None or id(step[0]) in used]


def _score(world: World, steps: list[Step], rest: Work) -> tuple[object, ...]:
    costs = {offer.state.id: offer.cost for offer in world.offers}
    ranks = {offer.state.id: offer.state.bounds.priority for offer in world.offers}
    opened = [place.pool or "" for place, workload, _ in steps if workload is None]
    missing: dict[int, int] = {}
    for workload, pods in rest:
        missing[-workload.priority] = missing.get(-workload.priority, 0) + pods
    every = sorted({-workload.priority for workload in world.pending})
    cost = round(sum(costs[pool] for pool in opened), 6)
    return ([missing.get(priority, 0) for priority in every], cost, len(opened), -sum(ranks[pool] for pool in opened))
