"""What each day of a budget has cost, asked of the warehouse as `billing query` asks."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from functions.adw_billing.errors import BudgetUnusable
from functions.adw_billing.model.budget import Spend
from functions.adw_billing.query.dimensions import CURRENCY, DAY, in_daily
from functions.adw_billing.query.question import months_after, question
from functions.adw_billing.query.statement import statement

if TYPE_CHECKING:
    from functions.adw_billing.model.budget import Budget
    from functions.adw_billing.model.warehouse import Warehouse
    from functions.adw_billing.query.engine_words import Words

FIRST_DAY = date(1980, 1, 1)
"""Days before it are a fault of a report, as those that lie ahead."""
MONTHS_BEFORE = 3
"""Whole months before the newest day's that are asked for: 8 weeks before each of the last 7 days."""
LEAST_RETENTION = 62
"""Days that lines have to be kept for a budget that is not answered by the daily summary: this month and the last."""


class SpendReader:
    """Reads one warehouse; ``retention_days`` of its lines, 0 for all."""

    def __init__(self, warehouse: Warehouse, words: Words, retention_days: int, today: date) -> None:
        self._warehouse = warehouse
        self._words = words
        self._retention_days = retention_days
        self._latest = today + timedelta(days=1)
        self._covered: dict[str, set[date]] = {}

    def spend(self, budget: Budget) -> Spend:
        """Return the budget's costs by day: the days of the bill in its currency, 0 where none is the budget's.

        Raises BudgetUnusable where lines are not kept long enough, BadRequest for a filter that the engine cannot ask,
        and what the warehouse raises.
        """
        asked = question(DAY, filters=budget.filters)
        if not all(in_daily(each.dimension) for each in asked.filters) and 0 < self._retention_days < LEAST_RETENTION:
            raise BudgetUnusable(
                f"lines are kept for {self._retention_days} days, and its filter is answered by lines",
                fix=f"set `retention_days` to {LEAST_RETENTION} or more, or filter by less",
            )
        covered = self._days(budget.currency)
        newest = max(covered, default=None)
        if newest is None:
            return Spend({})
        first = months_after(newest, -MONTHS_BEFORE)
        months = f"{first.isoformat()[:7]}..{newest.isoformat()[:7]}"
        costs = self._ask(months, (*budget.filters, f"{CURRENCY}={budget.currency}"))
        return Spend({day: costs.get(day, Decimal(0)) for day in sorted(covered) if day >= first})

    def _days(self, currency: str) -> set[date]:
        """Return the days of the bill, without those that no bill has."""
        if currency not in self._covered:
            days = self._ask("", (f"{CURRENCY}={currency}",))
            self._covered[currency] = {day for day in days if FIRST_DAY <= day <= self._latest}
        return self._covered[currency]

    def _ask(self, months: str, filters: tuple[str, ...]) -> dict[date, Decimal]:
        made = statement(question(DAY, months, filters=filters), self._words)
        rows = self._warehouse.rows(made.sql, made.values)
        return {date.fromisoformat(str(day)): Decimal(cost or 0) for day, _, cost, _ in rows}
