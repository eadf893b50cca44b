"""The cost report as text: totals first, then exact decimals, one line a day (or month) and service, for `grep` too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.adw_billing.cost_report.data import largest_first, period_name, total
from functions.adw_billing.cost_report.shown_amounts import headline
from functions.adw_billing.model.exact_sums import plain
from functions.adw_billing.model.printable import printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from functions.adw_billing.cost_report.data import CostReport, LedgerLine, Period, Reconciled, Section, SumCheck

NOTHING = "-"
SUMS_HEAD = ("tenancy", "dialect", "ledger", "in days", "in no day", "rows in no day", "difference")
DO_NOT_ADD_UP = "Ledger and costs by day differ; rows without a usage start are in no day:"
ADDS_UP = "Ledger and costs by day add up."
NO_COSTS = "No costs: neither cost nor FOCUS reports are loaded."
UNEQUAL_HEAD = ("day", "service", "currency", "status", "cost", "FOCUS", "difference")
UNEQUAL_MONTHS_HEAD = ("month", "currency", "status", "days and services", "cost", "FOCUS", "difference")


def text(report: CostReport) -> str:
    """Return the whole report, ending with a line end."""
    parts = [*_totals(report), *_costs(report), *_ledger(report), *_sums(report), *_reconciliation(report), ""]
    return "\n".join(parts)


def _totals(report: CostReport) -> Iterator[str]:
    if not report.sections:
        yield NO_COSTS
    for section in report.sections:
        first, last = section.span
        yield (
            f"{headline(section.total)} {section.currency}, {first} to {last} (UTC), "
            f"tenancy {printable(section.tenancy_id)}; exactly {plain(section.total)}"
        )


def _ledger(report: CostReport) -> Iterator[str]:
    yield from ("", "Ledger")
    rows = [ledger_cells(each, "d") for each in report.ledger]
    yield from _table(("dialect", "state", "reports", "rows", "quarantined", "bytes", "cost"), rows, left=2)


def _sums(report: CostReport) -> Iterator[str]:
    rows = [sum_cells(each) for each in report.outside_days]
    if rows:
        yield from ("", DO_NOT_ADD_UP)
        yield from _table(SUMS_HEAD, rows, left=2)
    elif report.sum_checks:
        yield ADDS_UP


def _costs(report: CostReport) -> Iterator[str]:
    for section in report.sections:
        yield from ("", f"Cost by service, {section.currency}, tenancy {printable(section.tenancy_id)}")
        totals = [(printable(service), plain(cost)) for service, cost in section.by_service().items()]
        yield from _table(("service", "cost"), [*totals, ("all", plain(section.total))], left=1)
        if report.period == "month":
            yield from ("", f"Cost by month, {section.currency}")
            yield from _table(("month", "cost"), list(_months(section)), left=1)
        yield from ("", f"Cost by service by {report.period}, {section.currency}")
        yield from _table((report.period, "service", "cost"), list(_periods(section, report.period)), left=2)


def _months(section: Section) -> Iterator[tuple[str, str]]:
    for month, services in section.by_period("month").items():
        yield period_name(month, "month"), plain(total(services.values()))


def _periods(section: Section, period: Period) -> Iterator[tuple[str, str, str]]:
    """Yield a line for each service; of months, the largest services and all others together."""
    shown = section.largest()
    for first_day, services in section.by_period(period).items():
        lines = services if period == "day" else largest_first(services, shown)
        for service, cost in lines.items():
            yield period_name(first_day, period), printable(service), plain(cost)


def _reconciliation(report: CostReport) -> Iterator[str]:
    counted = ", ".join(f"{count} {status}" for status, count in report.statuses.items())
    yield from ("", f"Reconciliation of cost reports with FOCUS reports: {counted or 'no days'}")
    head, rows, left = unequal_rows(report)
    if rows:
        yield from _table(head, rows, left=left)
    missing = missing_reports(report)
    if missing:
        yield "Objects that are known and not loaded:"
        yield from (f"  {printable(name)}" for name in missing)


def ledger_cells(line: LedgerLine, count_format: str) -> tuple[str, ...]:
    """Return the cells of a line of the ledger: dialect, state, four counts in that format, the exact cost."""
    counts = (line.reports, line.rows_loaded, line.rows_rejected, line.size_bytes)
    return (line.dialect, line.state, *(format(count, count_format) for count in counts), plain(line.cost_sum))


def sum_cells(check: SumCheck) -> tuple[str, ...]:
    """Return the cells of a line under SUMS_HEAD; the difference is what no row without a usage start explains."""
    costs = (plain(check.ledger_cost), plain(check.daily_cost), plain(check.undated_cost))
    difference = plain(check.cost_difference)
    if check.row_difference:
        difference += f" ({check.row_difference} rows)"
    return (printable(check.tenancy_id), check.dialect, *costs, str(check.undated_rows), difference)


def unequal_cells(row: Reconciled) -> tuple[str, ...]:
    """Return the cells of a line under UNEQUAL_HEAD."""
    names = (printable(row.service or NOTHING), printable(row.currency or NOTHING))
    sums = (NOTHING if each is None else plain(each) for each in (row.cost_total, row.focus_total, row.difference))
    return (row.usage_day.isoformat(), *names, row.status, *sums)


def unequal_rows(report: CostReport) -> tuple[Sequence[str], list[tuple[str, ...]], int]:
    """Return head, rows, and the number of columns of text, of what is unequal, by the report's period."""
    if report.period == "day":
        return UNEQUAL_HEAD, [unequal_cells(row) for row in report.unequal], 4
    rows: list[tuple[str, ...]] = [
        (
            period_name(row.month, "month"),
            printable(row.currency),
            row.status,
            str(row.day_services),
            plain(row.cost_total),
            plain(row.focus_total),
            plain(row.difference),
        )
        for row in report.unequal_months
    ]
    return UNEQUAL_MONTHS_HEAD, rows, 3


def missing_reports(report: CostReport) -> list[str]:
    """Return the objects that `missing_reports` names on any day."""
    return sorted({name for row in report.reconciled for name in (row.missing_reports or "").split(", ") if name})


def _table(head: Sequence[str], rows: Sequence[Sequence[str]], *, left: int) -> Iterator[str]:
    """Lines of aligned columns: the first ``left`` to the left, numbers to the right."""
    widths = [max(len(row[at]) for row in (head, *rows)) for at in range(len(head))]
    for row in (head, *rows):
        cells = [
            cell.ljust(width) if at < left else cell.rjust(width)
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        yield f"  {'  '.join(cells).rstrip()}"
