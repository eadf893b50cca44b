"""What the cost page's chart says, in one sentence for each measure and kind; pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from functions.adw_billing.costs_page.cost_chart import amount_unit, in_unit
from functions.adw_billing.costs_page.page_amounts import NO_VALUE, measured, percent
from functions.adw_billing.model.exact_sums import ZERO, total

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal

    from functions.adw_billing.costs_page.figures import Figures

    Chart = Mapping[str, Any]

NOUN = {"cost": "cost", "quantity": "quantity", "unit_price": "price"}


def chart_message(found: Figures, chart: Chart) -> str:
    """Say in words what the chart shows."""
    if not chart["x"]:
        return f"No {NOUN[found.asked.measure]} in {found.asked.month} for what is asked."
    if found.asked.measure == "unit_price":
        return _price(found, chart)
    return _share(found) if found.asked.kind == "share" else _highest(found, chart)


def _highest(found: Figures, chart: Chart) -> str:
    asked = found.asked
    sums: dict[str, Decimal] = {}
    for step, _, amount in found.days:
        sums[step] = total((sums.get(step, ZERO), amount))
    top = max(chart["x"], key=lambda step: sums[step])
    at = chart["x"].index(top)
    largest = max(chart["series"], key=lambda each: each["values"][at], default=None)
    head = NOUN[asked.measure].capitalize()
    text = f"{head} a {asked.steps} in {amount_unit(asked)} by {asked.by}, UTC: highest on {top}, "
    text += in_unit(asked, sums[top])
    return f"{text}, most of it {largest['name']}." if largest and len(chart["series"]) > 1 else f"{text}."


def _share(found: Figures) -> str:
    asked = found.asked
    text = f"Share of each {asked.steps}'s {NOUN[asked.measure]} by {asked.by}, UTC"
    name, amount, _ = max(found.groups, key=lambda row: row[1] or ZERO)
    whole = total(max(ZERO, each or ZERO) for _, each, _ in found.groups)
    if whole:
        text += f": {name or NO_VALUE} has {percent(amount, whole)} of {asked.month}"
    if any((each or ZERO) < 0 for _, _, each in found.days):
        text += "; what is below zero is part of no whole"
    return f"{text}."


def _price(found: Figures, chart: Chart) -> str:
    asked = found.asked
    text = f"Price in {amount_unit(asked)}, each {asked.steps} by {asked.by}, UTC: cost divided by quantity"
    if len(found.groups) > len(chart["series"]):
        text += f", the {len(chart['series'])} highest of {len(found.groups)}"
    moved = [row for row in found.groups if row[1] is not None and row[2]]
    if not moved:
        return f"{text}."
    name, now, before = max(moved, key=lambda row: abs(((row[1] or ZERO) - (row[2] or ZERO)) / (row[2] or 1)))
    if now == before:
        return f"{text}; none changed against {found.before}."
    return f"{text}. {name or NO_VALUE} moved most: {measured(now)} after {measured(before)} in {found.before}."
