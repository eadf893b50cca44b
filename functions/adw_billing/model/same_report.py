"""One report under two names: the same text, or the same place in a bucket, is counted once.

Two calls that publish at once cannot both pass: the engines ask within the transaction that publishes. A report without
a row is nobody's copy: header-only reports are all alike, and count nothing. A hash that is not known (of rows that an
earlier version loaded, or that the database read itself) is like no other; the hash of the stored bytes stands in for
it, which is that of the text where the file was stored as it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from functions.adw_billing.errors import SameReport
from functions.adw_billing.model.report_place import place, spellings

if TYPE_CHECKING:
    from collections.abc import Iterable

    from functions.adw_billing.model.warehouse import ObjectKey, Outcome


class Content(NamedTuple):
    """What a report holds; the hashes are those of its text and of its stored bytes, empty where they are not known."""

    tenancy_id: str
    object_name: str
    content_sha256: str | None
    sha256: str | None

    @classmethod
    def of(cls, key: ObjectKey, outcome: Outcome) -> Content:
        """Return that of an object that is about to be published."""
        return cls(key.tenancy_id, key.object_name, outcome.content_sha256, outcome.sha256)

    @property
    def hashes(self) -> list[str]:
        """The hashes that its text may be known by; none where that of the text itself is not known."""
        return [each for each in dict.fromkeys((self.content_sha256, self.sha256)) if each and self.content_sha256]

    @property
    def text_hash(self) -> str:
        """The hash that stands for its text."""
        return self.content_sha256 or self.sha256 or ""

    @property
    def names(self) -> tuple[str, str]:
        """The names of objects of its place."""
        return spellings(self.object_name)


class LoadedReports:
    """Reports with rows in the warehouse, as far as they may be the same as those asked for."""

    def __init__(self, loaded: Iterable[Content]) -> None:
        self._by_text: dict[str, list[Content]] = {}
        self._by_place: dict[tuple[str, str], list[Content]] = {}
        for each in loaded:
            self.add(each)

    def add(self, report: Content) -> None:
        """Add one."""
        if report.text_hash:
            self._by_text.setdefault(report.text_hash, []).append(report)
        self._by_place.setdefault((report.tenancy_id, place(report.object_name)), []).append(report)

    def same(self, report: Content) -> Content | None:
        """Return another report that is this one; None where there is none, or this one is loaded as it is."""
        alike = [each for text_hash in report.hashes for each in self._by_text.get(text_hash, ())]
        if any(each[:2] == report[:2] for each in alike):
            return None
        there = self._by_place.get((report.tenancy_id, place(report.object_name)), ())
        return next((each for each in (*alike, *there) if each[:2] != report[:2]), None)


def require_new(reports: Iterable[Content], loaded: LoadedReports) -> None:
    """Raise SameReport for the first of some reports that is another one, of the warehouse or of those before it."""
    for report in reports:
        other = loaded.same(report)
        if other is not None:
            raise SameReport(_words(report, other), object_name=report.object_name, same_as=other.object_name)
        loaded.add(report)


def _words(report: Content, other: Content) -> str:
    name = other.object_name if other.tenancy_id == report.tenancy_id else f"{other.object_name} of {other.tenancy_id}"
    if other.text_hash in report.hashes:
        return f"the same content as {name}, which is loaded"
    return f"at the place of {name}, which is loaded with another content"
