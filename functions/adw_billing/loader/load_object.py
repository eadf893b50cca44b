"""Loads one object: claim, parse, stage, prove, commit; or stops in time with its progress kept."""

from __future__ import annotations

import threading
import time
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from functions.adw_billing.errors import SameReport
from functions.adw_billing.loader.load_plan import MAX_SHOWN_REJECTED
from functions.adw_billing.model.headers import HeaderFault, Layout, dialect_of_name, layout
from functions.adw_billing.model.warehouse import (
    WHOLE_OBJECT,
    Batch,
    Claim,
    LedgerRow,
    LoadResult,
    Outcome,
    Progress,
    Rejected,
    State,
    Sums,
    Warehouse,
)
from functions.adw_billing.parse.chunks import CHUNK_BYTES, MAX_HEADER_BYTES, Splitter, text_check
from functions.adw_billing.parse.wide_rows import WIDE_CHUNK_BYTES, WIDE_COLUMNS
from functions.adw_billing.source.gunzip import ProvenStream, StreamFault
from shared.bounded_work import Late, ahead
from shared.errors import BadRequest

if TYPE_CHECKING:
    from collections.abc import Callable

    from functions.adw_billing.loader.copy_object import Copier
    from functions.adw_billing.model.report_object import ReportObject
    from functions.adw_billing.source.reports import Reports

UNKNOWN_DIALECT = "unknown"
"""Dialect of an object that never showed a header."""


@dataclass(frozen=True, slots=True)
class Budget:
    """Until when a run may work, and how large a slice and a chunk are."""

    left_seconds: Callable[[], float]
    max_rows_per_slice: int
    chunk_bytes: int = CHUNK_BYTES


