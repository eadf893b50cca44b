"""Sizes of the pools over time, from the changes that ticks remember; pure."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from functions.oke_autoscaler.model.decision import PoolVerdict
    from functions.oke_autoscaler.model.tick_state import ChangeRecord

SERIES = 8
"""Pools that have a line of their own; the others are one."""


def utc_second(at: float) -> str:
    """Return a time (Unix seconds) in ISO 8601, to the second, UTC."""
    return datetime.fromtimestamp(at, tz=UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def size_timeline(history: Sequence[ChangeRecord], pools: Sequence[PoolVerdict], now: float) -> dict[str, Any]:
    """Return the chart: nodes asked for, by pool, at each change and now; `totals` are the pods that asked."""
    changes = [each for each in history if each.size_after is not None and each.at <= now]
    if not changes:
        return {"id": "sizes", "kind": "steps", "x": [], "series": [], "unit": "nodes"}
    times = [*(each.at for each in changes), now]
    names = [pool.name or pool.id for pool in pools]
    names += sorted({each.pool for each in changes} - set(names))
    today = {pool.name or pool.id: pool.size for pool in pools}
    lines = {name: _sizes(name, changes, today.get(name)) for name in names}
    shown = sorted(names, key=lambda name: -max(lines[name]))[:SERIES]
    rest = [name for name in names if name not in shown]
    series = [{"name": name, "values": lines[name]} for name in names if name in shown]
    if rest:
        sums = [sum(lines[name][at] for name in rest) for at in range(len(times))]
        series.append({"name": f"{len(rest)} others", "values": sums, "colour": "--rest"})
    for each in series:
        each["shown"] = [str(value) for value in each["values"]]
    pods = [f"for {each.pods_count} pods" if each.pods_count else each.what for each in changes]
    return {
        "id": "sizes",
        "kind": "steps",
        "x": [utc_second(each) for each in times],
        "series": series,
        "unit": "nodes",
        "totals": [*pods, "now"],
        "marks": [
            {"x": utc_second(each.at), "text": f"flapping: {each.flapping}"} for each in changes if each.flapping
        ],
    }


def _sizes(name: str, changes: Sequence[ChangeRecord], now: int | None) -> list[int]:
    """Return a pool's size after each change, whichever pool that was of, and now."""
    own = [each for each in changes if each.pool == name]
    size = next((each.size_before for each in own if each.size_before is not None), now) or 0
    found = []
    for each in changes:
        if each.pool == name and each.size_after is not None:
            size = each.size_after
        found.append(size)
    return [*found, size if now is None else now]


def cost_a_month(pools: Sequence[PoolVerdict], sizes: Mapping[str, int]) -> float | None:
    """Return what so many nodes of each pool (by OCID) cost a month; None where one pool's cost is not known."""
    costs = [None if pool.node_cost is None else pool.node_cost * sizes.get(pool.id, 0) for pool in pools]
    known = [each for each in costs if each is not None]
    return sum(known) if len(known) == len(costs) else None
