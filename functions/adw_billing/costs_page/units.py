"""The units of what a view asks: quantities and prices are shown in one at a time, that of most cost by itself."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from functions.adw_billing.costs_page.page_amounts import NO_VALUE
from functions.adw_billing.model.exact_sums import ZERO
from functions.adw_billing.query.bill_answers import question_rows
from functions.adw_billing.query.dimensions import UNIT
from functions.adw_billing.query.question import question

if TYPE_CHECKING:
    from decimal import Decimal

    from functions.adw_billing.costs_page.asked import Asked
    from functions.adw_billing.query.bill import Bill


@dataclass(frozen=True, slots=True)
class UnitCost:
    """A unit, and the cost of the lines that have it."""

    name: str
    cost: Decimal


def units_of(asked: Asked, bill: Bill) -> tuple[UnitCost, ...]:
    """Return the units of a settled view's lines, that of most cost first; none for costs, which have a currency."""
    if asked.measure == "cost":
        return ()
    rows = question_rows(question(UNIT, asked.month, filters=asked.in_currency), bill)
    found = [UnitCost(row[0] or NO_VALUE, row[2] or ZERO) for row in rows]
    return tuple(sorted(found, key=lambda each: (-each.cost, each.name)))


def of_one_unit(asked: Asked, units: tuple[UnitCost, ...]) -> Asked:
    """Return the view with the unit of most cost where none is asked for."""
    return asked if asked.unit or not units else replace(asked, unit=units[0].name)
