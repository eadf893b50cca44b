"""What publishing an object changes beside its rows: `oci_billing` and the daily summary."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from functions.adw_billing.errors import SumTooLarge
from functions.adw_billing.model.columns import DIGITS, NUMBER_SCALE, ColumnType
from functions.adw_billing.model.tables import COST_FROM_ROW, IGNORED_DAY_ROW, LOADER, retained_row
from functions.adw_billing.warehouse.cost_from import day_after, ignored_day, latest_day
from functions.adw_billing.warehouse.duckdb import sql

if TYPE_CHECKING:
    from collections.abc import Mapping

    from functions.adw_billing.model.warehouse import Claim, ObjectKey, Sums
    from functions.adw_billing.warehouse.duckdb.session import Session

_COST_LIMIT = 10 ** (DIGITS - NUMBER_SCALE[ColumnType.NUMBER])
"""From here on a cost has no room in a DECIMAL(38, 24)."""


def check_room(sums: Sums) -> None:
    """Raise SumTooLarge where the ledger cannot hold the cost: rows without a usage day are in no day's sum."""
    if abs(sums.cost) >= _COST_LIMIT:
        raise SumTooLarge("the report's cost is beyond what the ledger holds", code="OutOfRangeException")


def fill_billing(session: Session, claim: Claim, usage_until: str, *, cost_from: str, adopted: bool) -> None:
    """Let the view show the object: store where cost begins, and drop what an adopted table had of it."""
    stored = f"SELECT value FROM {LOADER.name} WHERE name = '{COST_FROM_ROW}'"
    if claim.dialect == "cost" and not session.all(stored):
        latest = {"latest": latest_day(usage_until, datetime.now(UTC))}
        newest, of_all = session.all(sql.newest_billing_day(adopted=adopted), latest)[0]
        session.remember(COST_FROM_ROW, cost_from or day_after(newest))
        if not cost_from and (ignored := ignored_day(newest, of_all)):
            session.remember(IGNORED_DAY_ROW, ignored)
    if not adopted or claim.dialect == "focus":
        return
    # An adopted table may have this object's rows from the loader before: all of them give way to a usage report's,
    # those from the stored day on to a cost report's, as the view shows them.
    where = "usage_report = $usage_report"
    if claim.dialect == "cost":
        where += f" AND {sql.ADOPTED_DAY} >= ({stored})"
    values = {"usage_report": claim.key.usage_report}
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
