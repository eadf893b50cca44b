"""One report as an object of the bucket: its rows in a dialect, as CSV or gzip, and what they add up to."""

from __future__ import annotations

import gzip
import random
from dataclasses import dataclass, field, replace
from decimal import Context, Decimal
from operator import itemgetter
from typing import TYPE_CHECKING, BinaryIO

from emulator.reports.catalogue import TAG_KEYS, TENANCY, make_resources
from emulator.reports.line_items import BLOCK_ROWS, LineItem, Window
from emulator.reports.report_columns import CHANGING, COLUMNS, Dialect, FocusNames, fixed_values, header_name
from emulator.reports.row_values import ClockStyle, RowValues, TimeSpelling

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

EXACT = Context(prec=60)
FIRST_HOUR = 474_768
"""2024-02-29T00:00Z in hours since 1970: a day that not every calendar has."""

GZIP_LEVEL = 1
_RESOURCES = 300
_CHILD_EVERY = 4


@dataclass(frozen=True, slots=True)
class ReportLayout:
    """How a report departs from the documented form: all defaults is the form of the real files.

    `shuffle` puts the columns in an order drawn from the seed; `extra_columns` are unknown ones, `leave_out` documented
    ones that are not there; `upper_case` spells the header in capitals; `null_text` is written for an empty field
    (FOCUS files have `NULL`); `braces=False` drops the outer braces of FOCUS Tags; `newline` ends each line.
    """

    shuffle: bool = False
    extra_columns: tuple[str, ...] = ()
    leave_out: tuple[str, ...] = ()
    upper_case: bool = False
    focus_names: FocusNames = "preview"
    clock: ClockStyle = "mixed"
    braces: bool = True
    null_text: str = ""
    newline: str = "\r\n"


