"""What is saved against pools of a fixed size, a month and over the time that is remembered; pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.oke_autoscaler.pool_settings import NO_LIMIT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from functions.oke_autoscaler.model.decision import PoolVerdict
    from functions.oke_autoscaler.model.tick_state import ChangeRecord

MONTH_SECONDS = 730 * 3600.0
"""A month as clouds bill it: 730 hours."""
DAY_SECONDS = 86_400.0


def cost_text(amount: float) -> str:
    """Return an amount as people read it: cents of what is below a thousand."""
    return f"{amount:,.2f}" if abs(amount) < 1000 else f"{amount:,.0f}"


def why_unknown(pools: Sequence[PoolVerdict]) -> str:
    """Return why nothing can be told; empty where it can."""
    no_cost = [pool.name or pool.id for pool in pools if pool.node_cost is None]
    if no_cost:
        return f"what a node of {', '.join(no_cost[:3])} costs is not known (state `cost`)"
    no_limit = [pool.name or pool.id for pool in pools if pool.counts is None or pool.counts.max_size >= NO_LIMIT]
    if no_limit:
        return f"{', '.join(no_limit[:3])} has no maximum to compare with"
    return "" if pools else "there is no managed pool"


def saved_a_month(pools: Sequence[PoolVerdict]) -> float:
    """Return what is saved a month by the sizes of now; of pools with a cost and a maximum alone."""
    return sum((_fixed(pool) - pool.size) * (pool.node_cost or 0.0) for pool in pools)


def saved_rule(pools: Sequence[PoolVerdict]) -> str:
    """Return the sum in words."""
    fixed = sum(_fixed(pool) * (pool.node_cost or 0.0) for pool in pools)
    now = sum(pool.size * (pool.node_cost or 0.0) for pool in pools)
    parts = [f"{_fixed(pool)} \N{MULTIPLICATION SIGN} {cost_text(pool.node_cost or 0.0)}" for pool in pools]
    shown = " + ".join(parts) if len(parts) <= 4 else f"{' + '.join(parts[:3])} + {len(parts) - 3} pools more"
    return (
        f"If each pool always had its max_size nodes: {shown} = {cost_text(fixed)} a month. Now: {cost_text(now)}. "
        f"Saved: {cost_text(fixed - now)} a month."
    )


def saved_since(
    history: Sequence[ChangeRecord], pools: Sequence[PoolVerdict], now: float
) -> tuple[float, float] | None:
    """Return since when (Unix seconds) sizes are known and what was saved since, at the costs and maxima of now."""
    sized = [each for each in history if each.size_after is not None and each.at <= now]
    if not sized:
        return None
    start = sized[0].at
    saved = sum(_saved_by(pool, sized, start, now) for pool in pools)
    return start, saved


def _saved_by(pool: PoolVerdict, sized: Sequence[ChangeRecord], start: float, now: float) -> float:
    own = [each for each in sized if each.pool == pool.name]
    size = next((each.size_before for each in own if each.size_before is not None), pool.size)
    at, node_seconds = start, 0.0
    for change in own:
        node_seconds += (_fixed(pool) - size) * (change.at - at)
        size, at = change.size_after if change.size_after is not None else size, change.at
    node_seconds += (_fixed(pool) - size) * (now - at)
    return node_seconds / MONTH_SECONDS * (pool.node_cost or 0.0)


def since_words(found: tuple[float, float] | None, now: float) -> str:
    """Return it as a sentence; empty where nothing is remembered."""
    if found is None or now - found[0] < 3600:
        return ""
    start, saved = found
    days = (now - start) / DAY_SECONDS
    span = f"{days:.0f} days" if days >= 2 else f"{(now - start) / 3600:.0f} hours"
    return f"Over the {span} that ticks remember: {cost_text(saved)} saved, at the costs and maxima of now."


def _fixed(pool: PoolVerdict) -> int:
    return pool.counts.max_size if pool.counts is not None else pool.size
