"""What the cost page shows, asked of the warehouse: sums by day and group, against the period before, its state."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from functions.adw_billing.model.exact_sums import ZERO, total
from functions.adw_billing.model.tables import DAILY, REJECTED, REPORT
from functions.adw_billing.query.bill_answers import by_dimensions
from functions.adw_billing.query.dimensions import CURRENCY
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

_READY = {each.name: each for each in QUESTIONS}


@dataclass(frozen=True, slots=True)
class Held:
    """What the warehouse has: months (newest first), currencies (dearest first), reports, quarantine, newest day."""

    months: tuple[str, ...]
    currencies: tuple[str, ...]
    reports: int
    quarantined: int
    newest_day: date | None
    newest_load: Any


@dataclass(frozen=True, slots=True)
class Figures:
    """A view's figures: ``days`` are (day or month, group, cost), ``groups`` (group, cost, cost before)."""

    asked: Asked
    before: str
    days: list[tuple[str, str | None, Decimal]]
    groups: list[tuple[str | None, Decimal, Decimal]]
    sql: str
    values: dict[str, str] = field(default_factory=dict)

    @property
    def total(self) -> Decimal:
        """The exact sum of all groups."""
        return total(cost for _, cost, _ in self.groups)

    @property
    def total_before(self) -> Decimal:
        """The same of the period before."""
        return total(cost for _, _, cost in self.groups)


def held(bill: Bill) -> Held:
    """Return what there is to ask about."""
    words = bill.words
    daily, report, rejected = (words.table(each.name) for each in (DAILY, REPORT, REJECTED))
    month = words.text_of("usage_day", "month")
    # One pass over the summary, which has a row a day, SKU and compartment: every view begins with it.
    # Days become months after they are added up: the text of a month for each row took longer than all else.
    days = f"SELECT usage_day, currency, SUM(cost) AS cost FROM {daily} GROUP BY usage_day, currency"
    rows = bill.rows(f"SELECT {month}, currency, SUM(cost), MAX(usage_day) FROM ({days}) d GROUP BY {month}, currency")
    sums = {name: total(row[2] for row in rows if row[1] == name and row[2]) for name in {row[1] for row in rows}}
    counted = bill.rows(f"SELECT COUNT(*), MAX(loaded_at) FROM {report}")[0]
    aside = bill.rows(f"SELECT COUNT(*) FROM {rejected}")[0][0]
    return Held(
        months=tuple(sorted({row[0] for row in rows if row[0]}, reverse=True)),
        currencies=tuple(sorted(filter(None, sums), key=lambda name: (-sums[name], name))),
        reports=counted[0],
        quarantined=aside,
        newest_day=max((row[3] for row in rows if row[3]), default=None),
        newest_load=counted[1],
    )


def settled(asked: Asked, there: Held) -> Asked:
    """Return the view with the newest month and the dearest currency where none is asked for."""
    return replace(
        asked,
        month=asked.month or (there.months[0] if there.months else ""),
        currency=asked.currency or (there.currencies[0] if there.currencies else ""),
    )


def shown_question(asked: Asked) -> Question:
    """Return what a settled view asks: cost by day or month and group."""
    return question(f"{asked.steps},{asked.by}", asked.month, "", _filters(asked))


def shown_costs(asked: Asked, bill: Bill) -> Answer:
    """Return the answer to what a settled view asks. BadRequest for what its address has wrong."""
    return by_dimensions(shown_question(asked), bill, _READY)


def figures(asked: Asked, bill: Bill) -> Figures:
    """Return the figures of a settled view. BadRequest for what its address has wrong."""
    days = [(row[0], row[1], row[3] or ZERO) for row in shown_costs(asked, bill).rows]
    groups = _compared(days, _before(asked, bill))
    made = statement(shown_question(asked), bill.words)
    before = str(months_of(asked.month, "month").before)
    return Figures(asked, before, sorted(days, key=lambda row: row[0]), groups, made.sql, dict(made.values))


def _before(asked: Asked, bill: Bill) -> dict[str | None, Decimal]:
    earlier = question(asked.by, asked.month, "previous", _filters(asked)).of_other_months()
    made = statement(earlier, bill.words)
    return {row[0]: row[2] or ZERO for row in bill.rows(made.sql, made.values)}


def _compared(
    days: list[tuple[str, str | None, Decimal]], before: dict[str | None, Decimal]
) -> list[tuple[str | None, Decimal, Decimal]]:
    """Return group, cost and cost before, the dearest first: the days are there already, and are added up once."""
    parts: dict[str | None, list[Decimal]] = {}
    for _, name, cost in days:
        parts.setdefault(name, []).append(cost)
    now = {name: total(costs) for name, costs in parts.items()}
    rows = [(name, now.get(name, ZERO), before.get(name, ZERO)) for name in dict.fromkeys((*now, *before))]
    return sorted(rows, key=lambda row: (-row[1], row[0] is None, row[0] or ""))


def _filters(asked: Asked) -> tuple[str, ...]:
    return (*asked.filters, f"{CURRENCY}={asked.currency}")


def answers_of(name: str, columns: str, asked: Asked, bill: Bill, *filters: str) -> list[tuple[Any, ...]]:
    """Return the rows of a ready question for the view's months and currency."""
    found = ready_statement(_READY[name], asked.month, (f"currency={asked.currency}", *filters), columns, bill.words)
    return bill.rows(found.sql, found.values)
