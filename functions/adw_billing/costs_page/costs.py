"""The first view of the cost page: four figures, the chart with what it says, groups with their change, the state."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from functions.adw_billing.costs_page.asked import GROUPS
from functions.adw_billing.costs_page.cost_chart import chart_message, cost_chart, with_findings
from functions.adw_billing.costs_page.findings.beside import beside
from functions.adw_billing.costs_page.findings.lead import lead
from functions.adw_billing.costs_page.page_amounts import (
    ABSENT,
    NO_VALUE,
    amount_cell,
    change_cell,
    money,
    percent,
    signed,
)
from functions.adw_billing.model.exact_sums import plain, total
from shared.pages.web_page import Cell, Figure, View

if TYPE_CHECKING:
    from decimal import Decimal

    from functions.adw_billing.costs_page.asked import Asked
    from functions.adw_billing.costs_page.figures import Figures, Held
    from functions.adw_billing.costs_page.findings.known import Known
    from functions.adw_billing.query.bill import Bill

SHOWN_GROUPS = 50
COLUMNS = (
    ("group", "text"),
    ("cost", "num"),
    ("share", "num"),
    ("before", "num"),
    ("change", "num"),
    ("change %", "num"),
)


def costs_view(found: Figures, there: Held, bill: Bill, base: str, known: Known) -> View:
    """Return the view of a settled question."""
    asked = found.asked
    more = beside(found, there, bill, known)
    chart = cost_chart(found)
    sentence = lead(found, there.months, there.newest_day)
    values: dict[str, Any] = {
        "asked": asked,
        "there": there,
        "lead": sentence,
        "lead_moved": sentence.moved,
        "exact_url": replace(asked, exact=not asked.exact).address,
        "groups_known": [*GROUPS, *([asked.by] if asked.by not in GROUPS else [])],
        "chips": [(each, asked.without(each).address) for each in asked.filters],
        "cards": [*_totals(found), *more.cards],
        **more.values,
        "message": chart_message(found, chart),
        "columns": tuple((asked.by if name == "group" else name, kind) for name, kind in COLUMNS),
        "rows": [_row(found, each) for each in found.groups[:SHOWN_GROUPS]],
        "rest": max(0, len(found.groups) - SHOWN_GROUPS),
        "totals": [_sum_row(found)],
        "sql": found.sql,
        "sql_values": found.values,
        "csv_url": f"{base}/csv{asked.address}" if base else "",
        "state": _state(there),
    }
    title = f"Costs {asked.month} by {asked.by}"
    return View(title, values, [with_findings(chart, more), *more.charts], asked.pairs)


def empty_view(asked: Asked, there: Held) -> View:
    """Return the view of a warehouse that has no cost yet."""
    values = {"asked": asked, "there": there, "state": _state(there)}
    return View("Costs: nothing loaded yet", values, [], asked.pairs, part="empty")


def _totals(found: Figures) -> list[Figure]:
    currency, change = found.asked.currency, total((found.total, -found.total_before))
    tone = "up" if change > 0 else "down" if change < 0 else "dim"
    arrow = {"up": "▲ ", "down": "▼ "}.get(tone, "")
    share = percent(abs(change), abs(found.total_before))
    note = (
        f"{arrow}{signed(change)} ({share}) on {found.before}" if found.total_before else f"nothing in {found.before}"
    )
    return [
        Figure(f"Cost {found.asked.month}", money(found.total, currency), note, tone, plain(found.total)),
        Figure(f"Cost {found.before}", money(found.total_before, currency), exact=plain(found.total_before)),
    ]


def _row(found: Figures, group: tuple[str | None, Decimal, Decimal]) -> list[Any]:
    name, cost, before = group
    change = total((cost, -before))
    return [
        Cell(name or NO_VALUE, found.asked.of(name).address),
        amount_cell(cost),
        percent(cost, found.total),
        amount_cell(before),
        change_cell(change),
        percent(change, abs(before)),
    ]


def _sum_row(found: Figures) -> list[Any]:
    change = total((found.total, -found.total_before))
    return [
        "all",
        amount_cell(found.total),
        percent(found.total, found.total),
        amount_cell(found.total_before),
        change_cell(change),
        percent(change, abs(found.total_before)),
    ]


def _state(there: Held) -> dict[str, object]:
    """Return how complete the data is; the caller's clock is not asked: moments are shown, not ages."""
    load = there.newest_load
    at = load.replace(tzinfo=load.tzinfo or UTC) if isinstance(load, datetime) else None
    return {
        "reports": f"{there.reports:,}",
        "quarantined": there.quarantined,
        "newest_day": f"{there.newest_day:%Y-%m-%d}" if there.newest_day else ABSENT,
        "loaded_at": f"{at:%Y-%m-%d %H:%M}" if at else ABSENT,
    }
