"""The sentence above the chart: what a period cost more or less than the one before, and which groups made it; pure."""

from __future__ import annotations

import calendar
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from functions.adw_billing.costs_page.findings.same_days import nth
from functions.adw_billing.costs_page.page_amounts import NO_VALUE, change_cell, money, percent
from functions.adw_billing.model.exact_sums import ZERO, plain, total
from functions.adw_billing.query.question import months_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from functions.adw_billing.costs_page.figures import Figures
    from functions.adw_billing.costs_page.findings.same_days import Costs
    from shared.pages.web_page import Cell

NAMED = 3
"""Groups that the sentence names; all others are one sum."""


@dataclass(frozen=True, slots=True)
class Lead:
    """Its pieces: ``subject`` ``amount`` ``object``: ``moved``, then ``note``."""

    subject: str
    amount: str = ""
    exact: str = ""
    tone: str = ""
    object: str = ""
    moved: tuple[tuple[Cell, str, str], ...] = ()
    """Change, name and the view that it leads to (empty for all others together)."""
    note: str = ""


def month_names(text: str) -> str:
    """Return `October 2026`, `August to October 2026`, `December 2025 to January 2026`."""
    months = months_of(text, "month")
    first, last = (f"{calendar.month_name[day.month]} {day.year}" for day in (months.first, months.last))
    if first == last:
        return first
    return f"{first.split()[0] if months.first.year == months.last.year else first} to {last}"


def lead(found: Figures, loaded: Sequence[str], newest_day: date | None, same_days: Costs | None = None) -> Lead:
    """Return the sentence; ``loaded`` are the months that have costs, up to ``newest_day``.

    ``same_days`` are the costs of as many days of the month before, where the month is not over.
    """
    asked, now, before = found.asked, month_names(found.asked.month), month_names(found.before)
    missing = _missing(found.before, loaded)
    if missing:
        text = f"{now} cost {money(found.total, asked.currency)}"
        return Lead(f"{text}; there is nothing to compare it with: of {missing} nothing is loaded.")
    cost_before = found.total_before or ZERO
    note = _note(found, newest_day)
    if same_days is not None and newest_day is not None:
        note = f"All of {before} cost {money(cost_before, asked.currency)}."
        now, before = f"{now} up to the {nth(newest_day.day)}", f"the same days of {before}"
        cost_before = total(same_days.values())
        names = dict.fromkeys((*(name for name, _, _ in found.groups), *same_days))
        costs = {name: cost for name, cost, _ in found.groups}
        found = replace(found, groups=[(name, costs.get(name, ZERO), same_days.get(name, ZERO)) for name in names])
    change = total((found.total, -cost_before))
    subject = f"{now}, as filtered, cost" if asked.filters else f"{now} cost"
    if not change:
        return Lead(f"{subject} exactly as much as {before}.", note=note)
    amount = money(abs(change), asked.currency)
    share = f" ({percent(abs(change), abs(cost_before))})" if cost_before else ""
    tone, word = ("up", "more") if change > 0 else ("down", "less")
    return Lead(subject, f"{amount}{share} {word}", plain(change), tone, f"than {before}", _moved(found), note)


def _moved(found: Figures) -> tuple[tuple[Cell, str, str], ...]:
    changes = [(name, total((cost, -(before or ZERO)))) for name, cost, before in found.groups]
    changes = sorted((each for each in changes if each[1]), key=lambda each: (-abs(each[1]), each[0] or ""))
    named = [(change_cell(change), name or NO_VALUE, found.asked.of(name).address) for name, change in changes[:NAMED]]
    rest = changes[NAMED:]
    if rest:
        others = "in 1 other" if len(rest) == 1 else f"in {len(rest)} others"
        named.append((change_cell(total(change for _, change in rest)), others, ""))
    return tuple(named)


def _missing(before: str, loaded: Sequence[str]) -> str:
    """Return the months before of which nothing is loaded, empty for none."""
    months = months_of(before, "month")
    first = min(loaded, default="")
    if not first or str(months.last)[:7] < first:
        return month_names(before)
    begin = str(months.first)[:7]
    if begin >= first:
        return ""
    year, month = int(first[:4]), int(first[5:])
    last = f"{year - (month == 1):04}-{(month - 2) % 12 + 1:02}"
    return month_names(f"{begin}..{last}")


def _note(found: Figures, newest_day: date | None) -> str:
    """Say that a period is not over: its cost a day is what can be compared."""
    months, before = months_of(found.asked.month, "month"), months_of(found.before, "month")
    if newest_day is None or not months.first <= newest_day < months.last:
        return ""
    there, whole, length = (
        _days(months.first, newest_day),
        _days(months.first, months.last),
        _days(before.first, before.last),
    )
    sums = ((found.total or ZERO, there), (found.total_before or ZERO, length))
    a_day, a_day_before = (money(cost / n, found.asked.currency) for cost, n in sums)
    return f"It has {there} of {whole} days so far: {a_day} a day, against {a_day_before} a day before."


def _days(first: date, last: date) -> int:
    return (last - first).days + 1
