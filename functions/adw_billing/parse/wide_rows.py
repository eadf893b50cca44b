"""Rows of reports with thousands of columns: each chunk keeps the columns that some row of it fills.

A tag key is a column, and whoever may tag resources makes keys; a resource has few of them (at most 64 defined and 10
free-form tags), so that nearly all fields of a wide row are empty. An Arrow column costs more than a kilobyte however
empty it is: 60,000 of them take half the memory of the function, those that are filled take next to nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from functions.adw_billing.parse.records import MAX_RECORD_BYTES, Record, records

if TYPE_CHECKING:
    from collections.abc import Iterator

    from functions.adw_billing.model.headers import Layout
    from functions.adw_billing.parse.chunks import Chunk

WIDE_COLUMNS = 2_000
"""Reports with more columns are read this way, which takes ten times the time a row and little memory a column."""
WIDE_CHUNK_BYTES = 1 << 20
"""Text of a chunk of such a report: the fewer rows, the fewer columns that one of them fills."""
_LONE_RETURN = re.compile(rb"\r(?!\n)")


MAX_FILLED_COLUMNS = 2_000
"""Columns that rows which are read together may fill, and that one row may: a row with more is no resource's."""


@dataclass(frozen=True, slots=True)
class WideRows:
    """Some records of a chunk under a layout with the filled columns only, each with its number and its text."""

    layout: Layout
    rows: list[tuple[int, Record, bytes]]


def wide_rows(chunk: Chunk, layout: Layout) -> Iterator[WideRows]:
    """Yield the records of a chunk in groups, their empty columns left out where the warehouse has none for them.

    Faults are those of ``records``, and `too-many-fields`.
    """
    known = frozenset(layout.columns.values())
    group: list[_Sparse] = []
    filled = known
    for number, record in enumerate(_records(chunk, layout.width), 1):
        row = _sparse(number, record, known)
        more = filled.union(row.fields)
        if group and len(more) > MAX_FILLED_COLUMNS + len(known):
            yield _grouped(chunk, layout, group, filled)
            group, more = [], known.union(row.fields)
        group.append(row)
        filled = more
    if group:
        yield _grouped(chunk, layout, group, filled)


@dataclass(frozen=True, slots=True)
class _Sparse:
    """A record and its fields that are not empty."""

    number: int
    record: Record
    fields: dict[int, bytes]


def _sparse(number: int, record: Record, known: frozenset[int]) -> _Sparse:
    fields = {position: value for position, value in enumerate(record.fields) if value}
    if len(fields) > MAX_FILLED_COLUMNS + len(known):
        return _Sparse(number, Record(record.start, record.end, fault="too-many-fields"), {})
    return _Sparse(number, replace(record, fields=()), fields)


def _grouped(chunk: Chunk, layout: Layout, group: list[_Sparse], filled: frozenset[int]) -> WideRows:
    kept = sorted(filled)
    rows = [
        (
            each.number,
            replace(each.record, fields=tuple(each.fields.get(position, b"") for position in kept)),
            chunk.text[each.record.start : each.record.end],
        )
        for each in group
    ]
    return WideRows(_narrowed(layout, kept), rows)


def _records(chunk: Chunk, width: int) -> Iterator[Record]:
    text = chunk.text
    if not chunk.regular or b'"' in text or _LONE_RETURN.search(text):
        yield from records(text, width, final=chunk.closed)
        return
    # Without a quote each line is a record, and splitting it takes a hundredth of the time that `records` does.
    start = 0
    for line in text.split(b"\n"):
        end = min(start + len(line) + 1, len(text))
        content = line.removesuffix(b"\r")
        if content:
            yield _record(content, start, end, width)
        start = end


def _record(line: bytes, start: int, end: int, width: int) -> Record:
    if end - start > MAX_RECORD_BYTES:
        return Record(start, end, fault="row-too-long")
    fields = line.split(b",")
    return Record(start, end, tuple(fields)) if len(fields) == width else Record(start, end, fault="field-count")


def _narrowed(layout: Layout, kept: list[int]) -> Layout:
    """Return the layout of rows that have the fields of these positions only."""
    places = {position: place for place, position in enumerate(kept)}

    def of(named: tuple[tuple[str, int], ...]) -> tuple[tuple[str, int], ...]:
        return tuple((name, places[position]) for name, position in named if position in places)

    columns = {name: places[position] for name, position in layout.columns.items()}
    return replace(layout, width=len(kept), columns=columns, tags=of(layout.tags), others=of(layout.others))
