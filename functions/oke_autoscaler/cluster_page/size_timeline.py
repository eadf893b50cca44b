"""What happened to a cluster over time: the sizes of its pools, the pods that waited, the changes; pure.

Times are those of the changes, which the history has, and of the moments at which something was other than before,
which the course has. Before the course begins, sizes are what the changes say, and nobody knows who waited.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from typing import TYPE_CHECKING

from functions.oke_autoscaler.model.course import standings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from functions.oke_autoscaler.model.course import Moment, Size, Standing
    from functions.oke_autoscaler.model.decision import PoolVerdict
    from functions.oke_autoscaler.model.tick_state import ChangeRecord

SAME_TICK_SECONDS = 120
"""A tick writes its changes with the time at which it looked, and the course at its end."""


def utc_second(at: float) -> str:
    """Return a time (Unix seconds) in ISO 8601, to the second, UTC."""
    return datetime.fromtimestamp(at, tz=UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass(slots=True)
class TimelinePoint:
    """One moment: what there was, and the changes that were made (their places in the history)."""

    at: float
    pools: dict[str, Size] = field(default_factory=dict)
    pending: int | None = None
    changes: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Now:
    """What there is: each pool's verdict, how many pods wait, and when that is."""

    pools: Sequence[PoolVerdict]
    pending: int
    at: float


def cluster_timeline(history: Sequence[ChangeRecord], course: Sequence[Moment], now: Now) -> list[TimelinePoint]:
    """Return the moments in their order, the last one now; nothing where nothing ever changed."""
    seen = [each for each in standings(course) if each.at <= now.at]
    points = _of_changes(history, seen, now)
    times, others = [each.at for each in points], []
    for standing in seen:
        # The end of a tick that changed something is that change's moment.
        place = bisect_right(times, standing.at) - 1
        same = points[place] if place >= 0 and standing.at - times[place] <= SAME_TICK_SECONDS else None
        if same is None or same.pending is not None:
            others.append(same := TimelinePoint(float(standing.at)))
        same.pools, same.pending = dict(standing.pools), standing.pending
    points = sorted([*points, *others], key=lambda point: point.at)
    if not points:
        return []
    _fill(points)
    sizes: dict[str, Size] = {each.name or each.id: (each.size, each.node_cost) for each in now.pools}
    return [*points, TimelinePoint(now.at, {**points[-1].pools, **sizes}, now.pending)]


def _of_changes(history: Sequence[ChangeRecord], seen: Sequence[Standing], now: Now) -> list[TimelinePoint]:
    """Return a point for each time at which something was changed, with the sizes that the changes tell."""
    begins = seen[0].at if seen else now.at
    costs = {each.name or each.id: each.node_cost for each in now.pools}
    sizes = _before(history, seen[0].pools if seen else {}, now)
    points: list[TimelinePoint] = []
    for place, change in sorted(enumerate(history), key=lambda each: each[1].at):
        if change.at > now.at:
            continue
        if change.size_after is not None:
            sizes[change.pool] = change.size_after
        if not points or points[-1].at != change.at:
            points.append(TimelinePoint(change.at))
        points[-1].changes.append(place)
        if change.at < begins:
            points[-1].pools = {name: (size, costs.get(name)) for name, size in sizes.items()}
    return points


def _before(history: Sequence[ChangeRecord], first: Mapping[str, Size], now: Now) -> dict[str, int]:
    """Return each pool's size before the first change: what that says, else the size that it has had ever since."""
    found = {name: size for name, (size, _) in first.items()} or {each.name or each.id: each.size for each in now.pools}
    for change in reversed(history):
        if change.size_before is not None:
            found[change.pool] = change.size_before
    return found


def _fill(points: Sequence[TimelinePoint]) -> None:
    """Let what no tick noted at a moment be as it was before."""
    for before, point in pairwise(points):
        point.pools = point.pools or before.pools
        point.pending = before.pending if point.pending is None else point.pending


def cost_a_month(pools: Sequence[PoolVerdict], sizes: Mapping[str, int]) -> float | None:
    """Return what so many nodes of each pool (by OCID) cost a month; None where one pool's cost is not known."""
    costs = [None if pool.node_cost is None else pool.node_cost * sizes.get(pool.id, 0) for pool in pools]
    known = [each for each in costs if each is not None]
    return sum(known) if len(known) == len(costs) else None
