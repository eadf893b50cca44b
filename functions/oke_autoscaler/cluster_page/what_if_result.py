"""What another decision changes against the one that stands, and the form that asks for it; pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from functions.oke_autoscaler.cluster_page.asked_cluster import MAXIMUM
from functions.oke_autoscaler.cluster_page.pod_lines import pool_key
from functions.oke_autoscaler.cluster_page.saved_cost import cost_text
from functions.oke_autoscaler.cluster_page.size_timeline import cost_a_month
from functions.oke_autoscaler.pool_settings import NO_LIMIT

if TYPE_CHECKING:
    from functions.oke_autoscaler.cluster_page.looked import Looked
    from functions.oke_autoscaler.model.decision import Decision

ABSENT = "\N{EN DASH}"


@dataclass(frozen=True, slots=True)
class MaximumField:
    """A field of the form for the maximum of one pool."""

    name: str
    label: str
    value: str
    now: str


def maximum_fields(looked: Looked) -> list[MaximumField]:
    """Return the fields; those of the decision that stands say what holds now."""
    asked = dict(looked.asked.maxima)
    found = []
    for pool in (looked.before or looked.decision).pools:
        key = pool_key(looked.decision.pools, pool.name)
        maximum = pool.counts.max_size if pool.counts is not None else NO_LIMIT
        now = "" if maximum >= NO_LIMIT else f"{maximum}"
        found.append(MaximumField(f"{MAXIMUM}{key}", pool.name or pool.id, asked.get(key, ""), now))
    return found


def asked_words(looked: Looked) -> str:
    """Return what is otherwise, in words."""
    added = len(looked.decision.pods) - len(looked.before.pods) if looked.before is not None else 0
    pods = f"{added} more pods of the manifest" if looked.asked.manifest else ""
    return ", ".join([*looked.asked.settings, *([pods] if pods else [])])


def changes(looked: Looked) -> list[tuple[str, str, str, str]]:
    """Return rows of what, as it is, what if, and the difference; those that differ, and always the sums."""
    before, after = looked.before, looked.decision
    if before is None:
        return []
    rows = [
        _count("Nodes after the next tick", _nodes(before), _nodes(after)),
        _cost(before, after),
        _count("Pods that wait", len(before.pods), len(after.pods)),
        _count("Pods with a place to come", _placed(before), _placed(after)),
        _count("Pods without a place", len(before.pods) - _placed(before), len(after.pods) - _placed(after)),
        _count("Nodes that leave with the next tick", len(before.remove), len(after.remove)),
    ]
    sizes = {pool.id: pool.wanted_size for pool in before.pools}
    changed = [pool for pool in after.pools if sizes.get(pool.id, pool.wanted_size) != pool.wanted_size]
    return [*rows, *(_count(f"Size of {each.name or each.id}", sizes[each.id], each.wanted_size) for each in changed)]


def _nodes(decision: Decision) -> int:
    return sum(pool.wanted_size for pool in decision.pools)


def _placed(decision: Decision) -> int:
    return sum(pod.placed_on is not None for pod in decision.pods)


def _count(what: str, before: int, after: int) -> tuple[str, str, str, str]:
    return what, f"{before:,}", f"{after:,}", f"{after - before:+,}" if after != before else "0"


def _cost(before: Decision, after: Decision) -> tuple[str, str, str, str]:
    sums = [cost_a_month(each.pools, {pool.id: pool.wanted_size for pool in each.pools}) for each in (before, after)]
    old, new = sums
    if old is None or new is None:
        return "Cost a month", *(ABSENT if each is None else cost_text(each) for each in sums), ABSENT  # type: ignore[return-value]
    return (
        "Cost a month",
        cost_text(old),
        cost_text(new),
        f"{'+' if new > old else ''}{cost_text(new - old)}" if new != old else "0",
    )
