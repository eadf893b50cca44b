"""From an object's bytes to batches of rows fit to be loaded, with their sums, and the bad rows with their reasons.

The fast path is DuckDB's reader over a chunk of whole records in a file that exists in memory only. What it refuses,
or what ``Statements.ok`` doubts, is judged row by row in Python and, where it is fit, given back as plain texts.
"""

from __future__ import annotations

import codecs
import os
from collections import deque
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

import duckdb
from isal import isal_zlib

from functions.adw_billing.judge import Judge, Rules, Unfit
from functions.adw_billing.numbers import add
from functions.adw_billing.parse_sql import Statements
from functions.adw_billing.records import Record, records
from functions.adw_billing.tables import COST_COLUMNS, QUANTITY_COLUMNS
from functions.adw_billing.warehouse import Batch, Rejected, Sums

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from functions.adw_billing.headers import Layout
    from functions.adw_billing.judge import Verdict
    from functions.adw_billing.split import Chunk, Splitter
    from functions.adw_billing.warehouse import ObjectKey

CONTENT_LIMIT = 64 << 10
"""Characters of a bad row that are kept."""
DECODED_BYTES = 64 << 10
"""Text that is checked to be UTF-8 at once."""
LIVE_BATCHES = 3
"""Batches whose texts exist at once: one being loaded, one waiting, one being made."""


def text_check(text: bytes, before: str = "") -> str:
    """A check over a text that goes on where ``before`` ended (CRC-32, as hexadecimal digits)."""
    return f"{isal_zlib.crc32(text, int(before or '0', 16)):08x}"


class MemoryFile:
    """A file without a name, in memory, that DuckDB can open (memfd_create(2))."""

    def __init__(self) -> None:
        self._descriptor = os.memfd_create("adw-billing", os.MFD_CLOEXEC)
        self.size = 0

    @property
    def path(self) -> str:
        """Its path in this process."""
        return f"/proc/self/fd/{self._descriptor}"

    def write(self, text: bytes) -> None:
        """Replace what it holds."""
        written = 0
        view = memoryview(text)
        while written < len(text):
            written += os.pwrite(self._descriptor, view[written:], written)
        os.ftruncate(self._descriptor, len(text))  # afterwards, so that its pages are used again
        self.size = len(text)

    def close(self) -> None:
        """Give its memory back."""
        os.close(self._descriptor)


@dataclass(frozen=True, slots=True)
class _Judged:
    """What the judge made of some rows: plain CSV, its sums, and the bad ones."""

    text: bytes
    sums: Sums
    rejected: list[Rejected]


