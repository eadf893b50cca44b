"""A question about the bill as its options say it: by what, which months, against which, which rows; pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta

from functions.adw_billing.query.conditions import split_filter
from functions.adw_billing.query.dimensions import CURRENCY, UNIT, Dimension, dimension
from functions.adw_billing.query.measures import Measure, measure_of
from shared.errors import BadRequest

PREVIOUS = "previous"
BELOW = "/**"
"""At the end of a filter on a path: it and all below it."""
MAX_MONTHS = 1200
"""Of a period, a hundred years: what is more is a slip, and the period before it would begin before dates do."""
_MONTH = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])")


@dataclass(frozen=True, slots=True)
class Months:
    """Some whole months, one after another: from the first day of the first to the last day of the last."""

    first: date
    last: date

    def __str__(self) -> str:
        """Return `2026-10`, or `2026-08..2026-10`."""
        begin, end = self.first.isoformat()[:7], self.last.isoformat()[:7]
        return begin if begin == end else f"{begin}..{end}"

    @property
    def count(self) -> int:
        """How many months."""
        return (self.last.year - self.first.year) * 12 + self.last.month - self.first.month + 1

    @property
    def before(self) -> Months:
        """As many months right before these."""
        return Months(months_after(self.first, -self.count), self.first - timedelta(days=1))


@dataclass(frozen=True, slots=True)
class Filter:
    """Rows whose dimension is (``negated``: is not) a text; `*` stands for any letters, an empty text for no value."""

    dimension: Dimension
    value: str
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked; no months: all."""

    by: tuple[Dimension, ...]
    months: Months | None = None
    against: Months | None = None
    filters: tuple[Filter, ...] = ()
    measure: Measure = "cost"

    @property
    def keys(self) -> tuple[Dimension, ...]:
        """The dimensions of the answer's rows.

        Currencies are never added up, so that theirs is always among them, and so is the unit where quantities are.
        """
        apart = (CURRENCY,) if self.measure == "cost" else (UNIT, CURRENCY)
        names = {each.name for each in self.by}
        return (*self.by, *(dimension(name, "by") for name in apart if name not in names))

    def of_other_months(self) -> Question:
        """Return the same question about the months that these are compared with."""
        return replace(self, months=self.against, against=None)


def question(by: str, month: str = "", against: str = "", filters: tuple[str, ...] = (), measure: str = "") -> Question:
    """Read the options. BadRequest with the field at fault."""
    names = list(dict.fromkeys(name.strip() for name in by.split(",") if name.strip()))
    months = months_of(month, "month") if month else None
    if against and months is None:
        raise BadRequest("--against needs --month", fix="add --month YYYY-MM", field="against")
    other = None
    if months and against:
        other = months.before if against == PREVIOUS else months_of(against, "against")
    found = tuple(each for text in filters for each in filters_of(text))
    return Question(tuple(dimension(name, "by") for name in names), months, other, found, measure_of(measure))


def filters_of(text: str) -> tuple[Filter, ...]:
    """Return a filter, two of `<path>/**`: the path itself, and all below it. BadRequest."""
    name, value, negated = split_filter(text)
    found = dimension(name, "filter")
    above, end, rest = value.rpartition(BELOW)
    if rest or not end:
        return (Filter(found, value, negated),)
    return Filter(found, above or "/", negated), Filter(found, f"{above}/*", negated)


def months_of(text: str, field: str) -> Months:
    """Return the months of `YYYY-MM` or `YYYY-MM..YYYY-MM`. BadRequest with the field."""
    first, _, last = text.partition("..")
    begin, end = _first_day(first, field), _first_day(last or first, field)
    if end < begin:
        raise BadRequest(f"{text!r} ends before it begins", fix="the earlier month first", field=field)
    found = Months(begin, months_after(end, 1) - timedelta(days=1))
    if found.count > MAX_MONTHS:
        raise BadRequest(f"{text!r} has {found.count} months", fix=f"at most {MAX_MONTHS}", field=field)
    return found


def _first_day(text: str, field: str) -> date:
    parts = _MONTH.fullmatch(text)
    if parts is None or not 1970 <= int(parts[1]) <= 9000:
        fix = "write YYYY-MM, or YYYY-MM..YYYY-MM" + (f", or {PREVIOUS}" if field == "against" else "")
        raise BadRequest(f"{text!r} is no month", fix=fix, field=field)
    return date(int(parts[1]), int(parts[2]), 1)


def months_after(day: date, months: int) -> date:
    """Return the first day of the month that is so many later."""
    number = day.year * 12 + day.month - 1 + months
    return date(number // 12, number % 12 + 1, 1)
