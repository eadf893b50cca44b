"""Sizes of a node pool by the clock: windows that a cron schedule opens, each with a minimum or a maximum."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from functions.oke_autoscaler.cron_schedule import Cron, is_within, parse_cron, parse_duration, parse_time_zone

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import tzinfo

KEYS = ("schedule", "duration", "timezone", "min_size", "max_size")


@dataclass(frozen=True, slots=True)
class SizeSchedule:
    """A window of time with its sizes; None leaves the pool's own."""

    cron: Cron
    duration_seconds: float
    zone: tzinfo
    min_size: int | None = None
    max_size: int | None = None

    def is_open(self, now: float) -> bool:
        """Tell whether ``now`` (Unix seconds) lies in the window."""
        return is_within(self.cron, self.duration_seconds, self.zone, now)


def read_schedules(value: Any) -> tuple[SizeSchedule, ...]:  # noqa: ANN401  (any JSON value)
    """Return the windows of a list; ValueError names the entry and the key at fault."""
    if not isinstance(value, list):
        raise ValueError("must be a list of {schedule, duration, timezone, min_size, max_size}")  # noqa: TRY004
    return tuple(_schedule(index, entry) for index, entry in enumerate(value))


def parse_schedules(text: str) -> tuple[SizeSchedule, ...]:
    """Return the windows of a JSON list, as ``read_schedules``."""
    try:
        value = json.loads(text)
    except ValueError as fault:
        raise ValueError(f"is no JSON: {fault}") from None
    return read_schedules(value)


def bounds_at(schedules: Iterable[SizeSchedule], min_size: int, max_size: int, now: float) -> tuple[int, int]:
    """Return minimum and maximum at ``now``: those of the first window that is open, else the pool's own.

    The first one, not the largest: a holiday is written above the working days that it falls on.
    """
    found = next((each for each in schedules if each.is_open(now)), None)
    if found is None:
        return min_size, max_size
    return (
        min_size if found.min_size is None else found.min_size,
        max_size if found.max_size is None else found.max_size,
    )


def find_reversed_bounds(schedules: Iterable[SizeSchedule], min_size: int, max_size: int) -> str:
    """Return what is wrong with a window whose maximum is below its minimum, the pool's own filled in; else empty."""
    for index, each in enumerate(schedules):
        low = min_size if each.min_size is None else each.min_size
        high = max_size if each.max_size is None else each.max_size
        if high < low:
            return f"[{index}] has max_size {high}, below min_size {low}"
    return ""


def _schedule(index: int, entry: Any) -> SizeSchedule:  # noqa: ANN401
    if not isinstance(entry, dict):
        raise ValueError(f"[{index}] must be an object")  # noqa: TRY004  (settings report ValueError)
    unknown = sorted(set(entry) - set(KEYS))
    if unknown:
        raise ValueError(f"[{index}] has unknown keys: {', '.join(unknown)}")
    sizes = [_size(index, key, entry.get(key)) for key in ("min_size", "max_size")]
    if sizes == [None, None]:
        raise ValueError(f"[{index}] needs min_size or max_size")
    read = {"schedule": parse_cron, "duration": parse_duration, "timezone": parse_time_zone}
    values: list[Any] = []
    for key, reader in read.items():
        text = entry.get(key, "UTC" if key == "timezone" else None)
        if not isinstance(text, str):
            raise ValueError(f"[{index}].{key} must be a text")  # noqa: TRY004
        try:
            values.append(reader(text))
        except ValueError as fault:
            raise ValueError(f"[{index}].{key} {fault}") from None
    return SizeSchedule(*values, *sizes)


def _size(index: int, key: str, value: Any) -> int | None:  # noqa: ANN401
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError(f"[{index}].{key} must be a whole number from 0 up")
    return value
