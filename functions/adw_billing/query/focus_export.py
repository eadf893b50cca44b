"""FOCUS 1.2 by month out of the warehouse: which rows, which months there are, and what proves the files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from functions.adw_billing.model.tables import (
    COST_SUM,
    DAILY,
    DATA,
    DAY_COLUMN,
    FOCUS_VIEW,
    LOADER,
    REPORT,
    retained_row,
)
from functions.adw_billing.query.focus_columns import view_columns
from functions.adw_billing.query.focus_proof import RowsAndCost, check_days, check_reports, summed_up
from functions.adw_billing.query.question import Months, months_of
from functions.adw_billing.query.statement import Statement
from shared.errors import BadRequest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from functions.adw_billing.query.bill import Bill
    from functions.adw_billing.query.engine_words import Words

DIALECTS = ("focus", "cost")
"""Of an export. A day of a tenancy is taken from its FOCUS reports, which have more of FOCUS's columns; one that has
none from its cost reports. Usage reports have no cost."""


def chosen_months(bill: Bill, wanted: str) -> list[Months]:
    """Return the months that the warehouse has, those of ``wanted`` where it is given. BadRequest where it has none."""
    asked = months_of(wanted, "months") if wanted else None
    table = bill.words.table(DAILY.name)
    name = bill.words.text_of("usage_day", "month")
    rows = bill.rows(f"SELECT DISTINCT {name} FROM {table} WHERE dialect IN ('focus', 'cost')")
    known = [months_of(row[0], "months") for row in sorted(rows)]
    found = [each for each in known if asked is None or asked.first <= each.first <= asked.last]
    if not found:
        have = f"the warehouse has {known[0]} to {known[-1]}" if known else "load reports first"
        raise BadRequest(f"there is no cost in {wanted or 'the warehouse'}", fix=have, field="months")
    return found


def removed_before(bill: Bill) -> dict[str, str]:
    """Return for each tenancy the first day (YYYY-MM-DD) whose rows `retention_days` has not removed."""
    stored = dict(bill.rows(f"SELECT name, value FROM {bill.words.table(LOADER.name)}"))
    tenancies = bill.rows(f"SELECT DISTINCT tenancy_id FROM {bill.words.table(REPORT.name)}")
    return {each: str(stored[retained_row(each)]) for (each,) in tenancies if retained_row(each) in stored}


def prove_reports(bill: Bill, retained: Mapping[str, str]) -> RowsAndCost:
    """Compare all rows that an export may be made of with the ledger; return the rows without a usage day."""
    table: dict[Any, RowsAndCost] = {}
    undated = RowsAndCost()
    for dialect in DIALECTS:
        name, cost = bill.words.table(DATA[dialect].name), COST_SUM[dialect].columns[0]
        grouped = f"COUNT(*), SUM({cost}) FROM {name}"
        rows = bill.rows(
            f"SELECT tenancy_id, object_name, object_etag, {grouped} GROUP BY tenancy_id, object_name, object_etag"
        )
        table |= summed_up((*row[:3], dialect, *row[3:]) for row in rows)
        for row in bill.rows(f"SELECT {grouped} WHERE {DAY_COLUMN[dialect]} IS NULL"):
            undated = undated.with_more(*row)
    ledger = bill.rows(
        f"SELECT tenancy_id, object_name, object_etag, dialect, rows_loaded, cost_sum "
        f"FROM {bill.words.table(REPORT.name)} WHERE state <> 'rejected' AND dialect IN ('focus', 'cost')"
    )
    check_reports(table, summed_up(ledger), retained)
    return undated


def month_statement(months: Months, words: Words) -> Statement:
    """Return the query of a month's rows."""
    other = (
        f"SELECT 1 FROM {words.table(DAILY.name)} d WHERE d.dialect = 'focus' AND d.tenancy_id = v.x_TenancyId "
        f"AND d.usage_day = {words.day('v.ChargePeriodStart')}"
    )
    sql = (
        f"SELECT {view_columns()} FROM {words.table(FOCUS_VIEW)} v WHERE v.x_Dialect IN ('focus', 'cost') "
        f"AND v.ChargePeriodStart >= {words.date('first_day')} "
        f"AND v.ChargePeriodStart < {words.date('last_day')} + INTERVAL '1' DAY "
        f"AND (v.x_Dialect = 'focus' OR NOT EXISTS ({other}))"
    )
    return Statement(sql, {"first_day": months.first.isoformat(), "last_day": months.last.isoformat()})


def prove_month(bill: Bill, months: Months, file_rows: list[tuple[Any, ...]]) -> None:
    """Compare a file's rows, summed up by tenancy, day and dialect, with the daily summary."""
    name = bill.words.table(DAILY.name)
    other = f"SELECT 1 FROM {name} d WHERE d.dialect = 'focus' AND d.tenancy_id = t.tenancy_id "
    other += "AND d.usage_day = t.usage_day"
    day = bill.words.text_of("t.usage_day", "day")
    rows = bill.rows(
        f"SELECT t.tenancy_id, {day}, t.dialect, t.row_count, t.cost FROM {name} t "
        f"WHERE t.usage_day >= {bill.words.date('first_day')} AND t.usage_day <= {bill.words.date('last_day')} "
        f"AND (t.dialect = 'focus' OR (t.dialect = 'cost' AND NOT EXISTS ({other})))",
        {"first_day": months.first.isoformat(), "last_day": months.last.isoformat()},
    )
    check_days(str(months), summed_up(file_rows), summed_up(rows))