class Parser:
    """Parses one object; ``batches`` may be consumed by another thread than the one that made the parser."""

    def __init__(
        self, cursor: duckdb.DuckDBPyConnection, key: ObjectKey, layout: Layout, rules: Rules, prefix_check: str
    ) -> None:
        self._cursor = cursor
        self._statements = Statements(layout, key, rules)
        self._judge = Judge(layout, rules)
        self._layout = layout
        self._files = deque((MemoryFile(), MemoryFile()) for _ in range(LIVE_BATCHES))
        self.prefix_check = prefix_check

    def skip(self, splitter: Splitter, text_bytes: int) -> None:
        """Leave out what earlier calls staged; ``prefix_check`` is then that of what was left out."""
        for part in splitter.skip(text_bytes):
            self._check(part)

    def _check(self, text: bytes) -> None:
        self.prefix_check = text_check(text, self.prefix_check)

    def close(self) -> None:
        """Give the memory back; no batch is valid afterwards."""
        for pair in self._files:
            for file in pair:
                file.close()
        self._files.clear()

    def batches(self, splitter: Splitter, first_record: int) -> Iterator[Batch]:
        """The batches from the splitter's next chunk on, whose first record has the number ``first_record``."""
        splitter.width = self._layout.width
        for chunk in splitter.chunks():
            self._files.rotate(1)
            batch = self._batch(chunk, first_record, splitter)
            self._check(chunk.text[: batch.text_bytes])
            first_record += batch.records
            final = chunk.final
            del chunk  # its text is not to stay while the next one is made
            yield replace(batch, prefix_check=self.prefix_check, final=final)

    def _batch(self, chunk: Chunk, first: int, splitter: Splitter) -> Batch:
        if chunk.overlong:
            content = _content(chunk.text)
            return Batch("", "", Sums(), 1, chunk.text_bytes, [Rejected(first, "row-too-long", content)])
        if not chunk.text:
            return Batch("", "", Sums(), 0, 0)
        if b"\0" in chunk.text or not _is_utf_8(chunk.text):
            return self._slow(chunk, first, splitter)
        try:
            return self._fast(chunk, first)
        except (duckdb.InvalidInputException, duckdb.ConversionException):
            return self._slow(chunk, first, splitter)

    def _fast(self, chunk: Chunk, first: int) -> Batch:
        file, plain = self._files[0]
        file.write(chunk.text)
        source = self._statements.source(file.path, numbered=False, buffer_bytes=file.size)
        found = self._cursor.execute(self._statements.audit(source)).fetchone()
        total, fit, *parts = found or (0, 0, None, None, None, None)
        sums = Sums(fit, add(parts[0], parts[1]), add(parts[2], parts[3]))
        doubts = fit < total
        selects = [self._statements.rows(source, first_row=first, checked=doubts)] if fit else []
        billing = [self._statements.billing_rows(source, checked=doubts)] if fit else []
        if not doubts:
            return Batch(selects[0] if fit else "", billing[0] if fit else "", sums, total, chunk.text_bytes)
        numbers = [row for (row,) in self._cursor.execute(self._statements.doubtful(source)).fetchall()]
        judged = self._judged(_numbered(chunk.text, self._layout.width, numbers, total), first)
        self._add_plain(plain, judged, selects, billing)
        return Batch(
            " UNION ALL ".join(selects),
            " UNION ALL ".join(filter(None, billing)),
            _plus(sums, judged.sums),
            total,
            chunk.text_bytes,
            judged.rejected,
        )

    def _slow(self, chunk: Chunk, first: int, splitter: Splitter) -> Batch:
        found = list(records(chunk.text, self._layout.width, final=chunk.final))
        end = found[-1].end if found else 0
        rest = chunk.text[end:]
        if rest.strip(b"\r\n") and not chunk.final:
            splitter.push_back(rest)
        else:
            rest = b""
        rows = ((index, record, chunk.text[record.start : record.end]) for index, record in enumerate(found, 1))
        judged = self._judged(rows, first)
        selects: list[str] = []
        billing: list[str] = []
        self._add_plain(self._files[0][1], judged, selects, billing)
        taken = chunk.text_bytes - len(rest)
        return Batch("".join(selects), "".join(billing), judged.sums, len(found), taken, judged.rejected)

    def _add_plain(self, file: MemoryFile, judged: _Judged, selects: list[str], billing: list[str]) -> None:
        if not judged.sums.rows:
            return
        file.write(judged.text)
        source = self._statements.source(file.path, numbered=True, buffer_bytes=file.size)
        selects.append(self._statements.rows(source, first_row=None, checked=False))
        billing.append(self._statements.billing_rows(source, checked=False))

    def _judged(self, rows: Iterable[tuple[int, Record, bytes]], first: int) -> _Judged:
        lines: list[bytes] = []
        rejected: list[Rejected] = []
        cost = quantity = Decimal(0)
        for index, record, text in rows:
            number = first + index - 1
            try:
                verdict = self._verdict(record)
            except Unfit as unfit:
                rejected.append(Rejected(number, str(unfit.args[0]), _content(text)))
                continue
            lines.append(b"%d,%b\n" % (number, b",".join(map(_quoted, verdict.fields))))
            cost = add(cost, self._amount(verdict, COST_COLUMNS))
            quantity = add(quantity, self._amount(verdict, QUANTITY_COLUMNS))
        return _Judged(b"".join(lines), Sums(len(lines), cost, quantity), rejected)

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
    if len(lines) == total:
        for number in numbers:
            line = lines[number - 1] + b"\n"
            yield number, next(records(line, width, final=True)), line
        return
    wanted = set(numbers)
    for number, record in enumerate(records(text, width, final=True), 1):
        if number in wanted:
            yield number, record, text[record.start : record.end]


def _is_utf_8(text: bytes) -> bool:
    """DuckDB checks only the columns that a query reads; the audit does not read all."""
    if text.isascii():
        return True
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for start in range(0, len(text), DECODED_BYTES):  # piecewise: the text as characters would be large
            decoder.decode(text[start : start + DECODED_BYTES])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _quoted(value: bytes) -> bytes:
    return b'"' + value.replace(b'"', b'""') + b'"' if value else b""


def _content(text: bytes) -> str:
    """A bad row's text as it can be kept: without its line end, NUL and foreign bytes shown as escapes."""
    shown = text.rstrip(b"\r\n")[:CONTENT_LIMIT].decode("utf-8", "backslashreplace")
    return shown.replace("\0", "\\x00")


def _plus(one: Sums, other: Sums) -> Sums:
    return Sums(one.rows + other.rows, add(one.cost, other.cost), add(one.quantity, other.quantity))
