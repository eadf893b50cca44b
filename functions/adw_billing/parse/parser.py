"""From an object's bytes to batches of rows fit to be loaded, with their sums, and the bad rows with their reasons.

The fast path reads a chunk of whole records as Arrow columns. Rows of it that are not surely exact are checked one by
one in Python (`row_rules`); so is a whole chunk whose CSV is not regular. Both give the same rows and the same sums:
tests/unit/functions/adw_billing/parse/test_parser_paths.py compares them on random reports.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from functions.adw_billing.model import unread_values
from functions.adw_billing.model.tables import COST_SUM, QUANTITY_SUM
from functions.adw_billing.model.warehouse import Batch, Rejected, Sums
from functions.adw_billing.parse.arrow_csv import Irregular, Reader, Texts
from functions.adw_billing.parse.chunks import text_check, whole
from functions.adw_billing.parse.records import Record, records
from functions.adw_billing.parse.row_rules import RowRejected, RowRules
from functions.adw_billing.parse.table_columns import Rows, TableColumns
from functions.adw_billing.parse.wide_rows import WIDE_COLUMNS, wide_rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from decimal import Decimal

    from functions.adw_billing.model.columns import FirstValue
    from functions.adw_billing.model.headers import Layout
    from functions.adw_billing.model.warehouse import RowFormat
    from functions.adw_billing.parse.chunks import Chunk
    from functions.adw_billing.parse.row_rules import CheckedRow

MAX_CONTENT_CHARACTERS = 64 << 10
"""Characters of a bad row that are kept."""
_LONE_RETURN = re.compile(rb"\r(?!\n)")
_BLANK = re.compile(rb"[\r\n]*")


@dataclass(frozen=True, slots=True)
class _CheckedRows:
    """What the rules made of some rows: the good ones, their sums, the bad ones, and unread values by header."""

    rows: list[Rows]
    sums: Sums
    rejected: list[Rejected] = field(default_factory=list)
    unread: Counter[str] = field(default_factory=Counter)


class Parser:
    """Parses one object; ``prefix_check`` is the check over its text before the chunks that come.

    With more columns than ``wide_columns`` it is read row by row, as `wide_rows` says.
    """

    def __init__(
        self, layout: Layout, row_format: RowFormat, prefix_check: str, wide_columns: int = WIDE_COLUMNS
    ) -> None:
        self._is_wide = layout.width > wide_columns
        self._reader = Reader(0 if self._is_wide else layout.width)
        self._columns = TableColumns(layout, row_format)
        self._rules = RowRules(layout, row_format)
        self._layout = layout
        self._format = row_format
        self._unread_keys = unread_values.column_keys(layout)
        self._has_billing = row_format.has_billing and layout.dialect != "focus"
        self._carried = b""
        self._prefix_check = prefix_check

    def begun(self, prefix_check: str) -> Parser:
        """Return this parser for another object of the same header, whose text before the chunks has this check."""
        self._carried = b""
        self._prefix_check = prefix_check
        return self

    def batches(self, chunks: Iterator[Chunk], first_record: int) -> Iterator[Batch]:
        """Yield the batches of the chunks, the first record of which has the number ``first_record``."""
        for chunk in self._with_carried(chunks):
            batch = self._batch(chunk, first_record)
            self._prefix_check = text_check(chunk.text[: batch.text_bytes], self._prefix_check)
            first_record += batch.records
            final = chunk.final
            del chunk  # its text is not to stay while the next one is made
            yield replace(batch, prefix_check=self._prefix_check, final=final)

    def _with_carried(self, chunks: Iterator[Chunk]) -> Iterator[Chunk]:
        """Yield the chunks, each behind what was left over of the one before."""
        # Only the careful way leaves something over: an unfinished record at the end of a chunk that is not closed. It
        # begins with a record, like every chunk, so that the two together are a chunk again. It stays small: `records`
        # gives an open quote up after MAX_RECORD_BYTES. A line that was given up ends it.
        for chunk in chunks:
            carried, self._carried = self._carried, b""
            if carried and chunk.overlong:
                yield replace(whole(carried), closed=True)
            elif carried:
                chunk = whole(carried + chunk.text, final=chunk.final)  # noqa: PLW2901
            yield chunk

    def _batch(self, chunk: Chunk, first: int) -> Batch:
        if chunk.overlong:
            content = _content(chunk.text)
            return Batch(None, None, Sums(), 1, chunk.text_bytes, [Rejected(first, "row-too-long", content)])
        if _BLANK.fullmatch(chunk.text):
            return Batch(None, None, Sums(), 0, chunk.text_bytes)
        if self._is_wide:
            return self._wide(chunk, first)
        try:
            return self._fast(chunk, self._reader.read(chunk), first)
        except Irregular:
            return self._slow(chunk, first)

    def _fast(self, chunk: Chunk, found: Texts, first: int) -> Batch:
        total = len(found.numbers) + len(found.misfits)
        texts, values, doubts = self._columns.values(found.columns)
        rows = Rows(pc.add(found.numbers, first - 1), texts, values)
        unsure = found.misfits
        if doubts is not None:
            unsure = sorted([*unsure, *found.numbers.filter(doubts).to_pylist()])
            rows = rows.filter(pc.invert(doubts))
        sums = Sums(len(rows.numbers), self._columns.cost(rows), self._columns.quantity(rows))
        if not unsure:
            return self._made(_CheckedRows([rows], sums), total, chunk.text_bytes)
        checked = self._checked(_numbered(chunk.text, self._layout.width, unsure, total), first)
        both = replace(checked, rows=[rows, *checked.rows], sums=sums.plus(checked.sums))
        return self._made(both, total, chunk.text_bytes)

    def _slow(self, chunk: Chunk, first: int) -> Batch:
        found = list(records(chunk.text, self._layout.width, final=chunk.closed))
        self._carry(chunk, found[-1].end if found else 0)
        rows = ((index, record, chunk.text[record.start : record.end]) for index, record in enumerate(found, 1))
        checked = self._checked(rows, first)
        return self._made(checked, len(found), chunk.text_bytes - len(self._carried))

    def _carry(self, chunk: Chunk, end: int) -> None:
        """Keep what is behind the last record for the next chunk."""
        rest = chunk.text[end:]
        self._carried = rest if rest.strip(b"\r\n") and not chunk.closed else b""

    def _wide(self, chunk: Chunk, first: int) -> Batch:
        batches, end = [], 0
        for group in wide_rows(chunk, self._layout):
            batches.append(Parser(group.layout, self._format, "").checked(group.rows, first))
            end = group.rows[-1][1].end
        self._carry(chunk, end)
        return _joined(batches, chunk.text_bytes - len(self._carried))

    def checked(self, rows: list[tuple[int, Record, bytes]], first: int) -> Batch:
        """Return the batch of records that were read already, with their numbers and texts."""
        return self._made(self._checked(rows, first), len(rows), 0)

    def _made(self, made: _CheckedRows, records: int, text_bytes: int) -> Batch:
        parts = [rows for rows in made.rows if len(rows.numbers)]
        data = pa.concat_tables(map(self._columns.data, parts)) if parts else None
        billing = pa.concat_tables(map(self._columns.billing, parts)) if parts and self._has_billing else None
        return Batch(data, billing, made.sums, records, text_bytes, made.rejected, unread=made.unread)

    def _checked(self, rows: Iterable[tuple[int, Record, bytes]], first: int) -> _CheckedRows:
        good: list[tuple[int, CheckedRow]] = []
        rejected: list[Rejected] = []
        unread: Counter[str] = Counter()
        sums = Sums()
        for index, record, text in rows:
            number = first + index - 1
            try:
                row = self._checked_row(record)
            except RowRejected as fault:
                rejected.append(Rejected(number, fault.reason, _content(text)))
                continue
            good.append((number, row))
            unread.update(self._unread_keys[position] for position in row.unread)
            dialect = self._layout.dialect
            sums = sums.plus(Sums(1, self._amount(row, COST_SUM[dialect]), self._amount(row, QUANTITY_SUM[dialect])))
        return _CheckedRows([self._columns.of_checked(good)] if good else [], sums, rejected, unread)

    def _checked_row(self, record: Record) -> CheckedRow:
        if record.fault:
            raise RowRejected(record.fault)
        return self._rules.checked(record.fields)

    def _amount(self, row: CheckedRow, amount: FirstValue) -> Decimal:
        return amount.of(lambda name: row.numbers.get(self._layout.columns.get(name, -1)))


def _joined(batches: list[Batch], text_bytes: int) -> Batch:
    """Return the rows of all of them, which took so much text, as one batch."""
    rows = [each.rows for each in batches if each.rows is not None]
    billing = [each.billing for each in batches if each.billing is not None]
    sums, unread = Sums(), Counter[str]()
    for each in batches:
        sums = sums.plus(each.sums)
        unread.update(each.unread)
    return Batch(
        pa.concat_tables(rows) if rows else None,
        pa.concat_tables(billing) if billing else None,
        sums,
        sum(each.records for each in batches),
        text_bytes,
        [entry for each in batches for entry in each.rejected],
        unread=unread,
    )


def _numbered(text: bytes, width: int, numbers: list[int], total: int) -> Iterator[tuple[int, Record, bytes]]:
    """Yield the records with those numbers; where each line is one record they are found without reading the others."""
    lines = text.split(b"\n")
    if not lines[-1]:
        lines.pop()
    if len(lines) == total and not _LONE_RETURN.search(text):
        for number in numbers:
            line = lines[number - 1] + b"\n"
            yield number, next(records(line, width, final=True)), line
        return
    wanted = set(numbers)
    for number, record in enumerate(records(text, width, final=True), 1):
        if number in wanted:
            yield number, record, text[record.start : record.end]


def _content(text: bytes) -> str:
    """Return a bad row's text as it can be kept: without its line end, NUL and foreign bytes shown as escapes."""
    shown = text.rstrip(b"\r\n")[:MAX_CONTENT_CHARACTERS].decode("utf-8", "backslashreplace")
    return shown.replace("\0", "\\x00")
