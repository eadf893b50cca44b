"""What publishing an object changes beside its rows: `oci_billing` and the daily summary."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from functions.adw_billing.errors import SumTooLarge
from functions.adw_billing.model.columns import DIGITS, NUMBER_SCALE, ColumnType
from functions.adw_billing.model.exact_sums import plain
from functions.adw_billing.model.tables import COST_FROM_ROW, IGNORED_DAY_ROW, LOADER, retained_row
from functions.adw_billing.model.warehouse import LedgerRow
from functions.adw_billing.warehouse.cost_from import day_after, ignored_day, latest_day
from functions.adw_billing.warehouse.duckdb import sql
from functions.adw_billing.warehouse.duckdb.session import now

if TYPE_CHECKING:
    from collections.abc import Mapping

    from functions.adw_billing.model.warehouse import ObjectKey, Outcome, Sums
    from functions.adw_billing.warehouse.duckdb.session import Session

_COST_LIMIT = 10 ** (DIGITS - NUMBER_SCALE[ColumnType.NUMBER])
"""From here on a cost has no room in a DECIMAL(38, 24)."""


def check_room(sums: Sums) -> None:
    """Raise SumTooLarge where the ledger cannot hold the cost: rows without a usage day are in no day's sum."""
    if abs(sums.cost) >= _COST_LIMIT:
        raise SumTooLarge("the report's cost is beyond what the ledger holds", code="OutOfRangeException")


@dataclass(frozen=True, slots=True)
class Publishing:
    """What the publications of a call have in common.

    The call's id, the setting `oci_billing_cost_from`, the day on which the newest usage report was written, and
    whether the file has an adopted `oci_billing`.
    """

    call_id: str
    cost_from: str
    usage_until: str
    adopted: bool


def ledger_row(key: ObjectKey, outcome: Outcome, sums: Sums, rejected: int) -> LedgerRow:
    """Return the ledger row of an object as it was read back."""
    return LedgerRow(
        key, outcome.dialect, outcome.size_bytes, sums.rows, rejected, sums.cost, sums.quantity, outcome.state
    )


def stored_row(row: LedgerRow, outcome: Outcome, call: Publishing) -> tuple[object, ...]:
    """Return the values of a ledger row in the order of the table's definition."""
    identity = (row.key.tenancy_id, row.key.object_name, row.key.object_etag, row.dialect, row.size_bytes)
    sums = (row.rows_loaded, row.rows_rejected, row.cost_sum, plain(row.quantity_sum))
    return (*identity, *sums, outcome.sha256, row.state, now(), call.call_id, outcome.content_sha256 or None)


def fill_billing(session: Session, key: ObjectKey, dialect: str, call: Publishing) -> None:
    """Let the view show the object: store where cost begins, and drop what an adopted table had of it."""
    stored = f"SELECT value FROM {LOADER.name} WHERE name = '{COST_FROM_ROW}'"
    if dialect == "cost" and not session.all(stored):
        latest = {"latest": latest_day(call.usage_until, datetime.now(UTC))}
        newest, of_all = session.all(sql.newest_billing_day(adopted=call.adopted), latest)[0]
        session.remember(COST_FROM_ROW, call.cost_from or day_after(newest))
        if not call.cost_from and (ignored := ignored_day(newest, of_all)):
            session.remember(IGNORED_DAY_ROW, ignored)
    if not call.adopted or dialect == "focus":
        return
    # An adopted table may have this object's rows from the loader before: all of them give way to a usage report's,
    # those from the stored day on to a cost report's, as the view shows them.
    where = "usage_report = $usage_report"
    if dialect == "cost":
        where += f" AND {sql.ADOPTED_DAY} >= ({stored})"
    values = {"usage_report": key.usage_report}
    session.run(f"DELETE FROM {sql.ADOPTED} WHERE {where}", values)


def summarise(session: Session, key: ObjectKey, old: Mapping[str, set[date]], new: Mapping[str, set[date]]) -> None:
    """Bring `oci_cost_daily` up to date for the days, by dialect, that the object touched before and touches now."""
    for dialect, days in new.items():
        same = {"tenancy_id": key.tenancy_id, "dialect": dialect, "retained": retained_row(key.tenancy_id)}
        # Whole days are summed up again, old and new ones: adding and subtracting would need the old rows' sums, and a
        # fault once made would stay.
        forget, add = sql.summarise(dialect)
        for first, last in _runs(sorted(days | old.get(dialect, set()))):
            span = {**same, "first": first, "last": last}
            session.run(forget, span)
            session.run(add, {**span, "object_name": key.object_name})


def _runs(days: list[date]) -> list[tuple[date, date]]:
    """Return consecutive days as (first, last): one pair of statements a run, not a day."""
    runs: list[tuple[date, date]] = []
    for day in days:
        if runs and day - runs[-1][1] == timedelta(days=1):
            runs[-1] = (runs[-1][0], day)
        else:
            runs.append((day, day))
    return runs
