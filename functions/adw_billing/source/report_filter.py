"""Leaves out objects that the settings do not want: by name, and by the last day that their usage can have."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from functions.adw_billing.model.report_object import ReportObject


def kept(listed: Iterable[ReportObject], pattern: str, earliest_day: str) -> list[ReportObject]:
    """Return the objects to load. An empty pattern or day leaves nothing out, nor does a day that is not known."""
    return [
        report
        for report in listed
        if _fits(report.name, pattern) and (not report.usage_day or report.usage_day >= earliest_day)
    ]


def _fits(name: str, pattern: str) -> bool:
    return not pattern or fnmatchcase(name, pattern) or fnmatchcase(name.rsplit("/", 1)[-1], pattern)
