"""What a month will cost, day by day, and how far off such forecasts were in the months before; pure.

The rule is that of `oci_forecast`, over the days of what is shown: whatever it is filtered by.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import TYPE_CHECKING

from functions.adw_billing.cost_budgets import medians
from functions.adw_billing.model.exact_sums import EXACT, total

if TYPE_CHECKING:
    from collections.abc import Mapping

_QUOTIENT = Context(prec=60, rounding=ROUND_HALF_UP)
_HUNDREDTH = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Ahead:
    """A forecast as of the newest complete day: cost so far, days to come, errors of earlier ones in per cent."""

    as_of: date
    so_far: Decimal
    coming: tuple[tuple[date, Decimal], ...]
    errors: tuple[Decimal, ...] = ()

    @property
    def forecast(self) -> Decimal:
        """What the month will cost."""
        return total((self.so_far, *(cost for _, cost in self.coming)))

    @property
    def error_percent(self) -> Decimal | None:
        """The mean size of the errors, None where there is no earlier month."""
        if not self.errors:
            return None
        mean = _QUOTIENT.divide(total(abs(each) for each in self.errors), Decimal(len(self.errors)))
        return mean.quantize(_HUNDREDTH, context=_QUOTIENT)

    @property
    def band(self) -> tuple[Decimal, Decimal] | None:
        """From the lowest to the highest that the mean error makes of the forecast."""
        if self.error_percent is None:
            return None
        off = EXACT.multiply(abs(self.forecast), self.error_percent.scaleb(-2))
        return EXACT.subtract(self.forecast, off), EXACT.add(self.forecast, off)


def month_ahead(days: Mapping[date, Decimal]) -> Ahead | None:
    """Return the forecast of the newest day's month; None where the month is over, or a weekday to come has no day.

    The newest day is not complete: it is one of those to come. (That of a month's end may lack hours, too.)
    """
    newest = max(days, default=None)
    if newest is None or newest.day == 1:
        return None
    as_of = newest - timedelta(days=1)
    left = medians.days_in_month(as_of) - as_of.day
    complete = {day: cost for day, cost in days.items() if day <= as_of}
    coming = _coming(complete, as_of, left)
    if coming is None:
        return None
    month = as_of.replace(day=1)
    so_far = total(cost for day, cost in complete.items() if day >= month)
    return Ahead(as_of, so_far, coming, _errors(days, month, left))


def _coming(complete: Mapping[date, Decimal], as_of: date, left: int) -> tuple[tuple[date, Decimal], ...] | None:
    found = []
    for ahead in range(1, left + 1):
        coming = as_of + timedelta(days=ahead)
        usual = [cost for back in range(4) if (cost := complete.get(_same_weekday(as_of, ahead, back))) is not None]
        if not usual:
            return None
        found.append((coming, medians.median(usual)))
    return tuple(found)


def _same_weekday(as_of: date, ahead: int, back: int) -> date:
    """Return one of the four days of a coming day's weekday in the 28 up to ``as_of``."""
    return as_of - timedelta(days=-ahead % 7 + 7 * back)


def _errors(days: Mapping[date, Decimal], month: date, left: int) -> tuple[Decimal, ...]:
    found = []
    for first in sorted({day.replace(day=1) for day in days if day < month}):
        actual = total(cost for day, cost in days.items() if day.replace(day=1) == first)
        as_of = first + timedelta(days=medians.days_in_month(first) - left - 1)
        if as_of < first or as_of not in days or not actual:
            continue
        forecast = medians.forecast({day: cost for day, cost in days.items() if day <= as_of}, as_of)
        if forecast is not None:
            off = _QUOTIENT.divide(EXACT.multiply(Decimal(100), EXACT.subtract(forecast, actual)), actual)
            found.append(off.quantize(_HUNDREDTH, context=_QUOTIENT))
    return tuple(found)
