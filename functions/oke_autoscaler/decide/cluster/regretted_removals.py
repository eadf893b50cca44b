"""Removals that the next purchase regrets, and how long idle nodes of their pool are kept because of it.

Pods that come and go around the delay, as those of a build farm, make a pool give up a node and buy it again a few
minutes later, for ever: each step is right by itself, and together they cost a boot each time and have the pods wait.
Whether a lull lasts cannot be known, so the rule is that of renting skis: an owner who keeps idle nodes for
`unneeded_minutes` says by it what buying one again costs. A purchase within so long a time after a removal shows that
keeping the node would have been the cheaper way, and the time doubles; LOOK_BACK_SECONDS later it is the owner's again.
The load need not be the same pods, nor those of one controller: the jobs of a schedule never are.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from functions.oke_autoscaler.model.reasons import CPU_LOAD, RAM_LOAD, UNNEEDED

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from functions.oke_autoscaler.model.tick_state import ChangeRecord
    from functions.oke_autoscaler.pool_settings import Thresholds

LOOK_BACK_SECONDS = 6 * 3600.0
"""For how long a regretted removal counts."""

MAX_FACTOR = 4
"""Up to which the time doubles: an idle node may cost so many times what its owner accepted, and no more. For a lull of
one length a single doubling is enough: what it could not hold, the first removal was not regretted for."""

REMOVED_IDLE = frozenset({UNNEEDED, CPU_LOAD, RAM_LOAD, f"{CPU_LOAD}+{RAM_LOAD}"})
"""Removals of nodes that nothing needed; what was given up, or replaced, was not waited for."""


class Regret(NamedTuple):
    """A removal, and the purchase that came too soon after it; Unix seconds."""

    removed_at: float
    bought_at: float


def changes_by_pool(history: Iterable[ChangeRecord], now: float) -> dict[str, list[ChangeRecord]]:
    """Return the changes that count, oldest first, by the pool's name."""
    found: dict[str, list[ChangeRecord]] = {}
    for change in history:
        if change.pool and 0 <= now - change.at <= LOOK_BACK_SECONDS:
            found.setdefault(change.pool, []).append(change)
    return found


def find_regrets(changes: Sequence[ChangeRecord], unneeded_minutes: float) -> tuple[list[Regret], float | None]:
    """Return the regretted removals of a pool, and when the last one was that may still be regretted."""
    found: list[Regret] = []
    removed_at: float | None = None
    for change in changes:
        if change.what == "scale-down" and change.why in REMOVED_IDLE:
            removed_at = change.at
        elif change.what == "scale-up" and change.pods_count and removed_at is not None:
            if change.at - removed_at <= unneeded_minutes * 60:
                found.append(Regret(removed_at, change.at))
            removed_at = None
    return found, removed_at


def kept_for(own: Thresholds, regrets: int) -> Thresholds:
    """Return the pool's thresholds after so many regretted removals: an idle node is kept for longer."""
    factor = min(2 ** min(regrets, MAX_FACTOR), MAX_FACTOR)
    return replace(own, unneeded_minutes=own.unneeded_minutes * factor) if factor > 1 else own
