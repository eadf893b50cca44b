"""The cost report as one HTML page: chart, tables, reconciliation; no script, and nothing that is fetched."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from functions.adw_billing.cost_report.chart import chart
from functions.adw_billing.cost_report.data import OTHER, largest_first, period_name, total
from functions.adw_billing.cost_report.shown_amounts import cell, headline
from functions.adw_billing.cost_report.text import (
    ADDS_UP,
    DO_NOT_ADD_UP,
    NO_COSTS,
    NOTHING,
    SUMS_HEAD,
    ledger_cells,
    missing_reports,
    sum_cells,
    unequal_rows,
)
from functions.adw_billing.model.exact_sums import plain
from functions.adw_billing.model.printable import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from decimal import Decimal

    from functions.adw_billing.cost_report.data import CostReport, Period, Section

STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; color: #1a1a1a; background: #fff; max-width: 1000px; margin: 2rem auto;
  padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2.2rem; }
svg { width: 100%; height: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: .2rem .7rem; border-bottom: 1px solid #e3e3e3; text-align: right; white-space: nowrap; }
th { vertical-align: bottom; } td.l { vertical-align: top; }
td.w { white-space: normal; overflow-wrap: break-word; max-width: 22rem; }
th.l, td.l { text-align: left; } thead th { position: sticky; top: 0; background: #fff; }
.scroll { overflow: auto; max-height: 32rem; max-width: 100%; }
h2, p, li { overflow-wrap: break-word; }
.total { font-weight: 600; font-size: 1.3rem; } .muted { color: #666; }
"""
POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def page(report: CostReport) -> str:
    """Return the whole page."""
    costs = [part for each in report.sections for part in _section(each, report.period)]
    body = "\n".join([*_totals(report), *costs, *_ledger(report), *_reconciliation(report)])
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        '<meta name="viewport" content="width=device-width">\n'
        f"<title>OCI cost by service</title>\n<style>{STYLE}</style>\n</head>\n<body>\n{body}\n</body>\n</html>\n"
    )


def _totals(report: CostReport) -> Iterator[str]:
    yield "<h1>OCI cost by service</h1>"
    if not report.sections:
        yield f"<p>{NO_COSTS}</p>"
    for section in report.sections:
        first, last = section.span
        amount, currency = plain(section.total), _text(section.currency)
        yield f'<p><span class="total" title="{amount}">{headline(section.total)} {currency}</span> '
        yield f'{first} to {last} (UTC)<br><span class="muted">exactly {amount}; '
        yield f"tenancy {_text(section.tenancy_id)}</span></p>"


def _ledger(report: CostReport) -> Iterator[str]:
    yield "<h2>Ledger</h2>"
    rows = [ledger_cells(each, ",") for each in report.ledger]
    yield _table(("reports", "state", "objects", "rows", "quarantined", "bytes", "cost"), rows, left=2)
    checks = [sum_cells(each) for each in report.outside_days]
    if checks:
        yield f"<p>{DO_NOT_ADD_UP}</p>"
        yield _table(SUMS_HEAD, checks, left=2)
    elif report.sum_checks:
        yield f'<p class="muted">{ADDS_UP}</p>'


def _section(section: Section, period: Period) -> Iterator[str]:
    currency = _text(section.currency)
    yield f"<h2>Cost by service by {period}, {currency}</h2>"
    yield f'<p class="muted">tenancy {_text(section.tenancy_id)}</p>'
    yield chart(section, period) or '<p class="muted">No chart: every cost is 0.</p>'
    shown = section.largest()
    periods = {day: largest_first(costs, shown) for day, costs in section.by_period(period).items()}
    services = [*shown, *([OTHER] if any(OTHER in costs for costs in periods.values()) else [])]
    # The total stands beside the period: a table of many services is wider than the page.
    rows = [
        (period_name(day, period), cell(total(costs.values())), *(_cell(costs.get(name)) for name in services))
        for day, costs in periods.items()
    ]
    sums = largest_first(section.by_service(), shown)
    last = ("all", cell(section.total), *(_cell(sums.get(name)) for name in services))
    yield '<p class="muted">Rounded to four decimals; the totals below are exact.</p>'
    yield f'<div class="scroll">{_table((period, "all", *services), [*rows, last], left=1)}</div>'
    yield f"<h2>Cost by service, {currency}</h2>"
    exact = [(service, plain(cost)) for service, cost in section.by_service().items()]
    yield _table(("service", currency), [*exact, ("all", plain(section.total))], left=1, wide=True)


def _reconciliation(report: CostReport) -> Iterator[str]:
    yield "<h2>Cost reports against FOCUS reports</h2>"
    counted = ", ".join(f"{count:,} {status}" for status, count in report.statuses.items())
    yield f"<p>Days and services: {_text(counted or 'none')}.</p>"
    head, rows, left = unequal_rows(report)
    if rows:
        yield f'<div class="scroll">{_table(head, rows, left=left)}</div>'
    missing = missing_reports(report)
    if missing:
        yield f"<p>Objects that are known and not loaded:</p><ul>{_items(missing)}</ul>"


def _items(names: Iterable[str]) -> str:
    return "".join(f"<li>{_text(name)}</li>" for name in names)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]], *, left: int, wide: bool = False) -> str:
    """Return a table whose first ``left`` columns are texts; ``wide``: they may be long, and break."""
    texts = ' class="l w"' if wide else ' class="l"'

    def line(cells: Sequence[str], tag: str) -> str:
        marks = [texts if at < left else "" for at in range(len(cells))]
        return "".join(f"<{tag}{mark}>{_text(cell)}</{tag}>" for mark, cell in zip(marks, cells, strict=True))

    body = "\n".join(f"<tr>{line(row, 'td')}</tr>" for row in rows)
    return f"<table><thead><tr>{line(head, 'th')}</tr></thead>\n<tbody>{body}</tbody></table>"


def _cell(cost: Decimal | None) -> str:
    return NOTHING if cost is None else cell(cost)


def _text(text: str) -> str:
    return escape(printable(text))
