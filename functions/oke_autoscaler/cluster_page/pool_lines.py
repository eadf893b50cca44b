"""One line a pool: its size between its bounds, what its nodes are and cost, how full they are, why it stays; pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from functions.oke_autoscaler.cluster_page.node_lines import PoolUse
from functions.oke_autoscaler.model.reasons import (
    FITS_NO_POOL,
    MAX_SIZE_REACHED,
    NO_RESOURCE_PRESSURE,
    NODES_DO_NOT_JOIN,
    OUT_OF_CAPACITY,
    POOL_NOT_STABLE,
    POOL_UPDATING,
    SCHEDULER_DISAGREES,
    with_detail,
)
from functions.oke_autoscaler.pool_settings import NO_LIMIT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from functions.oke_autoscaler.cluster_page.looked import Looked
    from functions.oke_autoscaler.model.decision import PoolVerdict
    from functions.oke_autoscaler.model.oci_objects import NodePool

NO_USE = PoolUse(None, None, None, None)
ROOM = 1.25
"""Of the bar of a pool without a maximum: how much longer it is than the pool is large."""
_WORDS = {
    MAX_SIZE_REACHED: "at its limit, and pods wait",
    FITS_NO_POOL: "pods wait that no node of it would hold",
    SCHEDULER_DISAGREES: "the scheduler refuses pods that should fit",
    OUT_OF_CAPACITY: "pods wait, and OKE cannot make nodes",
    NODES_DO_NOT_JOIN: "machines do not join",
    POOL_UPDATING: "is changing",
    POOL_NOT_STABLE: "has just grown",
}
_CLOSED = {
    OUT_OF_CAPACITY: "OCI has no capacity",
    NODES_DO_NOT_JOIN: "its new machines do not join",
}


@dataclass(frozen=True, slots=True)
class PoolLine:
    """A pool; sizes in nodes, `at_…` places on its bar in percent of the bar's length."""

    name: str
    shape: str
    size: int
    wanted: int
    minimum: int
    maximum: int | None
    at_size: int
    at_wanted: int
    at_minimum: int
    nodes: str
    node_cost: float | None
    cost: float | None
    why_no_cost: str
    is_estimate: bool
    use: PoolUse
    words: str
    closed: str
    tone: str


def pool_lines(looked: Looked, uses: Mapping[str, PoolUse]) -> list[PoolLine]:
    """Return a line for each managed pool, in the order of the settings."""
    listed = {pool.id: pool for pool in looked.snapshot.pools or ()}
    return [_line(looked, pool, listed.get(pool.id), uses.get(pool.id, NO_USE)) for pool in looked.decision.pools]


def _line(looked: Looked, pool: PoolVerdict, listed: NodePool | None, use: PoolUse) -> PoolLine:
    counts = pool.counts
    minimum = counts.min_size if counts else 0
    maximum = counts.max_size if counts and counts.max_size < NO_LIMIT else None
    largest = max(1, pool.size, pool.wanted_size, minimum)
    length = max(largest, maximum) if maximum is not None else round(ROOM * largest)
    closed = closed_words(looked, pool)
    if pool.reason == NODES_DO_NOT_JOIN:
        closed = closed.partition(":")[0]  # what is behind it stands before it
    return PoolLine(
        name=pool.name or pool.id,
        shape=shape_words(listed),
        size=pool.size,
        wanted=pool.wanted_size,
        minimum=minimum,
        maximum=maximum,
        at_size=_place(pool.size, length),
        at_wanted=_place(pool.wanted_size, length),
        at_minimum=_place(minimum, length),
        nodes=_nodes(pool),
        node_cost=pool.node_cost,
        cost=None if pool.node_cost is None else pool.node_cost * pool.size,
        why_no_cost=""
        if pool.node_cost is not None
        else "the size of its nodes is not known: state `cost` of the pool",
        is_estimate=is_estimated(looked, pool),
        use=use,
        words=_words(pool),
        closed=closed,
        tone="up" if pool.level == "warning" or closed or pool.flapping else "",
    )


def _place(nodes: int, length: int) -> int:
    return min(100, round(100 * nodes / length))


def is_estimated(looked: Looked, pool: PoolVerdict) -> bool:
    """Tell whether the cost of a node is the function's own guess by its size, and no price of the user's."""
    if looked.settings is None or pool.node_cost is None:
        return False
    return any(each.id == pool.id and each.cost is None for each in looked.settings.pools)


def shape_words(listed: NodePool | None) -> str:
    """Return a pool's shape with its OCPUs and memory where it says them."""
    if listed is None or not listed.node_shape:
        return ""
    config = listed.node_shape_config
    size = [
        *([f"{config.ocpus:g} OCPU"] if config is not None and config.ocpus else []),
        *([f"{config.memory_in_gbs:g} GB"] if config is not None and config.memory_in_gbs else []),
        *(["preemptible"] if listed.is_preemptible else []),
    ]
    return ", ".join([listed.node_shape, *size])


def closed_words(looked: Looked, pool: PoolVerdict) -> str:
    """Return why a pool takes no new nodes for a while, and until when; empty for one that does."""
    reason, until = looked.decision.closed.get(pool.id, ("", None))
    if not reason:
        return ""
    end = f" until {clock(until)}" if until is not None else ""
    return f"takes no new nodes{end}: {_CLOSED.get(reason, reason)}"


def clock(at: float) -> str:
    """Return a time (Unix seconds) as people on call read it: hours and minutes, UTC."""
    return datetime.fromtimestamp(at, tz=UTC).strftime("%H:%M UTC")


def _nodes(pool: PoolVerdict) -> str:
    """Return what the nodes of a pool are, where they are not all ready."""
    counts = pool.counts
    if counts is None:
        return ""
    kinds = (
        (counts.ready, "ready"),
        (counts.unready, "not ready"),
        (counts.not_started, "starting"),
        (counts.upcoming, "on their way"),
        (counts.missing, "did not join"),
        (counts.being_deleted, "leaving"),
    )
    return ", ".join(f"{count} {kind}" for count, kind in kinds if count)


def _words(pool: PoolVerdict) -> str:
    if pool.reason == NO_RESOURCE_PRESSURE:
        return "stays as it is" if pool.wanted_size == pool.size else ""
    if pool.action == "scale-up":
        count = pool.unschedulable - pool.unplaced
        return f"{pool.growth}{f' for {count} pods' if count else f': {with_detail(pool.reason, pool.detail)}'}"
    if pool.action == "scale-down":
        shrinks = f"shrinks from {pool.size} to {pool.wanted_size} nodes"
        return f"{shrinks}: {with_detail(pool.reason, pool.detail)}" if pool.wanted_size < pool.size else "drains nodes"
    words = _WORDS.get(pool.reason)
    if words is None:
        return with_detail(pool.reason, pool.detail)
    return f"{words}: {pool.detail}" if pool.detail else words
