"""Looks through a text once for quotes that a lenient CSV reader reads otherwise than RFC 4180 says.

RFC 4180 section 2: a quoted field is one from separator to separator, a quote in it is doubled, and no quote stands in
a field that is not quoted. Where all quotes of a text are so, Arrow's reader and `records` agree; where one is not,
Arrow guesses (`"a"b` becomes `ab`).
"""

from __future__ import annotations

import codecs
from dataclasses import dataclass

from functions.adw_billing.parse.records import QUOTED

_SEPARATORS = b",\r\n"
DECODED_BYTES = 16 << 10
"""Text that is checked to be UTF-8 at once: as characters the whole of it would be large."""


@dataclass(frozen=True, slots=True)
class Quotes:
    """Where quotes stand in a text that begins with a record.

    ``regular``: every quoted field is one from separator to separator, no quote stands elsewhere, and none is open at
    the end but the one at ``open_at`` (-1: none is). ``longest`` is the length of the longest quoted field.
    """

    regular: bool
    open_at: int = -1
    longest: int = 0


def quotes(text: bytes) -> Quotes:
    """Look at the quotes of a text, and at nothing else of it."""
    # Invariant: text[:end] is regular and no quoted field is open at `end`. The next quote then begins a field, or is
    # irregular; the field's match, with its doubled quotes, ends behind its closing quote, and the invariant holds
    # there. Every byte is looked at once by `find` or once by the match.
    end = longest = 0
    while (start := text.find(b'"', end)) >= 0:
        if start and text[start - 1] not in _SEPARATORS:
            return Quotes(regular=False)
        found = QUOTED.match(text, start)
        if not found:
            return Quotes(regular=True, open_at=start, longest=longest)
        end = found.end()
        longest = max(longest, end - start)
        if end < len(text) and text[end] not in _SEPARATORS:
            return Quotes(regular=False)
    return Quotes(regular=True, longest=longest)


def closed_end(text: bytes, open_at: int) -> int:
    """Return the end of the last record before an open quote in an otherwise regular text; 0 where there is none."""
    # A line end belongs to a record's end exactly where the number of quotes before it is even: each quoted field has
    # an even number of them, its doubled ones included. The open quote itself is never counted.
    end = open_at + 1
    while end:
        end = text.rfind(b"\n", 0, end - 1) + 1
        if text.count(b'"', 0, end) % 2 == 0:
            break
    return end


def is_text(text: bytes) -> bool:
    """Tell whether it is UTF-8 without a NUL."""
    if b"\0" in text:
        return False
    if text.isascii():
        return True
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for start in range(0, len(text), DECODED_BYTES):
            decoder.decode(text[start : start + DECODED_BYTES])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def has_longer_line(text: bytes, length: int) -> bool:
    """Tell whether a line is longer than that."""
    # the last line end within reach is enough: lines before it end no later, so that none of them is longer
    start = 0
    while len(text) - start > length:
        start = text.rfind(b"\n", start, start + length) + 1
        if not start:
            return True
    return False
