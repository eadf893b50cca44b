"""Gathers small new objects, read and parsed as wholes, to be published by one transaction.

Whatever is wrong with one of them, or with all: it is not gathered, or the batch is not published, and then each object
is loaded alone, as if there were no batches.
"""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from functions.adw_billing.model.headers import dialect_of_name, layout
from functions.adw_billing.model.warehouse import LoadResult, Outcome, Sums
from functions.adw_billing.model.whole_objects import BatchingWarehouse, WholeObject
from functions.adw_billing.parse.chunks import Splitter, text_check
from functions.adw_billing.source.gunzip import ProvenStream
from shared import logs
from shared.errors import FunctionError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from functions.adw_billing.model.report_object import ReportObject
    from functions.adw_billing.model.warehouse import Rejected, State, Warehouse
    from functions.adw_billing.parse.parser import Parser
    from functions.adw_billing.source.reports import Reports

MAX_STORED_BYTES = 192 << 10
"""Of an object that is gathered: some 1,500 rows."""
MAX_HEADER_BYTES = 64 << 10
"""Of an object that is gathered: thousands of columns take memory of their own."""
MAX_OBJECTS = 256
"""Of a batch: more save nothing."""
CHUNKS_OF_A_BATCH = 2
MAX_HELD_SECONDS = 5.0
"""How long objects wait for others that come slowly: no more is lost with a process that is killed."""
MAX_PARSERS = 8
"""Headers whose parsers are kept: making one takes as long as parsing ten rows."""

_NOTHING: Mapping[str, int] = MappingProxyType({})
"""One for all objects: a run keeps it for the answer, of 79,200 in a year."""

_log = logs.get("adw-billing")


class _Alone(Exception):
    """The object has to be loaded alone."""


@dataclass(frozen=True, slots=True)
class _Gathered:
    """An object that was read, and how long that took."""

    report: ReportObject
    whole: WholeObject
    unread: Mapping[str, int]
    seconds: float


class SmallObjects:
    """The objects gathered so far; a warehouse that publishes one at a time has none.

    The text of an object is not longer than a chunk, and a batch is closed at two of them: its rows fill a row group of
    DuckDB, which is then written once, and take no more memory than the chunks of a large report.
    """

    def __init__(self, reports: Reports, warehouse: Warehouse, chunk_bytes: int, max_shown_rejected: int) -> None:
        self._reports = reports
        self._chunk_bytes = chunk_bytes
        self._warehouse = warehouse if isinstance(warehouse, BatchingWarehouse) else None
        self._row_format = warehouse.row_format
        self._max_shown_rejected = max_shown_rejected
        self._parsers: dict[bytes, tuple[str, Parser]] = {}
        self._gathered: list[_Gathered] = []
        self._names: set[tuple[str, str]] = set()
        self._text_bytes = 0
        self._began = 0.0

    @property
    def full(self) -> bool:
        """Whether they are to be published before another one is read."""
        return bool(self._gathered) and (
            len(self._gathered) >= MAX_OBJECTS
            or self._text_bytes >= CHUNKS_OF_A_BATCH * self._chunk_bytes
            or time.monotonic() - self._began >= MAX_HELD_SECONDS
        )

    def add(self, report: ReportObject) -> bool:
        """Read a small object of whose name the warehouse knows nothing; False where it has to be loaded alone.

        Raises the object store's errors and DeadlineExceeded.
        """
        if self._warehouse is None or not self._takes(report) or not self._warehouse.is_new(report.key):
            return False
        started = time.monotonic()
        try:
            whole, unread, text_bytes = self._read(report)
        except FunctionError:
            raise
        except Exception:  # noqa: BLE001  (a fault of the object, known or unforeseen, shows again when it is alone)
            return False
        if not self._gathered:
            self._began = started
        self._gathered.append(_Gathered(report, whole, unread or _NOTHING, time.monotonic() - started))
        self._names.add((report.tenancy_id, report.name))
        self._text_bytes += text_bytes
        return True

    def publish(self) -> list[tuple[ReportObject, LoadResult | None]]:
        """Publish what is gathered; None for an object that has to be loaded alone. Nothing is gathered then."""
        gathered, self._gathered = self._gathered, []
        self._names.clear()
        self._text_bytes = 0
        if self._warehouse is None or not gathered:
            return []
        started = time.monotonic()
        try:
            rows = self._warehouse.publish_together([each.whole for each in gathered])
        except Exception as error:  # noqa: BLE001  (nothing is published: whose fault it is shows when each is alone)
            fields = {"objects": len(gathered), "fault": type(error).__name__}
            _log.warning("batch not published", extra={"fields": fields})
            return [(each.report, None) for each in gathered]
        share = (time.monotonic() - started) / len(gathered)
        return [
            (each.report, LoadResult(row, each.seconds + share, self._shown(each.whole), each.unread))
            for each, row in zip(gathered, rows, strict=True)
        ]

    def _takes(self, report: ReportObject) -> bool:
        # Two versions of one name in a batch would both stay.
        return 0 < report.size_bytes <= MAX_STORED_BYTES and (report.tenancy_id, report.name) not in self._names

    def _read(self, report: ReportObject) -> tuple[WholeObject, Mapping[str, int], int]:
        """Return the object, the values that were not read, and the bytes of its text."""
        stream = ProvenStream(self._reports.read(report), report.size_bytes)
        splitter = Splitter(_bounded(stream.pieces(), self._chunk_bytes))
        header = splitter.header(MAX_HEADER_BYTES)
        dialect, parser = self._parser(header)
        if dialect_of_name(report.name) not in ("", dialect):
            raise _Alone
        batches = list(parser.begun(text_check(header)).batches(splitter.chunks(), 1))
        unread: Counter[str] = Counter()
        sums = Sums()
        for batch in batches:
            unread.update(batch.unread)
            sums = sums.plus(batch.sums)
        rows = tuple(batch.rows for batch in batches if batch.rows is not None)
        if report.one_tenancy:
            from functions.adw_billing.loader.one_tenancy import require_one_tenancy  # the command line's side

            for each in rows:
                require_one_tenancy(report.key, dialect, each)
        rejected = tuple(entry for batch in batches for entry in batch.rejected)
        if rejected and not sums.rows:
            raise _Alone
        state: State = "partial" if rejected else "loaded"
        content = stream.content_sha256
        outcome = Outcome(dialect, stream.size_bytes, stream.sha256, state, sums, content_sha256=content)
        return WholeObject(report.key, outcome, rows, rejected), unread, sum(batch.text_bytes for batch in batches)

    def _parser(self, header: bytes) -> tuple[str, Parser]:
        """Return the dialect and the parser of all objects with this header. Raises HeaderFault."""
        known = self._parsers.get(header)
        if known is None:
            from functions.adw_billing.parse.parser import Parser  # a call with nothing new needs no Arrow

            if not header.strip() or len(header) >= MAX_HEADER_BYTES:
                raise _Alone
            if len(self._parsers) >= MAX_PARSERS:
                self._parsers.clear()
            found = layout(header)
            known = self._parsers[header] = (found.dialect, Parser(found, self._row_format, ""))
        return known

    def _shown(self, whole: WholeObject) -> tuple[Rejected, ...]:
        return whole.rejected[: self._max_shown_rejected]


def _bounded(pieces: Iterator[bytes], max_bytes: int) -> Iterator[bytes]:
    """Yield the pieces of a text; _Alone where it is longer."""
    text_bytes = 0
    for piece in pieces:
        text_bytes += len(piece)
        if text_bytes > max_bytes:
            raise _Alone
        yield piece
