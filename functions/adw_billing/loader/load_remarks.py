"""What a person is told beside the answer of `load`: what is in quarantine, and which reports share a name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.adw_billing.errors import SameReport

if TYPE_CHECKING:
    from functions.adw_billing.loader.load_run import LoadSummary

MAX_NAMED = 20
"""Reports that are named; more are counted."""


def achieved_something(summary: LoadSummary) -> bool:
    """Tell whether there were reports, and not all of those that were read now went into quarantine."""
    return bool(summary.listed) and (not summary.rows or any(row.state != "rejected" for row in summary.rows))


def same_reports(summary: LoadSummary) -> SameReport | None:
    """Return the error that names the reports that were refused because they are loaded under another name."""
    refused = {name: entry.content for name, entry in summary.rejected if entry.reason == SameReport.reason}
    if not refused:
        return None
    (first, why), *others = refused.items()
    text = f"{first}: {why}" + (f"; {len(others)} more" if others else "")
    return SameReport(text, object_name=first, refused=refused, loaded=summary.names())


def remarks(summary: LoadSummary) -> list[str]:
    """Return lines for people."""
    if not summary.listed:
        return ["no report was found: the names of reports end in .csv or .csv.gz"]
    return [*_rejected(summary), *_bad_rows(summary), *_of_one_name(summary)]


def _rejected(summary: LoadSummary) -> list[str]:
    reasons = {
        name: f"{entry.reason}: {entry.content}" if entry.reason == SameReport.reason else entry.reason
        for name, entry in summary.rejected
    }
    bad = [row.key.object_name for row in summary.rows if row.state == "rejected"]
    if not bad:
        return []
    first = f"{len(bad)} of the {len(summary.rows)} reports that were read are in quarantine as a whole"
    return [first, *_some([f"rejected: {name}: {reasons.get(name, 'every row')}" for name in bad], "rejected")]


def _bad_rows(summary: LoadSummary) -> list[str]:
    partly = [row for row in summary.rows if row.state == "partial"]
    lines = [
        f"{row.key.object_name}: {row.rows_rejected} of {row.rows_loaded + row.rows_rejected} rows are in quarantine"
        for row in partly
    ]
    return _some(lines, "with rows in quarantine")


def _of_one_name(summary: LoadSummary) -> list[str]:
    """Name the reports that the plain answer, which has file names only, cannot tell apart."""
    reports: dict[str, list[str]] = {}
    for row in summary.rows:
        if row.state != "rejected":
            reports.setdefault(row.key.file_name, []).append(f"{row.key.object_name} ({row.dialect})")
    shared = {name: each for name, each in reports.items() if len(each) > 1}
    return _some([f"{name} stands for {' and '.join(each)}" for name, each in shared.items()], "names of several")


def _some(lines: list[str], what: str) -> list[str]:
    rest = len(lines) - MAX_NAMED
    return [*lines[:MAX_NAMED], f"{rest} more {what}"] if rest > 0 else lines
