"""What stands beside the sums of the first view: forecast, budgets, unusual days. It asks the summary alone."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from functions.adw_billing.costs_page.findings.budget_marks import Course, budget_card, limits, matching_budgets
from functions.adw_billing.costs_page.findings.month_ahead import Ahead, month_ahead
from functions.adw_billing.costs_page.findings.month_so_far import so_far_chart, so_far_message
from functions.adw_billing.costs_page.findings.unusual_days import UnusualDay, unusual_days
from functions.adw_billing.costs_page.page_amounts import NO_VALUE, amount_cell, change_cell, money
from functions.adw_billing.model.exact_sums import ZERO, plain, total
from functions.adw_billing.query.bill_answers import question_rows
from functions.adw_billing.query.dimensions import DAY, dimension, in_daily
from functions.adw_billing.query.question import months_after, months_of, question
from shared.pages.web_page import Cell, Figure

if TYPE_CHECKING:
    from functions.adw_billing.costs_page.asked import Asked
    from functions.adw_billing.costs_page.figures import Figures, Held
    from functions.adw_billing.costs_page.findings.known import Known
    from functions.adw_billing.query.bill import Bill

MONTHS_BEFORE = 3
"""Months whose forecasts tell how far off they are."""
WEEKS_BEFORE_MONTHS = 2
"""Months that have the 8 weeks before a month's first day."""
SHOWN_UNUSUAL = 20
_NOTHING = {
    "unusual_rows": [],
    "unusual_by": "",
    "forecast_rows": [],
    "so_far_message": "",
    "budget_faults": [],
    "not_answered": False,
}


@dataclass(frozen=True, slots=True)
class Beside:
    """Cards, tables' rows and charts; ``marks``, ``limits`` and ``forecast`` are for the chart of costs."""

    cards: list[Figure] = field(default_factory=list)
    charts: list[dict[str, Any]] = field(default_factory=list)
    marks: list[dict[str, str]] = field(default_factory=list)
    limits: list[dict[str, Any]] = field(default_factory=list)
    forecast: list[dict[str, Any]] = field(default_factory=list)
    values: dict[str, Any] = field(default_factory=dict)


def beside(found: Figures, there: Held, bill: Bill, known: Known) -> Beside:
    """Return what belongs to a view of costs."""
    asked, months = found.asked, months_of(found.asked.month, "month")
    if asked.measure != "cost":
        return Beside(values=_NOTHING)
    answered = _by_summary(asked)
    days = _days(asked, bill) if answered and months.count == 1 else {}
    newest = there.newest_day
    # A forecast is of the month of the newest day of all, which a filtered view may not have.
    is_newest = newest is not None and months.first <= newest <= months.last
    filled = {each: days.get(each, ZERO) for each in _span(days, newest)} if days else {}
    ahead = month_ahead(filled) if is_newest and filled else None
    budgets = matching_budgets(asked, known.budgets)
    unusual = _unusual(found, there, bill) if answered else []
    result = Beside(
        limits=limits(asked, budgets),
        marks=[_mark(each) for each in unusual[:SHOWN_UNUSUAL]],
        forecast=_coming(asked, ahead, filled),
        values={
            "unusual_rows": [_unusual_row(each) for each in unusual[:SHOWN_UNUSUAL]],
            "unusual_by": _unusual_by(asked),
            "forecast_rows": [] if ahead is None else _forecast_rows(ahead),
            "so_far_message": "",
            "budget_faults": known.budget_faults,
            "not_answered": not answered,
        },
    )
    if filled:
        before = {day: cost for day, cost in filled.items() if months.before.first <= day <= months.before.last}
        own = {day: cost for day, cost in filled.items() if months.first <= day <= months.last}
        course = Course(own, ahead)
        result.cards.extend([*_forecast_card(ahead, asked), *(budget_card(each, course) for each in budgets)])
        result.charts.append(so_far_chart(months.first, course, before, budgets, asked.currency))
        result.values["so_far_message"] = so_far_message(months.first, course, asked.currency)
    return result


def _by_summary(asked: Asked) -> bool:
    return all(in_daily(each.dimension) for each in question(DAY, asked.month, "", asked.filters).filters)


