"""Loads objects without their bytes passing through the function: `load_mode=dbms_cloud`."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from functions.adw_billing.model.headers import HeaderFault, Layout, dialect_of_name, layout
from functions.adw_billing.model.warehouse import LoadResult, Outcome
from functions.adw_billing.parse.chunks import Splitter
from functions.adw_billing.source.gunzip import ProvenStream, undamaged
from shared.errors import OciServiceError

if TYPE_CHECKING:
    from functions.adw_billing.model.report_object import ReportObject
    from functions.adw_billing.model.warehouse import CopyingWarehouse
    from functions.adw_billing.source.reports import Bucket

HEAD_BYTES = 64 << 10
"""What is read of an object to know its header."""
PRECONDITION_FAILED = 412


class Copier:
    """Lets the database read the objects of a bucket; counts those that it has, and those left to the function."""

    def __init__(self, bucket: Bucket, warehouse: CopyingWarehouse) -> None:
        self._bucket = bucket
        self._warehouse = warehouse
        self.copied = 0
        self.left = 0

    def load(self, report: ReportObject) -> LoadResult | None:
        """Return the object's ledger row; None where the function has to read it. Raises as `ObjectLoader.load`."""
        loaded = self._load(report)
        self.left += loaded is None
        self.copied += loaded is not None and loaded.row is not None
        return loaded

    def _load(self, report: ReportObject) -> LoadResult | None:
        started = time.monotonic()
        found = self._layout(report) if report.size_bytes else None
        if found is None:
            return None
        claim = self._warehouse.claim(report.key, found.dialect, sliced=True)
        if claim is None:
            return LoadResult(None, time.monotonic() - started)
        try:
            sums = self._warehouse.copy(claim, found, self._bucket.uri(report))
            if sums is None:
                return None
            self._unchanged(report)
            outcome = Outcome(found.dialect, report.size_bytes, "", "loaded", sums)
            return LoadResult(self._warehouse.commit(claim, outcome), time.monotonic() - started)
        except BaseException:
            self._warehouse.release(claim, drop=False)
            raise

    def _layout(self, report: ReportObject) -> Layout | None:
        """Return the layout; None where the header is not to be had so: the function finds out why."""
        stream = ProvenStream(self._bucket.read(report, last_byte=HEAD_BYTES - 1), report.size_bytes)
        header = Splitter(undamaged(stream.pieces())).header()
        try:
            found = layout(header)
        except HeaderFault:
            return None
        whole = header.endswith(b"\n")
        return found if whole and dialect_of_name(report.name) in ("", found.dialect) else None

    def _unchanged(self, report: ReportObject) -> None:
        """Raise OciServiceError when the bucket no longer has the version that was listed."""
        # DBMS_CLOUD takes an address, not an etag: it reads whatever version there is. Etags are never used twice, so
        # that the listed one now was the one that was read.
        if self._bucket.etag(report) != report.etag:
            raise OciServiceError("the object was published again while it was copied", status=PRECONDITION_FAILED)
