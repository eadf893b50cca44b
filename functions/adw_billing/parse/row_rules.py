"""Decides about a row that the fast path was not sure of: exact values, or the reason why it cannot be loaded."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from decimal import Context, Decimal
from typing import TYPE_CHECKING

from functions.adw_billing.model.tables import Kind
from functions.adw_billing.warehouse.ddl import DIGITS, NUMBER_SCALE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from functions.adw_billing.model.headers import Layout

ORACLE_EXPONENTS = (-130, 125)
"""Smallest and largest decimal exponent of Oracle's NUMBER (Database SQL Language Reference, "NUMBER Data Type")."""
EXPONENT_LIMIT = 1_000
"""Beyond this no column holds a number; keeps `1E999999999` from being written out."""

_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,9})?", re.ASCII)
_TIME = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d)(?::(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?)?)?"
    r"\s?(?:(Z|UTC|GMT)|([+-])(\d\d):?(\d\d)?)?",
    re.ASCII,
)
_EXACT = Context(prec=10_000)


class Unfit(ValueError):
    """A value cannot be loaded; ``args[0]`` is the quarantine's reason."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What the warehouse can hold.

    ``text_numbers``: Oracle's NUMBER (38 digits, any scale) and its text lengths; else DuckDB's decimals and texts of
    any length.
    """

    text_numbers: bool = False

    def lengths(self, layout: Layout) -> dict[int, int]:
        """The lengths, in characters, that texts are held to, by position."""
        return layout.lengths if self.text_numbers else {}


@dataclass(frozen=True, slots=True)
class Verdict:
    """A fit row: its fields with numbers and times rewritten plainly, the numbers by position, the file's texts."""

    fields: tuple[bytes, ...]
    numbers: dict[int, Decimal]
    texts: tuple[str, ...]


class Judge:
    """Judges the rows of one report."""

    def __init__(self, layout: Layout, rules: Rules) -> None:
        self._kinds = layout.kinds
        self._rules = rules
        self._nulls = {b"", *(word.encode() for word in layout.null_words)}
        self._lengths = rules.lengths(layout)

    def verdict(self, fields: Sequence[bytes]) -> Verdict:
        """The row made plain. Raises Unfit.

        Reasons: `nul-byte`, `not-utf-8`, `bad-number`, `not-exact`, `bad-time`, `text-too-long`.
        """
        if any(b"\0" in value for value in fields):
            raise Unfit("nul-byte")
        try:
            texts = [value.decode("utf-8") for value in fields]
        except UnicodeDecodeError:
            raise Unfit("not-utf-8") from None
        if any(len(texts[position]) > length for position, length in self._lengths.items()):
            raise Unfit("text-too-long")
        plain = list(fields)
        numbers: dict[int, Decimal] = {}
        for position, kind in self._kinds.items():
            if fields[position] in self._nulls:
                plain[position] = b""
            elif kind is Kind.TIME:
                plain[position] = time_text(texts[position]).encode()
            else:
                numbers[position] = self._number(texts[position], kind)
                plain[position] = format(numbers[position], "f").encode()
        return Verdict(tuple(plain), numbers, tuple(texts))

    def _number(self, text: str, kind: Kind) -> Decimal:
        value = number(text)
        digits = len(value.as_tuple().digits)
        exponent = int(value.as_tuple().exponent)
        if self._rules.text_numbers:
            low, high = ORACLE_EXPONENTS
            fits = digits <= DIGITS and low <= exponent and value.adjusted() <= high
        else:
            scale = NUMBER_SCALE[kind]
            fits = -exponent <= scale and value.adjusted() < DIGITS - scale
        if not fits and value:
            raise Unfit("not-exact")
        return value


def number(text: str) -> Decimal:
    """The exact value of a number's text, without trailing zeros. Raises Unfit."""
    stripped = text.strip()
    if not _NUMBER.fullmatch(stripped):
        raise Unfit("bad-number")
    value = Decimal(stripped)
    if not value:
        return Decimal(0)
    if abs(value.adjusted()) > EXPONENT_LIMIT or len(value.as_tuple().digits) > EXPONENT_LIMIT:
        raise Unfit("not-exact")
    return value.normalize(_EXACT)


def time_text(text: str) -> str:
    """A moment as `YYYY-MM-DDTHH:MM:SS.ffffffZ` in UTC, cut to the microsecond. Raises Unfit."""
    found = _TIME.fullmatch(text.strip())
    if not found:
        raise Unfit("bad-time")
    year, month, day, hour, minute, second, fraction, _, sign, off_hours, off_minutes = found.groups()
    try:
        clock = (int(hour or 0), int(minute or 0), int(second or 0), int(f"{fraction or '':0<6.6}"))
        moment = datetime(int(year), int(month), int(day), *clock, tzinfo=_zone(sign, off_hours, off_minutes))
        return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ").rjust(27, "0")
    except (ValueError, OverflowError):
        raise Unfit("bad-time") from None


def _zone(sign: str | None, hours: str | None, minutes: str | None) -> timezone:
    offset = timedelta(hours=int(hours or 0), minutes=int(minutes or 0))
    return timezone(-offset if sign == "-" else offset)
