"""Budgets on the chart: a line where the budget is one of what is shown, and how much of it is used; pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from functions.adw_billing.costs_page.page_amounts import money, percent
from functions.adw_billing.model.exact_sums import ZERO, add, plain
from functions.adw_billing.query.conditions import split_filter
from functions.adw_billing.query.question import months_of
from shared.pages.web_page import Figure

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date
    from decimal import Decimal

    from functions.adw_billing.costs_page.asked import Asked
    from functions.adw_billing.costs_page.findings.month_ahead import Ahead
    from functions.adw_billing.model.budget import Budget


def matching_budgets(asked: Asked, budgets: Iterable[Budget]) -> list[Budget]:
    """Return the budgets of exactly what a view shows: of its currency and under the same filters.

    A budget of a part of it says nothing about the whole, so no line of it is drawn over the whole.
    """
    own = _conditions(asked.filters)
    return [each for each in budgets if each.currency == asked.currency and _conditions(each.filters) == own]


def _conditions(filters: Iterable[str]) -> set[tuple[str, str, bool]]:
    parts = (split_filter(each) for each in filters)
    return {(name, value.lower(), negated) for name, value, negated in parts}


def limits(asked: Asked, budgets: Iterable[Budget]) -> list[dict[str, Any]]:
    """Return the lines of a chart: a month's amount by month; by day its share of one month's days, which it says."""
    months = months_of(asked.month, "month")
    found = []
    for budget in budgets:
        text = f"budget {budget.name}: {money(budget.amount, budget.currency)} a month"
        if asked.steps == "month":
            found.append({"value": float(budget.amount), "text": text})
        elif months.count == 1:
            share = budget.amount / months.last.day
            found.append({"value": float(share), "text": f"{text}, {money(share)} a day"})
    return found


@dataclass(frozen=True, slots=True)
class Course:
    """A month's days with their costs, and the forecast of those to come."""

    days: Mapping[date, Decimal]
    ahead: Ahead | None = None

    @property
    def spent(self) -> Decimal:
        """The cost so far, the newest day included."""
        result = ZERO
        for cost in self.days.values():
            result = add(result, cost)
        return result

    def passes(self, amount: Decimal) -> date | None:
        """Return the first day whose end is above an amount, None for none; that of the forecast where it is later."""
        known = dict(self.days)
        if self.ahead:
            known |= {day: max(cost, known.get(day, ZERO)) for day, cost in self.ahead.coming}
        sum_so_far = ZERO
        for day in sorted(known):
            sum_so_far = add(sum_so_far, known[day])
            if sum_so_far > amount:
                return day
        return None


def budget_card(budget: Budget, course: Course) -> Figure:
    """Return how much of a budget a month has used, and when it is passed."""
    day = course.passes(budget.amount)
    spent = course.spent
    tone = "dim"
    if day is None:
        note = "not passed" if course.ahead is None else "not passed by the forecast"
    elif spent > budget.amount:
        note, tone = f"passed on {day.isoformat()}", "up"
    else:
        note, tone = f"the forecast passes it on {day.isoformat()}", "up"
    of = f"{money(spent)} of {money(budget.amount, budget.currency)}"
    return Figure(f"Budget {budget.name}", percent(spent, budget.amount), f"{of}; {note}", tone, plain(spent))
