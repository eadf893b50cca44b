"""What a table is made of: columns, their types, and the digits that a number may have."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING

from functions.adw_billing.model.exact_sums import ZERO

if TYPE_CHECKING:
    from collections.abc import Callable
    from decimal import Decimal


class ColumnType(enum.Enum):
    """What a column holds; ``functions.adw_billing.warehouse.ddl`` says how each engine stores it."""

    TEXT = "text"
    """A short text."""
    NUMBER = "number"
    """Money and prices: exact, 24 decimals and 14 integer digits in DuckDB (any 38 digits in Oracle)."""
    QUANTITY = "quantity"
    """Quantities in priced units: exact, 15 decimals and 23 integer digits in DuckDB."""
    LARGE_NUMBER = "large_number"
    """Metered quantities such as byte-milliseconds: exact, 13 decimals and 25 integer digits in DuckDB."""
    SUM = "sum"
    """A sum over any of those, as a plain decimal text: no one decimal type of DuckDB holds all their digits."""
    TIME = "time"
    """A moment in UTC, to the microsecond, without a zone."""
    DAY = "day"
    """A date (UTC)."""
    INTEGER = "integer"
    """A whole number of at most 18 digits."""
    LONG_TEXT = "long_text"
    """A text of any length, JSON included."""


DIGITS = 38
"""Decimal digits of a number, the most that DuckDB's DECIMAL and Oracle's NUMBER both keep exactly."""

NUMBER_SCALE = {ColumnType.NUMBER: 24, ColumnType.QUANTITY: 15, ColumnType.LARGE_NUMBER: 13}
"""Decimals that DuckDB's DECIMAL(38, s) keeps. No one scale holds 9.0E20 byte-milliseconds and 6.31234567E-12 of a
dollar: money keeps 24 decimals (amounts below 1E14), priced quantities 15 (below 1E23), metered quantities 13 (below
1E25, so that sums of byte-milliseconds do not overflow at 1E23). What does not fit is quarantined, never rounded."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column; ``length`` in characters for TEXT, ``header`` the documented header where a report has it."""

    name: str
    type: ColumnType = ColumnType.TEXT
    length: int = 150
    header: str = ""
    required: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table; ``key`` are the columns of its primary key (empty: none)."""

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The column names in order."""
        return tuple(column.name for column in self.columns)

    def column(self, name: str) -> Column:
        """Return the column of that name; KeyError when there is none."""
        for column in self.columns:
            if column.name.lower() == name.lower():
                return column
        raise KeyError(name)


@dataclass(frozen=True, slots=True)
class FirstValue:
    """The first of some columns that has a value in a row: what a row adds to a sum.

    The parser sums by this rule and the database proves the sums by it, so that it stands here once for Python and
    for SQL. The parser's Arrow form (``TableColumns``) is the same `coalesce` over ``columns``.
    """

    columns: tuple[str, ...] = ()

    def of(self, value_of: Callable[[str], Decimal | None]) -> Decimal:
        """Return the row's amount; 0 where no column has a value."""
        for name in self.columns:
            value = value_of(name)
            if value is not None:
                return value
        return ZERO

    def sql(self, no_column: str, term: str = "{}") -> str:
        """Return the amount as an SQL expression.

        ``no_column`` stands for it where the dialect has no such column; ``term`` is what becomes of a column's name.
        """
        terms = [term.format(name) for name in self.columns]
        if len(terms) > 1:
            return f"coalesce({', '.join(terms)})"
        return terms[0] if terms else no_column
