"""What publishing an object changes beside its rows: `oci_billing` and the daily summary."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from functions.adw_billing.model.tables import retained_name
from functions.adw_billing.warehouse.duckdb import sql as duckdb_sql

if TYPE_CHECKING:
    from collections.abc import Mapping

    from functions.adw_billing.model.warehouse import Claim, ObjectKey
    from functions.adw_billing.warehouse.duckdb.session import Session

EARLIEST = "0001-01-01"


def fill_billing(session: Session, claim: Claim, *, cost_from: str, adopted: bool) -> None:
    """Let the view show the object: store where cost begins, and drop what an adopted table had of it."""
    if claim.dialect == "cost" and not session.all(f"SELECT 1 FROM oci_loader WHERE name = '{duckdb_sql.COST_FROM}'"):
        newest = session.all(duckdb_sql.newest_billing_day(adopted=adopted))[0][0]
        after = (date.fromisoformat(newest) + timedelta(days=1)).isoformat() if newest else EARLIEST
        session.remember(duckdb_sql.COST_FROM, cost_from or after)
    if not adopted or claim.dialect == "focus":
        return
    where = "usage_report = $usage_report"
    if claim.dialect == "cost":
        first = f"(SELECT value FROM oci_loader WHERE name = '{duckdb_sql.COST_FROM}')"
        where += f" AND {duckdb_sql.ADOPTED_DAY} >= {first}"
    values = {"usage_report": claim.key.usage_report}
    session.run(f"DELETE FROM {duckdb_sql.ADOPTED} WHERE {where}", values)


def summarise(session: Session, key: ObjectKey, old: Mapping[str, set[date]], new: Mapping[str, set[date]]) -> None:
    """Bring `oci_cost_daily` up to date for the days, by dialect, that the object touched before and touches now."""
    for dialect, days in new.items():
        same = {"tenancy_id": key.tenancy_id, "dialect": dialect, "retained": retained_name(key.tenancy_id)}
        forget, add = duckdb_sql.summarise(dialect)
        for first, last in _runs(sorted(days | old.get(dialect, set()))):
            span = {**same, "first": first, "last": last}
            session.run(forget, span)
            session.run(add, {**span, "object_name": key.object_name})


def _runs(days: list[date]) -> list[tuple[date, date]]:
    """Consecutive days as (first, last)."""
    runs: list[tuple[date, date]] = []
    for day in days:
        if runs and day - runs[-1][1] == timedelta(days=1):
            runs[-1] = (runs[-1][0], day)
        else:
            runs.append((day, day))
    return runs
