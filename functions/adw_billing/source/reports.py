"""Where reports come from: Oracle's bucket, or a folder of this machine."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from functions.adw_billing.model.report_object import ReportObject
from functions.adw_billing.model.report_place import path_text
from shared.bounded_work import Late, ahead
from shared.errors import DeadlineExceeded, OciServiceError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from functions.adw_billing.model.folder_identities import Identity, Ledger
    from functions.adw_billing.model.warehouse import KnownReport
    from functions.adw_billing.source.file_head import Head
    from shared.oci.object_store import ObjectBody, ObjectStore

PREFIXES = {"cost": "reports/cost-csv/", "focus": "FOCUS Reports/", "usage": "reports/usage-csv/"}
SUFFIXES = (".csv", ".csv.gz")
MAX_RESUMES = 3
"""Breaks of one download that are mended by a range request before the object is left for the next call."""
READ_BYTES = 256 << 10


class Reports(Protocol):
    """A place with reports."""

    def list(self) -> list[ReportObject]:
        """Return all reports of the dialects asked for."""

    def read(self, report: ReportObject) -> Iterator[bytes]:
        """Yield the stored bytes of one report; OciServiceError or OSError when they cannot be had."""


class Bucket:
    """The tenancy's bucket in `bling`."""

    def __init__(self, store: ObjectStore, tenancy_id: str, dialects: tuple[str, ...]) -> None:
        self._store = store
        self._tenancy_id = tenancy_id
        self._dialects = dialects

    def list(self) -> list[ReportObject]:
        """List all pages of the prefixes asked for."""
        return [
            ReportObject(self._tenancy_id, item.name, item.etag, item.size_bytes, item.modified, dialect)
            for dialect in self._dialects
            for item in self._store.list(PREFIXES[dialect])
            if item.name.endswith(SUFFIXES)
        ]

    def uri(self, report: ReportObject) -> str:
        """Return the object's address, for a database that reads it itself."""
        return self._store.uri(report.name)

    def etag(self, report: ReportObject) -> str:
        """Return the version that there is now; empty where there is none."""
        found = self._store.head(report.name)
        return found.etag if found else ""

    def read(self, report: ReportObject, last_byte: int | None = None) -> Iterator[bytes]:
        """Yield the object, or its head, in this very version; a broken connection is taken up where it broke."""
        # Each request names the etag (If-Match) and goes on behind the last byte received: all parts are of one
        # version, whatever is published meanwhile, and a 412 says that it is gone.
        received = 0
        for attempt in range(MAX_RESUMES + 1):
            try:
                body = self._store.get(report.name, if_match=report.etag, first_byte=received, last_byte=last_byte)
                for chunk in self._in_time(body):
                    received += len(chunk)
                    yield chunk
            except OciServiceError as error:
                broken = error.code == "no-answer" and received < report.size_bytes
                if not broken or attempt == MAX_RESUMES:
                    raise
            else:
                return

    def _in_time(self, body: ObjectBody) -> Iterator[bytes]:
        """Yield the body's bytes; DeadlineExceeded when they do not come, whatever the connection's own time-out is."""
        try:
            with ahead(body.chunks, left_seconds=self._store.deadline.remaining_seconds) as chunks:
                yield from chunks
        except Late:
            raise DeadlineExceeded("the object came too slowly") from None


class Folder:
    """Files below a folder: each is an object by its place in its bucket, the etag is a hash of its bytes.

    ``known`` is what a warehouse knows of reports (``model.folder_identities`` says what that decides), ``tenancy_id``
    the tenancy of all, where it is given. ``unreadable``: what could not be listed.
    """

    def __init__(
        self, folder: Path, tenancy_id: str, dialects: tuple[str, ...], known: Iterable[KnownReport] = ()
    ) -> None:
        self._folder = folder
        self._tenancy_id = tenancy_id
        self._dialects = dialects
        self._known = tuple(known)
        self._paths: dict[tuple[str, str], Path] = {}
        self.unreadable: list[str] = []

    def list(self) -> list[ReportObject]:
        """List all `.csv` and `.csv.gz` files. Raises BadRequest where it cannot be told whose they are."""
        from functions.adw_billing.model.folder_identities import Ledger, identities  # the command line's side

        ledger = Ledger(self._known, self._tenancy_id)
        heads = {path: head for path in _files(self._folder, self.unreadable) if (head := self._head(path, ledger))}
        heads = {path: head for path, head in heads.items() if not head.dialect or head.dialect in self._dialects}
        found = identities([head.file for head in heads.values()], ledger, self._tenancy_id)
        return [self._object(path, heads[path], identity) for path, identity in zip(heads, found, strict=True)]

    def read(self, report: ReportObject) -> Iterator[bytes]:
        """Yield the file's bytes."""
        with self._paths[report.tenancy_id, report.name].open("rb") as file:
            while chunk := file.read(READ_BYTES):
                yield chunk

    def _head(self, path: Path, ledger: Ledger) -> Head | None:
        from functions.adw_billing.source.file_head import head

        try:
            return head(path, self._folder, ledger, with_tenancies=not self._tenancy_id)
        except OSError:
            self.unreadable.append(path_text(str(path)))
            return None

    def _object(self, path: Path, head: Head, identity: Identity) -> ReportObject:
        self._paths[identity.tenancy_id, identity.name] = path
        status = path.stat()
        return ReportObject(
            identity.tenancy_id,
            identity.name,
            head.file.etag,
            status.st_size,
            datetime.fromtimestamp(status.st_mtime, UTC),
            head.dialect,
            one_tenancy=identity.by_rows,
        )


def _files(folder: Path, unreadable: list[str]) -> Iterator[Path]:
    """Yield the reports below a folder, in order; folders that cannot be read are added to ``unreadable``."""
    found: list[Path] = []
    for parent, _, names in os.walk(folder, onerror=lambda fault: unreadable.append(path_text(str(fault.filename)))):
        found += [Path(parent, name) for name in names if name.endswith(SUFFIXES)]
    yield from sorted(path for path in found if path.is_file())
