"""What a bill says of a budget: this month's cost, its forecast, and what is to be told. Pure; time is passed in."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import TYPE_CHECKING

from functions.adw_billing.cost_budgets import medians
from functions.adw_billing.model.budget import Alert
from functions.adw_billing.model.exact_sums import EXACT, ZERO, plain, total

if TYPE_CHECKING:
    from functions.adw_billing.model.budget import Budget, Spend

ANOMALY_DAYS = 7
"""Complete days, up to the newest, in which an anomaly is still news: reports are late by a day or two."""
LEAST_SHARE = Decimal("0.01")
"""An anomaly is at least this share of the budget of a day."""
_PERCENT = Context(prec=60, rounding=ROUND_HALF_EVEN)


@dataclass(frozen=True, slots=True)
class BudgetState:
    """A budget in the month of the newest usage day that the warehouse knows.

    ``as_of`` is the day whose knowledge the forecast has; both are None where too little is known. ``month`` is None
    where nothing is.
    """

    budget: Budget
    month: date | None = None
    cost: Decimal = ZERO
    as_of: date | None = None
    forecast: Decimal | None = None
    alerts: tuple[Alert, ...] = field(default=())

    def percent(self, amount: Decimal | None) -> Decimal | None:
        """Return an amount in percent of the budget, to two decimals; None for none, and for a budget of 0."""
        if amount is None or not self.budget.amount:
            return None
        share = _PERCENT.divide(_PERCENT.multiply(amount, Decimal(100)), self.budget.amount)
        return _PERCENT.quantize(share, Decimal("0.01"))

    def detail(self) -> dict[str, object]:
        """Return what the detailed answer says, amounts as exact texts."""
        told = {
            "budget": self.budget.name,
            "currency": self.budget.currency,
            "amount": plain(self.budget.amount),
            "month": self.month.isoformat()[:7] if self.month else None,
            "cost": plain(self.cost),
            "used_percent": _text(self.percent(self.cost)),
            "forecast": _text(self.forecast),
            "forecast_percent": _text(self.percent(self.forecast)),
            "as_of": self.as_of.isoformat() if self.as_of else None,
        }
        return {name: value for name, value in told.items() if value is not None}


def judge(budget: Budget, spend: Spend, today: date) -> BudgetState:
    """Return the budget's state by its costs.

    The month is that of the newest usage day, and the month before is looked at too: late reports may bring it over its
    amount when the next has begun. A day after tomorrow is a fault of a report and counts nowhere. The newest day is
    not complete yet: it counts as spent, and neither forecast nor anomalies look at it.
    """
    days = {day: cost for day, cost in spend.days.items() if day <= today + timedelta(days=1)}
    if not days:
        return BudgetState(budget)
    newest = max(days)
    complete = {day: cost for day, cost in days.items() if day < newest}
    month = newest.replace(day=1)
    before = (month - timedelta(days=1)).replace(day=1)
    cost = total(each for day, each in days.items() if day >= month)
    as_of = max(complete, default=None)
    forecast = medians.forecast(complete, as_of) if as_of and as_of >= month else None
    last = total(each for day, each in days.items() if before <= day < month)
    alerts = [Alert(budget, "breach", at.isoformat()[:7], spent) for at, spent in ((before, last), (month, cost))]
    alerts = [each for each in alerts if each.cost > budget.amount]
    if forecast is not None and forecast > budget.amount >= cost:
        alerts.append(Alert(budget, "forecast-breach", month.isoformat()[:7], forecast))
    alerts += _anomalies(budget, complete, newest)
    return BudgetState(budget, month, cost, as_of if forecast is not None else None, forecast, tuple(alerts))


def _anomalies(budget: Budget, complete: dict[date, Decimal], newest: date) -> list[Alert]:
    """Return the recent days that stand out by at least LEAST_SHARE of the budget's daily share."""
    least = EXACT.multiply(budget.amount, LEAST_SHARE)
    found = []
    for day in sorted(each for each in complete if (newest - each).days <= ANOMALY_DAYS):
        usual = medians.expected(complete, day)
        if usual is None or not medians.stands_out(complete[day], usual):
            continue
        # times the days of the month, because a day's share of the amount need not be a decimal
        above = EXACT.multiply(EXACT.subtract(complete[day], usual.cost), Decimal(medians.days_in_month(day)))
        if above >= least:
            found.append(Alert(budget, "anomaly", day.isoformat(), complete[day], usual.cost))
    return found


def _text(value: Decimal | None) -> str | None:
    return None if value is None else plain(value)
