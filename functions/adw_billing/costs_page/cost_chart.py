"""The cost page's chart: a colour for each of the largest groups, as bars, lines or shares."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from functions.adw_billing.costs_page.colours import COLOURS, REST, colours
from functions.adw_billing.costs_page.page_amounts import NO_VALUE, drawn, measured, money
from functions.adw_billing.model.exact_sums import ZERO, total

if TYPE_CHECKING:
    from decimal import Decimal

    from functions.adw_billing.costs_page.asked import Asked
    from functions.adw_billing.costs_page.figures import Figures, Held
    from functions.adw_billing.costs_page.findings.beside import Beside

Amounts = dict[tuple[str, str | None], "Decimal"]
OTHERS = "\0others"
"""In place of the name of a group: no value has this text."""


def cost_chart(found: Figures, there: Held) -> dict[str, Any]:
    """Return the chart: a point a day or month, a colour for each of the largest groups.

    All other groups are one, but for prices, which do not add up.
    """
    asked = found.asked
    steps = sorted({day for day, _, _ in found.days})
    sizes = sorted(found.groups, key=lambda row: (-abs(row[1] or ZERO), row[0] or ""))
    shown = [name for name, amount, _ in sizes[:COLOURS] if amount]
    amounts, rest = _amounts(found, shown), len(sizes) - len(shown)
    names: list[str | None] = [*shown, *([OTHERS] if rest and asked.measure != "unit_price" else [])]
    own = colours(shown, there.services if asked.by == "service" else ())
    chart: dict[str, Any] = {
        "id": "costs",
        "kind": "lines" if asked.kind == "lines" else "bars",
        "x": steps,
        "unit": axis_unit(asked),
        "decimals": 2 if asked.measure == "cost" else 0,
        "series": [],
    }
    if asked.measure != "unit_price":
        chart["totals"] = drawn(total(amounts.get((step, name)) for name in names) for step in steps)
    if asked.kind == "share":
        chart["total_unit"] = amount_unit(asked)
        amounts = _shares(amounts, steps, names)
    for name in names:
        values = [amounts.get((step, name), None if asked.measure == "unit_price" else ZERO) for step in steps]
        series: dict[str, Any] = {
            "name": f"{rest} others" if name == OTHERS else name or NO_VALUE,
            "values": drawn(values),
        }
        series["colour"] = own.get(name, REST)
        if name != OTHERS:
            series["href"] = asked.of(name).address
        chart["series"].append(series)
    return chart


def amount_unit(asked: Asked) -> str:
    """Return what amounts are in: a currency, a unit, or a currency by a unit."""
    if asked.measure == "cost":
        return asked.currency
    return asked.unit if asked.measure == "quantity" else f"{asked.currency} / {asked.unit}"


def in_unit(asked: Asked, amount: Decimal | None) -> str:
    """Return an amount with what it is in."""
    text = money(amount) if asked.measure == "cost" else measured(amount)
    return text if amount is None else f"{text} {amount_unit(asked)}"


def axis_unit(asked: Asked) -> str:
    """Return what is on the axis."""
    return "%" if asked.kind == "share" else amount_unit(asked)


def _amounts(found: Figures, shown: list[str | None]) -> Amounts:
    """Return the amount of each step and group, those of all others together."""
    amounts: Amounts = {}
    for step, name, amount in found.days:
        key = (step, name if name in shown else OTHERS)
        if amount is not None:
            amounts[key] = total((amounts.get(key, ZERO), amount))
    return amounts


def _shares(amounts: Amounts, steps: list[str], names: list[str | None]) -> Amounts:
    """Return per cent of each step. What is below zero is part of no whole: it is drawn below zero."""
    found: Amounts = {}
    for step in steps:
        own = {name: amounts.get((step, name), ZERO) for name in names}
        whole = total(max(ZERO, each) for each in own.values())
        found |= {(step, name): 100 * each / whole for name, each in own.items() if whole}
    return found


def with_findings(chart: dict[str, Any], more: Beside, asked: Asked) -> dict[str, Any]:
    """Return the chart with budgets as lines, unusual days marked, and a forecast drawn hollow, on days of its own.

    Budgets and forecasts are of all groups together: they stand at bars, whose height is that, alone.
    """
    if asked.kind != "bars":
        return {**chart, "marks": more.marks}
    coming = [each["x"] for each in more.forecast if each["x"] not in chart["x"]]
    for name in ("values", "shown"):
        for each in chart["series"]:
            if name in each:
                each[name] = [*each[name], *[None] * len(coming)]
    if "totals" in chart:
        chart["totals"] = [*chart["totals"], *[None] * len(coming)]
    x = [*chart["x"], *coming]
    return {**chart, "x": x, "marks": more.marks, "limits": more.limits, "forecast": more.forecast}
