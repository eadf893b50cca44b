"""What is loaded, in which order, and whether there is time for it: pure decisions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from functions.adw_billing.model.report_object import ReportObject
    from functions.adw_billing.model.warehouse import LedgerEntry, LoadResult

ASSUMED_BYTES_PER_SECOND = 4e6
"""Stored bytes a second assumed before any was measured; a whole processor core does 20e6."""
TIME_SAFETY_FACTOR = 1.3
"""An object is taken to need so many times what the measured speed says."""

SLICED_FROM_BYTES = 8 << 20
"""Objects of more stored bytes are begun even where they cannot be finished: their slices are kept."""
MAX_SHOWN_REJECTED = 100
"""Quarantined rows that an answer shows; `oci_report_rejected` has them all."""


def pending(
    listed: Iterable[ReportObject], ledger: Mapping[tuple[str, str, str], LedgerEntry], *, newest_first: bool
) -> list[ReportObject]:
    """Return the objects to load, in order; ``ledger`` by (tenancy, name, etag).

    Usage reports come first, so that `oci_billing_cost_from` does not depend on the order; then by usage day, which a
    FOCUS report has in its name and others, written within a day of it, in their time; objects that were damaged when
    last read come at the end.
    """
    todo = []
    for report in listed:
        entry = ledger.get((report.tenancy_id, report.name, report.etag))
        if entry is None or entry.retried:
            todo.append((entry is not None, report.dialect != "usage", report))
    # two sorts, of which the second keeps the order of the first among equals: only the days go newest first
    todo.sort(key=lambda item: (item[2].usage_day, item[2].name), reverse=newest_first)
    todo.sort(key=lambda item: item[:2])
    return [report for _, _, report in todo]


def usage_until(listed: Iterable[ReportObject]) -> str:
    """Return the day (YYYY-MM-DD) on which the newest usage report was written; empty where there is none."""
    days = (each.modified.date().isoformat() for each in listed if each.dialect == "usage" and each.modified)
    return max(days, default="")


def newest(listed: Sequence[ReportObject], left: Sequence[ReportObject]) -> datetime | None:
    """Return when the newest report was written of those that are not left."""
    unloaded = {(report.tenancy_id, report.name) for report in left}
    loaded = (report.modified for report in listed if (report.tenancy_id, report.name) not in unloaded)
    return max((moment for moment in loaded if moment is not None), default=None)


def log_fields(report: ReportObject, result: LoadResult) -> dict[str, object]:
    """Return what the log says of an object that was read."""
    row = result.row
    return {
        "object": report.name,
        "state": row.state if row else "unfinished",
        "rows": row.rows_loaded if row else 0,
        "rejected": row.rows_rejected if row else 0,
        "bytes": report.size_bytes,
        "seconds": round(result.seconds, 3),
    }


@dataclass(slots=True)
class Throughput:
    """The measured speed of this run."""

    stored_bytes: int = 0
    rows: int = 0
    seconds: float = 0.0

    def add(self, stored_bytes: int, rows: int, seconds: float) -> None:
        """Count a finished object."""
        self.stored_bytes += stored_bytes
        self.rows += rows
        self.seconds += seconds

    @property
    def rows_per_second(self) -> float:
        """Rows loaded a second; 0 before the first."""
        return self.rows / self.seconds if self.seconds else 0.0

    def seconds_for(self, stored_bytes: int) -> float:
        """Return how long an object is going to take, with some safety."""
        speed = self.stored_bytes / self.seconds if self.stored_bytes and self.seconds else ASSUMED_BYTES_PER_SECOND
        return TIME_SAFETY_FACTOR * stored_bytes / speed

    def fits(self, stored_bytes: int, left_seconds: float) -> bool:
        """Tell whether an object can be finished in what is left."""
        return self.seconds_for(stored_bytes) <= left_seconds
