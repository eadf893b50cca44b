"""Sums up days of a tenancy in `oci_cost_daily`: those that a publication touched, or all for a schema step."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from functions.adw_billing.model.tables import (
    COST_SUM,
    DAILY,
    DATA,
    DAY_COLUMN,
    FIRST_DAY,
    LOADER,
    REPORT,
    SUMMARY_COLUMNS,
    retained_row,
)
from functions.adw_billing.warehouse.oracle import sql
from functions.adw_billing.warehouse.oracle.names import Statement

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from functions.adw_billing.model.warehouse import ObjectKey
    from functions.adw_billing.warehouse.oracle.names import Names
    from functions.adw_billing.warehouse.oracle.session import Session

NO_OBJECT = "-"
"""In place of an object's name: nothing is added to days whose rows were removed."""


def summarise(session: Session, tenancy_id: str, dialect: str, days: Iterable[datetime], object_name: str) -> None:
    """Sum the days up again; of a day whose rows were removed, add what the object brings to it."""
    same = {"tenancy_id": tenancy_id, "dialect": dialect, "retained": retained_row(tenancy_id)}
    keys = [{**same, "usage_day": day, "day_text": day.date().isoformat()} for day in sorted(days)]
    session.many(sql.FORGET_DAY, keys)
    added = [
        {**key, "next_day": _next(day), "object_name": object_name} for key, day in zip(keys, sorted(days), strict=True)
    ]
    session.many(sql.add_day(dialect), added)


def add_new(session: Session, key: ObjectKey, dialect: str) -> None:
    """Add the rows of an object that had none before: it reads these rows alone, not all of the days that they are of.

    Exact, because numbers are added: what is there plus what the object has is the sum of all rows of the day.
    """
    name = {"tenancy_id": key.tenancy_id, "object_name": key.object_name}
    session.run(merge(dialect), **name, dialect=dialect, retained=retained_row(key.tenancy_id))


def merge(dialect: str) -> Statement:
    """Return the statement that adds an object's rows to the summary.

    To a day whose rows were removed an object adds rows of its own, and only where no version of it is in the ledger.
    """
    by = SUMMARY_COLUMNS[dialect]
    day = f"CAST(TRUNC({DAY_COLUMN[dialect]}, 'DD') AS DATE)"
    columns = ", ".join(f"{value} AS {name}" for name, value in by.items())

    def text(name: Names) -> str:
        rows = (
            f"SELECT tenancy_id, {day} AS usage_day, {columns}, SUM({COST_SUM[dialect].sql('0')}) AS cost, "
            f"COUNT(*) AS row_count FROM {name(DATA[dialect])} "
            f"WHERE {sql.BY_NAME} AND {DAY_COLUMN[dialect]} IS NOT NULL "
            f"GROUP BY tenancy_id, {day}, {', '.join(by.values())}"
        )
        first = f"COALESCE((SELECT value FROM {name(LOADER)} WHERE name = :retained), '{FIRST_DAY}')"
        kept = f"CASE WHEN TO_CHAR(s.usage_day, 'YYYY-MM-DD') >= {first} THEN 1 ELSE 0 END"
        loaded = f"SELECT 1 FROM {name(REPORT)} WHERE {sql.BY_NAME} AND state <> 'rejected'"
        source = f"SELECT k.* FROM (SELECT s.*, {kept} AS is_kept FROM ({rows}) s) k "
        source += f"WHERE k.is_kept = 1 OR NOT EXISTS ({loaded})"
        same = " AND ".join(f"DECODE(d.{each}, a.{each}, 1, 0) = 1" for each in by)  # NULL is the same as NULL
        names = ["tenancy_id", "usage_day", *by, "cost", "row_count"]
        return (
            f"MERGE INTO {name(DAILY)} d USING ({source}) a ON (d.tenancy_id = a.tenancy_id "
            f"AND d.usage_day = a.usage_day AND d.dialect = :dialect AND a.is_kept = 1 AND {same}) "
            "WHEN MATCHED THEN UPDATE SET row_count = d.row_count + a.row_count, "
            "cost = CASE WHEN d.cost IS NULL THEN a.cost ELSE d.cost + COALESCE(a.cost, 0) END "
            f"WHEN NOT MATCHED THEN INSERT ({', '.join(names)}, dialect) "
            f"VALUES ({', '.join(f'a.{each}' for each in names)}, :dialect)"
        )

    return Statement(text)


def _next(day: datetime) -> datetime | None:
    """Return the day after; None after the last one of the calendar, which has no next."""
    return day + timedelta(days=1) if day.date() < date.max else None
