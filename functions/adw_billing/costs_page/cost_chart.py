"""The cost page's chart, and what it says in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from functions.adw_billing.costs_page.page_amounts import NO_VALUE, drawn, money
from functions.adw_billing.model.exact_sums import ZERO, total

if TYPE_CHECKING:
    from decimal import Decimal

    from functions.adw_billing.costs_page.asked import Asked
    from functions.adw_billing.costs_page.figures import Figures
    from functions.adw_billing.costs_page.findings.beside import Beside

SERIES = 8
"""Groups that have a colour of their own; all others are one."""
OTHERS = "\0others"
"""In place of the name of a group: no value has this text."""


def cost_chart(found: Figures) -> dict[str, Any]:
    """Return the chart: a bar a day or month, a colour for each of the largest groups."""
    asked = found.asked
    steps = sorted({day for day, _, _ in found.days})
    sizes = sorted(found.groups, key=lambda row: (-abs(row[1]), row[0] or ""))
    shown = [name for name, cost, _ in sizes[:SERIES] if cost]
    costs: dict[tuple[str, str | None], Decimal] = {}
    for day, name, cost in found.days:
        key = (day, name if name in shown else OTHERS)
        costs[key] = total((costs.get(key, ZERO), cost or ZERO))
    names: list[str | None] = [*shown, *([OTHERS] if len(sizes) > len(shown) else [])]
    series = [
        _series(asked, name, [costs.get((day, name), ZERO) for day in steps], len(sizes) - len(shown)) for name in names
    ]
    whole = [total(cost for (at, _), cost in costs.items() if at == day) for day in steps]
    return {
        "id": "costs",
        "kind": "bars",
        "x": steps,
        "unit": asked.currency,
        "series": series,
        "totals": [money(each, asked.currency) for each in whole],
    }


def _series(asked: Asked, name: str | None, costs: list[Decimal], rest: int) -> dict[str, Any]:
    found = {"name": name or NO_VALUE, "values": drawn(costs), "shown": [money(each) for each in costs]}
    if name == OTHERS:
        return {**found, "name": f"{rest} others", "colour": "--rest"}
    return {**found, "href": asked.of(name).address}


def chart_message(found: Figures, chart: dict[str, Any]) -> str:
    """Say in words what the chart shows."""
    asked = found.asked
    if not chart["x"]:
        return f"No cost in {asked.month} for what is asked."
    sums = [sum(values) for values in zip(*(each["values"] for each in chart["series"]), strict=True)]
    top = max(range(len(sums)), key=lambda at: sums[at])
    largest = max(chart["series"], key=lambda each: each["values"][top])
    text = f"Cost a {asked.steps} in {asked.currency} by {asked.by}, UTC: highest on {chart['x'][top]}"
    text += f", {chart['totals'][top]}"
    return f"{text}, most of it {largest['name']}." if len(chart["series"]) > 1 else f"{text}."


def with_findings(chart: dict[str, Any], more: Beside) -> dict[str, Any]:
    """Return the chart with budgets as lines, unusual days marked, and a forecast drawn hollow, on days of its own."""
    coming = [each["x"] for each in more.forecast if each["x"] not in chart["x"]]
    for name in ("values", "shown"):
        for each in chart["series"]:
            if name in each:
                each[name] = [*each[name], *[None] * len(coming)]
    if "totals" in chart:
        chart["totals"] = [*chart["totals"], *[None] * len(coming)]
    x = [*chart["x"], *coming]
    return {**chart, "x": x, "marks": more.marks, "limits": more.limits, "forecast": more.forecast}
