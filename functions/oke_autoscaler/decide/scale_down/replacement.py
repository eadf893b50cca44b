"""Which node to replace by a cheaper one of another pool: new node first, then the drain by the usual rules.

Removal alone takes a node that is little used and whose pods fit on the others. Here it may be as full as it is, and
they fit on the others and one new node that costs less; or on the others as they are, and none is bought.
Each replacement lowers the cost of the pools by the share that was asked for, so a row of them ends; what a prediction
got wrong ends with the node's own note (model/replacements.py), not with another purchase.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from functions.oke_autoscaler.decide.scale_down.candidates import replacement_window_seconds
from functions.oke_autoscaler.model.decision import Replacement
from functions.oke_autoscaler.model.nodes import TO_BE_DELETED, has_taint, is_ready
from functions.oke_autoscaler.model.replacements import is_being_replaced, may_be_replaced

if TYPE_CHECKING:
    from collections.abc import Sequence

    from functions.oke_autoscaler.decide.cluster.pools import PoolStatus
    from functions.oke_autoscaler.decide.scale_down.candidates import Candidate
    from functions.oke_autoscaler.decide.simulation.cluster_state import ClusterState
    from functions.oke_autoscaler.decide.simulation.offerings import Offering

MAX_TRIES = 60
"""Pairs of a node and a pool that one tick simulates, the largest saving first."""
NOT_UNDERUTILIZED = "NotUnderutilized"
"""The one reason against a removal that does not hold here: a full node may be replaced as well."""


class Planner(Protocol):
    """What the plan of removals knows (removal_plan.py)."""

    state: ClusterState
    unneeded: set[str]

    def may_drain(self, candidate: Candidate, pool_status: PoolStatus) -> bool:
        """Tell whether minimum, budgets and brakes would let the node go in this tick."""
        ...

    def fits_on_others(self, candidate: Candidate) -> bool:
        """Tell whether its pods fit on the nodes that stay, by their requests and by what they really use."""
        ...

    def needs_one_of(self, candidate: Candidate, offering: Offering) -> bool:
        """Tell whether its pods fit on the nodes that stay and a new node of an offering, and not without that one."""
        ...


def find_replacement(planner: Planner, candidates: Sequence[Candidate]) -> Replacement | None:
    """Return the replacement that saves most, None where there is none or something else goes on.

    One at a time, and only in a cluster at rest: a pod that waits may need the node or the room, and one that comes or
    goes may make the replacement needless.
    """
    state = planner.state
    if not state.settings.replace_saving_percent or not _is_at_rest(planner):
        return None
    options: list[tuple[float, Candidate, Offering | None]] = []
    for candidate in candidates:
        if not _may_be_replaced(planner, candidate):
            continue
        cheaper = [offering for offering in state.offerings if _saves_enough(state, candidate, offering)]
        # A node that is there costs nothing more, whether or not the cheaper pool could take one.
        options += [(candidate.cost(state), candidate, None)] if cheaper else []
        options += [
            (candidate.cost(state) - each.cost, candidate, each) for each in cheaper if _would_come(state, each)
        ]
    for _, candidate, offering in sorted(options, key=lambda each: (-each[0], each[1].node.metadata.name))[:MAX_TRIES]:
        if offering is None and planner.fits_on_others(candidate):
            return Replacement(candidate.node.metadata.name, "")
        if offering is not None and planner.needs_one_of(candidate, offering):
            return Replacement(candidate.node.metadata.name, offering.pool_status.id)
    return None


def _is_at_rest(planner: Planner) -> bool:
    state = planner.state
    moving = any(
        has_taint(node, TO_BE_DELETED) or is_being_replaced(node, state.now, replacement_window_seconds(state.settings))
        for node in state.snapshot.nodes
    )
    waiting = state.pending or state.preempting or state.planned or state.upcoming
    return not (moving or waiting or planner.unneeded)


def _may_be_replaced(planner: Planner, candidate: Candidate) -> bool:
    """Tell whether the node may be drained at all."""
    verdict, pool_status = candidate.verdict, candidate.pool_status
    if pool_status is None or pool_status.phase != "ready" or not pool_status.thresholds.scale_down_on:
        return False
    held = verdict.eligible_reason not in {None, NOT_UNDERUTILIZED} or candidate.drain.reason is not None
    if held or not candidate.moving_pods or candidate.drain.wait_for_completion:
        return False
    free = is_ready(candidate.node) and may_be_replaced(candidate.node, planner.state.now)
    return free and planner.may_drain(candidate, pool_status)


def _saves_enough(state: ClusterState, candidate: Candidate, offering: Offering) -> bool:
    """Tell whether a node of the offering is cheap enough."""
    share = 1 - state.settings.replace_saving_percent / 100
    return offering.pool_status is not candidate.pool_status and offering.cost <= candidate.cost(state) * share


def _would_come(state: ClusterState, offering: Offering) -> bool:
    """Tell whether a node of the offering would come.

    A pool that lacks nodes which it was asked for has no capacity, whatever its backoff says: pods may try again, but
    nobody waits for a replacement.
    """
    is_whole = offering.pool_status.size == len(offering.pool_status.nodes)
    return offering.left > 0 and state.nodes_left > 0 and is_whole
