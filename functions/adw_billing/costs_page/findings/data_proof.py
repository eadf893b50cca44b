"""The part of the cost page that proves its figures: ledger against days, cost against FOCUS, months, quarantine."""

from __future__ import annotations

import calendar
from typing import TYPE_CHECKING, Any

from functions.adw_billing.costs_page.findings.data_state import data_state
from functions.adw_billing.costs_page.page_amounts import ABSENT, NO_VALUE, amount_cell
from functions.adw_billing.model.tables import DAILY, RECONCILIATION_VIEW, REJECTED, SUM_VIEW
from shared.pages.web_page import Cell, View

if TYPE_CHECKING:
    from functions.adw_billing.costs_page.asked import Asked
    from functions.adw_billing.query.bill import Bill

SHOWN = 20
CHECK = f"SELECT * FROM {SUM_VIEW}"
LOOK = f"SELECT * FROM {REJECTED.name} ORDER BY object_name, object_row"


def proof_view(asked: Asked, bill: Bill) -> View:
    """Return the part: it is of the whole warehouse, whatever a view is filtered by."""
    sums, reconciled = _sums(bill), _reconciled(bill)
    state = data_state(bill, None, None)
    values: dict[str, Any] = {
        "asked": asked,
        "ledger": state.ledger_rows(),
        "reasons": state.quarantine_rows(),
        "sums": [row[:-1] for row in sums],
        "sums_differ": any(row[-1] for row in sums),
        "reconciled": reconciled,
        "reconciled_differ": [row for row in reconciled if row[1] == "differs"],
        "months": _months(bill),
        "quarantine": _quarantine(bill),
        "check": CHECK,
        "look": LOOK,
    }
    return View("State of the data", values, [], asked.pairs, part="state")


def _sums(bill: Bill) -> list[list[Any]]:
    """Return a row for each tenancy and kind, the last cell tells whether it differs."""
    columns = "tenancy_id, dialect, ledger_rows, daily_rows, undated_rows, ledger_cost, daily_cost, cost_difference"
    rows = bill.rows(f"SELECT {columns}, row_difference FROM {bill.words.table(SUM_VIEW)} ORDER BY tenancy_id, dialect")
    return [
        [
            row[0] or NO_VALUE,
            row[1],
            *(f"{int(each or 0):,}" for each in row[2:5]),
            amount_cell(row[5]),
            amount_cell(row[6]),
            _difference(row[7]),
            bool(row[7] or row[8]),
        ]
        for row in rows
    ]


def _reconciled(bill: Bill) -> list[list[Any]]:
    """Return currency, status, how many days and services, and what they differ by."""
    view = bill.words.table(RECONCILIATION_VIEW)
    sums = "COUNT(*), SUM(difference), MIN(usage_day), MAX(usage_day)"
    rows = bill.rows(f"SELECT currency, status, {sums} FROM {view} GROUP BY currency, status ORDER BY currency, status")
    return [
        [row[0] or NO_VALUE, row[1], f"{int(row[2]):,}", _difference(row[3]), f"{row[4]:%Y-%m-%d} to {row[5]:%Y-%m-%d}"]
        for row in rows
    ]


def _difference(amount: Any) -> Cell:  # noqa: ANN401  (a decimal, or none)
    found = amount_cell(amount)
    return Cell(found.text, exact=found.exact, tone="up" if amount else "")


def _months(bill: Bill) -> list[list[str]]:
    """Return the months, the newest first: how many of their days have costs, whether they are over."""
    words = bill.words
    month = words.text_of("usage_day", "month")
    days = f"SELECT DISTINCT usage_day FROM {words.table(DAILY.name)}"
    rows = bill.rows(f"SELECT {month}, COUNT(*), MAX(usage_day) FROM ({days}) d GROUP BY {month}")
    newest = max((row[0] for row in rows), default="")
    return [
        [row[0], f"{row[1]} of {_length(row[0])}", _said(row[0], row[1], row[2].day, newest)]
        for row in sorted(rows, reverse=True)
    ]


def _said(month: str, days: int, last: int, newest: str) -> str:
    """Say whether a month is open: the newest is until its last day is there, and Oracle corrects it afterwards."""
    length = _length(month)
    if month == newest and last < length:
        return "open" if days == last else f"open, {last - days} earlier days without any cost"
    return "all days" if days == length else f"{length - days} days without any cost"


def _length(month: str) -> int:
    return calendar.monthrange(int(month[:4]), int(month[5:7]))[1]


def _quarantine(bill: Bill) -> list[list[str]]:
    """Return the first rows and objects, without their content, which `billing query --sql` shows."""
    table = bill.words.table(REJECTED.name)
    rows = bill.rows(f"SELECT object_name, object_row, reason FROM {table} ORDER BY object_name, object_row")
    return [[row[0], "whole report" if not row[1] else f"row {row[1]:,}", row[2] or ABSENT] for row in rows[:SHOWN]]
