"""The scale-up plan: pending pods on the nodes there are, the rest on new nodes at least cost."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from functions.oke_autoscaler.decide.cluster.pool_preference import plan_preference
from functions.oke_autoscaler.decide.scale_up.effort import Effort
from functions.oke_autoscaler.decide.scale_up.exclusions import is_packable
from functions.oke_autoscaler.decide.scale_up.first_fit import FirstFit, PodCounts
from functions.oke_autoscaler.decide.scale_up.minimum_size import open_minimum
from functions.oke_autoscaler.decide.scale_up.packing import pack
from functions.oke_autoscaler.decide.scale_up.present_nodes import fill_present_nodes
from functions.oke_autoscaler.decide.simulation.placement_plan import PlacementPlan
from functions.oke_autoscaler.model.reasons import MAX_SIZE_REACHED

if TYPE_CHECKING:
    from functions.oke_autoscaler.decide.cluster.pod_groups import PodGroup
    from functions.oke_autoscaler.decide.simulation.cluster_state import ClusterState
    from functions.oke_autoscaler.decide.simulation.node_simulation import Step
    from functions.oke_autoscaler.decide.simulation.offerings import Offering

MAX_GROUPS_OF_ALL_ORDERS = 60
"""Groups up to which several orders are tried; above, the one that is best as a rule."""
MAX_STEPS_OF_ALL_ORDERS = 600
"""Steps of a plan (nodes opened, pods of a group put on a node) up to which they are tried, however many groups."""
MAX_STEPS_OF_ONE_POOL = 4000
"""Steps that the plans of one pool each may have together."""


def plan_scale_up(state: ClusterState) -> PlacementPlan:
    """Place all pending pods; the simulation is left with them placed."""
    simulation, result = state.simulation, PlacementPlan()
    start = simulation.mark()
    result.below_minimum = open_minimum(state)
    work = fill_present_nodes(state, result)
    effort = Effort.of(sum(pods for _, pods in work))
    for offerings in _tiers(state) if work else ():
        best = _best(replace(state, offerings=offerings), work, effort)
        simulation.repeat(best.steps)
        work = best.rest
        state.planned += sum(1 for _, group, _ in best.steps if group is None)
        # The nodes are in the simulation now; what a pool may still open is asked of the plan from here on.
        for offering in offerings:
            offering.opened = 0
    result.effort = effort.spent
    result.left = {group.ident: pods for group, pods in work}
    for ident, refused in result.refused.items():
        result.left[ident] = result.left.get(ident, 0) + refused.count
    sized = {offering.pool_status.id for offering in state.offerings}
    result.new_nodes = {pool: nodes for pool, nodes in result.below_minimum.items() if pool not in sized}
    result.steps = simulation.since(start)
    for node, pods_of, pods in result.steps:
        if pods_of is None:
            pool = node.pool or ""
            result.new_nodes[pool] = result.new_nodes.get(pool, 0) + 1
        else:
            result.placed.setdefault(pods_of.ident, []).append((node, pods))
    return result


def _tiers(state: ClusterState) -> list[list[Offering]]:
    """Return the pools in the order in which they are asked: all at once, or those of a higher priority first.

    Within a tier least cost decides. A later tier gets only what the tiers before it could not take, so an order of
    pools is kept whatever the pods would cost elsewhere (Cluster Autoscaler's priority expander).
    """
    if state.settings.expander == "least-cost":
        return [state.offerings] if state.offerings else []
    found: dict[int, list[Offering]] = {}
    for offering in state.offerings:
        found.setdefault(offering.pool_status.bounds.priority, []).append(offering)
    return [found[priority] for priority in sorted(found, reverse=True)]


@dataclass(slots=True)
class _Attempt:
    """One way to place the work: how good it is, what to do, what is left."""

    score: tuple[object, ...]
    steps: list[Step]
    rest: PodCounts


def _best(state: ClusterState, work: PodCounts, effort: Effort) -> _Attempt:
    """Try several orders and keep the one with the fewest pods left, the most important first, then least cost."""
    size = _size(state.offerings)
    constrained = [(group, pods) for group, pods in work if not is_packable(state.simulation, group)]
    free = [(group, pods) for group, pods in work if is_packable(state.simulation, group)]

    def by_size(entry: tuple[PodGroup, int]) -> tuple[float, ...]:
        return (-size(entry[0]),)

    # No one order is best. With constrained pods first the others fill the gaps on their nodes; with all sizes in one
    # order the large ones meet the emptiest nodes; with the free ones first the constrained fill the gaps of a packing
    # of least cost. Each is simulated whole and scored, so a further way can only make the plan better.
    tries = [_attempt(state, lambda first_fit: _mixed(first_fit, sorted(constrained, key=by_size), free), effort)]
    steps = len(tries[0].steps)
    if len(work) <= MAX_GROUPS_OF_ALL_ORDERS or steps <= MAX_STEPS_OF_ALL_ORDERS:
        tries.append(_attempt(state, lambda first_fit: _one_by_one(first_fit, sorted(work, key=by_size)), effort))
        if constrained and free:
            tries.append(
                _attempt(
                    state, lambda first_fit: _free_first(first_fit, sorted(constrained, key=by_size), free), effort
                )
            )
        tries.extend(_first_fit_decreasing(state, work, effort, MAX_STEPS_OF_ONE_POOL // (steps or 1)))
    best = min(tries, key=lambda attempt: attempt.score)
    # Where pods are left over for want of nodes, who is left over decides, and not the cost: priority comes before
    # size, and the small pods, of which most fit, are tried before the large ones and after them.
    if best.rest and _limited(state):
        for smallest_first in (False, True):
            sign = 1 if smallest_first else -1
            order = sorted(work, key=lambda entry: (-entry[0].priority, sign * size(entry[0])))
            best = min(
                best, _attempt(state, partial(_one_by_one, work=order), effort), key=lambda attempt: attempt.score
            )
    return best


def _first_fit_decreasing(state: ClusterState, work: PodCounts, effort: Effort, most: int) -> Iterator[_Attempt]:
    """Try what a simple autoscaler does: the largest pods first, on nodes of one pool, or always on the cheapest node.

    Rules between pods can make a packing of least cost dearer than that. With these among the tries, a plan is not.
    """
    alike = _similar(state.offerings)
    # With one kind of pool the order by size that is tried anyway is the same.
    if len(alike) < 2 or most < 1:
        return
    for offerings in alike[:most]:
        size = _size(offerings[:1])
        order = sorted(work, key=lambda entry: -size(entry[0]))
        yield _attempt(state, partial(_in_one_pool, work=order, offerings=offerings), effort)
    size = _size(state.offerings)
    yield _attempt(state, partial(_on_cheapest, work=sorted(work, key=lambda entry: -size(entry[0]))), effort)


def _similar(offerings: Sequence[Offering]) -> list[list[Offering]]:
    """Return the offerings of which a node costs and holds the same, together."""
    found: dict[object, list[Offering]] = {}
    for offering in offerings:
        labels = tuple(sorted({placement.node_class.ident for placement in offering.placements}))
        found.setdefault((offering.cost, offering.free, labels), []).append(offering)
    return list(found.values())


def _size(offerings: Iterable[Offering]) -> Callable[[PodGroup], float]:
    """Return Cluster Autoscaler's measure of a pod: its share of CPU plus its share of memory of the largest node."""
    frees = [offering.free for offering in offerings] or [(1, 1)]
    cpu, memory = max(free[0] for free in frees) or 1, max(free[1] for free in frees) or 1
    return lambda group: group.vector[0] / cpu + group.vector[1] / memory


def _limited(state: ClusterState) -> bool:
    """Tell whether more nodes would help."""
    return any(not offering.blocked or offering.blocked == MAX_SIZE_REACHED for offering in state.offerings)


def _mixed(first_fit: FirstFit, constrained: PodCounts, free: PodCounts) -> PodCounts:
    """Place constrained groups first; then the others fill the gaps, and what is left is packed at least cost."""
    return _one_by_one(first_fit, constrained) + pack(first_fit, _fill_gaps(first_fit, free))


def _free_first(first_fit: FirstFit, constrained: PodCounts, free: PodCounts) -> PodCounts:
    """Pack the others first: constrained groups may use the gaps of the packing."""
    return pack(first_fit, free) + _one_by_one(first_fit, constrained)


def _fill_gaps(first_fit: FirstFit, free: PodCounts) -> PodCounts:
    gaps: PodCounts = []
    for group, pods in sorted(free, key=lambda entry: [-need for need in entry[0].vector]):
        left = pods - first_fit.simulation.fill(group, pods, first_fit.start)
        if left:
            gaps.append((group, left))
    return gaps


def _in_one_pool(first_fit: FirstFit, work: PodCounts, offerings: Sequence[Offering]) -> PodCounts:
    """Place on nodes of one pool; what it cannot hold goes to the others."""
    every, first_fit.offerings = first_fit.offerings, offerings
    left = _one_by_one(first_fit, work)
    first_fit.offerings = every
    return _one_by_one(first_fit, left)


def _on_cheapest(first_fit: FirstFit, work: PodCounts) -> PodCounts:
    first_fit.by_node_cost = True
    return _one_by_one(first_fit, work)


def _one_by_one(first_fit: FirstFit, work: PodCounts) -> PodCounts:
    """Place by first fit, a group at a time."""
    return [(group, left) for group, pods in work if (left := first_fit.place(group, pods))]


def _attempt(state: ClusterState, way: Callable[[FirstFit], PodCounts], effort: Effort) -> _Attempt:
    """Go one way, keep its steps and its score, and take it back."""
    simulation, mark = state.simulation, state.simulation.mark()
    for offering in state.offerings:
        offering.opened = 0
        for placement in offering.placements:
            placement.opened = 0
    first_fit = FirstFit(simulation, state.offerings, state.nodes_left, effort)
    rest = way(first_fit)
    steps, skew = simulation.since(mark), first_fit.balance.skew
    simulation.rollback(mark)
    # A batch may have opened a node more than the rules let pods use: it would be paid for and stay empty.
    steps = _without_empty(steps)
    return _Attempt((*_score(state, steps, rest), skew), steps, rest)


def _without_empty(steps: list[Step]) -> list[Step]:
    """Leave out the nodes that no pod came to."""
    used = {id(node) for node, group, _ in steps if group is not None}
    return [step for step in steps if step[1] is not None or id(step[0]) in used]


def _score(state: ClusterState, steps: list[Step], rest: PodCounts) -> tuple[object, ...]:
    costs = {offering.pool_status.id: offering.cost for offering in state.offerings}
    statuses = {offering.pool_status.id: offering.pool_status for offering in state.offerings}
    opened = [node.pool or "" for node, group, _ in steps if group is None]
    missing: dict[int, int] = {}
    for group, pods in rest:
        missing[-group.priority] = missing.get(-group.priority, 0) + pods
    every = sorted({-group.priority for group in (*state.pending, *state.headroom)})
    # Rounded, because sums of the same costs in another order differ in their last bits, and a tie would not be one.
    cost = round(sum(costs[pool] for pool in opened), 6)
    preference = plan_preference(statuses[pool] for pool in opened)
    return ([missing.get(priority, 0) for priority in every], cost, len(opened), preference)
