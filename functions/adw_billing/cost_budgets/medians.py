"""Month-end forecast and days that stand out, of one series of days: the rules of the views of questions. Pure.

`oci_forecast` and `oci_anomaly` (warehouse/questions/days.py) answer for a tenancy; a budget is a part of it, so the
same rules are followed here over the budget's own days. A test holds both against each other.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from functions.adw_billing.model.exact_sums import EXACT, add, total

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

FORECAST_DAYS = 28
"""Days before the forecast whose costs it knows, the day itself included."""
WEEKS, LEAST_WEEKS = 8, 4
"""Days of the same weekday that a day is compared with, and how many there must be."""
RECENT_DAYS, LEAST_RECENT = 28, 14
"""Otherwise: days before it, and how many of them there must be."""
MAD_FACTOR = 6
"""An anomaly lies more than this many median absolute deviations from the median."""
HALF = Decimal("0.5")


@dataclass(frozen=True, slots=True)
class Expected:
    """What a day was expected to cost, and the median absolute deviation of the days that say so."""

    cost: Decimal
    deviation: Decimal


def forecast(days: Mapping[date, Decimal], as_of: date) -> Decimal | None:
    """Return what the month of ``as_of`` will cost: its days until then, and for each later one the usual weekday.

    A weekday's usual cost is the median of those among the last FORECAST_DAYS; None where one of them has no day.
    """
    amounts = [cost for day, cost in days.items() if _month(day) == _month(as_of) and day <= as_of]
    for ahead in range(1, days_in_month(as_of) - as_of.day + 1):
        coming = as_of + timedelta(days=ahead)
        sample = [
            cost
            for day, cost in days.items()
            if 0 <= (as_of - day).days < FORECAST_DAYS and day.weekday() == coming.weekday()
        ]
        if not sample:
            return None
        amounts.append(median(sample))
    return total(amounts)


def expected(days: Mapping[date, Decimal], day: date) -> Expected | None:
    """Return what a day was expected to cost by the days before it; None where these are too few."""
    sample = [cost for other, cost in days.items() if _weeks_before(other, day) is not None]
    if len(sample) < LEAST_WEEKS:
        sample = [cost for other, cost in days.items() if 0 < (day - other).days <= RECENT_DAYS]
        if len(sample) < LEAST_RECENT:
            return None
    middle = median(sample)
    return Expected(middle, median([abs(EXACT.subtract(cost, middle)) for cost in sample]))


def stands_out(cost: Decimal, usual: Expected) -> bool:
    """Tell whether a day cost far more than usual: by more than the noise, and by a tenth of the usual."""
    above = EXACT.subtract(cost, usual.cost)
    noise = EXACT.multiply(Decimal(MAD_FACTOR), usual.deviation)
    return above > noise and EXACT.multiply(Decimal(10), above) >= abs(usual.cost)


def median(sample: Sequence[Decimal]) -> Decimal:
    """Return the median, of an even number the middle of the two."""
    ordered = sorted(sample)
    half = len(ordered) // 2
    if len(ordered) % 2:
        return ordered[half]
    return EXACT.multiply(add(ordered[half - 1], ordered[half]), HALF)


def days_in_month(day: date) -> int:
    """Return how many days the month of a day has."""
    return calendar.monthrange(day.year, day.month)[1]


def _month(day: date) -> tuple[int, int]:
    return day.year, day.month


def _weeks_before(other: date, day: date) -> int | None:
    """Return how many whole weeks, up to WEEKS, a day lies before another."""
    weeks, rest = divmod((day - other).days, 7)
    return weeks if rest == 0 and 0 < weeks <= WEEKS else None