class ObjectLoader:
    """Loads objects of one source into one warehouse; ``report_rows(n)`` is called as rows are staged."""

    def __init__(
        self,
        reports: Reports,
        warehouse: Warehouse,
        budget: Budget,
        report_rows: Callable[[int], None],
        copier: Copier | None = None,
    ) -> None:
        self._reports = reports
        self._warehouse = warehouse
        self._budget = budget
        self._report_rows = report_rows
        self._copier = copier

    def load(self, report: ReportObject, *, sliced: bool) -> LoadResult:
        """Load one object. Raises the warehouse's and the object store's errors, with the claim given up."""
        started = time.monotonic()
        if self._copier and (copied := self._copied(self._copier, report)):
            return copied
        stream = ProvenStream(self._reports.read(report), report.size_bytes)
        splitter = Splitter(stream.pieces(), self._budget.chunk_bytes)
        try:
            header = splitter.header()
            found = self._layout(report, header, stream)
        except (HeaderFault, StreamFault) as fault:
            stream.drain()
            dialect = dialect_of_name(report.name)
            return self._quarantine(
                report, dialect, stream.sha256, Rejected(WHOLE_OBJECT, fault.reason, fault.text), started
            )
        if found is None:
            return self._settle_empty(report, stream, started)
        claim = self._warehouse.claim(report.key, found.dialect, sliced=sliced)
        if claim is None:
            return LoadResult(None, time.monotonic() - started)
        work = _StagedLoad(self._warehouse, self._budget, self._report_rows, claim, found, text_check(header))
        work.one_tenancy = report.one_tenancy
        try:
            row = work.finish(splitter, stream)
        except _ContentChanged:
            self._warehouse.release(claim, drop=True)
            return self.load(report, sliced=True)
        except BadRequest:  # the object is another one: nobody goes on with what is staged of this one
            self._warehouse.release(claim, drop=True)
            raise
        except BaseException:
            self._warehouse.release(claim, drop=False)
            raise
        return LoadResult(row, time.monotonic() - started, tuple(work.rejected), work.unread)

    def _copied(self, copier: Copier, report: ReportObject) -> LoadResult | None:
        """Let the database load the object; None where the function has to."""
        try:
            return copier.load(report)
        except SameReport as same:
            return self.set_aside(report, same.reason, same.message)

    def set_aside(self, report: ReportObject, reason: str, text: str) -> LoadResult:
        """Put the whole object into quarantine without reading it again; errors as `load`."""
        started = time.monotonic()
        dialect = report.dialect or dialect_of_name(report.name)
        # A failure within a claim itself has left its transaction open.
        self._warehouse.release(Claim(report.key, dialect or "usage", sliced=True), drop=False)
        claim = self._warehouse.claim(report.key, dialect or "usage", sliced=True)
        if claim is not None:  # what was staged of it goes: nobody knows what it is
            self._warehouse.release(claim, drop=True)
        return self._quarantine(report, dialect, "", Rejected(WHOLE_OBJECT, reason, text), started)

    def _layout(self, report: ReportObject, header: bytes, stream: ProvenStream) -> Layout | None:
        """Return the layout; None for an object without a byte. Raises HeaderFault."""
        promised = dialect_of_name(report.name)
        if not header.strip():
            if not promised:
                raise HeaderFault("no-header", "the object is empty")
            return None
        if len(header) >= MAX_HEADER_BYTES:
            raise HeaderFault("header-too-long", f"the header has more than {MAX_HEADER_BYTES} bytes")
        try:
            found = layout(header)
        except HeaderFault as fault:
            if report.name.endswith(".gz") and not stream.is_gzip:
                raise HeaderFault("damaged", "the object is no gzip file") from None
            raise fault from None
        if promised and promised != found.dialect:
            raise HeaderFault("wrong-dialect", f"the header is that of a {found.dialect} report")
        return found

    def _settle_empty(self, report: ReportObject, stream: ProvenStream, started: float) -> LoadResult:
        dialect = dialect_of_name(report.name)
        claim = self._warehouse.claim(report.key, dialect, sliced=False)
        if claim is None:
            return LoadResult(None, time.monotonic() - started)
        content = stream.content_sha256
        outcome = Outcome(dialect, report.size_bytes, stream.sha256, "loaded", Sums(), content_sha256=content)
        row = self._warehouse.commit(claim, outcome)
        return LoadResult(row, time.monotonic() - started)

    def _quarantine(
        self, report: ReportObject, dialect: str, sha256: str, entry: Rejected, started: float
    ) -> LoadResult:
        """Put the whole object, of which no row is staged, into quarantine."""
        claim = self._warehouse.claim(report.key, dialect or "usage", sliced=True)
        if claim is None:
            return LoadResult(None, time.monotonic() - started)
        outcome = Outcome(dialect or UNKNOWN_DIALECT, report.size_bytes, sha256, "rejected", Sums(), [entry])
        return LoadResult(self._warehouse.commit(claim, outcome), time.monotonic() - started, (entry,))


class _ContentChanged(Exception):
    """What was staged of the object is not what it holds now."""


