"""Cron schedules with a time zone: when one last fired, and whether a window that it opens is open. Pure.

Five fields as in crontab(5) and Karpenter's budgets (robfig/cron, ``ParseStandard``): minute, hour, day of month,
month, day of week; lists, ranges, steps, names of months and days, and ``@hourly`` to ``@yearly``. Where both days are
given, either may match. Local times around a change of the clock follow RFC 5545, 3.3.5: one that occurs twice is its
first occurrence, one that does not occur is read with the offset from before the gap, so that 02:30 fires at 03:30 in
that night. Karpenter leaves such a fire out; a size that is to hold from 02:30 would then not hold for a day. A
schedule of every hour fires in both of the doubled hours.
"""

from __future__ import annotations

import re
import zoneinfo
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo

MACROS = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}
MONTHS = {
    name: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), 1
    )
}
WEEKDAYS = {name: number for number, name in enumerate(("sun", "mon", "tue", "wed", "thu", "fri", "sat"))}
LONGEST_MONTHS = {month: 29 if month == 2 else 30 if month in {4, 6, 9, 11} else 31 for month in range(1, 13)}
MAX_DAYS_BACK = 8 * 366
"""Days between two leap days around 2100: the longest that a schedule which fires at all can be silent."""

_PART = re.compile(r"(\*|\?|(?P<low>\w+)(-(?P<high>\w+))?)(/(?P<step>\d{1,4}))?", re.ASCII)
_DURATION = re.compile(r"(?:(\d{1,6})h)?(?:(\d{1,6})m)?(?:(\d{1,6})s)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Cron:
    """A schedule: the numbers that match, by field; weekdays from 0 (Sunday)."""

    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    either_day: bool
    """Both kinds of day are given: one of the two has to match."""
    every_hour: bool

    def is_on(self, day: date) -> bool:
        """Tell whether it fires on a day."""
        in_month, in_week = day.day in self.days, day.isoweekday() % 7 in self.weekdays
        return day.month in self.months and (in_month or in_week if self.either_day else in_month and in_week)


def parse_cron(text: str) -> Cron:
    """Return the schedule of five fields or a macro; ValueError names the field at fault."""
    fields = MACROS.get(text.strip().lower(), text).split()
    if len(fields) != 5:
        raise ValueError(f"must have 5 fields (minute hour day month weekday), not {len(fields)}")
    minute, hour, day, month, weekday = fields
    days = frozenset(_field("day", day, 1, 31, {}))
    months = frozenset(_field("month", month, 1, 12, MONTHS))
    either_day = not _is_any(day) and not _is_any(weekday)
    if not either_day and not any(LONGEST_MONTHS[number] >= min(days) for number in months):
        raise ValueError(f"day {day!r} does not exist in month {month!r}: it never fires")
    return Cron(
        minutes=tuple(_field("minute", minute, 0, 59, {})),
        hours=tuple(_field("hour", hour, 0, 23, {})),
        days=days,
        months=months,
        weekdays=frozenset(number % 7 for number in _field("weekday", weekday, 0, 7, WEEKDAYS)),
        either_day=either_day,
        every_hour=_is_any(hour),
    )


def parse_time_zone(name: str) -> tzinfo:
    """Return the time zone of an IANA name; ValueError for a name that is not known here."""
    if name.upper() in {"UTC", "ETC/UTC"}:
        return UTC
    try:
        return zoneinfo.ZoneInfo(name)
    except (OSError, ValueError, zoneinfo.ZoneInfoNotFoundError):
        raise ValueError(f"{name!r} is no time zone known here, such as Europe/Zurich") from None


def parse_duration(text: str) -> float:
    """Return the seconds of a Go duration such as ``8h``, ``1h30m`` or ``45m``; ValueError when it is none or 0."""
    found = _DURATION.fullmatch(text.strip())
    hours, minutes, seconds = (int(part or 0) for part in (found.groups() if found else (0, 0, 0)))
    total = hours * 3600 + minutes * 60 + seconds
    if not total:
        raise ValueError(f"{text!r} is no duration such as 8h, 45m or 1h30m")
    return float(total)


def previous_fire(cron: Cron, zone: tzinfo, now: float) -> float | None:
    """Return when the schedule last fired, at ``now`` at the latest, in Unix seconds; None within MAX_DAYS_BACK."""
    day = datetime.fromtimestamp(now, zone).date()
    for _ in range(MAX_DAYS_BACK):
        if cron.is_on(day):
            fired = [moment for moment in _fires(cron, zone, day) if moment <= now]
            if fired:
                return max(fired)
        day -= timedelta(days=1)
    return None


def is_within(cron: Cron, duration_seconds: float, zone: tzinfo, now: float) -> bool:
    """Tell whether the window that the schedule opens for ``duration_seconds`` is open: its end is outside."""
    fired = previous_fire(cron, zone, now)
    return fired is not None and now - fired < duration_seconds


def _fires(cron: Cron, zone: tzinfo, day: date) -> list[float]:
    folds = (0, 1) if cron.every_hour else (0,)
    walls = [
        datetime(day.year, day.month, day.day, hour, minute, tzinfo=zone)
        for hour in cron.hours
        for minute in cron.minutes
    ]
    return [wall.replace(fold=fold).timestamp() for wall in walls for fold in folds]


def _is_any(text: str) -> bool:
    """Tell whether a field gives nothing; ``*/2`` gives something, as in robfig/cron."""
    return any(part in {"*", "?", "*/1", "?/1"} for part in text.split(","))


def _field(name: str, text: str, lowest: int, highest: int, names: dict[str, int]) -> list[int]:
    """Return the numbers of one field, ascending."""
    found: set[int] = set()
    for part in text.split(","):
        match = _PART.fullmatch(part)
        if match is None:
            raise ValueError(f"{name} {part!r} is no number, range or step")
        step = int(match["step"] or 1)
        low, high = lowest, 6 if name == "weekday" else highest
        if match["low"]:
            low = _number(name, match["low"], names)
            # ``5/15`` is every 15 from 5 on, as in robfig/cron.
            high = _number(name, match["high"], names) if match["high"] else (high if match["step"] else low)
        if not lowest <= low <= high <= highest:
            raise ValueError(f"{name} {part!r} is not within {lowest}-{highest}")
        if not step:
            raise ValueError(f"{name} {part!r} has a step of 0")
        found.update(range(low, high + 1, step))
    return sorted(found)


def _number(name: str, text: str, names: dict[str, int]) -> int:
    known = names.get(text.lower())
    if known is None and not text.isdecimal():
        raise ValueError(f"{name} {text!r} is no number" + (f" or name such as {next(iter(names))}" if names else ""))
    return int(text) if known is None else known
