"""Sums up days of a tenancy in `oci_cost_daily`: those that a publication touched, or all for a schema step."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from functions.adw_billing.model.tables import retained_row
from functions.adw_billing.warehouse.oracle import sql

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

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


def _next(day: datetime) -> datetime | None:
    """Return the day after; None after the last one of the calendar, which has no next."""
    return day + timedelta(days=1) if day.date() < date.max else None
