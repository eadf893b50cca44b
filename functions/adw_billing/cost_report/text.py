"""The cost report as text: exact decimals, one line a day and service, for people and for `grep`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.adw_billing.model.exact_sums import plain
from functions.adw_billing.model.printable import printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from functions.adw_billing.cost_report.data import CostReport, LedgerLine, Reconciled, Section, SumCheck

NOTHING = "-"
SUMS_HEAD = ("tenancy", "dialect", "ledger", "in days", "in no day", "rows in no day", "difference")
DO_NOT_ADD_UP = "Ledger and costs by day differ; rows without a usage start are in no day:"
ADDS_UP = "Ledger and costs by day add up."
NO_COSTS = "No costs: neither cost nor FOCUS reports are loaded."
UNEQUAL_HEAD = ("day", "service", "currency", "status", "cost", "FOCUS", "difference")


def text(report: CostReport) -> str:
    """Return the whole report, ending with a line end."""
    return "\n".join([*_ledger(report), *_sums(report), *_costs(report), *_reconciliation(report), ""])


def _ledger(report: CostReport) -> Iterator[str]:
    yield "Ledger"
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
    if not report.sections:
        yield from ("", NO_COSTS)
    for section in report.sections:
        yield from ("", f"Cost by service by day, {section.currency}, tenancy {printable(section.tenancy_id)}")
        yield from _table(("day", "service", "cost"), list(_days(section)), left=2)
        yield from ("", f"Cost by service, {section.currency}")
        totals = [(printable(service), plain(cost)) for service, cost in section.by_service().items()]
        yield from _table(("service", "cost"), [*totals, ("all", plain(section.total))], left=1)


def _days(section: Section) -> Iterator[tuple[str, str, str]]:
    for day, services in section.by_day().items():
        for service, cost in services.items():
            yield day.isoformat(), printable(service), plain(cost)


def _reconciliation(report: CostReport) -> Iterator[str]:
    counted = ", ".join(f"{count} {status}" for status, count in report.statuses.items())
    yield from ("", f"Reconciliation of cost reports with FOCUS reports: {counted or 'no days'}")
    rows = [unequal_cells(row) for row in report.unequal]
    if rows:
        yield from _table(UNEQUAL_HEAD, rows, left=4)
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
