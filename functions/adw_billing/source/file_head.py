"""What a file of this machine says of itself before it is loaded: its dialect, and whose its first rows are."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING, NamedTuple

from functions.adw_billing.model.folder_identities import FoundFile
from functions.adw_billing.model.headers import HeaderFault, layout
from functions.adw_billing.model.report_place import path_text
from functions.adw_billing.model.tables import NO_TENANCY, TENANCY_COLUMN
from functions.adw_billing.parse.chunks import Splitter
from functions.adw_billing.parse.records import records
from functions.adw_billing.source.gunzip import ProvenStream, undamaged

if TYPE_CHECKING:
    from pathlib import Path

    from functions.adw_billing.model.folder_identities import Ledger
    from functions.adw_billing.model.headers import Layout

HEAD_BYTES = 256 << 10
"""Unpacked text in which a file's tenancies are looked for."""


class Head(NamedTuple):
    """A file and its dialect, which is empty where its header does not tell, or where it is not needed."""

    file: FoundFile
    dialect: str = ""


def head(path: Path, folder: Path, ledger: Ledger, *, with_tenancies: bool) -> Head:
    """Read a file's head. Of one that is in the warehouse as it is the hash is enough. Raises OSError."""
    name = path_text(path.relative_to(folder).as_posix())
    file = FoundFile(path_text(os.path.abspath(path)), name, _content_hash(path))  # noqa: PTH100  (links stay links)
    if any(each.has_rows for each in ledger.same(file)):
        return Head(file)
    with path.open("rb") as opened:
        stream = ProvenStream(iter(lambda: opened.read(HEAD_BYTES), b""), path.stat().st_size)
        splitter = Splitter(undamaged(stream.pieces()), chunk_bytes=HEAD_BYTES)
        try:
            found = layout(splitter.header())
        except HeaderFault:
            return Head(file)
        tenancies = _tenancies(next(splitter.chunks()).text, found) if with_tenancies else frozenset[str]()
    return Head(file._replace(tenancies=tenancies), found.dialect)


def _content_hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:32]


def _tenancies(text: bytes, found: Layout) -> frozenset[str]:
    """Return the tenancies that the rows of a text name."""
    position = found.columns.get(TENANCY_COLUMN[found.dialect], -1)
    if position < 0:
        return frozenset()
    rows = (row for row in records(text, found.width, final=True) if not row.fault)
    return frozenset(row.fields[position].decode("utf-8", "replace") for row in rows) - NO_TENANCY
