"""Records of a CSV text, exactly: what the fast reader is not sure of is read here, row by row.

RFC 4180, with what real files add: line ends may be mixed (a lone carriage return is one), a quote inside an unquoted
field is a character. A quoting error never takes the lines behind it along: the line where the record began is bad,
reading goes on at the next one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_RECORD_BYTES = 1 << 20
"""Longest record that is loaded; the longest real ones (tags of 5,000 characters each) stay far below."""

# Possessive (`*+`): a quote that does not close fails at once. A backtracking `*` would try every shorter match of a
# text of megabytes first.
QUOTED = re.compile(rb'"([^"]*+(?:""[^"]*+)*+)"')
"""A quoted field; its content is the group, with quotes still doubled."""
_UNQUOTED = re.compile(rb"[^,\r\n]*")
LINE_END = re.compile(rb"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class Record:
    """A record: where it begins and ends in the text (line end included), its fields, or why it is bad."""

    start: int
    end: int
    fields: tuple[bytes, ...] = ()
    fault: str = ""


class _Fault(Exception):
    """A quoting error; ``args[0]`` is the reason."""


def records(text: bytes, width: int, *, final: bool) -> Iterator[Record]:
    """Yield the records of a text that begins at a record's start; blank lines are none.

    ``final`` says that nothing follows: otherwise an unfinished last record is left out, and ``end`` of the last one
    given tells where to go on. Faults: `unterminated-quote`, `bad-quote`, `field-count`, `row-too-long`.
    """
    position = 0
    while position < len(text):
        line_end = _after_line(text, position)
        if not text[position:line_end].strip(b"\r\n"):
            position = line_end
            continue
        record = _record(text, position, line_end, width)
        unfinished = record.end >= len(text) and not text.endswith(b"\n")
        open_quote = record.fault == "unterminated-quote" and len(text) - position <= MAX_RECORD_BYTES
        if not final and (unfinished or open_quote):
            return
        yield record
        position = record.end


def _record(text: bytes, start: int, line_end: int, width: int) -> Record:
    """Read one record; a fault of several lines is put on the first of them."""
    # The end of a bad record is the end of its first line, not where its quote happens to close: one stray quote must
    # not swallow the rows behind it. Those are read again as records of their own.
    try:
        fields, end = _fields(text, start)
    except _Fault as fault:
        return Record(start, line_end, fault=str(fault.args[0]))
    if end - start > MAX_RECORD_BYTES:
        return Record(start, line_end, fault="row-too-long")
    if len(fields) != width:
        return Record(start, line_end, fault="field-count")
    return Record(start, end, tuple(fields))


def _fields(text: bytes, start: int) -> tuple[list[bytes], int]:
    fields = []
    position = start
    limit = min(len(text), start + MAX_RECORD_BYTES + 1)
    while True:
        if text[position : position + 1] == b'"':
            value, position = _quoted(text, position, limit)
        else:
            found = _UNQUOTED.match(text, position)
            value = found.group() if found else b""
            position += len(value)
        fields.append(value)
        if text[position : position + 1] != b",":
            return fields, _after_line(text, position)
        position += 1


def _quoted(text: bytes, start: int, limit: int) -> tuple[bytes, int]:
    found = QUOTED.match(text, start, limit)
    if not found:
        raise _Fault("unterminated-quote")
    end = found.end()
    if text[end : end + 1] not in (b",", b"\r", b"\n", b""):
        # a quote on another line that is no field's end did not close this one: it opens a field of its own there
        raise _Fault("unterminated-quote" if b"\n" in found.group() else "bad-quote")
    return found.group(1).replace(b'""', b'"'), end


def _after_line(text: bytes, position: int) -> int:
    found = LINE_END.search(text, position)
    return found.end() if found else len(text)
