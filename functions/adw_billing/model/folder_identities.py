"""What the files of a folder are in a warehouse: whose each is, and under which name. Nothing is guessed.

A tree with Oracle's folders (``report_place``) is the copy of one bucket, and a bucket is one tenancy's, whatever the
rows name: the reports of an organisation have rows of its children. Another file is a bucket of its own.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from functions.adw_billing.model.report_place import place, split
from functions.adw_billing.model.warehouse import UNKNOWN_TENANCY
from shared.errors import BadRequest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from functions.adw_billing.model.warehouse import KnownReport

_NAMED = re.compile(r".*/(ocid\d+\.tenancy\.[\w.-]+)/$", re.DOTALL)
FIX = "name the tenancy whose bucket has the reports: --tenancy <OCID>"


class FoundFile(NamedTuple):
    """A file: its absolute path, its path below the folder, the hash of its bytes, the tenancies that rows name."""

    path: str
    name: str
    etag: str
    tenancies: frozenset[str] = frozenset()

    @property
    def bucket(self) -> str:
        """The folder that stands for its bucket."""
        return split(self.path)[0]

    @property
    def places(self) -> tuple[str, str]:
        """Its place, and the one that it has seen from the folder: earlier versions of the loader knew that."""
        return place(self.path), place(self.name)

    @property
    def canonical_name(self) -> str:
        """Its name in the bucket; below the folder where no bucket can be seen."""
        bucket, name = split(self.path)
        return self.name if bucket == self.path else name


class Identity(NamedTuple):
    """Tenancy and name of a file as an object; ``by_rows``: some rows named the tenancy, so all have to."""

    tenancy_id: str
    name: str
    by_rows: bool = False


class Ledger:
    """What a warehouse knows of reports, by place; with ``tenancy_id`` of that tenancy only."""

    def __init__(self, known: Iterable[KnownReport], tenancy_id: str = "") -> None:
        self._by_place: dict[str, list[KnownReport]] = {}
        for each in known:
            if tenancy_id in ("", each.tenancy_id):
                self._by_place.setdefault(place(each.name), []).append(each)

    def of(self, file: FoundFile) -> list[KnownReport]:
        """Return what is known of a file's place: under the file's own name first, then what has rows."""
        found = [each for each_place in dict.fromkeys(file.places) for each in self._by_place.get(each_place, ())]
        return sorted(found, key=lambda each: (each.name != file.name, not each.has_rows))

    def same(self, file: FoundFile) -> list[KnownReport]:
        """Return what is known of this very version."""
        return [each for each in self.of(file) if each.etag == file.etag]


def identities(files: Sequence[FoundFile], ledger: Ledger, tenancy_id: str) -> list[Identity]:
    """Return what each file is; ``tenancy_id``, where given, is everybody's, and ``ledger`` knows no other then.

    Raises BadRequest, field `tenancy`, where rows name several tenancies and nothing says whose bucket it is.
    """
    taken: set[tuple[str, str]] = set()
    settled = {file.path: _known(ledger.same(file), taken) for file in files}
    whose = _Tenancies(files, ledger, settled)
    found = []
    for file in files:
        identity = settled[file.path]
        if identity is None:
            owner, by_rows = (tenancy_id, False) if tenancy_id else whose.of(file)
            identity = Identity(owner, _name(file, owner, ledger, taken), by_rows)
        found.append(identity)
    return found


def _known(same: Sequence[KnownReport], taken: set[tuple[str, str]]) -> Identity | None:
    for each in same:
        if (each.tenancy_id, each.name) not in taken:
            taken.add((each.tenancy_id, each.name))
            return Identity(each.tenancy_id, each.name)
    return None


def _name(file: FoundFile, tenancy_id: str, ledger: Ledger, taken: set[tuple[str, str]]) -> str:
    """Return the name under which the place is known, so that a new version replaces the old one; else a new one.

    Where another file of the folder has that name already it is the file's own path: the warehouse finds out that it is
    the same report.
    """
    known = [each.name for each in ledger.of(file) if each.tenancy_id == tenancy_id and each.has_rows]
    names = [*known, file.canonical_name, file.name]
    name = next((name for name in names if (tenancy_id, name) not in taken), file.path)
    taken.add((tenancy_id, name))
    return name


class _Tenancies:
    """Says whose the files are that the ledger does not know as they are, bucket by bucket."""

    def __init__(self, files: Sequence[FoundFile], ledger: Ledger, settled: Mapping[str, Identity | None]) -> None:
        self._ledger = ledger
        self._members: dict[str, list[FoundFile]] = {}
        self._settled: dict[str, set[str]] = {}
        stated: set[str] = set()
        for file in files:
            identity = settled[file.path]
            owners = self._settled.setdefault(file.bucket, set())
            if identity is None:
                self._members.setdefault(file.bucket, []).append(file)
                stated |= file.tenancies
            elif identity.tenancy_id != UNKNOWN_TENANCY:
                owners.add(identity.tenancy_id)
                stated.add(identity.tenancy_id)
        self._other = min(stated) if len(stated) == 1 else UNKNOWN_TENANCY
        self._decided: dict[str, tuple[str, bool]] = {}

    def of(self, file: FoundFile) -> tuple[str, bool]:
        """Return the tenancy and whether rows said so. Raises BadRequest."""
        before = self._before(file)
        if before == {UNKNOWN_TENANCY} or (len(before) == 1 and len(self._settled[file.bucket]) > 1):
            return min(before), False  # its rows are replaced where they are
        if file.bucket not in self._decided:
            self._decided[file.bucket] = self._decide(file.bucket)
        return self._decided[file.bucket]

    def _before(self, file: FoundFile) -> set[str]:
        """Return whose rows of the file's place are in the warehouse."""
        return {each.tenancy_id for each in self._ledger.of(file) if each.has_rows}

    def _decide(self, bucket: str) -> tuple[str, bool]:
        """Return the bucket's tenancy: that of its files in the warehouse, that of its name, or that of all rows."""
        if len(self._settled[bucket]) == 1:
            return min(self._settled[bucket]), False
        if named := _NAMED.match(bucket):  # as Oracle's buckets are
            return named.group(1), False
        files = self._members[bucket]
        before = set[str]().union(*map(self._before, files)) - {UNKNOWN_TENANCY}
        stated = set[str]().union(*(file.tenancies for file in files))
        # Another version of a report of that place is in the warehouse: it is replaced where the rows may be the same
        # bucket's. Where they are all another tenancy's it may be another bucket, whose reports have the same numbers.
        if len(before) == 1 and (not stated or before <= stated):
            return min(before), False
        if len(stated) > 1 or (before and stated and not stated <= before):
            raise _several(files, stated, before)
        owner = min(stated, default=self._other)
        return owner, owner != UNKNOWN_TENANCY


def _several(files: Sequence[FoundFile], stated: set[str], before: set[str]) -> BadRequest:
    file = max(files, key=lambda each: len(each.tenancies))
    named = " and ".join(sorted(stated | before)[:2])
    text = f"{file.name}: rows of {named}" if file.tenancies == stated else f"{file.name} and others: rows of {named}"
    if before:
        text += f"; in the warehouse it is a report of {min(before)}"
    return BadRequest(text, fix=FIX, field="tenancy")
