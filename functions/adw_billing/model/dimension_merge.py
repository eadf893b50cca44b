"""What becomes of a dimension's rows when it is read again: pure, and the same on both engines.

What is not seen any more keeps its last row: costs of last year belong to compartments that are gone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from functions.adw_billing.model.columns import DIGITS, NUMBER_SCALE, ColumnType
from functions.adw_billing.model.dimension_tables import scope_column

if TYPE_CHECKING:
    from collections.abc import Sequence

    from functions.adw_billing.model.columns import Column, Table

Row = dict[str, Any]
"""A row by column name."""

GONE = frozenset({"DELETING", "DELETED"})
MAX_TEXT_BYTES = 4000
"""Of a VARCHAR2 in Oracle, however many characters it is declared for."""


@dataclass(frozen=True, slots=True)
class DimensionChange:
    """What was read of one scope of a table; ``identity`` are the columns that tell its rows apart."""

    table: Table
    scope: str
    identity: tuple[str, ...]
    rows: Sequence[Row]
    now: datetime

    @property
    def scope_column(self) -> str:
        """The column whose value is the scope."""
        return scope_column(self.table)

    def merged(self, old_rows: Sequence[Sequence[Any]]) -> list[tuple[Any, ...]]:
        """Return all rows of the scope, in the order of the table's columns, from those that the table has."""
        names = self.table.names
        known: dict[tuple[Any, ...], Row] = {}
        for values in old_rows:
            row = {
                column.name: _stored(column, value) for column, value in zip(self.table.columns, values, strict=True)
            }
            known[self._key(row)] = row
        for row in self.usable():
            key = self._key(row)
            known[key] = self._seen(row, known.get(key))
        return [tuple(row.get(name) for name in names) for row in known.values()]

    def usable(self) -> list[Row]:
        """Return the rows that the table's columns hold as they are; the others are left out, never cut or rounded."""
        return [row for row in self.rows if all(_fits(column, row.get(column.name)) for column in self.table.columns)]

    def _key(self, row: Row) -> tuple[Any, ...]:
        return tuple(row.get(name) for name in self.identity)

    def _seen(self, row: Row, old: Row | None) -> Row:
        first = (old or {}).get("first_seen") or self.now
        seen = {"first_seen": first, "last_seen": self.now, "seen": self.now}
        # Identity puts random letters behind the name of a compartment that is deleted: the name that people know is
        # the one before.
        kept = {}
        if old is not None and "path" in row and row.get("lifecycle") in GONE:
            kept = {name: old[name] for name in ("name", "path", "parent_id")}
        return {**row, **kept, **seen}


def _stored(column: Column, value: Any) -> Any:  # noqa: ANN401
    """Return a value as it was before it was stored: engines give days as times and whole amounts as int."""
    if value is None:
        return None
    if column.type is ColumnType.DAY:
        return value.date() if isinstance(value, datetime) else value
    return Decimal(value) if column.type in NUMBER_SCALE else value


def _fits(column: Column, value: Any) -> bool:  # noqa: ANN401
    if value is None:
        return not column.required
    scale = NUMBER_SCALE.get(column.type)
    if scale is not None:
        exponent = value.as_tuple().exponent if isinstance(value, Decimal) else None
        return isinstance(exponent, int) and abs(value) < Decimal(10) ** (DIGITS - scale) and -exponent <= scale
    if column.type in {ColumnType.TIME, ColumnType.DAY}:
        return isinstance(value, date)
    return isinstance(value, str) and len(value) <= column.length and 0 < _utf8_bytes(value) <= MAX_TEXT_BYTES


def _utf8_bytes(value: str) -> int:
    """Return how many bytes a text takes; 0 for one that is no UTF-8 (JSON may hold half a surrogate pair)."""
    try:
        return len(value.encode())
    except UnicodeEncodeError:
        return 0
