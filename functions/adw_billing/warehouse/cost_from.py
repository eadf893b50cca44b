"""From which usage day on cost reports fill `oci_billing`, where the settings say nothing."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from functions.adw_billing.model.tables import FIRST_DAY
from shared import logs

_log = logs.get("adw-billing")


def latest_day(now: datetime) -> str:
    """Return the newest usage day (YYYY-MM-DD) that a report can have at ``now``, in any zone."""
    return (now + timedelta(days=1)).date().isoformat()


def day_after(newest: str | None, of_all: str | None) -> str:
    """Return the day after the newest one that can be true; FIRST_DAY where there is none.

    ``of_all`` is the newest day of all rows: one row with a day in the future must not leave all usage until then to
    reports that nobody has. It is named in the log.
    """
    if of_all and of_all != newest:
        _log.warning("usage day in the future", extra={"fields": {"usage_day": of_all, "newest_before": newest}})
    return (date.fromisoformat(newest[:10]) + timedelta(days=1)).isoformat() if newest else FIRST_DAY
