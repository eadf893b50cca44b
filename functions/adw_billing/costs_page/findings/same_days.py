"""A month that is not over against as many days of the month before: a part against a whole would always be less."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from functions.adw_billing.model.exact_sums import ZERO, add
from functions.adw_billing.query.bill_answers import question_rows
from functions.adw_billing.query.dimensions import DAY
from functions.adw_billing.query.question import Months, months_of, question

if TYPE_CHECKING:
    from decimal import Decimal

    from functions.adw_billing.costs_page.asked import Asked
    from functions.adw_billing.query.bill import Bill

Costs = dict["str | None", "Decimal"]


def last_day_before(months: Months, newest_day: date | None) -> date:
    """Return the last day of the period before that a period is compared with: of a month in progress, as many days."""
    before = months.before
    if months.count > 1 or newest_day is None or not months.first <= newest_day < months.last:
        return before.last
    return min(before.last, before.first + (newest_day - months.first))


def nth(number: int) -> str:
    """Return `1st`, `2nd`, `3rd`, `4th`, `11th`, `21st`."""
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th") if number // 10 != 1 else "th"
    return f"{number}{ending}"


def same_days_before(asked: Asked, newest_day: date | None, bill: Bill) -> Costs | None:
    """Return the cost of each group on the same days of the month before; None where the whole period is compared."""
    months = months_of(asked.month, "month")
    last = last_day_before(months, newest_day)
    if last == months.before.last:
        return None
    earlier = question(f"{DAY},{asked.by}", str(months.before), filters=asked.in_currency)
    found: Costs = {}
    for row in question_rows(earlier, bill):
        if date.fromisoformat(str(row[0])) <= last:
            found[row[1]] = add(found.get(row[1], ZERO), row[-2])
    return found
