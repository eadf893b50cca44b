"""Cuts an unpacked report into chunks of whole records, without looking at each of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from isal import isal_zlib

from functions.adw_billing.parse.quotes import Quotes, closed_end, is_text, quotes
from functions.adw_billing.parse.records import LINE_END, MAX_RECORD_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_HEADER_BYTES = 4 << 20
"""Longest header of a report that is loaded: some 200,000 columns; a longer one would not fit into the memory."""
CHUNK_BYTES = 5 << 20
"""Text of a chunk, about 8,000 rows: more fills the processor's cache, fewer make more statements."""
FIRST_CHUNK_BYTES = 1 << 20
"""The first chunk is small and each is twice the one before: the warehouse has something to do early."""
MAX_CHUNK_LINES = 65_536
"""Lines of a chunk: a row that is bad takes some 500 bytes of memory, however short it is."""
LINE_SAMPLES = 16
LINE_SAMPLE_BYTES = 4096
"""Where line ends are counted before all are: counting all of a chunk takes as long as finding its quotes."""
MAX_LINE_BYTES = 16 << 20
"""Without a line end in so much text, its line is given up."""
OVERLONG_HEAD_BYTES = 64 << 10
"""What is kept of a line that was given up."""


def text_check(text: bytes, before: str = "") -> str:
    """Return a check over a text that goes on where ``before`` ended (CRC-32, as hexadecimal digits)."""
    return f"{isal_zlib.crc32(text, int(before or '0', 16)):08x}"


@dataclass(frozen=True, slots=True)
class Chunk:
    """Text that begins with a record; ``text_bytes`` of the report it stands for.

    ``regular``: it is text, its CSV is regular, and its last record is whole. ``longest_quoted``: the length of the
    longest quoted field. ``final``: nothing follows; ``closed``: nothing that follows belongs to its last record.
    ``overlong``: the head of a line that was given up.
    """

    text: bytes
    text_bytes: int
    regular: bool = False
    longest_quoted: int = 0
    final: bool = False
    closed: bool = False
    overlong: bool = False


def whole(text: bytes, *, final: bool = False) -> Chunk:
    """Return a chunk of all of a text."""
    return replace(_chunk(text, quotes(text)), final=final, closed=final)


def _chunk(text: bytes, found: Quotes) -> Chunk:
    return Chunk(text, len(text), found.regular and found.open_at < 0 and is_text(text), found.longest)