class _StagedLoad:
    """The rows of one claimed object."""

    def __init__(
        self,
        warehouse: Warehouse,
        budget: Budget,
        report_rows: Callable[[int], None],
        claim: Claim,
        found: Layout,
        check: str,
    ) -> None:
        self._warehouse = warehouse
        self._budget = budget
        self._report_rows = report_rows
        self._claim = claim
        self._layout = found
        self._check = check
        self._done = replace(claim.progress, prefix_check=claim.progress.prefix_check or check)
        self._kept_rows = self._done.sums.rows
        self.rejected: list[Rejected] = []
        self.unread: Counter[str] = Counter()
        self.one_tenancy = False

    def finish(self, splitter: Splitter, stream: ProvenStream) -> LedgerRow | None:
        """Return the object's ledger row: of its rows, or of a stream that cannot be used; None when time was over."""
        try:
            return self.commit(stream) if self.run(splitter) else None
        except StreamFault as fault:
            return self.reject(stream, Rejected(WHOLE_OBJECT, fault.reason, fault.text))
        except SameReport as same:
            return self.reject(stream, Rejected(WHOLE_OBJECT, same.reason, same.message))

    def run(self, splitter: Splitter) -> bool:
        """Stage all batches; False when time was over before the end, with the progress kept."""
        check = self._skip(splitter)
        first = self._done.records + 1
        # Three things go on at once, each a step ahead of the next: unpacking and cutting, parsing, and the warehouse
        # in this thread. The queues are short, so that memory holds a few chunks whatever the size of the object.
        stopped = threading.Event()
        if self._layout.width > WIDE_COLUMNS:
            splitter.limit_chunks(WIDE_CHUNK_BYTES)
        with ahead(splitter.chunks, stopped=stopped) as chunks:
            from functions.adw_billing.parse.parser import Parser  # a call with nothing new needs no Arrow

            parser = Parser(self._layout, self._warehouse.row_format, check)
            left = self._budget.left_seconds
            with ahead(lambda: parser.batches(chunks, first), 2, stopped=stopped, left_seconds=left) as batches:
                try:
                    return all(self._take(batch) for batch in batches)
                except Late:  # the object comes too slowly, or no more
                    return self._goes_on()

    def _take(self, batch: Batch) -> bool:
        """Stage a batch; whether there is time for the next one."""
        self._stage(batch)
        return batch.final or self._goes_on()

    def _skip(self, splitter: Splitter) -> str:
        """Leave out what earlier calls staged; the check over the text up to there. Raises _ContentChanged."""
        # The etag is the same, and still the rows staged so far are used only where the bytes before them are: an
        # unpacked prefix of the same CRC.
        check = self._check
        for part in splitter.skip(self._done.text_bytes):
            check = text_check(part, check)
        if self._done.text_bytes and check != self._done.prefix_check:
            raise _ContentChanged
        return check

    def _stage(self, batch: Batch) -> None:
        if self.one_tenancy and batch.rows is not None:
            from functions.adw_billing.loader import one_tenancy  # the command line's side

            one_tenancy.require_one_tenancy(self._claim.key, self._layout.dialect, batch.rows)
        self._warehouse.stage(self._claim, batch)
        self.rejected += batch.rejected[: max(0, MAX_SHOWN_REJECTED - len(self.rejected))]
        self.unread.update(batch.unread)
        done = self._done
        self._done = Progress(
            done.records + batch.records,
            done.sums.plus(batch.sums),
            done.text_bytes + batch.text_bytes,
            batch.prefix_check,
        )
        self._report_rows(batch.records)

    def _goes_on(self) -> bool:
        """Keep the progress where a slice is full or time is over; whether there is time for more."""
        over = self._budget.left_seconds() <= 0
        full = self._claim.sliced and self._done.sums.rows - self._kept_rows >= self._budget.max_rows_per_slice
        if over or full:
            self._claim = self._warehouse.keep_progress(self._claim, self._done)
            self._kept_rows = self._done.sums.rows
        if over:
            self._warehouse.release(self._claim, drop=False)
        return not over

    def commit(self, stream: ProvenStream) -> LedgerRow:
        """Publish what was staged."""
        done = self._done
        bad = done.records - done.sums.rows
        state: State = "loaded" if not bad else "partial" if done.sums.rows else "rejected"
        content = stream.content_sha256
        outcome = Outcome(
            self._layout.dialect, stream.size_bytes, stream.sha256, state, done.sums, content_sha256=content
        )
        return self._warehouse.commit(self._claim, outcome)

    def reject(self, stream: ProvenStream, entry: Rejected) -> LedgerRow:
        """Quarantine the whole object: no row of damaged bytes is published, however good it looked, and none twice."""
        # The fault may come after rows were staged, even kept in earlier calls: they go, and the claim is taken again
        # for the ledger row that says why.
        stream.drain()
        key = self._claim.key
        self._warehouse.release(self._claim, drop=True)
        claim = self._warehouse.claim(key, self._layout.dialect, sliced=True) or self._claim
        self.rejected = [entry]
        self.unread.clear()
        outcome = Outcome(
            self._layout.dialect,
            stream.size_bytes,
            stream.sha256,
            "rejected",
            Sums(),
            [entry],
            content_sha256=stream.content_sha256,
        )
        return self._warehouse.commit(claim, outcome)
