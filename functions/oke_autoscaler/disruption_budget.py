"""How many nodes of a pool may be on their way out at a time: Karpenter's disruption budgets, read and asked. Pure.

Karpenter, "Disruption", "NodePool Disruption Budgets": percentages are of the pool's nodes and rounded up, nodes that
are being removed or are not ready count against them, and of several budgets the most restrictive one that is in force
holds. Where no entry is in force the default holds, not Karpenter's "no limit": whoever forbids removals during office
hours does not ask for all nodes at once in the evening.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, tzinfo
from typing import TYPE_CHECKING, Any, TypeVar

from functions.oke_autoscaler.cron_schedule import Cron, is_within, parse_cron, parse_duration, parse_time_zone

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

T = TypeVar("T")

KEYS = frozenset({"nodes", "schedule", "duration", "timezone"})
_NODES = re.compile(r"(\d{1,6})(%?)", re.ASCII)


@dataclass(frozen=True, slots=True)
class ScheduledWindow:
    """When a budget is in force: from each time of the schedule for the duration."""

    cron: Cron
    duration_seconds: float
    zone: tzinfo

    def is_open(self, now: float) -> bool:
        """Tell whether it is open at ``now`` (Unix seconds)."""
        return is_within(self.cron, self.duration_seconds, self.zone, now)


@dataclass(frozen=True, slots=True)
class DisruptionBudget:
    """One entry: nodes, or percent of the pool's nodes; in force at all times without a window."""

    number: int
    percent: bool
    window: ScheduledWindow | None = None

    def of(self, nodes: int) -> int:
        """Return how many of a pool's nodes it lets go at a time: a percentage above 0 is never less than one node."""
        return -(-nodes * self.number // 100) if self.percent else self.number


DEFAULT = DisruptionBudget(10, percent=True)
"""As Karpenter's."""


def read_budgets(text: str) -> tuple[DisruptionBudget, ...]:
    """Return the budgets of ``10%``, ``2`` or a JSON list of entries; ValueError names what is at fault."""
    if not text.lstrip().startswith(("[", "{")):
        return (_nodes(text),)
    try:
        entries = json.loads(text)
    except ValueError as fault:
        raise ValueError(f"is no JSON: {fault}") from None
    if not isinstance(entries, list) or not entries:
        raise ValueError('must be "10%", "2" or a JSON list of {"nodes", "schedule", "duration", "timezone"}')
    return tuple(_entry(f"[{index}]", entry) for index, entry in enumerate(entries))


def allowed_nodes(budgets: Iterable[DisruptionBudget], nodes: int, now: float) -> int:
    """Return how many of a pool's ``nodes`` may be on their way out at ``now``."""
    in_force = [budget.of(nodes) for budget in budgets if budget.window is None or budget.window.is_open(now)]
    return min(in_force, default=DEFAULT.of(nodes))


def _entry(where: str, entry: Any) -> DisruptionBudget:  # noqa: ANN401  (any JSON value)
    if not isinstance(entry, dict):
        raise ValueError(f"{where} must be an object")  # noqa: TRY004  (settings report ValueError)
    if unknown := sorted(set(entry) - KEYS):
        raise ValueError(f"{where} has unknown keys: {', '.join(unknown)}")
    for key, value in entry.items():
        if not isinstance(value, str) and (key != "nodes" or isinstance(value, bool) or not isinstance(value, int)):
            raise ValueError(f"{where}.{key} must be a string")
    budget = _part(f"{where}.nodes", _nodes, str(entry.get("nodes", "")))
    if "schedule" not in entry and "duration" not in entry:
        if "timezone" in entry:
            raise ValueError(f"{where}.timezone needs schedule and duration")
        return budget
    # Without its other half a window would be open never or always, and either may be meant.
    for key in ("schedule", "duration"):
        if key not in entry:
            raise ValueError(f"{where}.{key} is missing: schedule and duration go together")
    window = ScheduledWindow(
        _part(f"{where}.schedule", parse_cron, entry["schedule"]),
        _part(f"{where}.duration", parse_duration, entry["duration"]),
        _part(f"{where}.timezone", parse_time_zone, entry["timezone"]) if "timezone" in entry else UTC,
    )
    return DisruptionBudget(budget.number, budget.percent, window)


def _part(where: str, reader: Callable[[str], T], text: str) -> T:
    try:
        return reader(text)
    except ValueError as fault:
        raise ValueError(f"{where} {fault}") from None


def _nodes(text: str) -> DisruptionBudget:
    match = _NODES.fullmatch(text.strip())
    if match is None or (match[2] and int(match[1]) > 100):
        raise ValueError(f'{text!r} is no number of nodes such as "2" or "10%"')
    return DisruptionBudget(int(match[1]), percent=bool(match[2]))
