"""Cuts an unpacked report into chunks of whole records, without looking at each of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from functions.adw_billing.records import RECORD_LIMIT_BYTES, records

if TYPE_CHECKING:
    from collections.abc import Iterator

CHUNK_BYTES = 10 << 20
"""Text of a chunk, about 15,000 rows: large enough that DuckDB's start of a scan does not count."""
OVERLONG_BYTES = 16 << 20
"""Without a line end in so much text, its line is given up."""
KEPT_BYTES = 64 << 10
"""What is kept of a line that was given up."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """Whole records; ``text_bytes`` of the report they stand for; ``overlong``: the head of one line given up."""

    text: bytes
    text_bytes: int
    final: bool = False
    overlong: bool = False


class Splitter:
    """Gives the header record, then chunks. ``width`` is the number of fields, once it is known."""

    def __init__(self, pieces: Iterator[bytes], chunk_bytes: int = CHUNK_BYTES) -> None:
        self._pieces = pieces
        self._chunk_bytes = chunk_bytes
        self._buffer = b""
        self._held = b""  # follows the buffer
        self._ended = False
        self.width = 0

    def header(self, limit_bytes: int = RECORD_LIMIT_BYTES) -> bytes:
        """The first record with its line end; what there is where it does not end within the limit."""
        self._fill(1)
        while not (end := self._header_end()) and not self._ended and len(self._buffer) < limit_bytes:
            self._fill(len(self._buffer) + 1)
        end = end or self._buffer.find(b"\n") + 1 or min(len(self._buffer), limit_bytes)
        header, self._buffer = self._buffer[:end], self._buffer[end:]
        return header

    def _header_end(self) -> int:
        """Behind the first line end that is in no quoted name; 0 where there is none yet."""
        end = self._buffer.find(b"\n") + 1
        while end and self._buffer.count(b'"', 0, end) % 2:
            end = self._buffer.find(b"\n", end) + 1
        return end

    def skip(self, text_bytes: int) -> Iterator[bytes]:
        """Leave out bytes that earlier calls have loaded, handing them over to be checked."""
        left = text_bytes
        while left:
            self._fill(1)
            if not self._buffer:
                return
            part, self._buffer = self._buffer[:left], self._buffer[left:]
            left -= len(part)
            yield part

    def push_back(self, text: bytes) -> None:
        """Put the unfinished end of a chunk in front of what comes next."""
        self._buffer = text + self._buffer

    def chunks(self) -> Iterator[Chunk]:
        """The chunks; the last one, which may be empty, is final."""
        while True:
            self._fill(self._chunk_bytes, whole_lines=True)
            if self._ended:
                text, self._buffer = self._buffer, b""
                yield Chunk(text, len(text), final=True)
                return
            yield self._cut()

    def _cut(self) -> Chunk:
        end = self._buffer.rfind(b"\n", 0, self._chunk_bytes) + 1 or self._buffer.find(b"\n") + 1
        while not end and not self._ended and len(self._buffer) < OVERLONG_BYTES:
            self._fill(len(self._buffer) + 1)
            end = self._buffer.find(b"\n") + 1
        if not end:
            return self._overlong()
        text = self._buffer[:end]
        if text.count(b'"') % 2:
            end = self._record_end(text) or end
            text = self._buffer[:end]
        self._buffer = self._buffer[end:]
        return Chunk(text, end)

    def _record_end(self, text: bytes) -> int:
        """Where the last whole record ends; 0 when the open one is longer than any record may be."""
        end = 0
        for record in records(text, self.width, final=False):
            end = record.end
        return end if len(text) - end <= RECORD_LIMIT_BYTES else 0

    def _overlong(self) -> Chunk:
        head = self._buffer[:KEPT_BYTES]
        taken = 0
        end = 0
        while not end and self._buffer:
            end = self._buffer.find(b"\n") + 1
            used = end or len(self._buffer)
            taken += used
            self._buffer = self._buffer[used:]
            if not end:
                self._fill(1)
        return Chunk(head, taken, overlong=True)

    def _fill(self, wanted: int, *, whole_lines: bool = False) -> None:
        """Have so many bytes; ``whole_lines`` holds back the start of a last line, so that a chunk is no copy."""
        if len(self._buffer) >= wanted or self._ended:
            return
        parts = [self._buffer, self._held]
        have = sum(map(len, parts))
        while have < wanted:
            piece = next(self._pieces, None)
            if piece is None:
                self._ended = True
                break
            parts.append(piece)
            have += len(piece)
        last = parts[-1]
        end = last.rfind(b"\n", 0, len(last) - (have - wanted)) + 1 if whole_lines and not self._ended else 0
        self._held = last[end:] if end else b""
        if end:
            parts[-1] = last[:end]
        self._buffer = b"".join(parts)
