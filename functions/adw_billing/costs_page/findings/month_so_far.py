"""The course of one month as a chart: what it has cost up to each day, the month before, forecast, budgets; pure."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from functions.adw_billing.costs_page.findings.lead import month_names
from functions.adw_billing.costs_page.page_amounts import money
from functions.adw_billing.model.exact_sums import EXACT, add

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from decimal import Decimal

    from functions.adw_billing.costs_page.findings.budget_marks import Course
    from functions.adw_billing.model.budget import Budget


def so_far_chart(
    month: date, course: Course, before: Mapping[date, Decimal], budgets: Sequence[Budget], currency: str
) -> dict[str, Any]:
    """Return the chart: lines of sums, each up to the end of its day; what is not known yet is no point of it."""
    days = [month + timedelta(days=at) for at in range((_next(month) - month).days)]
    was = _sums([before.get(each) for each in _days_of(before)])
    series = [_line(f"{month_names(month.isoformat()[:7])}", _padded(_known_sums(days, course), len(days)))]
    if was:
        # A month before of 31 days has one more than this one of 30: its last point is left out, its sum is in words.
        first = min(before)
        name = month_names(first.isoformat()[:7])
        series.append({**_line(name, _padded(was, len(days))), "colour": "--rest"})
    if course.ahead:
        series += _forecast_lines(days, course)
    limits = [
        {"value": float(each.amount), "text": f"budget {each.name}: {money(each.amount, currency)}"} for each in budgets
    ]
    x = [each.isoformat() for each in days]
    return {"id": "so-far", "kind": "lines", "x": x, "unit": currency, "series": series, "marks": [], "limits": limits}


def so_far_message(month: date, course: Course, currency: str) -> str:
    """Say in words what the chart shows."""
    last = max(course.days, default=month)
    text = f"{month_names(month.isoformat()[:7])} up to {last.isoformat()}: {money(course.spent, currency)}"
    ahead = course.ahead
    if ahead is None:
        return f"{text}."
    text += f"; forecast for the month's end {money(ahead.forecast, currency)}"
    if ahead.band is None:
        return f"{text}, no month before to tell its error."
    low, high = (money(each) for each in ahead.band)
    return f"{text}, {low} to {high} if it is as far off as such forecasts were ({ahead.error_percent} %)."


def _forecast_lines(days: list[date], course: Course) -> list[dict[str, Any]]:
    ahead = course.ahead
    if ahead is None:
        return []
    coming = dict(ahead.coming)
    values: list[Decimal | None] = []
    whole = ahead.so_far
    for day in days:
        whole = add(whole, coming.get(day))
        values.append(whole if day >= ahead.as_of else None)
    found = [{**_line("forecast", values), "colour": "--c0", "dashed": True}]
    if ahead.band is None:
        return found
    left = max(1, len(ahead.coming))
    for name, end in zip(("forecast, low", "forecast, high"), ahead.band, strict=True):
        # The error is of the month's end: towards today it narrows to nothing.
        off = EXACT.subtract(end, ahead.forecast)
        band = [
            None if each is None else each + off * max(0, (day - ahead.as_of).days) / left
            for each, day in zip(values, days, strict=True)
        ]
        found.append({**_line(name, band), "colour": "--rest", "dashed": True})
    return found


def _known_sums(days: list[date], course: Course) -> list[Decimal]:
    newest = max(course.days, default=None)
    return _sums([course.days.get(each) for each in days if newest and each <= newest])


def _sums(costs: Sequence[Decimal | None]) -> list[Decimal]:
    found: list[Decimal] = []
    for cost in costs:
        found.append(add(found[-1] if found else None, cost))
    return found


def _padded(values: Sequence[Decimal | None], length: int) -> list[Decimal | None]:
    return [*values[:length], *[None] * (length - len(values))]


def _line(name: str, values: Sequence[Decimal | None]) -> dict[str, Any]:
    numbers = [None if each is None else round(float(each), 4) for each in values]
    return {"name": name, "values": numbers, "shown": [money(each) for each in values]}


def _days_of(costs: Mapping[date, Decimal]) -> list[date]:
    first = min(costs, default=None)
    if first is None:
        return []
    month = first.replace(day=1)
    return [month + timedelta(days=at) for at in range((_next(month) - month).days)]


def _next(month: date) -> date:
    return (month + timedelta(days=31)).replace(day=1)
