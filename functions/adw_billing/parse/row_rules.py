"""The rules for one row, in plain Python: exact values, or the reason why the row cannot be loaded.

The Arrow path is the fast form of the same rules; the rows that it is not sure of come here, and what is said here
holds.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from decimal import Context, Decimal
from typing import TYPE_CHECKING

from functions.adw_billing.model import unread_values
from functions.adw_billing.model.columns import DIGITS, NUMBER_SCALE, ColumnType
from functions.adw_billing.parse.tag_texts import NO_TAGS, braced, is_object

if TYPE_CHECKING:
    from collections.abc import Sequence

    from functions.adw_billing.model.headers import Layout
    from functions.adw_billing.model.warehouse import RowFormat

MAX_EXPONENT = 1_000
"""Beyond this no column holds a number; keeps `1E999999999` from being written out."""

_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,9})?", re.ASCII)
_TIME = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d)(?::(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?)?)?"
    r"\s?(?:(Z|UTC|GMT)|([+-])(\d\d):?(\d\d)?)?",
    re.ASCII,
)
_EPOCH = re.compile(r"[0-9]{12,13}", re.ASCII)
"""Milliseconds since 1970 from 1973 to 2286; fewer digits may be seconds, or anything."""
_EPOCH_BEGIN = datetime(1970, 1, 1, tzinfo=UTC)
_NORMALIZE = Context(prec=2 * MAX_EXPONENT)
"""Room for every digit that `number` lets through, so that removing trailing zeros never rounds."""


class RowRejected(ValueError):
    """The row cannot be loaded; ``reason`` is the quarantine's."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class CheckedRow:
    """A row that can be loaded.

    Its fields with numbers and times rewritten plainly, the numbers by position, and the fields as the file has them;
    ``unread``: texts by position that are not what their column says, whose fields are empty.
    """

    fields: tuple[bytes, ...]
    numbers: dict[int, Decimal]
    original_texts: tuple[str, ...]
    unread: dict[int, str] = field(default_factory=dict)


class RowRules:
    """The rules for the rows of one report and one warehouse."""

    def __init__(self, layout: Layout, row_format: RowFormat) -> None:
        self._types = layout.value_types
        self._tag_texts = layout.tag_texts
        self._epochs = layout.dialect == "focus"
        self._exponents = row_format.number_exponents
        self._nulls = {b"", *(word.encode() for word in layout.null_words)}
        self._lengths = row_format.lengths(layout)
        self._may_be_unread = unread_values.column_keys(layout)

    def checked(self, fields: Sequence[bytes]) -> CheckedRow:
        """Return the row with exact values. Raises RowRejected.

        Reasons: `nul-byte`, `not-utf-8`, `bad-number`, `not-exact`, `bad-time`, `text-too-long`.
        """
        if any(b"\0" in value for value in fields):
            raise RowRejected("nul-byte")
        try:
            texts = [value.decode("utf-8") for value in fields]
        except UnicodeDecodeError:
            raise RowRejected("not-utf-8") from None
        if any(len(texts[position]) > length for position, length in self._lengths.items()):
            raise RowRejected("text-too-long")
        plain = list(fields)
        numbers: dict[int, Decimal] = {}
        unread: dict[int, str] = {}
        for position in (*self._types, *self._tag_texts):
            text = "" if fields[position] in self._nulls else texts[position]
            try:
                plain[position] = self._plain(position, text, numbers)
            except RowRejected as fault:
                if position not in self._may_be_unread or fault.reason not in unread_values.UNREAD_REASONS:
                    raise
                unread[position], plain[position], texts[position] = text, b"", ""
        return CheckedRow(tuple(plain), numbers, tuple(texts), unread)

    def _plain(self, position: int, text: str, numbers: dict[int, Decimal]) -> bytes:
        """Return a number or a moment in its plain spelling; a number is added to ``numbers``."""
        if not text:
            return b""
        if position in self._tag_texts:
            return checked_tags(text).encode()
        column_type = self._types[position]
        if column_type is ColumnType.TIME:
            return time_text(text, epochs=self._epochs).encode()
        numbers[position] = self._number(text, column_type)
        return format(numbers[position], "f").encode()

    def _number(self, text: str, column_type: ColumnType) -> Decimal:
        """Return the number where the warehouse keeps all its digits."""
        value = number(text)
        exponent = int(value.as_tuple().exponent)
        if self._exponents is not None:
            low, high = self._exponents
            fits = len(value.as_tuple().digits) <= DIGITS and low <= exponent and value.adjusted() <= high
        else:
            scale = NUMBER_SCALE[column_type]
            fits = -exponent <= scale and value.adjusted() < DIGITS - scale
        if not fits and value:
            raise RowRejected("not-exact")
        return value


def number(text: str) -> Decimal:
    """Return the exact value of a number's text, without trailing zeros. Raises RowRejected."""
    stripped = text.strip()
    if not _NUMBER.fullmatch(stripped):
        raise RowRejected("bad-number")
    value = Decimal(stripped)  # exact whatever the context: only operations round
    if not value:
        return Decimal(0)
    if abs(value.adjusted()) > MAX_EXPONENT or len(value.as_tuple().digits) > MAX_EXPONENT:
        raise RowRejected("not-exact")
    # `1E3` and `1000.0` become the same value; the digits left are what counts against the column's 38
    return value.normalize(_NORMALIZE)


def time_text(text: str, *, epochs: bool = False) -> str:
    """Return a moment as `YYYY-MM-DDTHH:MM:SS.ffffffZ` in UTC, cut to the microsecond. Raises RowRejected.

    ``epochs``: milliseconds since 1970 are moments too, as Oracle's column table says of FOCUS's charge periods.
    """
    if epochs and _EPOCH.fullmatch(text.strip()):
        return _written(_EPOCH_BEGIN + timedelta(milliseconds=int(text)))
    found = _TIME.fullmatch(text.strip())
    if not found:
        raise RowRejected("bad-time")
    year, month, day, hour, minute, second, fraction, _, sign, off_hours, off_minutes = found.groups()
    try:
        clock = (int(hour or 0), int(minute or 0), int(second or 0), int(f"{fraction or '':0<6.6}"))
        moment = datetime(int(year), int(month), int(day), *clock, tzinfo=_zone(sign, off_hours, off_minutes))
        return _written(moment)
    except (ValueError, OverflowError):
        raise RowRejected("bad-time") from None


def _written(moment: datetime) -> str:
    # glibc's %Y does not pad years below 1000, and Arrow reads four digits only
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ").rjust(27, "0")


def checked_tags(text: str) -> str:
    """Return the text of a row's tags as a JSON object. Raises RowRejected (`bad-tags`)."""
    whole = braced(text)
    if whole != NO_TAGS and not is_object(whole):
        raise RowRejected("bad-tags")
    return whole


def _zone(sign: str | None, hours: str | None, minutes: str | None) -> timezone:
    offset = timedelta(hours=int(hours or 0), minutes=int(minutes or 0))
    return timezone(-offset if sign == "-" else offset)
