"""Leaves out objects that the settings do not want: by name, and by the last day that their usage can have."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from functions.adw_billing.model.report_object import ReportObject

_FOCUS_DAY = re.compile(r"focus reports/(\d{4})/(\d\d)/(\d\d)/", re.IGNORECASE)


def kept(listed: Iterable[ReportObject], pattern: str, earliest_day: str) -> list[ReportObject]:
    """Return the objects to load. An empty pattern or day leaves nothing out."""
    return [
        report
        for report in listed
        if _fits(report.name, pattern) and (not earliest_day or last_usage_day(report) >= earliest_day)
    ]


def last_usage_day(report: ReportObject) -> str:
    """Return the last day (YYYY-MM-DD) whose usage an object can have; late where nothing is known.

    A FOCUS folder is the usage day. Of other reports the day on which they were written is known: they cannot have
    usage of a later one.
    """
    found = _FOCUS_DAY.search(report.name)
    if found:
        return "-".join(found.groups())
    return report.modified.date().isoformat() if report.modified else "9999-12-31"


def _fits(name: str, pattern: str) -> bool:
    return not pattern or fnmatchcase(name, pattern) or fnmatchcase(name.rsplit("/", 1)[-1], pattern)
