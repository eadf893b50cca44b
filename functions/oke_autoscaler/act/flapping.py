"""A node bought, deleted and bought again for the same pods: found in the history, and named.

Each purchase looks right by itself, so no single tick sees it. It is a circle when a pod still waits for which a node
was bought and is gone since, or when pods of a controller need a node again after a removal has sent such pods away
from one that was bought for them: simulation and cluster disagree about that pool, and the answer is a warning. A load
that comes and goes is none: its pods are new, and nobody sent them away. Where it comes back so soon that keeping the
node would have been cheaper, that is named too, with what is done about it (decide/cluster/regretted_removals.py).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec

from functions.oke_autoscaler.decide.cluster.regretted_removals import (
    LOOK_BACK_SECONDS,
    changes_by_pool,
    find_regrets,
    kept_for,
)
from functions.oke_autoscaler.model.pods import controller_of
from functions.oke_autoscaler.model.quantity import unix_seconds

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from functions.oke_autoscaler.model.decision import Decision, PoolVerdict
    from functions.oke_autoscaler.model.kubernetes_objects import Pod
    from functions.oke_autoscaler.model.snapshot import Snapshot
    from functions.oke_autoscaler.model.tick_state import ChangeRecord
    from functions.oke_autoscaler.settings import Settings

FLAPPING_SECONDS = LOOK_BACK_SECONDS
"""How far back a circle is looked for: long enough for several rounds of the usual times, too short for a day's load
that comes and goes."""
MAX_NAMES = 3


def with_flapping(decision: Decision, snapshot: Snapshot, settings: Settings, now: float) -> Decision:
    """Return the decision with each pool marked that grows in a circle, as a warning, or too soon after a removal."""
    history = [change for change in snapshot.state.history if now - change.at <= FLAPPING_SECONDS]
    growing = [pool for pool in decision.pools if pool.action == "scale-up"]
    if not growing or not any(change.what == "scale-down" for change in history):
        return decision
    asking = {pool.id: set(pods_for(decision, pool)) for pool in growing}
    waiting = [pod for pod in snapshot.pods if any(pod.key in pods for pods in asking.values())]
    owners = owners_of(waiting)
    regretted = _Regretted(history, settings, now)
    marked = {}
    for pool in growing:
        circle = _text(pool, history, [pod for pod in waiting if pod.key in asking[pool.id]], owners)
        if circle:
            marked[pool.id] = msgspec.structs.replace(pool, level="warning", flapping=circle)
        elif asking[pool.id]:
            marked[pool.id] = msgspec.structs.replace(pool, flapping=regretted.text(pool))
    return replace(decision, pools=tuple(marked.get(pool.id, pool) for pool in decision.pools))


class _Regretted:
    """Purchases of this tick that come right after a removal, and what idle nodes are kept for because of them."""

    def __init__(self, history: Sequence[ChangeRecord], settings: Settings, now: float) -> None:
        self._changes = changes_by_pool(history, now)
        self._own = {pool.id: settings.thresholds(pool) for pool in settings.pools}
        self._now = now

    def text(self, pool: PoolVerdict) -> str:
        """Return it in words; empty when the last removal was long ago."""
        own = self._own.get(pool.id)
        if own is None:
            return ""
        regrets, removed_at = find_regrets(self._changes.get(pool.name, ()), own.unneeded_minutes)
        if removed_at is None or self._now - removed_at > own.unneeded_minutes * 60:
            return ""
        minutes = kept_for(own, len(regrets) + 1).unneeded_minutes
        return (
            f"a node was deleted at {_clock(removed_at)} and one is bought again "
            f"{(self._now - removed_at) / 60:.0f} minutes later (regretted removal {len(regrets) + 1} in "
            f"{FLAPPING_SECONDS / 3600:g} h): idle nodes are kept for {minutes:g} minutes from now on, "
            f"not for {own.unneeded_minutes:g}"
        )


def pods_for(decision: Decision, pool: PoolVerdict) -> list[str]:
    """Return the pods that a pool's new nodes are for, ``namespace/name``."""
    return [pod.pod for pod in decision.pods if pod.new_pool == pool.name]


def owners_of(pods: Iterable[Pod]) -> dict[str, str]:
    """Return the controller of each pod that has one, ``namespace/kind/name`` by ``namespace/name``."""
    found = {}
    for pod in pods:
        owner = controller_of(pod)
        if owner is not None:
            found[pod.key] = f"{pod.metadata.namespace}/{owner.kind}/{owner.name}"
    return found


def _text(pool: PoolVerdict, history: Sequence[ChangeRecord], waiting: Sequence[Pod], owners: Mapping[str, str]) -> str:
    """Return the circle in words; empty when there is none."""
    names = {owners[pod.key] for pod in waiting if pod.key in owners}
    rounds: list[tuple[ChangeRecord, ChangeRecord]] = []
    who: dict[str, None] = {}
    bought: ChangeRecord | None = None
    for change in history:
        if change.pool != pool.name:
            continue
        if change.what == "scale-up":
            bought = change
        elif change.what == "scale-down" and bought is not None:
            same = [*_still_waiting(bought, waiting), *sorted(names & set(bought.owners) & set(change.owners))]
            if same:
                rounds.append((bought, change))
                who.update(dict.fromkeys(same))
            bought = None
    return _in_words(rounds, list(who)) if rounds else ""


def _still_waiting(bought: ChangeRecord, waiting: Sequence[Pod]) -> list[str]:
    """Return the pods that a node was bought for and that wait since before: a pod made since has but the name."""
    return [pod.key for pod in waiting if pod.key in bought.pods and _created_at(pod) <= bought.at]


def _created_at(pod: Pod) -> float:
    created = pod.metadata.creation_timestamp
    return unix_seconds(created) if created is not None else 0.0


def _in_words(rounds: Sequence[tuple[ChangeRecord, ChangeRecord]], who: list[str]) -> str:
    first, last = rounds[-1]
    more = f" and {len(who) - MAX_NAMES} more" if len(who) > MAX_NAMES else ""
    return (
        f"a node was bought for {', '.join(who[:MAX_NAMES])}{more} at {_clock(first.at)} and one deleted at "
        f"{_clock(last.at)}, now one is bought for the same again: round {len(rounds) + 1} "
        f"in {FLAPPING_SECONDS / 3600:g} h"
    )


def _clock(at: float) -> str:
    return datetime.fromtimestamp(at, tz=UTC).strftime("%H:%MZ")
