"""The cost report as one HTML page: chart, tables, reconciliation; no script, and nothing that is fetched."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Context, Decimal
from html import escape
from typing import TYPE_CHECKING

from functions.adw_billing.cost_report.chart import chart
from functions.adw_billing.cost_report.data import total
from functions.adw_billing.cost_report.text import (
    ADDS_UP,
    DO_NOT_ADD_UP,
    NO_COSTS,
    NOTHING,
    SUMS_HEAD,
    UNEQUAL_HEAD,
    ledger_cells,
    missing_reports,
    sum_cells,
    unequal_cells,
)
from functions.adw_billing.model.exact_sums import plain
from functions.adw_billing.model.printable import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from functions.adw_billing.cost_report.data import CostReport, Section

STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; color: #1a1a1a; background: #fff; max-width: 1000px; margin: 2rem auto;
  padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2.2rem; }
svg { width: 100%; height: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: .2rem .7rem; border-bottom: 1px solid #e3e3e3; text-align: right; white-space: nowrap; }
th, td.l { white-space: normal; overflow-wrap: anywhere; min-width: 5rem; max-width: 22rem; vertical-align: top; }
th.l, td.l { text-align: left; } thead th { position: sticky; top: 0; background: #fff; }
.scroll { overflow: auto; max-height: 32rem; }
h2, p, li { overflow-wrap: anywhere; }
.total { font-weight: 600; } .muted { color: #666; }
"""
POLICY = "default-src 'none'; style-src 'unsafe-inline'"
_CENTS = Context(prec=60, rounding=ROUND_HALF_EVEN)


def page(report: CostReport) -> str:
    """Return the whole page."""
    body = "\n".join(
        [*_head(report), *(part for each in report.sections for part in _section(each)), *_reconciliation(report)]
    )
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        '<meta name="viewport" content="width=device-width">\n'
        f"<title>OCI cost by service</title>\n<style>{STYLE}</style>\n</head>\n<body>\n{body}\n</body>\n</html>\n"
    )


def _head(report: CostReport) -> Iterator[str]:
    yield "<h1>OCI cost by service</h1>"
    rows = [ledger_cells(each, ",") for each in report.ledger]
    yield _table(("reports", "state", "objects", "rows", "quarantined", "bytes", "cost"), rows, left=2)
    checks = [sum_cells(each) for each in report.outside_days]
    if checks:
        yield f"<p>{DO_NOT_ADD_UP}</p>"
        yield _table(SUMS_HEAD, checks, left=2)
    elif report.sum_checks:
        yield f'<p class="muted">{ADDS_UP}</p>'
    if not report.sections:
        yield f"<p>{NO_COSTS}</p>"


def _section(section: Section) -> Iterator[str]:
    currency = _text(section.currency)
    days = section.by_day()
    yield f"<h2>Cost by service by day, {currency}</h2>"
    span = f"{min(days).isoformat()} to {max(days).isoformat()} (UTC)"
    yield f'<p>{span}: <span class="total">{plain(section.total)} {currency}</span><br>'
    yield f'<span class="muted">tenancy {_text(section.tenancy_id)}</span></p>'
    yield chart(section) or '<p class="muted">No chart: every cost is 0.</p>'
    services = list(section.by_service())
    rows = [
        (day.isoformat(), *(_rounded(costs.get(name)) for name in services), _rounded(total(costs.values())))
        for day, costs in days.items()
    ]
    sums = ("all", *(_rounded(cost) for cost in section.by_service().values()), _rounded(section.total))
    yield '<p class="muted">Rounded to four decimals; the totals below are exact.</p>'
    yield f'<div class="scroll">{_table(("day", *services, "all"), [*rows, sums], left=1)}</div>'
    yield f"<h2>Cost by service, {currency}</h2>"
    exact = [(service, plain(cost)) for service, cost in section.by_service().items()]
    yield _table(("service", currency), [*exact, ("all", plain(section.total))], left=1)


def _reconciliation(report: CostReport) -> Iterator[str]:
    yield "<h2>Cost reports against FOCUS reports</h2>"
    counted = ", ".join(f"{count:,} {status}" for status, count in report.statuses.items())
    yield f"<p>Days and services: {_text(counted or 'none')}.</p>"
    rows = [unequal_cells(row) for row in report.unequal]
    if rows:
        yield f'<div class="scroll">{_table(UNEQUAL_HEAD, rows, left=4)}</div>'
    missing = missing_reports(report)
    if missing:
        yield f"<p>Objects that are known and not loaded:</p><ul>{_items(missing)}</ul>"


def _items(names: Iterable[str]) -> str:
    return "".join(f"<li>{_text(name)}</li>" for name in names)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]], *, left: int) -> str:
    """Return a table whose first ``left`` columns are texts."""

    def line(cells: Sequence[str], tag: str) -> str:
        marks = [' class="l"' if at < left else "" for at in range(len(cells))]
        return "".join(f"<{tag}{mark}>{_text(cell)}</{tag}>" for mark, cell in zip(marks, cells, strict=True))

    body = "\n".join(f"<tr>{line(row, 'td')}</tr>" for row in rows)
    return f"<table><thead><tr>{line(head, 'th')}</tr></thead>\n<tbody>{body}</tbody></table>"


def _rounded(cost: Decimal | None) -> str:
    return NOTHING if cost is None else f"{_CENTS.quantize(cost, Decimal('0.0001')) + 0:,}"  # + 0: no -0.0000


def _text(text: str) -> str:
    return escape(printable(text))
