"""The state of the data in one line, and what is wrong with it; pure but for two small questions to the ledger."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from functions.adw_billing.model.tables import REJECTED, REPORT

if TYPE_CHECKING:
    from functions.adw_billing.query.bill import Bill

LATE_DAYS = 3
"""Reports come several times a day and are complete a day or two later: a newest usage day older than this is late."""
STILL_HOURS = 48
"""Without a new report for so long, either loads or Oracle's reports have stopped."""
_REASONS = {"loaded": "all rows", "partial": "some rows in quarantine", "rejected": "refused whole"}


@dataclass(frozen=True, slots=True)
class LedgerSum:
    """Reports of one kind and state."""

    dialect: str
    state: str
    reports: int
    rows: int
    rejected: int
    newest: datetime | None


@dataclass(frozen=True, slots=True)
class DataState:
    """What the ledger and the quarantine say, as of ``now`` (UTC; None: ages are not shown)."""

    ledger: tuple[LedgerSum, ...]
    quarantine: tuple[tuple[str, int, int], ...]
    """Reason, rows, whole objects."""
    newest_day: date | None
    now: datetime | None = None

    @property
    def reports(self) -> int:
        """How many objects the ledger has."""
        return sum(each.reports for each in self.ledger)

    @property
    def rows_aside(self) -> int:
        """Rows in quarantine."""
        return sum(rows for _, rows, _ in self.quarantine)

    @property
    def refused(self) -> int:
        """Objects that were refused whole."""
        return sum(whole for _, _, whole in self.quarantine)

    @property
    def newest_report(self) -> datetime | None:
        """When the newest report was loaded."""
        return max((each.newest for each in self.ledger if each.newest), default=None)

    @property
    def line(self) -> str:
        """Say the state in one line."""
        return " · ".join(filter(None, (self._days(), self._load(), self._proved(), self._aside())))

    @property
    def warnings(self) -> list[str]:
        """Say what is wrong, each in a sentence."""
        found = []
        lag = self._lag_days()
        if lag is not None and lag > LATE_DAYS:
            found.append(f"The newest usage day is {lag} days old: what came after it is in no figure.")
        if lag is not None and lag < -1:
            found.append(
                f"A report has usage of {self.newest_day}, a day that is not there yet: a fault of the report."
            )
        newest = self.newest_report
        if self.now and newest and self.now - newest > timedelta(hours=STILL_HOURS):
            found.append(f"No report was loaded for {_age(self.now - newest)}: loads or Oracle's reports have stopped.")
        if self.rows_aside:
            found.append(f"{_count(self.rows_aside, 'row')} in quarantine {_are(self.rows_aside)} in no figure.")
        if self.refused:
            found.append(f"{_count(self.refused, 'report')} {_are(self.refused)} refused whole, and in no figure.")
        return found

    def ledger_rows(self) -> list[list[str]]:
        """Return a row for each kind and state."""
        return [
            [
                each.dialect,
                _REASONS.get(each.state, each.state),
                f"{each.reports:,}",
                f"{each.rows:,}",
                _moment(each.newest),
            ]
            for each in self.ledger
        ]

    def quarantine_rows(self) -> list[list[str]]:
        """Return a row for each reason."""
        return [[reason, f"{rows:,}", f"{whole:,}"] for reason, rows, whole in self.quarantine]

    def _days(self) -> str:
        if self.newest_day is None:
            return "No usage day yet"
        lag = self._lag_days()
        return f"Usage up to {self.newest_day}" + ("" if lag is None or lag < 0 else f", {_count(lag, 'day')} behind")

    def _load(self) -> str:
        newest = self.newest_report
        if newest is None:
            return "no report loaded"
        age = f", {_age(self.now - newest)} ago" if self.now and self.now >= newest else ""
        return f"newest report loaded {_moment(newest)} UTC{age}"

    def _proved(self) -> str:
        loaded = sum(each.reports for each in self.ledger if each.state != "rejected")
        return f"{_count(loaded, 'report')}, each proved" if loaded else ""

    def _aside(self) -> str:
        if not self.quarantine:
            return "nothing in quarantine"
        whole = f", {_count(self.refused, 'report')} refused" if self.refused else ""
        return f"{_count(self.rows_aside, 'row')} in quarantine{whole}"

    def _lag_days(self) -> int | None:
        """Return whole days between the end of the newest usage day and now: 0 where that day is today or yesterday."""
        if self.now is None or self.newest_day is None:
            return None
        days = (self.now.date() - self.newest_day).days
        return days - 1 if days > 0 else days


def data_state(bill: Bill, newest_day: date | None, now: datetime | None) -> DataState:
    """Return the state of a warehouse."""
    words = bill.words
    report, rejected = (words.table(each.name) for each in (REPORT, REJECTED))
    sums = "COUNT(*), SUM(rows_loaded), SUM(rows_rejected), MAX(loaded_at)"
    ledger = bill.rows(f"SELECT dialect, state, {sums} FROM {report} GROUP BY dialect, state ORDER BY dialect, state")
    whole = "SUM(CASE WHEN object_row = 0 THEN 1 ELSE 0 END)"
    aside = bill.rows(f"SELECT reason, COUNT(*), {whole} FROM {rejected} GROUP BY reason ORDER BY reason")
    return DataState(
        tuple(_ledger_sum(row) for row in ledger),
        tuple((str(reason), int(count - objects), int(objects)) for reason, count, objects in aside),
        newest_day,
        now,
    )


def _ledger_sum(row: tuple[Any, ...]) -> LedgerSum:
    dialect, state, reports, rows, rejected, newest = row
    return LedgerSum(dialect, state, int(reports), int(rows or 0), int(rejected or 0), _utc(newest))


def _utc(moment: Any) -> datetime | None:  # noqa: ANN401  (what an engine returns)
    return moment.replace(tzinfo=moment.tzinfo or UTC) if isinstance(moment, datetime) else None


def _moment(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M}" if moment else "\N{EN DASH}"


def _age(age: timedelta) -> str:
    hours = int(age.total_seconds() // 3600)
    if hours < 1:
        return "less than an hour"
    return _count(hours, "hour") if hours < STILL_HOURS else _count(age.days, "day")


def _count(number: int, name: str) -> str:
    return f"{number:,} {name}" if number == 1 else f"{number:,} {name}s"


def _are(number: int) -> str:
    return "is" if number == 1 else "are"
