"""What the cost page shows, asked of the warehouse: sums by day and group, against the period before, its state."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from functions.adw_billing.model.exact_sums import ZERO, total
from functions.adw_billing.model.tables import DAILY
from functions.adw_billing.query.bill_answers import by_dimensions, question_rows
from functions.adw_billing.query.question import months_of, question
from functions.adw_billing.query.ready_questions import ready_statement
from functions.adw_billing.query.statement import statement
from functions.adw_billing.warehouse.questions.all_questions import QUESTIONS

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal

    from functions.adw_billing.costs_page.asked import Asked
    from functions.adw_billing.query.bill import Bill
    from functions.adw_billing.query.bill_answers import Answer
    from functions.adw_billing.query.question import Question
    from functions.adw_billing.query.statement import Statement

Day = tuple[str, "str | None", "Decimal | None"]
Group = tuple["str | None", "Decimal | None", "Decimal | None"]
ORDER_DAYS = 92
"""The newest days, by whose costs services are in order."""
_READY = {each.name: each for each in QUESTIONS}


@dataclass(frozen=True, slots=True)
class Held:
    """What the warehouse has: months (newest first), currencies (dearest first), newest day."""

    months: tuple[str, ...]
    currencies: tuple[str, ...]
    newest_day: date | None
    services: tuple[str, ...] = ()
    """Of the newest months, the dearest first: colours are given in this order, whatever a view filters."""


@dataclass(frozen=True, slots=True)
class Figures:
    """A view's figures, all of its measure.

    ``days`` are (day or month, group, amount), ``groups`` (group, amount, amount before), the largest first. A price
    that is not there is None; ``whole`` is the price of all groups, now and before: prices do not add up.
    """

    asked: Asked
    before: str
    days: list[Day]
    groups: list[Group]
    sql: str
    values: dict[str, str] = field(default_factory=dict)
    whole: tuple[Decimal | None, Decimal | None] | None = None

    @property
    def total(self) -> Decimal | None:
        """The exact sum of all groups, or the price of all."""
        return self.whole[0] if self.whole else total(amount for _, amount, _ in self.groups)

    @property
    def total_before(self) -> Decimal | None:
        """The same of the period before."""
        return self.whole[1] if self.whole else total(amount for _, _, amount in self.groups)


def held(bill: Bill) -> Held:
    """Return what there is to ask about."""
    words = bill.words
    daily = words.table(DAILY.name)
    month = words.text_of("usage_day", "month")
    # One pass over the summary, which has a row a day, SKU and compartment: every view begins with it.
    # Days become months after they are added up: the text of a month for each row took longer than all else.
    days = f"SELECT usage_day, currency, SUM(cost) AS cost FROM {daily} GROUP BY usage_day, currency"
    rows = bill.rows(f"SELECT {month}, currency, SUM(cost), MAX(usage_day) FROM ({days}) d GROUP BY {month}, currency")
    sums = {name: total(row[2] for row in rows if row[1] == name and row[2]) for name in {row[1] for row in rows}}
    newest = max((row[3] for row in rows if row[3]), default=None)
    return Held(
        months=tuple(sorted({row[0] for row in rows if row[0]}, reverse=True)),
        currencies=tuple(sorted(filter(None, sums), key=lambda name: (-sums[name], name))),
        newest_day=newest,
        services=_services(newest, bill) if newest else (),
    )


def _services(newest: date, bill: Bill) -> tuple[str, ...]:
    """Return the services of the newest months, the dearest first; in whatever currencies, since it is but an order."""
    since = f"{newest - timedelta(days=ORDER_DAYS):%Y-%m-%d}"  # Oracle has a moment here
    where = f"usage_day > {bill.words.date('since')} AND service IS NOT NULL"
    sql = f"SELECT service, SUM(cost) FROM {bill.words.table(DAILY.name)} WHERE {where} GROUP BY service"
    sums = {name: cost or ZERO for name, cost in bill.rows(sql, {"since": since})}
    return tuple(sorted(sums, key=lambda name: (-sums[name], name)))


def settled(asked: Asked, there: Held) -> Asked:
    """Return the view with the newest month and the dearest currency where none is asked for."""
    return replace(
        asked,
        month=asked.month or (there.months[0] if there.months else ""),
        currency=asked.currency or (there.currencies[0] if there.currencies else ""),
    )


def shown_question(asked: Asked) -> Question:
    """Return what a settled view asks: its measure by day or month and group."""
    return question(f"{asked.steps},{asked.by}", asked.month, "", asked.conditions, asked.measure)


def shown_costs(asked: Asked, bill: Bill) -> Answer:
    """Return the answer to what a settled view asks. BadRequest for what its address has wrong."""
    return by_dimensions(shown_question(asked), bill, _READY)


def figures(asked: Asked, bill: Bill) -> Figures:
    """Return the figures of a settled view. BadRequest for what its address has wrong."""
    wanted = shown_question(asked)
    days = [(row[0], row[1], row[len(wanted.keys)]) for row in shown_costs(asked, bill).rows]
    groups, whole = (
        _prices(asked, bill) if asked.measure == "unit_price" else (_compared(days, _before(asked, bill)), None)
    )
    made = statement(wanted, bill.words)
    before = str(months_of(asked.month, "month").before)
    return Figures(asked, before, sorted(days, key=lambda row: row[0]), groups, made.sql, dict(made.values), whole)


def _prices(asked: Asked, bill: Bill) -> tuple[list[Group], tuple[Decimal | None, Decimal | None]]:
    """Return each group's price now and before, and the price of all."""
    wanted = question(asked.by, asked.month, "previous", asked.conditions, asked.measure)
    answer, at = by_dimensions(wanted, bill, _READY), len(wanted.keys)
    whole = next(((row[at], row[at + 1]) for row in answer.totals), (None, None))
    return [(row[0], row[at], row[at + 1]) for row in answer.rows], whole


def _before(asked: Asked, bill: Bill) -> dict[str | None, Decimal]:
    earlier = question(asked.by, asked.month, "previous", asked.conditions, asked.measure).of_other_months()
    at = len(earlier.keys) + (asked.measure == "quantity")
    return {row[0]: row[at] or ZERO for row in question_rows(earlier, bill)}


def _compared(days: list[Day], before: dict[str | None, Decimal]) -> list[Group]:
    """Return group, amount and amount before, the largest first: the days are there already, and are added up once."""
    parts: dict[str | None, list[Decimal | None]] = {}
    for _, name, amount in days:
        parts.setdefault(name, []).append(amount)
    now = {name: total(amounts) for name, amounts in parts.items()}
    rows = [(name, now.get(name, ZERO), before.get(name, ZERO)) for name in dict.fromkeys((*now, *before))]
    return [*sorted(rows, key=lambda row: (-row[1], row[0] is None, row[0] or ""))]


def answers_of(name: str, columns: str, asked: Asked, bill: Bill, *filters: str) -> list[tuple[Any, ...]]:
    """Return the rows of a ready question for the view's months and currency."""
    found = ready(name, columns, asked, bill, *filters)
    return bill.rows(found.sql, found.values)


def ready(name: str, columns: str, asked: Asked, bill: Bill, *filters: str) -> Statement:
    """Return the query of a ready question for the view's months and currency."""
    return ready_statement(_READY[name], asked.month, (f"currency={asked.currency}", *filters), columns, bill.words)