@dataclass(frozen=True, slots=True)
class Totals:
    """What a report holds: rows, exact sums (cost: myCost or BilledCost; quantity: billedQuantity or UsageQuantity)."""

    rows: int
    cost: Decimal
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class GeneratedReport:
    """The rows `start` to `stop` of a window in one dialect. `gzip_member_rows` starts a new gzip member that often."""

    dialect: Dialect
    window: Window
    layout: ReportLayout = field(default_factory=ReportLayout)
    tenancy: str = TENANCY
    resources: int = _RESOURCES
    start: int = 0
    stop: int | None = None
    gzip_member_rows: int | None = None
    prices: tuple[tuple[str, int], ...] = ()
    """Unit prices (SKU, 1E-8 of the currency) other than the catalogue's."""
    child: str = ""
    """A child tenancy that every fourth resource belongs to: its rows stand in the parent's reports."""

    @property
    def rows(self) -> int:
        """Return the number of data rows."""
        end = self.window.rows if self.stop is None else min(self.stop, self.window.rows)
        return max(0, end - self.start)

    def chunks(self) -> Iterator[bytes]:
        """Yield the CSV text as UTF-8, the header first, then some thousand rows a chunk."""
        table = _Table(self)
        yield table.header()
        lines: list[str] = []
        for item in self.window.items(table.resources, self.start, self.stop):
            lines.append(table.line(item))
            if len(lines) == BLOCK_ROWS:
                yield table.joined(lines)
                lines = []
        if lines:
            yield table.joined(lines)

    def write_csv(self, file: BinaryIO) -> None:
        """Write the plain CSV."""
        file.writelines(self.chunks())

    def write_gzip(self, file: BinaryIO, level: int = GZIP_LEVEL) -> None:
        """Write the gzip stream; the same bytes for the same report."""
        member_chunks = None if self.gzip_member_rows is None else max(1, self.gzip_member_rows // BLOCK_ROWS)
        member = _member(file, level)
        for number, chunk in enumerate(self.chunks()):
            if member_chunks and number and number % member_chunks == 0:
                member.close()
                member = _member(file, level)
            member.write(chunk)
        member.close()

    def write(self, path: Path) -> Path:
        """Write to a path: gzip when its name ends in `.gz`. Return the path."""
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            if path.suffix == ".gz":
                self.write_gzip(file)
            else:
                self.write_csv(file)
        return path

    def totals(self) -> Totals:
        """Add the rows up, with as many digits as they need."""
        table = _Table(self)
        cost = quantity = Decimal(0)
        for item in self.window.items(table.resources, self.start, self.stop):
            row_cost, row_quantity = table.values.amounts(item)
            cost, quantity = EXACT.add(cost, row_cost), EXACT.add(quantity, row_quantity)
        return Totals(self.rows, cost, quantity)


def make_report(
    dialect: Dialect, rows: int, *, seed: str = "1", first_hour: int = FIRST_HOUR, layout: ReportLayout | None = None
) -> GeneratedReport:
    """Return a single report of `rows` rows, for tests and measurements."""
    return GeneratedReport(dialect, Window(seed, "report", rows, first_hour), layout or ReportLayout())


class _Table:
    """A report's columns, with each resource's fixed fields rendered once."""

    def __init__(self, report: GeneratedReport) -> None:
        layout, dialect = report.layout, report.dialect
        prices = dict(report.prices)
        self.resources = [
            replace(each, sku=replace(each.sku, price_e8=prices.get(each.sku.code, each.sku.price_e8)))
            for each in make_resources(report.window.seed, report.resources)
        ]
        self.values = RowValues(dialect, self.resources, TimeSpelling(layout.clock))
        self._report = report
        names = [*COLUMNS[dialect], *(() if dialect == "focus" else (f"tags/{key}" for key in TAG_KEYS))]
        self._names = [*names, *layout.extra_columns]
        self._positions = [names.index(name) for name in CHANGING[dialect]]
        order = [at for at, name in enumerate(self._names) if name not in layout.leave_out]
        if layout.shuffle:
            random.Random(f"{report.window.seed}/columns").shuffle(order)  # noqa: S311
        self._order = order
        self._arranged = None if order == list(range(len(self._names))) else itemgetter(*order)
        self._templates: dict[int, list[str]] = {}

    def header(self) -> bytes:
        layout = self._report.layout
        names = [self._names[at] for at in self._order]
        if self._report.dialect == "focus":
            names = [header_name(name, layout.focus_names) for name in names]
        line = ",".join(map(_quoted, names))
        return ((line.upper() if layout.upper_case else line) + layout.newline).encode()

    def line(self, item: LineItem) -> str:
        template = self._templates.get(item.resource) or self._template(item.resource)
        row = template.copy()
        for at, value in zip(self._positions, self.values.of(item), strict=True):
            row[at] = value
        if self._arranged is not None:
            row = list(self._arranged(row))
        if self._report.layout.null_text:
            row = [value or self._report.layout.null_text for value in row]
        return ",".join(row)

    def joined(self, lines: list[str]) -> bytes:
        newline = self._report.layout.newline
        return (newline.join(lines) + newline).encode()

    def _template(self, number: int) -> list[str]:
        report = self._report
        of_child = report.child and number % _CHILD_EVERY == 1
        tenancy = report.child if of_child else report.tenancy
        fixed = fixed_values(report.dialect, self.resources[number], tenancy, braces=report.layout.braces)
        fixed.update({name: f"{name} of {number % 7}" for name in report.layout.extra_columns})
        template = [_quoted(fixed.get(name, "")) for name in self._names]
        self._templates[number] = template
        return template


def _quoted(text: str) -> str:
    """Return a CSV field, quoted only where it must be."""
    if any(mark in text for mark in ',"\r\n'):
        return '"' + text.replace('"', '""') + '"'
    return text


def _member(file: BinaryIO, level: int) -> gzip.GzipFile:
    return gzip.GzipFile(filename="", mode="wb", compresslevel=level, fileobj=file, mtime=0)
