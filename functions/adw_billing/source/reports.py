"""Where reports come from: Oracle's bucket, or a folder of this machine."""

from __future__ import annotations

import hashlib
import os
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple, Protocol

from functions.adw_billing.model.headers import HeaderFault, layout
from functions.adw_billing.model.report_object import ReportObject
from functions.adw_billing.model.warehouse import UNKNOWN_TENANCY
from functions.adw_billing.parse.chunks import Splitter
from shared.bounded_work import Late, ahead
from shared.errors import DeadlineExceeded, OciServiceError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from shared.oci.object_store import ObjectBody, ObjectStore

PREFIXES = {"cost": "reports/cost-csv/", "focus": "FOCUS Reports/", "usage": "reports/usage-csv/"}
SUFFIXES = (".csv", ".csv.gz")
MAX_RESUMES = 3
"""Breaks of one download that are mended by a range request before the object is left for the next call."""
READ_BYTES = 256 << 10
TENANCY_COLUMNS = {"usage": "lineItem_tenantId", "cost": "lineItem_tenantId", "focus": "SubAccountId"}
"""Where a row says whose it is."""


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
    """Files below a folder; folder names are the objects' prefixes, the etag is a hash of the content.

    ``known`` has the tenancies of objects that are in a warehouse by (name, etag), and by (name, "") of those with
    rows: they keep theirs, whatever their first row says now. ``unreadable``: what could not be listed.
    """

    def __init__(
        self,
        folder: Path,
        tenancy_id: str,
        dialects: tuple[str, ...],
        known: Mapping[tuple[str, str], str] = MappingProxyType({}),
    ) -> None:
        self._folder = folder
        self._tenancy_id = tenancy_id
        self._dialects = dialects
        self._known = known
        self._paths: dict[str, Path] = {}
        self.unreadable: list[str] = []

    def list(self) -> list[ReportObject]:
        """List all `.csv` and `.csv.gz` files, whose tenancy is that of their first row unless it was given."""
        heads = {path: head for path in _files(self._folder, self.unreadable) if (head := self._read_head(path))}
        stated = [head.tenancy_id for head in heads.values() if head.tenancy_id]
        other = stated[0] if stated else UNKNOWN_TENANCY
        return [
            self._object(path, head, other)
            for path, head in heads.items()
            if not head.dialect or head.dialect in self._dialects
        ]

    def read(self, report: ReportObject) -> Iterator[bytes]:
        """Yield the file's bytes."""
        with self._paths[report.name].open("rb") as file:
            while chunk := file.read(READ_BYTES):
                yield chunk

    def _read_head(self, path: Path) -> _Head | None:
        try:
            return _head(path)
        except OSError:
            self.unreadable.append(_shown(path))
            return None

    def _object(self, path: Path, head: _Head, other: str) -> ReportObject:
        name = _shown(path.relative_to(self._folder).as_posix())
        self._paths[name] = path
        known = self._known.get((name, head.etag)) or self._known.get((name, ""))
        tenancy_id = self._tenancy_id or known or head.tenancy_id or other
        modified = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        return ReportObject(tenancy_id, name, head.etag, path.stat().st_size, modified, head.dialect)


class _Head(NamedTuple):
    """What a file's content says: dialect and tenancy of its first row, each empty where it cannot be told."""

    etag: str
    dialect: str = ""
    tenancy_id: str = ""


def _shown(path: str | Path) -> str:
    """Return a path as a text that every warehouse takes, bytes that are no UTF-8 replaced."""
    return str(path).encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _files(folder: Path, unreadable: list[str]) -> Iterator[Path]:
    """Yield the reports below a folder, in order; folders that cannot be read are added to ``unreadable``."""
    found: list[Path] = []
    for parent, _, names in os.walk(folder, onerror=lambda fault: unreadable.append(_shown(str(fault.filename)))):
        found += [Path(parent, name) for name in names if name.endswith(SUFFIXES)]
    yield from sorted(path for path in found if path.is_file())


def _content_hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:32]


def _head(path: Path) -> _Head:
    from functions.adw_billing.parse.records import records
    from functions.adw_billing.source.gunzip import ProvenStream, undamaged  # this side is the command line's

    etag = _content_hash(path)
    with path.open("rb") as file:
        stream = ProvenStream(iter(lambda: file.read(READ_BYTES), b""), path.stat().st_size)
        splitter = Splitter(undamaged(stream.pieces()), chunk_bytes=READ_BYTES)
        try:
            found = layout(splitter.header())
        except HeaderFault:
            return _Head(etag)
        chunk = next(splitter.chunks())
    row = next((row for row in records(chunk.text, found.width, final=True) if not row.fault), None)
    position = found.columns.get(TENANCY_COLUMNS[found.dialect], -1)
    tenancy = row.fields[position].decode("utf-8", "replace") if row and position >= 0 else ""
    return _Head(etag, found.dialect, "" if tenancy == "NULL" else tenancy)