class Splitter:
    """Gives the header record, then chunks."""

    # Invariant: the text not yet given is `_buffer`, then `_held`, then the pieces that are still to come; once the
    # header is given, `_buffer` begins with a record. `_held` is the start of a line that is not complete: kept apart,
    # it is joined with the next pieces once, and a chunk that takes all of `_buffer` is that object, not a copy.

    def __init__(self, pieces: Iterator[bytes], chunk_bytes: int = CHUNK_BYTES) -> None:
        self._pieces = pieces
        self._chunk_bytes = chunk_bytes
        self._buffer = b""
        self._held = b""  # follows the buffer
        self._ended = False

    def limit_chunks(self, chunk_bytes: int) -> None:
        """Give chunks of no more text from now on."""
        self._chunk_bytes = min(self._chunk_bytes, chunk_bytes)

    def header(self, limit_bytes: int = MAX_HEADER_BYTES) -> bytes:
        """Return the first record with its line end; what there is where it does not end within the limit.

        Blank lines before it are left out.
        """
        while not self._buffer and not self._ended:
            self._fill(1)
            self._buffer = self._buffer.lstrip(b"\r\n")
        while not (end := self._header_end()) and not self._ended and len(self._buffer) < limit_bytes:
            self._fill(len(self._buffer) + 1)
        end = end or self._buffer.find(b"\n") + 1 or min(len(self._buffer), limit_bytes)
        header, self._buffer = self._buffer[:end], self._buffer[end:]
        return header

    def _header_end(self) -> int:
        """Return the position behind the first line end that is in no quoted name; 0 where there is none yet."""
        # A line end is outside of quotes where the quotes before it are even in number (see `closed_end`). A carriage
        # return that is the last byte so far may be half of a line end.
        marks = begin = 0
        for found in LINE_END.finditer(self._buffer):
            marks += self._buffer.count(b'"', begin, found.end())
            begin = found.end()
            if not marks % 2:
                split = found.group() == b"\r" and begin == len(self._buffer) and not self._ended
                return 0 if split else begin
        return 0

    def skip(self, text_bytes: int) -> Iterator[bytes]:
        """Leave out bytes that earlier calls have loaded; yield them to be checked."""
        left = text_bytes
        while left:
            self._fill(1)
            if not self._buffer:
                return
            part, self._buffer = self._buffer[:left], self._buffer[left:]
            left -= len(part)
            yield part

    def chunks(self) -> Iterator[Chunk]:
        """Yield the chunks; the last one, which may be empty, is final."""
        size = min(FIRST_CHUNK_BYTES, self._chunk_bytes)
        while True:
            self._fill(size, whole_lines=True)
            few = self._few_lines(len(self._buffer) if self._ended else size)
            if self._ended and few >= len(self._buffer):
                text, self._buffer = self._buffer, b""
                yield whole(text, final=True)
                return
            yield self._cut(few)
            size = min(2 * size, self._chunk_bytes)

    def _few_lines(self, size: int) -> int:
        """Return how much of the buffer has no more than MAX_CHUNK_LINES, or a little less."""
        # Real lines have hundreds of bytes, so that a chunk is far from the limit: samples that extrapolate to less
        # than a quarter of it settle the question. The limit is one of memory, so that lines that gather between the
        # samples make a chunk larger than planned, not wrong.
        stride = max(LINE_SAMPLE_BYTES, size // LINE_SAMPLES)
        sampled = sum(self._buffer.count(b"\n", at, at + LINE_SAMPLE_BYTES) for at in range(0, size, stride))
        if sampled * stride <= MAX_CHUNK_LINES // 4 * LINE_SAMPLE_BYTES:
            return size
        lines = self._buffer.count(b"\n", 0, size)
        return size if lines <= MAX_CHUNK_LINES else max(1, size * MAX_CHUNK_LINES // lines)

    def _cut(self, size: int) -> Chunk:
        end = self._buffer.rfind(b"\n", 0, size) + 1 or self._buffer.find(b"\n") + 1
        while not end and not self._ended and len(self._buffer) < MAX_LINE_BYTES:
            self._fill(len(self._buffer) + 1)
            end = self._buffer.find(b"\n") + 1
        if not end and self._ended and len(self._buffer) < MAX_LINE_BYTES:
            end = len(self._buffer)  # the last line, without a line end
        if not end:
            return self._overlong()
        # The cut at a line end may be within a quoted field. Then the chunk ends with the last record before the open
        # quote, unless more than a record's longest length lies behind it: such a quote is a fault, which `records`
        # names, and the chunk is irregular.
        text = self._buffer[:end]
        found = quotes(text)
        closed = closed_end(text, found.open_at) if found.open_at >= 0 else end
        if 0 < closed < end and end - closed <= MAX_RECORD_BYTES:
            end = closed
            text = self._buffer[:end]
            found = replace(found, open_at=-1)
        self._buffer = self._buffer[end:]
        return _chunk(text, found)

    def _overlong(self) -> Chunk:
        """Read past a line that is too long, keeping its head only."""
        head = self._buffer[:OVERLONG_HEAD_BYTES]
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
        # The last line end within `wanted` is where `_cut` cuts: with the rest held back its slice is the whole buffer.
        # It is looked for in the last piece alone, whose slices are small; elsewhere `_cut` makes a copy, no more.
        last = parts[-1]
        end = last.rfind(b"\n", 0, len(last) - (have - wanted)) + 1 if whole_lines and not self._ended else 0
        self._held = last[end:] if end else b""
        if end:
            parts[-1] = last[:end]
        self._buffer = b"".join(parts)
