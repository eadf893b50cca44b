"""What is left of a commitment over time, and when it will be used up at the pace of the last readings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_CEILING, Decimal
from typing import TYPE_CHECKING, Any

from functions.adw_billing.costs_page.page_amounts import amount_cell, money, percent
from functions.adw_billing.model.dimension_tables import COMMITMENT, COMMITMENT_BURN

if TYPE_CHECKING:
    from functions.adw_billing.costs_page.asked import Asked
    from functions.adw_billing.query.bill import Bill

PACE_DAYS = 90
"""The pace is that of the readings of so many days."""
DRAWN = 3
"""Commitments that are drawn, those that end first; all are in the table."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read on a day."""

    day: date
    committed: Decimal
    used: Decimal
    left: Decimal


@dataclass(frozen=True, slots=True)
class BurnDown:
    """A commitment with its readings, the oldest first (one at least), and its end, None where it is not known."""

    commitment: str
    readings: tuple[Reading, ...]
    end: date | None = None

    @property
    def last(self) -> Reading:
        """The newest reading."""
        return self.readings[-1]

    @property
    def pace(self) -> Decimal | None:
        """What is used a day; None from one reading, and where nothing was."""
        since = [each for each in self.readings if (self.last.day - each.day).days <= PACE_DAYS]
        days = (self.last.day - since[0].day).days
        used = self.last.used - since[0].used
        return used / days if days and used > 0 else None

    @property
    def used_up(self) -> date | None:
        """The day on which nothing is left at this pace."""
        if self.pace is None:
            return None
        days = (self.last.left / self.pace).to_integral_value(rounding=ROUND_CEILING)
        return self.last.day + timedelta(days=int(days)) if days < 36_500 else None

    @property
    def left_at_end(self) -> Decimal | None:
        """What is not used when it ends, at this pace; None where it is used up before."""
        if self.pace is None or self.end is None or (self.used_up and self.used_up <= self.end):
            return None
        return self.last.left - self.pace * (self.end - self.last.day).days

    def message(self, currency: str) -> str:
        """Say in a sentence what is left and what it comes to."""
        last = self.last
        text = f"{percent(last.used, last.committed)} of {money(last.committed, currency)} used by {last.day}"
        text += f", {money(last.left, currency)} left"
        end = f" of its end on {self.end}" if self.end else ""
        if self.pace is None:
            ends = f", it ends on {self.end}" if self.end else ""
            return f"{text}; there are too few readings yet to tell its pace{ends}."
        text += f"; at {money(self.pace, currency)} a day"
        if self.left_at_end is not None:
            return f"{text} {money(self.left_at_end, currency)} will not be used by its end on {self.end}."
        if self.used_up is None:
            return f"{text} it is not used up within a century."
        early = f", {(self.end - self.used_up).days} days ahead{end}" if self.end else ""
        return f"{text} it is used up on {self.used_up}{early}."

    def chart(self, at: int, currency: str) -> dict[str, Any]:
        """Return the chart: committed, used, left, and what will be left up to the end."""
        goal = self._goal()
        days = [each.day for each in self.readings] + ([goal[0]] if goal else [])
        pad: list[float | None] = [None] if goal else []
        series: list[dict[str, Any]] = [
            {"name": "used", "values": [float(each.used) for each in self.readings] + pad},
            {"name": "left", "values": [float(each.left) for each in self.readings] + pad},
        ]
        if goal:
            before: list[float | None] = [None] * (len(self.readings) - 1)
            values = [*before, float(self.last.left), float(goal[1])]
            series.append({"name": "left, at this pace", "values": values, "dashed": True, "colour": "--c1"})
        limits = [{"value": float(self.last.committed), "text": f"committed {money(self.last.committed, currency)}"}]
        x = [f"{each.isoformat()}T00:00:00Z" for each in days]  # moments: readings are days apart, the end is far off
        return {
            "id": f"burn-{at}",
            "kind": "lines",
            "x": x,
            "unit": currency,
            "series": series,
            "limits": limits,
            "height": 220,
        }

    def _goal(self) -> tuple[date, Decimal] | None:
        """Return where the line of what will be left ends."""
        if self.left_at_end is not None and self.end:
            return (self.end, self.left_at_end) if self.end > self.last.day else None
        return (self.used_up, Decimal(0)) if self.used_up and self.used_up > self.last.day else None

    def rows(self) -> list[list[Any]]:
        """Return a row for each reading, the newest first."""
        return [
            [
                self.commitment,
                each.day.isoformat(),
                amount_cell(each.committed),
                amount_cell(each.used),
                amount_cell(each.left),
                percent(each.used, each.committed),
            ]
            for each in reversed(self.readings)
        ]


def burn_downs(asked: Asked, bill: Bill) -> list[BurnDown]:
    """Ask the readings of the commitments in the view's currency, those that end first at the front."""
    words = bill.words
    burn, commitment = (words.table(each.name) for each in (COMMITMENT_BURN, COMMITMENT))
    period = (
        f"SELECT commitment_id, tenancy_id, MAX(currency) AS currency, MAX(time_end) AS time_end FROM {commitment} "
        "GROUP BY commitment_id, tenancy_id"
    )
    rows = bill.rows(
        "SELECT b.commitment_id, b.seen_day, b.quantity, b.used_amount, b.available_amount, p.time_end "
        f"FROM {burn} b JOIN ({period}) p ON p.commitment_id = b.commitment_id AND p.tenancy_id = b.tenancy_id "
        f"WHERE p.currency = {words.bind('currency')} AND b.quantity IS NOT NULL AND b.used_amount IS NOT NULL "
        "AND b.available_amount IS NOT NULL ORDER BY b.commitment_id, b.seen_day",
        {"currency": asked.currency},
    )
    found: dict[str, tuple[list[Reading], date | None]] = {}
    for name, day, committed, used, left, end in rows:
        readings, _ = found.setdefault(name, ([], _day(end)))
        readings.append(Reading(_day(day) or date.min, Decimal(committed), Decimal(used), Decimal(left)))
    every = [BurnDown(name, tuple(readings), end) for name, (readings, end) in found.items()]
    return sorted(every, key=lambda each: (each.end or date.max, each.commitment))


def _day(moment: Any) -> date | None:  # noqa: ANN401  (a date or a moment, as the engine has it)
    return moment.date() if isinstance(moment, datetime) else moment
