"""From which usage day on cost reports fill `oci_billing`, where the settings say nothing."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from functions.adw_billing.model.tables import FIRST_DAY
from shared import logs

_log = logs.get("adw-billing")


def latest_day(usage_until: str, now: datetime) -> str:
    """Return the newest usage day (YYYY-MM-DD) that can be true.

    ``usage_until`` is the day up to which usage reports were written, empty where there is none: a report has no usage
    of days after it was written. It is not later than ``now``; a day more is allowed for any zone.
    """
    today = now.date()
    written = date.fromisoformat(usage_until) if usage_until else today
    return (min(written, today) + timedelta(days=1)).isoformat()


def day_after(newest: str | None) -> str:
    """Return the day after the newest usage day that can be true; FIRST_DAY where there is none."""
    return (date.fromisoformat(newest[:10]) + timedelta(days=1)).isoformat() if newest else FIRST_DAY


def ignored_day(newest: str | None, of_all: str | None) -> str:
    """Return, and log, the newest day of all rows where it is later than the newest that can be true; else empty.

    One row with a day in the future must not leave all usage until then to reports that nobody has.
    """
    if not of_all or of_all == newest:
        return ""
    _log.warning("usage day in the future", extra={"fields": {"usage_day": of_all, "newest_before": newest}})
    return of_all[:10]