def _days(asked: Asked, bill: Bill) -> dict[date, Any]:
    """Return the cost of each day of the month and of those before, as filtered."""
    first = months_of(asked.month, "month").first
    begin = months_after(first, -MONTHS_BEFORE)
    rows = _ask(asked, DAY, f"{begin.isoformat()[:7]}..{asked.month}", bill)
    return {date.fromisoformat(str(row[0])): row[-2] or ZERO for row in rows}


def _span(days: dict[date, Any], newest: date | None) -> list[date]:
    """Return all days from the first to the newest: a day without a line costs 0, as filtered."""
    first, last = min(days), max(days)
    if newest is not None and newest.replace(day=1) == last.replace(day=1):
        last = newest
    return [first + timedelta(days=at) for at in range((last - first).days + 1)]


def _unusual_by(asked: Asked) -> str:
    return asked.by if in_daily(dimension(asked.by, "by")) else "service"


def _unusual(found: Figures, there: Held, bill: Bill) -> list[UnusualDay]:
    asked = found.asked
    months = months_of(asked.month, "month")
    if asked.steps != "day":
        return []
    by = _unusual_by(asked)
    begin = months_after(months.first, -WEEKS_BEFORE_MONTHS).isoformat()[:7]
    asked_again = by != asked.by
    end = months.last if asked_again else months.first - timedelta(days=1)
    rows = [
        (date.fromisoformat(str(row[0])), row[1], row[-2] or ZERO)
        for row in _ask(asked, f"{DAY},{by}", f"{begin}..{end.isoformat()[:7]}", bill)
    ]
    if not asked_again:
        rows += [(date.fromisoformat(day), name, cost or ZERO) for day, name, cost in found.days]
    judged = sorted({day for day, _, _ in rows if day >= months.first})
    return unusual_days(rows, judged, there.newest_day)


def _ask(asked: Asked, by: str, months: str, bill: Bill) -> list[tuple[Any, ...]]:
    return question_rows(question(by, months, filters=asked.in_currency), bill)


def _mark(each: UnusualDay) -> dict[str, str]:
    text = f"unusual: {each.group or NO_VALUE} {money(each.cost)}, expected {money(each.expected)}"
    return {"x": each.day.isoformat(), "text": text}


def _unusual_row(each: UnusualDay) -> list[Any]:
    return [
        each.day.isoformat(),
        each.group or NO_VALUE,
        amount_cell(each.cost),
        amount_cell(each.expected),
        change_cell(each.deviation),
    ]


def _coming(asked: Asked, ahead: Ahead | None, days: dict[date, Any]) -> list[dict[str, Any]]:
    """Return what is drawn hollow: by day the days to come, by month the rest of the month."""
    if ahead is None:
        return []
    if asked.steps == "month":
        text = f"forecast {money(ahead.forecast, asked.currency)}"
        band = {} if ahead.band is None else {"low": float(ahead.band[0]), "high": float(ahead.band[1])}
        return [{"x": asked.month, "value": float(ahead.forecast), "text": text, **band}]
    return [
        {"x": day.isoformat(), "value": float(cost), "text": f"forecast {money(cost, asked.currency)}"}
        for day, cost in ahead.coming
        if cost > days.get(day, ZERO)
    ]


def _forecast_card(ahead: Ahead | None, asked: Asked) -> list[Figure]:
    if ahead is None:
        return []
    left = len(ahead.coming)
    # One is to come on the last day alone: its usage has begun to arrive, and nobody would count it as left.
    note = "the last day may lack hours" if left == 1 else f"{left} days left"
    if ahead.error_percent is not None:
        months = "the month" if len(ahead.errors) == 1 else f"{len(ahead.errors)} months"
        note += f"; such forecasts were off by {ahead.error_percent} % in {months} before"
    return [Figure("Month's end, forecast", money(ahead.forecast, asked.currency), note, exact=plain(ahead.forecast))]


def _forecast_rows(ahead: Ahead) -> list[list[Any]]:
    rows: list[list[Any]] = [[f"so far, to {ahead.as_of.isoformat()}", amount_cell(ahead.so_far)]]
    rows += [[day.isoformat(), amount_cell(cost)] for day, cost in ahead.coming]
    rows.append([Cell("month's end"), amount_cell(total((ahead.forecast,)))])
    if ahead.band:
        rows += [
            [f"{name}, as far off as before", amount_cell(end)]
            for name, end in zip(("low", "high"), ahead.band, strict=True)
        ]
    return rows
