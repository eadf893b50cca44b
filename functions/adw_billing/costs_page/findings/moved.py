"""The part of the cost page with the products that moved: why each did, its quantities and unit prices, its view."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from functions.adw_billing.costs_page.findings.lead import month_names
from functions.adw_billing.costs_page.findings.line_filters import line_condition
from functions.adw_billing.costs_page.findings.movers import CENT, Mover, Side, largest_movers
from functions.adw_billing.costs_page.findings.same_days import last_day_before, nth
from functions.adw_billing.costs_page.page_amounts import NO_VALUE, amount_cell, change_cell, measured, signed
from functions.adw_billing.model.exact_sums import ZERO, plain, total
from functions.adw_billing.model.tables import DAILY
from functions.adw_billing.query.question import months_of
from functions.adw_billing.warehouse.questions.lines import LINE_VIEW
from shared.pages.web_page import Cell, View

if TYPE_CHECKING:
    from datetime import date

    from functions.adw_billing.costs_page.asked import Asked
    from functions.adw_billing.query.bill import Bill

SHOWN = 15
NAMED = 4
"""Movers that the sentence above the chart names."""


def moved_view(asked: Asked, bill: Bill) -> View:
    """Return the part of a settled question."""
    months = months_of(asked.month, "month")
    newest = bill.rows(f"SELECT MAX(usage_day) FROM {bill.words.table(DAILY.name)}")[0][0]
    last = last_day_before(months, newest)
    part = "" if last == months.before.last else f" (up to the {nth(last.day)} of each)"
    found = movers(asked, bill, newest)
    largest = largest_movers(found)
    compared = any(each.before.lines for each in found)
    rest = largest[SHOWN:]
    values: dict[str, Any] = {
        "asked": asked,
        "now": month_names(asked.month),
        "before": month_names(str(months.before)),
        "part": part,
        "compared": compared,
        "because": [_because(each, asked) for each in largest[:NAMED]] if compared else [],
        "movers": [_row(each, asked) for each in largest[:SHOWN]] if compared else [],
        "rest": (len(rest), signed(total(each.change for each in rest), asked.currency)),
    }
    return View("Moved", values, [], asked.pairs, part="moved")


def movers(asked: Asked, bill: Bill, newest_day: date | None = None) -> list[Mover]:
    """Return every product of the period and of the one before, whatever the filters.

    Where the month of ``newest_day`` is not over, as many days of the month before are compared.
    """
    months = months_of(asked.month, "month")
    words = bill.words
    values = {
        "before_day": months.before.first.isoformat(),
        "first_day": months.first.isoformat(),
        "last_day": months.last.isoformat(),
        "same_day": last_day_before(months, newest_day).isoformat(),
    }
    where = line_condition(asked.in_currency, words, values)
    now = f"l.usage_day >= {words.date('first_day')}"
    sides = ", ".join(_sums(now if is_now else f"NOT ({now})") for is_now in (True, False))
    sql = (
        f"SELECT service, sku, MAX(description), MAX(unit), {sides} FROM {words.table(LINE_VIEW)} l "
        f"WHERE l.usage_day >= {words.date('before_day')} AND l.usage_day <= {words.date('last_day')} AND {where} "
        f"AND ({now} OR l.usage_day <= {words.date('same_day')}) "
        "GROUP BY service, sku"
    )
    return [Mover(row[0], row[1], row[2], row[3], _side(row[4:9]), _side(row[9:14])) for row in bill.rows(sql, values)]


def _sums(when: str) -> str:
    usage = f"{when} AND is_correction = 0"
    return (
        f"SUM(CASE WHEN {when} THEN 1 ELSE 0 END), SUM(CASE WHEN {when} THEN cost END), "
        f"SUM(CASE WHEN {when} AND is_correction = 1 THEN cost END), "
        f"SUM(CASE WHEN {usage} THEN quantity END), MAX(CASE WHEN {usage} AND unit_price > 0 THEN unit_price END)"
    )


def _side(row: tuple[Any, ...]) -> Side:
    lines, cost, corrections, quantity, unit_price = row
    price = None if unit_price is None else Decimal(unit_price).normalize()
    return Side(int(lines or 0), cost or ZERO, corrections or ZERO, quantity or ZERO, price)


def _name(mover: Mover) -> str:
    return mover.product or mover.sku or NO_VALUE


def _address(mover: Mover, asked: Asked) -> str:
    by_sku = replace(asked, by="sku", part="view")
    return by_sku.of(mover.sku).address


def _because(mover: Mover, asked: Asked) -> tuple[Cell, str, str, str]:
    return change_cell(mover.change), _name(mover), _address(mover, asked), mover.reason


def _row(mover: Mover, asked: Asked) -> list[Any]:
    unit = "" if mover.unit is None else mover.unit.strip()
    unit = f"\N{MULTIPLICATION SIGN} {unit}" if unit[:1].isdigit() else unit  # 8.81 times `1M API Calls`
    return [
        Cell(_name(mover), _address(mover, asked)),
        mover.service or NO_VALUE,
        change_cell(mover.change),
        _reason(mover),
        _then_and_now(
            mover.before.quantity if mover.before.lines else None, mover.now.quantity if mover.now.lines else None, unit
        ),
        _then_and_now(mover.before.unit_price, mover.now.unit_price, ""),
        amount_cell(mover.now.cost) if mover.now.lines else amount_cell(None),
    ]


def _reason(mover: Mover) -> str:
    """Return the reason with the parts of the change that reach a cent."""
    parts = {name: part for name, part in mover.parts.items() if abs(part) >= CENT}
    if len(parts) < 2:
        return mover.reason
    ordered = sorted(parts, key=lambda name: -abs(parts[name]))
    return ", ".join(f"{name} {signed(parts[name])}" for name in ordered)


def _then_and_now(before: Decimal | None, now: Decimal | None, unit: str) -> Cell:
    texts = [measured(each) for each in (before, now)]
    exact = ["" if each is None else plain(each) for each in (before, now)]
    if before == now:
        return Cell(texts[0], exact=exact[0])
    return Cell(
        f"{texts[0]} → {texts[1]}{f' {unit}' if unit else ''}", exact=" → ".join(each or texts[0] for each in exact)
    )
