"""The first view of the cost page: four figures, the chart with what it says, groups with their change, the state."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from functions.adw_billing.costs_page.chart_message import NOUN, chart_message
from functions.adw_billing.costs_page.controls import controls
from functions.adw_billing.costs_page.cost_chart import amount_unit, cost_chart, in_unit, with_findings
from functions.adw_billing.costs_page.findings.beside import beside
from functions.adw_billing.costs_page.findings.data_state import data_state
from functions.adw_billing.costs_page.findings.lead import Lead, lead
from functions.adw_billing.costs_page.findings.same_days import same_days_before
from functions.adw_billing.costs_page.page_amounts import (
    NO_VALUE,
    amount_cell,
    change_cell,
    change_of,
    measured,
    money,
    percent,
)
from functions.adw_billing.model.exact_sums import plain
from shared.pages.web_page import Cell, Figure, View

if TYPE_CHECKING:
    from collections.abc import Callable
    from decimal import Decimal

    from functions.adw_billing.costs_page.asked import Asked
    from functions.adw_billing.costs_page.figures import Figures, Held
    from functions.adw_billing.costs_page.findings.known import Known
    from functions.adw_billing.costs_page.units import UnitCost
    from functions.adw_billing.query.bill import Bill

SHOWN_GROUPS = 50


def costs_view(
    found: Figures, there: Held, bill: Bill, base: str, known: Known, units: tuple[UnitCost, ...] = ()
) -> View:
    """Return the view of a settled question."""
    asked = found.asked
    more = beside(found, there, bill, known)
    chart = cost_chart(found, there)
    sentence = Lead("")
    if asked.measure == "cost":
        sentence = lead(found, there.months, there.newest_day, same_days_before(asked, there.newest_day, bill))
    values: dict[str, Any] = {
        "asked": asked,
        "there": there,
        "lead": sentence,
        "lead_moved": sentence.moved,
        "exact_url": replace(asked, exact=not asked.exact).address,
        **controls(asked, there, units, base),
        "cards": [*_totals(found), *more.cards],
        **more.values,
        "message": chart_message(found, chart),
        "caption": f"{NOUN[asked.measure].capitalize()} by {asked.by}, {amount_unit(asked)}",
        "columns": _columns(asked),
        "rows": [_row(found, each) for each in found.groups[:SHOWN_GROUPS]],
        "rest": max(0, len(found.groups) - SHOWN_GROUPS),
        "totals": [_sum_row(found)],
        "sql": found.sql,
        "sql_values": found.values,
        "csv_url": f"{base}/csv{asked.address}" if base else "",
        "data": data_state(bill, there.newest_day, known.now),
    }
    noun = "Costs" if asked.measure == "cost" else NOUN[asked.measure].capitalize()
    title = f"{noun} {asked.month} by {asked.by}"
    return View(title, values, [with_findings(chart, more, asked), *more.charts], asked.pairs)


def empty_view(asked: Asked, there: Held, bill: Bill, known: Known) -> View:
    """Return the view of a warehouse that has no cost yet."""
    values = {"asked": asked, "there": there, "data": data_state(bill, there.newest_day, known.now)}
    return View("Costs: nothing loaded yet", values, [], asked.pairs, part="empty")


def _totals(found: Figures) -> list[Figure]:
    asked = found.asked
    noun = NOUN[asked.measure].capitalize()
    change, note, tone = change_of(found.total, found.total_before), f"nothing in {found.before}", "dim"
    if change is not None and found.total_before:
        tone = "up" if change > 0 else "down" if change < 0 else "dim"
        arrow = {"up": "▲ ", "down": "▼ "}.get(tone, "")
        moved, share = change_cell(change, _text(asked)).text, percent(abs(change), abs(found.total_before))
        note = f"{arrow}{moved} ({share}) on {found.before}"
    return [
        Figure(f"{noun} {asked.month}", in_unit(asked, found.total), note, tone, _exact(found.total)),
        Figure(f"{noun} {found.before}", in_unit(asked, found.total_before), exact=_exact(found.total_before)),
    ]


def _text(asked: Asked) -> Callable[[Decimal | None], str]:
    return money if asked.measure == "cost" else measured


def _exact(amount: Decimal | None) -> str:
    return "" if amount is None else plain(amount)


def _columns(asked: Asked) -> tuple[tuple[str, str], ...]:
    share = () if asked.measure == "unit_price" else (("share", "num"),)
    amounts = ((NOUN[asked.measure], "num"), *share, ("before", "num"), ("change", "num"), ("change %", "num"))
    return ((asked.by, "text"), *amounts)


def _row(found: Figures, group: tuple[str | None, Decimal | None, Decimal | None]) -> list[Any]:
    name, amount, before = group
    return [Cell(name or NO_VALUE, found.asked.of(name).address), *_amounts(found, amount, before)]


def _sum_row(found: Figures) -> list[Any]:
    return ["all", *_amounts(found, found.total, found.total_before)]


def _amounts(found: Figures, amount: Decimal | None, before: Decimal | None) -> list[Any]:
    change = change_of(amount, before)
    share = [] if found.asked.measure == "unit_price" else [percent(amount, found.total)]
    text = _text(found.asked)
    moved = [change_cell(change, text), percent(change, abs(before) if before else None)]
    return [amount_cell(amount, text=text), *share, amount_cell(before, text=text), *moved]
