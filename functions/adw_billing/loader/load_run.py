"""One run of the loader: list, compare with the ledger, plan, load object after object, and stop in time."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from functions.adw_billing.errors import DatabaseError, ProofFailed, SumTooLarge
from functions.adw_billing.loader import last_net, load_plan
from functions.adw_billing.loader.load_plan import MAX_SHOWN_REJECTED
from functions.adw_billing.model.exact_sums import plain
from functions.adw_billing.model.tables import BILLING, COST_FROM_ROW, IGNORED_DAY_ROW
from functions.adw_billing.model.warehouse import REFUSED_REASON, TOO_LARGE_REASON
from shared import logs
from shared.errors import BadRequest, DeadlineExceeded, FunctionError, OciServiceError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from functions.adw_billing.loader.copy_object import Copier
    from functions.adw_billing.loader.load_object import ObjectLoader
    from functions.adw_billing.loader.small_objects import SmallObjects
    from functions.adw_billing.model.report_object import ReportObject
    from functions.adw_billing.model.warehouse import LedgerRow, LoadResult, Rejected, Warehouse
    from functions.adw_billing.source.reports import Reports

MAX_FAILURES_IN_A_ROW = 3
"""Objects that could not be read, one after another, before the call gives up."""
GONE_STATUSES = (404, 412)
"""The object was deleted or published again since it was listed: the next call sees what there is."""
MAX_SHOWN_CONTENT_CHARACTERS = 200

_log = logs.get("adw-billing")


@dataclass(slots=True)
class LoadSummary:
    """What a run did.

    ``unread`` are the values by header that are not what their column says, for each of ``rows``;
    ``remaining``: objects that are left for the next one; ``newest``: when the newest object was written that is in
    the warehouse now; ``warnings`` are sentences for whoever reads the detail.
    """

    rows: list[LedgerRow] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    unread: list[Mapping[str, int]] = field(default_factory=list)
    rejected: list[tuple[str, Rejected]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    listed: int = 0
    remaining: int = 0
    rows_per_second: float = 0.0
    newest: datetime | None = None

    def names(self) -> list[str]:
        """Return the CSV names processed, as users know the answer."""
        return [row.key.file_name for row in self.rows if row.state != "rejected"]

    def detail(self) -> dict[str, object]:
        """Return the answer to `{"detail": true}`."""
        return {
            "reports": [
                {
                    "object_name": row.key.object_name,
                    "dialect": row.dialect,
                    "rows_loaded": row.rows_loaded,
                    "rows_rejected": row.rows_rejected,
                    "cost_sum": plain(row.cost_sum),
                    "quantity_sum": plain(row.quantity_sum),
                    "size_bytes": row.size_bytes,
                    "seconds": round(seconds, 3),
                    "state": row.state,
                    **({"unread_values": dict(unread)} if unread else {}),
                }
                for row, seconds, unread in zip(self.rows, self.seconds, self.unread, strict=True)
            ],
            "rejected": [
                {
                    "object_name": name,
                    "object_row": entry.object_row,
                    "reason": entry.reason,
                    "content": entry.content[:MAX_SHOWN_CONTENT_CHARACTERS],
                }
                for name, entry in self.rejected[:MAX_SHOWN_REJECTED]
            ],
            "remaining": self.remaining,
            "rows_per_second": round(self.rows_per_second),
            **({"warnings": list(dict.fromkeys(self.warnings))} if self.warnings else {}),
        }


@dataclass(frozen=True, slots=True)
class LoadOptions:
    """How a run works.

    ``left_seconds`` until it must stop; ``progress(done, total, rows)`` is called with how far it is; ``copier`` lets
    the database read the objects; ``chunk_bytes`` of a chunk's text, 0 for CHUNK_BYTES.
    """

    newest_first: bool
    max_rows_per_slice: int
    left_seconds: Callable[[], float]
    progress: Callable[[int, int, int], None] = lambda _done, _total, _rows: None
    chunk_bytes: int = 0
    copier: Copier | None = None


class LoadRun:
    """One run on one source of reports and one warehouse, which is migrated already."""

    def __init__(self, reports: Reports, warehouse: Warehouse, options: LoadOptions) -> None:
        self._warehouse = warehouse
        self._reports = reports
        self._options = options
        self._throughput = load_plan.Throughput()
        self._summary = LoadSummary()
        self._failures = 0
        self._last_net = last_net.LastNet()
        self._refusal: FunctionError | None = None
        self._staged_rows = 0
        self._done = 0
        self._loader: ObjectLoader
        self._small: SmallObjects

    def run(self) -> LoadSummary:
        """Load what there is time for.

        Raises what makes all further work pointless, and at the end the warehouse's refusal of an object.
        """
        listed = self._reports.list()
        todo = self._todo(listed)
        self._warehouse.usage_until = max(self._warehouse.usage_until, load_plan.usage_until(listed))
        if todo:
            self._begin()
            self._load_all(todo)
        self._options.progress(self._done, len(todo), self._staged_rows)
        if self._refusal:
            raise self._refusal
        self._summary.remaining = len(todo) - self._done
        self._summary.newest = load_plan.newest(listed, todo[self._done :])
        self._summary.rows_per_second = self._throughput.rows_per_second
        self._warn_of_ignored_day()
        return self._summary

    def _begin(self) -> None:
        """Make what loads objects; a call with nothing new need not import it."""
        from functions.adw_billing.loader.load_object import Budget, ObjectLoader
        from functions.adw_billing.loader.small_objects import SmallObjects
        from functions.adw_billing.parse.chunks import CHUNK_BYTES

        options = self._options
        chunk_bytes = options.chunk_bytes or CHUNK_BYTES
        budget = Budget(options.left_seconds, options.max_rows_per_slice, chunk_bytes)
        self._loader = ObjectLoader(self._reports, self._warehouse, budget, self._count_rows, options.copier)
        self._small = SmallObjects(self._reports, self._warehouse, chunk_bytes, MAX_SHOWN_REJECTED)

    def _load_all(self, todo: list[ReportObject]) -> None:
        """Load what there is time for, in this order."""
        for place, report in enumerate(todo):
            if not self._worth_starting(report, first=place == 0):
                break
            self._options.progress(self._done, len(todo), self._staged_rows)
            if not self._take(report):
                return
        self._publish()

    def _take(self, report: ReportObject) -> bool:
        """Gather a small object, or load one behind those that are gathered; whether the run goes on."""
        try:
            if self._fits(report) and self._small.add(report):
                return not self._small.full or self._publish()
        except FunctionError as error:  # failures in a row are counted in order
            return self._publish() and self._counted(goes_on=self._failed(report, error))
        return self._publish() and self._counted(goes_on=self._load(report))

    def _publish(self) -> bool:
        """Publish what is gathered, or load each of it alone; whether the run goes on."""
        for report, result in self._small.publish():
            if result is None:
                if not self._counted(goes_on=self._load(report)):
                    return False
                continue
            self._count_rows(result.row.rows_loaded + result.row.rows_rejected if result.row else 0)
            self._counted(goes_on=self._settle(report, result))
        return True

    def _counted(self, *, goes_on: bool) -> bool:
        self._done += goes_on
        return goes_on

    def _warn_of_ignored_day(self) -> None:
        """Say where one row's day in the future would have kept cost reports out of users' table."""
        if any(row.dialect == "cost" for row in self._summary.rows):
            known = self._warehouse.remembered("")
            if day := known.get(IGNORED_DAY_ROW):
                text = f"a usage row has the day {day}, later than its report: {BILLING.name} has costs from"
                self._summary.warnings.append(f"{text} {known.get(COST_FROM_ROW)} on all the same")

    def _todo(self, listed: list[ReportObject]) -> list[ReportObject]:
        self._summary.listed = len(listed)
        ledger = {}
        for tenancy in sorted({report.tenancy_id for report in listed}):
            for (name, etag), entry in self._warehouse.ledger(tenancy).items():
                ledger[tenancy, name, etag] = entry
        return load_plan.pending(listed, ledger, newest_first=self._options.newest_first)

    def _worth_starting(self, report: ReportObject, *, first: bool) -> bool:
        """Tell whether anything of the object can be finished; the first one is always tried, so that calls get on."""
        left = self._options.left_seconds()
        return left > 0 and (
            first or self._throughput.fits(report.size_bytes, left) or report.size_bytes > load_plan.SLICED_FROM_BYTES
        )

    def _fits(self, report: ReportObject) -> bool:
        return self._throughput.fits(report.size_bytes, self._options.left_seconds())

    def _load(self, report: ReportObject) -> bool:
        """Load one object; whether the run goes on."""
        sliced = not self._fits(report)
        try:
            result = self._loader.load(report, sliced=sliced)
        except Exception as error:  # noqa: BLE001  (whatever one object raises, the others are loaded)
            return self._failed(report, error)
        return self._settle(report, result)

    def _failed(self, report: ReportObject, error: Exception) -> bool:
        """Answer for an object that was not loaded; whether the run goes on."""
        if isinstance(error, DeadlineExceeded):
            return False
        if isinstance(error, OciServiceError):
            return self._unreadable(report, error)
        if isinstance(error, SumTooLarge):  # a fault of its amounts, or of those of its days: the database is well
            text = str(error.fields.get("code") or error.reason)
            return self._settle(report, self._loader.set_aside(report, TOO_LARGE_REASON, text))
        if isinstance(error, DatabaseError | ProofFailed):
            return self._unloaded(report, error)
        if isinstance(error, BadRequest):
            return self._refused(report, error)
        if isinstance(error, FunctionError):  # of the warehouse or the call: no object can be loaded
            raise error
        text = self._last_net.catch(report, error)
        return self._settle(report, self._loader.set_aside(report, last_net.REASON, text))

    def _settle(self, report: ReportObject, result: LoadResult) -> bool:
        """Note what became of an object; whether the run goes on."""
        self._failures = 0
        _log.info("report", extra={"fields": load_plan.log_fields(report, result)})
        if result.row is None:
            return self._options.left_seconds() > 0
        self._summary.rows.append(result.row)
        self._summary.seconds.append(result.seconds)
        self._summary.unread.append(result.unread)
        self._summary.rejected += [(report.name, entry) for entry in result.rejected]
        self._throughput.add(report.size_bytes, result.row.rows_loaded, result.seconds)
        return True

    def _unreadable(self, report: ReportObject, error: OciServiceError) -> bool:
        fields = {"object": report.name, "status": error.status, "code": error.code}
        _log.warning("object not read", extra={"fields": fields})
        # One object that cannot be read says nothing of the others; several in a row say that none can.
        if error.status not in GONE_STATUSES:
            self._failures += 1
        if self._failures >= MAX_FAILURES_IN_A_ROW:
            raise error
        return True

    def _refused(self, report: ReportObject, error: BadRequest) -> bool:
        """Say at the end what is wrong with how the object was named; nothing is wrong with those behind it."""
        _log.warning("object refused", extra={"fields": {"object": report.name, "message": error.message}})
        self._refusal = self._refusal or error
        return True

    def _unloaded(self, report: ReportObject, error: FunctionError) -> bool:
        """Count an object that the warehouse refused: the others are loaded, and the first refusal is the answer."""
        _log.warning("object not loaded", extra={"fields": {"object": report.name, "reason": error.reason}})
        error.fields.setdefault("object_name", report.name)
        self._refusal = self._refusal or error
        self._failures += 1
        self._put_behind(report, error)
        if self._failures >= MAX_FAILURES_IN_A_ROW:
            raise error
        return True

    def _put_behind(self, report: ReportObject, error: FunctionError) -> None:
        """Let the next calls begin with the others: three refused objects in a row would end each of them."""
        text = f"{error.reason} {error.fields.get('code') or ''}".strip()
        try:
            self._loader.set_aside(report, REFUSED_REASON, text)
        except FunctionError as again:  # a database that refuses everything is told by the first refusal
            _log.warning("object not put aside", extra={"fields": {"object": report.name, "reason": again.reason}})

    def _count_rows(self, rows: int) -> None:
        self._staged_rows += rows
