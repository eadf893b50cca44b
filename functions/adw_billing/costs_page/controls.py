"""What the cost page's form offers for a view: periods, groups, measures, units, chart kinds, chips; pure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, get_args

from functions.adw_billing.costs_page.asked import GROUPS, Kind
from functions.adw_billing.costs_page.page_amounts import money

if TYPE_CHECKING:
    from functions.adw_billing.costs_page.asked import Asked
    from functions.adw_billing.costs_page.figures import Held
    from functions.adw_billing.costs_page.units import UnitCost

MEASURES = (("cost", "cost"), ("quantity", "quantity"), ("unit_price", "unit price"))
LAST = 3
"""Months of the preset between the newest month and the year."""


def controls(asked: Asked, there: Held, units: tuple[UnitCost, ...], base: str) -> dict[str, Any]:
    """Return the values of the form's template. ``base`` is empty in a single file, which cannot be asked freely."""
    first, _, last = asked.month.partition("..")
    kinds = () if asked.measure == "unit_price" else get_args(Kind)
    return {
        "served": bool(base),
        "ends": (first, last or first),
        "months": sorted({*there.months, first, last or first}, reverse=True),
        "presets": _presets(asked, there),
        "groups_known": [*GROUPS, *([asked.by] if asked.by not in GROUPS else [])],
        "measures": MEASURES,
        "units": [(each.name, f"{each.name} \N{MIDDLE DOT} {money(each.cost, asked.currency)}") for each in units],
        "kinds": kinds,
        "chips": [(each, asked.without(each).address) for each in asked.filters],
        "lists_url": replace(asked, part="choices").address,
    }


def _presets(asked: Asked, there: Held) -> list[tuple[str, str]]:
    """Return name and address of each period that is more than a pair of months; none that is shown already."""
    months = there.months
    if not months:
        return []
    year = [each for each in months if each[:4] == months[0][:4]]
    found = {months[0]: "newest month"}
    found.setdefault(_span(months[min(LAST, len(months)) - 1], months[0]), f"last {LAST} months")
    found.setdefault(_span(year[-1], months[0]), months[0][:4])
    found.setdefault(_span(months[-1], months[0]), "all")
    return [(name, replace(asked, month=each, step="").address) for each, name in found.items() if each != asked.month]


def _span(first: str, last: str) -> str:
    return first if first == last else f"{first}..{last}"
