"""From an object's bytes to batches of rows fit to be loaded, with their sums, and the bad rows with their reasons.

The fast path reads a chunk of whole records as Arrow columns. Rows of it that are not surely exact are judged one by
one in Python; so is a whole chunk whose CSV is not regular.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from functions.adw_billing.model.exact_sums import add
from functions.adw_billing.model.tables import COST_COLUMNS, QUANTITY_COLUMNS
from functions.adw_billing.model.warehouse import Batch, Rejected, Sums
from functions.adw_billing.parse.arrow_csv import Irregular, Reader, Texts
from functions.adw_billing.parse.chunks import text_check, whole
from functions.adw_billing.parse.records import Record, records
from functions.adw_billing.parse.row_rules import Judge, Rules, Unfit
from functions.adw_billing.parse.table_columns import Rows, Shape

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from functions.adw_billing.model.headers import Layout
    from functions.adw_billing.parse.chunks import Chunk
    from functions.adw_billing.parse.row_rules import Verdict

CONTENT_LIMIT = 64 << 10
"""Characters of a bad row that are kept."""
_LONE_RETURN = re.compile(rb"\r(?!\n)")
_BLANK = re.compile(rb"[\r\n]*")


@dataclass(frozen=True, slots=True)
class _Judged:
    """What the judge made of some rows: the fit ones, their sums, and the bad ones."""

    rows: list[Rows]
    sums: Sums
    rejected: list[Rejected]


class Parser:
    """Parses one object; ``prefix_check`` is the check over its text before the chunks that come."""

    def __init__(self, layout: Layout, rules: Rules, prefix_check: str) -> None:
        self._reader = Reader(layout.width)
        self._shape = Shape(layout, rules)
        self._judge = Judge(layout, rules)
        self._layout = layout
        self._has_billing = rules.text_numbers and layout.dialect != "focus"
        self._carried = b""
        self._prefix_check = prefix_check

    def batches(self, chunks: Iterator[Chunk], first_record: int) -> Iterator[Batch]:
        """The batches of the chunks, the first record of which has the number ``first_record``."""
        for chunk in self._with_carried(chunks):
            batch = self._batch(chunk, first_record)
            self._prefix_check = text_check(chunk.text[: batch.text_bytes], self._prefix_check)
            first_record += batch.records
            final = chunk.final
            del chunk  # its text is not to stay while the next one is made
            yield replace(batch, prefix_check=self._prefix_check, final=final)

    def _with_carried(self, chunks: Iterator[Chunk]) -> Iterator[Chunk]:
        """The chunks, each behind what could not be settled of the one before."""
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
        try:
            return self._fast(chunk, self._reader.read(chunk), first)
        except Irregular:
            return self._slow(chunk, first)

    def _fast(self, chunk: Chunk, found: Texts, first: int) -> Batch:
        total = len(found.numbers) + len(found.misfits)
        texts, values, doubts = self._shape.valued(found.columns)
        rows = Rows(pc.add(found.numbers, first - 1), texts, values)
        unsure = found.misfits
        if doubts is not None:
            unsure = sorted([*unsure, *found.numbers.filter(doubts).to_pylist()])
            rows = rows.filter(pc.invert(doubts))
        sums = Sums(len(rows.numbers), self._shape.cost(rows), self._shape.quantity(rows))
        if not unsure:
            return self._made([rows], sums, total, chunk.text_bytes)
        judged = self._judged(_numbered(chunk.text, self._layout.width, unsure, total), first)
        sums = _plus(sums, judged.sums)
        return self._made([rows, *judged.rows], sums, total, chunk.text_bytes, judged.rejected)

    def _slow(self, chunk: Chunk, first: int) -> Batch:
        found = list(records(chunk.text, self._layout.width, final=chunk.closed))
        end = found[-1].end if found else 0
        rest = chunk.text[end:]
        self._carried = rest if rest.strip(b"\r\n") and not chunk.closed else b""
        rows = ((index, record, chunk.text[record.start : record.end]) for index, record in enumerate(found, 1))
        judged = self._judged(rows, first)
        return self._made(judged.rows, judged.sums, len(found), chunk.text_bytes - len(self._carried), judged.rejected)

    def _made(
        self, parts: list[Rows], sums: Sums, records: int, text_bytes: int, rejected: Iterable[Rejected] = ()
    ) -> Batch:
        parts = [rows for rows in parts if len(rows.numbers)]
        data = pa.concat_tables(map(self._shape.data, parts)) if parts else None
        billing = pa.concat_tables(map(self._shape.billing, parts)) if parts and self._has_billing else None
        return Batch(data, billing, sums, records, text_bytes, list(rejected))

    def _judged(self, rows: Iterable[tuple[int, Record, bytes]], first: int) -> _Judged:
        fit: list[tuple[int, Verdict]] = []
        rejected: list[Rejected] = []
        cost = quantity = Decimal(0)
        for index, record, text in rows:
            number = first + index - 1
            try:
                verdict = self._verdict(record)
            except Unfit as unfit:
                rejected.append(Rejected(number, str(unfit.args[0]), _content(text)))
                continue
            fit.append((number, verdict))
            cost = add(cost, self._amount(verdict, COST_COLUMNS))
            quantity = add(quantity, self._amount(verdict, QUANTITY_COLUMNS))
        return _Judged([self._shape.judged(fit)] if fit else [], Sums(len(fit), cost, quantity), rejected)

    def _verdict(self, record: Record) -> Verdict:
        if record.fault:
            raise Unfit(record.fault)
        return self._judge.verdict(record.fields)

    def _amount(self, verdict: Verdict, names: dict[str, tuple[str, ...]]) -> Decimal:
        for name in names[self._layout.dialect]:
            value = verdict.numbers.get(self._layout.columns.get(name, -1))
            if value is not None:
                return value
        return Decimal(0)


def _numbered(text: bytes, width: int, numbers: list[int], total: int) -> Iterator[tuple[int, Record, bytes]]:
    """The records with those numbers; where each line is one record they are found without reading the others."""
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
    """A bad row's text as it can be kept: without its line end, NUL and foreign bytes shown as escapes."""
    shown = text.rstrip(b"\r\n")[:CONTENT_LIMIT].decode("utf-8", "backslashreplace")
    return shown.replace("\0", "\\x00")


def _plus(one: Sums, other: Sums) -> Sums:
    return Sums(one.rows + other.rows, add(one.cost, other.cost), add(one.quantity, other.quantity))
