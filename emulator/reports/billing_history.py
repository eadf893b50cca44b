"""What a tenancy's bucket sees over days: reports on time, late ones, splits, corrections and re-publications."""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Literal

from emulator.reports.catalogue import TENANCY
from emulator.reports.generated_report import GeneratedReport, ReportLayout
from emulator.reports.line_items import Window

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from emulator.reports.report_columns import Dialect
    from emulator.services.object_storage.service import ObjectStorageService
    from emulator.services.object_storage.stored_objects import StoredBucket

Kind = Literal["on-time", "late", "correction", "re-publication"]

ROWS_PER_OBJECT = 1_000_000
"""OCI starts a new object after this many records."""

_DAY_HOURS = 24
_FIRST_NUMBER = 1_000_000_010_470


@dataclass(frozen=True, slots=True)
class PublishedObject:
    """An object as it appears in the bucket at a time (UTC). `usage_day` is the day that its rows were used on."""

    at: datetime
    name: str
    kind: Kind
    usage_day: date
    report: GeneratedReport


@dataclass(frozen=True, slots=True)
class PriceChange:
    """From a usage day on, a SKU's unit price in 1E-8 of the currency."""

    day: date
    sku: str
    price_e8: int


@dataclass(frozen=True, slots=True)
class BillingHistory:
    """Some days of a tenancy, the same for the same fields.

    Each usage day has `windows_a_day` windows (four of six hours, as OCI has it; a small tenancy's story may do with
    one), published 6 to 24 hours after their end. Of each `afterwards_every`-th day `late_rows` come `late_days` later
    and `correction_rows` of its first window `correction_days` later, each as new objects (in FOCUS: in the old day's
    folder). Every `republish_every`-th day's first object appears again under its name a day later, with
    changed rows and one more. From the day of a price change on, its SKU has that unit price; corrections and late rows
    of a day have the day's own. `child` is a child tenancy that owns some resources. Objects hold
    `rows_per_object` rows; what is more is split into `-00002` and so on.
    """

    seed: str = "1"
    first_day: date = date(2025, 2, 1)
    days: int = 7
    rows_per_day: int = 400
    dialects: tuple[Dialect, ...] = ("cost", "focus")
    rows_per_object: int = ROWS_PER_OBJECT
    late_rows: int = 10
    late_days: int = 3
    correction_rows: int = 3
    correction_days: int = 5
    republish_every: int = 5
    afterwards_every: int = 1
    windows_a_day: int = 4
    resources: int = 120
    tenancy: str = TENANCY
    layout: ReportLayout = field(default_factory=ReportLayout)
    price_changes: tuple[PriceChange, ...] = ()
    child: str = ""

    def publications(self) -> list[PublishedObject]:
        """Return everything that is published, in the order of time; names are numbered in that order."""
        drafts = sorted(self._drafts(), key=lambda draft: (draft.at, draft.window.name))
        published: list[PublishedObject] = []
        for dialect in self.dialects:
            published += self._named(dialect, drafts)
        return sorted(published, key=lambda each: (each.at, each.name))

    def _drafts(self) -> Iterator[_Draft]:
        rng = random.Random(f"{self.seed}/times")  # noqa: S311
        for number in range(self.days):
            day = self.first_day + timedelta(days=number)
            ends = datetime.combine(day, datetime.min.time(), UTC)
            first_hour = int(ends.timestamp()) // 3600
            windows, hours = self.windows_a_day, _DAY_HOURS // self.windows_a_day
            for part in range(windows):
                name = f"{day}/{part}"
                rows = self.rows_per_day * (part + 1) // windows - self.rows_per_day * part // windows
                window = Window(self.seed, name, rows, first_hour + part * hours, hours=hours)
                delay = timedelta(hours=hours * (part + 1), minutes=rng.randrange(6 * 60, 24 * 60))
                yield _Draft(ends + delay, "on-time", day, window)
                if part == 0:
                    yield from self._afterwards(number, _Draft(ends + delay, "on-time", day, window))

    def _afterwards(self, number: int, first: _Draft) -> Iterator[_Draft]:
        """Yield what is published later of a day whose first window is out."""
        window, day = first.window, first.day
        follows = number % self.afterwards_every == 0
        if self.late_rows and follows:
            late = Window(self.seed, f"{day}/late", self.late_rows, window.first_hour, hours=24)
            yield _Draft(first.at + timedelta(days=self.late_days), "late", day, late)
        if self.correction_rows and follows:
            rows = min(self.correction_rows, window.rows)
            fix = Window(self.seed, f"{day}/correction", rows, window.first_hour, corrects=window)
            again = Window(self.seed, f"{day}/correction 2", min(1, rows), window.first_hour, corrects=fix)
            yield _Draft(first.at + timedelta(days=self.correction_days), "correction", day, fix)
            yield _Draft(first.at + timedelta(days=self.correction_days + 1), "correction", day, again)
        if self.republish_every and number % self.republish_every == 0:
            changed = replace(window, rows=window.rows + 1, revision=1)
            yield _Draft(first.at + timedelta(days=1), "re-publication", day, changed)

    def _named(self, dialect: Dialect, drafts: Iterable[_Draft]) -> Iterator[PublishedObject]:
        """Yield the numbered objects of one dialect. A re-publication takes its window's first names."""
        number = _FIRST_NUMBER
        names: dict[str, str] = {}
        for draft in drafts:
            if draft.kind != "re-publication":
                names[draft.window.name] = f"{number:016d}"
                number += 10
            stem = names[draft.window.name]
            parts = max(1, -(-draft.window.rows // self.rows_per_object))
            for part in range(parts):
                yield PublishedObject(
                    at=draft.at,
                    name=_object_name(dialect, draft.day, stem, part + 1),
                    kind=draft.kind,
                    usage_day=draft.day,
                    report=GeneratedReport(
                        dialect,
                        draft.window,
                        self.layout,
                        self.tenancy,
                        self.resources,
                        start=part * self.rows_per_object,
                        stop=(part + 1) * self.rows_per_object,
                        prices=tuple((each.sku, each.price_e8) for each in self.price_changes if each.day <= draft.day),
                        child=self.child,
                    ),
                )


@dataclass(frozen=True, slots=True)
class _Draft:
    at: datetime
    kind: Kind
    day: date
    window: Window


def _object_name(dialect: Dialect, day: date, stem: str, part: int) -> str:
    if dialect == "focus":
        return f"FOCUS Reports/{day:%Y/%m/%d}/{stem}-{part:05d}.csv.gz"
    suffix = "" if dialect == "usage" and part == 1 else f"-{part:05d}"
    return f"reports/{dialect}-csv/{stem}{suffix}.csv.gz"


def final_state(publications: Iterable[PublishedObject]) -> dict[str, PublishedObject]:
    """Return what the bucket holds in the end: the last publication of each name."""
    return {each.name: each for each in publications}


def publish_objects(
    storage: ObjectStorageService, bucket: StoredBucket, publications: Iterable[PublishedObject]
) -> None:
    """Put the objects into the bucket, in order: a name that is there gets new content and a new etag."""
    for each in publications:
        file = storage.store.new_file()
        each.report.write(file.with_suffix(".gz"))
        storage.put(bucket, each.name, file.with_suffix(".gz"))
        file.with_suffix(".gz").unlink()


def write_folder(folder: Path, publications: Iterable[PublishedObject]) -> None:
    """Write the objects as files below a folder, their names as paths."""
    for each in publications:
        each.report.write(folder / each.name)
