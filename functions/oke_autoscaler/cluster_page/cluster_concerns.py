"""What somebody should look at first, the most urgent first, each with what to do about it; pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.oke_autoscaler.cluster_page.idle_nodes import idle_nodes_that_stay
from functions.oke_autoscaler.cluster_page.looked import Concern
from functions.oke_autoscaler.cluster_page.pod_lines import pool_key
from functions.oke_autoscaler.cluster_page.pool_lines import clock, closed_words
from functions.oke_autoscaler.cluster_page.saved_cost import cost_text
from functions.oke_autoscaler.model.reasons import MAX_SIZE_REACHED, OUT_OF_CAPACITY
from functions.oke_autoscaler.model.unreadable import listed_texts

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from functions.oke_autoscaler.cluster_page.looked import Looked
    from functions.oke_autoscaler.cluster_page.node_lines import NodeLine
    from functions.oke_autoscaler.model.decision import PoolVerdict

LATE_SECONDS = 900.0
"""Since the last tick: the longest interval of a schedule that docs/schedules.md names is five minutes."""
NAMES = 3
SHOWN = 40
_LIMITS = frozenset({"LimitExceeded", "QuotaExceeded"})


def find_concerns(looked: Looked, lines: Sequence[NodeLine]) -> list[Concern]:
    """Return what somebody should look at; of very many the first."""
    found = [
        *looked.concerns,
        *_no_ticks(looked),
        *(each for pool in looked.decision.pools for each in _of_pool(looked, pool, lines)),
        *_pods(looked),
        *idle_nodes_that_stay(looked, lines),
        *_misconfigured(looked),
    ]
    more = len(found) - SHOWN
    return [*found[:SHOWN], *([Concern(f"{more} more things like these.", "those above first")] if more > 0 else [])]


def _no_ticks(looked: Looked) -> Iterator[Concern]:
    if looked.last_tick is not None and looked.now - looked.last_tick > LATE_SECONDS:
        minutes = (looked.now - looked.last_tick) / 60
        yield Concern(
            f"No tick has told anything for {minutes:.0f} minutes, since {clock(looked.last_tick)}: nothing grows or "
            "shrinks until one runs.",
            "see the schedule (docs/schedules.md) and the function's log for what its last calls answered",
        )
    if looked.settings is not None and looked.settings.dry_run:
        yield Concern("dry_run is set: ticks decide and change nothing.", "set dry_run to false when that is meant")


def _of_pool(looked: Looked, pool: PoolVerdict, lines: Sequence[NodeLine]) -> Iterator[Concern]:
    name = pool.name or pool.id
    if pool.not_joined:
        count = len(pool.not_joined)
        yield Concern(
            f"{count} {'machine' if count == 1 else 'machines'} of {name} {'does' if count == 1 else 'do'} nothing: "
            f"{_first(pool.not_joined)}{_cost(pool, count)}.",
            "look at the instance's console log (start script, image) and at the subnet's way to the API server, port "
            f"6443; a tick deletes what does not join. {_closed(looked, pool)}".strip(),
        )
    elif pool.id in looked.decision.closed:
        yield _closed_pool(looked, pool)
    unready = [line.name for line in lines if line.state == "not ready" and line.pool_id == pool.id and line.age]
    if unready and not pool.not_joined:
        yield Concern(
            f"{len(unready)} of the nodes of {name} {'is' if len(unready) == 1 else 'are'} not ready: {_first(unready)}"
            f"{_cost(pool, len(unready))}.",
            "kubectl describe node says why; one that stays so for unready_minutes is taken away",
            looked.asked.address(pool=pool.name, state="not ready", page=1),
            "these nodes",
        )
    if pool.flapping:
        yield _flapping(pool, name)
    if pool.reason == MAX_SIZE_REACHED or pool.unplaced:
        yield _limit(looked, pool, name)
    if pool.headroom_missing:
        yield Concern(
            f"{pool.headroom_missing} pods of the headroom have no place, and {name} could hold them.",
            "raise the maximum of the pool, or lower `headroom`",
        )


def _closed_pool(looked: Looked, pool: PoolVerdict) -> Concern:
    listed = next((each for each in looked.snapshot.pools or () if each.id == pool.id), None)
    errors = [node.node_error for node in listed.nodes or () if node.node_error is not None] if listed else []
    said = next((error.message or error.code or "" for error in errors if error.message or error.code), "")
    text = f"{pool.name or pool.id} {closed_words(looked, pool)}{f'. OKE says: {said[:200]}' if said else ''}"
    is_limit = any(error.code in _LIMITS for error in errors) or "limit" in said.lower() or "quota" in said.lower()
    if is_limit:
        do = "raise the service limit or the compartment's quota (Console: Limits, Quotas and Usage)"
    elif looked.decision.closed[pool.id][0] == OUT_OF_CAPACITY:
        do = "it is tried again by itself; a pool of another shape or availability domain takes the pods meanwhile"
    else:
        do = "a change of the pool, or deleting ConfigMap kube-system/oke-autoscaler-state, tries at once"
    return Concern(f"{text.removesuffix('.')}.", do)


def _flapping(pool: PoolVerdict, name: str) -> Concern:
    if pool.level == "warning":
        do = (
            "the cluster does not do what is expected of this pool: compare what the pods ask with what a new node "
            "offers, and state the latter as `resources` of the pool"
        )
    else:
        do = "nothing: idle nodes of the pool are kept for longer now; a larger unneeded_minutes spares the first round"
    return Concern(f"{name} is flapping: {pool.flapping}.", do)


def _limit(looked: Looked, pool: PoolVerdict, name: str) -> Concern:
    count = pool.unplaced or pool.unschedulable
    maximum = pool.counts.max_size if pool.counts is not None else pool.size
    key, wanted = pool_key(looked.decision.pools, pool.name), str(maximum + count)
    maxima = (*(pair for pair in looked.asked.maxima if pair[0] != key), (key, wanted))
    is_total = "max_nodes_total" in pool.detail
    return Concern(
        f"{count} pods wait because {name} is at its limit: {pool.detail or f'max_size {maximum}'}.",
        f"raise {'max_nodes_total' if is_total else 'its max_size'}, if that many nodes are meant to be",
        "" if is_total else looked.asked.address(maxima=maxima),
        "" if is_total else f"what if its maximum were {wanted}?",
    )


def _pods(looked: Looked) -> Iterator[Concern]:
    nowhere = [pod.pod for pod in looked.decision.pods if pod.placed_on is None and pod.reason in _stuck(looked)]
    if nowhere:
        yield Concern(
            f"{len(nowhere)} {'pod fits' if len(nowhere) == 1 else 'pods fit'} on no node that there is or that may be "
            f"bought: {_first(nowhere)}.",
            "below is what stands against them, pool by pool",
            "#pods",
            "why",
        )
    overdue = looked.decision.overdue
    if overdue:
        yield Concern(
            f"{len(overdue)} {'pod waits' if len(overdue) == 1 else 'pods wait'} for longer than a node takes to come.",
            "see below what each of them waits for",
            "#pods",
            "pods that wait",
        )


def _stuck(looked: Looked) -> set[str]:
    """Return the reasons of pods that no pool holds, whatever time goes by: not those of a limit or of capacity."""
    passing = {each.reason for obstacles in looked.decision.obstacles.values() for each in obstacles} & _PASSING
    return {
        reason
        for reason, obstacles in looked.decision.obstacles.items()
        if not any(each.reason in passing for each in obstacles)
    }


_PASSING = {MAX_SIZE_REACHED, OUT_OF_CAPACITY, "node-pool-updating", "node-pool-stabilizing", "nodes-do-not-join"}


def _misconfigured(looked: Looked) -> Iterator[Concern]:
    if looked.settings is not None and looked.snapshot.pools is not None:
        there = {pool.id for pool in looked.snapshot.pools}
        for pool in looked.settings.pools:
            if pool.id not in there:
                yield Concern(f"The pool {pool.id} of the settings is not there.", "correct node_pools or node_pool_id")
    unknown = [pool.name or pool.id for pool in looked.decision.pools if pool.node_cost is None]
    if unknown:
        yield Concern(
            f"The size of a node of {_first(unknown)} is not known: no node is bought for pods there.",
            "state it as `resources` of the pool, or let the function list the compartment's shapes",
        )
    for line in listed_texts(looked.decision.unreadable):
        yield Concern(f"Cannot be read: {line}.", "correct the object; until then it is left as it is")


def _closed(looked: Looked, pool: PoolVerdict) -> str:
    words = closed_words(looked, pool)
    return f"The pool {words.partition(':')[0]} meanwhile." if words else ""


def _cost(pool: PoolVerdict, count: int) -> str:
    return "" if pool.node_cost is None else f", {cost_text(pool.node_cost * count)} a month"


def _first(names: Sequence[str]) -> str:
    more = f" and {len(names) - NAMES} more" if len(names) > NAMES else ""
    return f"{', '.join(names[:NAMES])}{more}"
