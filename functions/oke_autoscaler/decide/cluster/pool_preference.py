"""Which of two pools is preferred when their plans cost the same: the one place of the tie-break between pools.

Every place that compares pools calls it: the order of the offerings (simulation/cluster_state.py), of which the
covering (scale_up/packing.py) takes the first among equals, the choice of a pool (scale_up/first_fit.py) and the score
of a plan (scale_up/plan.py). A further rule, such as fewer nodes, is one more element of the tuple here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from functions.oke_autoscaler.decide.cluster.pools import PoolStatus

Preference = tuple[float, ...]
"""Compared element by element, the smaller preferred; each element is a number that may be added up over nodes."""


def pool_preference(pool_status: PoolStatus) -> Preference:
    """Return the preference of a node of the pool: the higher the pool's priority, the better."""
    return (-pool_status.bounds.priority,)


def plan_preference(pools_of_new_nodes: Iterable[PoolStatus]) -> Preference:
    """Return the preference of a plan, the sum over its new nodes; for plans of equal cost and number of nodes."""
    # Plans with the same number of nodes are compared, so a sum orders them as a mean would, without its rounding.
    return tuple(sum(column) for column in zip(*map(pool_preference, pools_of_new_nodes), strict=True))
