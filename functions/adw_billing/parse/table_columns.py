"""Puts the columns of a report where the warehouse has them: the typed table, and `oci_billing` as texts."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from functions.adw_billing.model.tables import (
    BILLING,
    COST_COLUMNS,
    DATA,
    DAY_COLUMN,
    OBJECT_KEY,
    QUANTITY_COLUMNS,
    Column,
    Kind,
)
from functions.adw_billing.parse import decimals as exact
from functions.adw_billing.warehouse.ddl import DIGITS, NUMBER_SCALE

if TYPE_CHECKING:
    from functions.adw_billing.model.headers import Layout
    from functions.adw_billing.parse.row_rules import Rules, Verdict

_ESCAPED = b'\\"' + bytes(range(0x20))
"""What JSON does not take as it is; the backslash is first, because the others bring more of it."""
_BEHIND = 1 << 30
"""A position behind the end of every text."""
_UNESCAPED = bytes(set(range(0x100)) - set(_ESCAPED))


@dataclass(frozen=True, slots=True)
class Rows:
    """Some rows of a report.

    Their numbers in the object, the fields' texts, the values of numbers and times, and the texts as the file has them
    where the others were rewritten.
    """

    numbers: pa.Int64Array
    texts: list[pa.StringArray]
    values: dict[int, pa.Array]
    spelled: list[pa.StringArray] | None = None

    def filter(self, mask: pa.BooleanArray) -> Rows:
        """The rows where the mask is true."""
        values = {position: column.filter(mask) for position, column in self.values.items()}
        return Rows(self.numbers.filter(mask), [column.filter(mask) for column in self.texts], values)


class Shape:
    """The shape of one object's rows."""

    def __init__(self, layout: Layout, rules: Rules) -> None:
        self._layout = layout
        self._rules = rules
        self._table = DATA[layout.dialect]
        self._lengths = rules.lengths(layout)

    def valued(self, texts: list[pa.StringArray]) -> tuple[list[pa.StringArray], dict[int, pa.Array], exact.Doubts]:
        """The texts without words for "no value", the values by position, and which rows are in doubt."""
        texts = self._without_words(texts)
        values: dict[int, pa.Array] = {}
        doubts: exact.Doubts = None
        for position, kind in self._layout.kinds.items():
            column = texts[position]
            found = exact.times(column) if kind is Kind.TIME else exact.decimals(column, NUMBER_SCALE[kind])
            values[position] = found[0]
            doubts = exact.either(doubts, found[1])
        for position, length in self._lengths.items():
            doubts = exact.either(doubts, _too_long(texts[position], length))
        return texts, values, doubts

    def judged(self, fit: list[tuple[int, Verdict]]) -> Rows:
        """Rows that the judge has made plain, with their numbers."""
        columns = zip(*(verdict.fields for _, verdict in fit), strict=True)
        texts = [pa.array([field.decode() or None for field in column], pa.string()) for column in columns]
        spelled = zip(*(verdict.texts for _, verdict in fit), strict=True)
        as_they_are = [pa.array([text or None for text in column], pa.string()) for column in spelled]
        values: dict[int, pa.Array] = {}
        for position, kind in self._layout.kinds.items():
            if kind is Kind.TIME:
                values[position] = exact.times(texts[position])[0]
            elif not self._rules.text_numbers:
                found = [verdict.numbers.get(position) for _, verdict in fit]
                values[position] = pa.array(found, pa.decimal128(DIGITS, NUMBER_SCALE[kind]))
        numbers = pa.array([number for number, _ in fit], pa.int64())
        return Rows(numbers, self._without_words(texts), values, as_they_are)

    def data(self, rows: Rows) -> pa.Table:
        """The columns of the dialect's table but those of the object's key."""
        columns = self._table.columns[len(OBJECT_KEY) + 1 :]
        names = ["object_row", *(column.name for column in columns)]
        return pa.table([rows.numbers, *(self._column(column, rows) for column in columns)], names)

    def billing(self, rows: Rows) -> pa.Table:
        """The columns of `oci_billing` but its key, as texts of the file, and the usage day."""
        columns = BILLING.columns[1:]
        spelled = replace(rows, texts=rows.spelled or rows.texts)
        texts = [self._text(column.name, spelled) for column in columns]
        day = self._column(self._table.column(DAY_COLUMN[self._layout.dialect]), rows)
        return pa.table([*texts, pc.cast(day, pa.date32(), safe=False)], [*BILLING.names[1:], "usage_day"])

    def cost(self, rows: Rows) -> Decimal:
        """The sum of the rows' costs."""
        return self._sum(COST_COLUMNS, rows)

    def quantity(self, rows: Rows) -> Decimal:
        """The sum of the rows' quantities."""
        return self._sum(QUANTITY_COLUMNS, rows)

    def _sum(self, names: dict[str, tuple[str, ...]], rows: Rows) -> Decimal:
        positions = [self._layout.columns.get(name) for name in names[self._layout.dialect]]
        columns = [rows.values[each] for each in positions if each is not None]
        if len(columns) == 1:
            return exact.total(columns[0])
        return exact.total(pc.coalesce(*(pc.cast(each, exact.SUM_TYPE) for each in columns))) if columns else Decimal(0)

    def _without_words(self, texts: list[pa.StringArray]) -> list[pa.StringArray]:
        """NULL for words that mean it; unknown columns stay as they are."""
        cleaned = list(texts)
        for word in self._layout.null_words:
            for position in self._layout.columns.values():
                found = pc.equal(cleaned[position], word)
                if pc.any(found).as_py():
                    cleaned[position] = pc.if_else(found, pa.scalar(None, pa.string()), cleaned[position])
        return cleaned

    def _text(self, name: str, rows: Rows) -> pa.Array:
        position = self._layout.columns.get(name)
        return pa.nulls(len(rows.numbers), pa.string()) if position is None else rows.texts[position]

    def _column(self, column: Column, rows: Rows) -> pa.Array:
        if column.name in ("tags", "other_columns"):
            return self._json(column.name, rows)
        is_value = column.kind is Kind.TIME or (column.kind in NUMBER_SCALE and not self._rules.text_numbers)
        if not is_value:
            return self._text(column.name, rows)
        position = self._layout.columns.get(column.name)
        if position is None:
            kind = exact.LOCAL_TIME if column.kind is Kind.TIME else pa.decimal128(DIGITS, NUMBER_SCALE[column.kind])
            return pa.nulls(len(rows.numbers), kind)
        return rows.values[position]

    def _json(self, name: str, rows: Rows) -> pa.Array:
        """Tags or unknown columns as JSON text; FOCUS's tags are JSON, here and there without the outer braces."""
        if name == "tags" and self._layout.dialect == "focus":
            return _braced(self._text(name, rows))
        members = [
            _around(f',{json.dumps(key, ensure_ascii=False)}:"', _escaped(rows.texts[at]), '"')
            for key, at in self._pairs(name)
            if rows.texts[at].null_count < len(rows.numbers)
        ]
        if not members:
            return pa.repeat(pa.scalar("{}"), len(rows.numbers))
        joined = pc.binary_join_element_wise(*members, "", "", null_handling="replace")
        return _around("{", joined, "}", replaced=1)

    def _pairs(self, name: str) -> tuple[tuple[str, int], ...]:
        return self._layout.tags if name == "tags" else self._layout.others


def _around(before: str, column: pa.StringArray, after: str, *, replaced: int = 0) -> pa.StringArray:
    """The texts between two others, the first of which takes the place of ``replaced`` bytes; NULL stays NULL."""
    begun = pc.binary_replace_slice(column, 0, replaced, before.encode())
    return pc.binary_replace_slice(begun, _BEHIND, _BEHIND, after.encode())


def _escaped(column: pa.StringArray) -> pa.StringArray:
    """The texts as they stand between the quotes of a JSON string (RFC 8259 section 7)."""
    for code in sorted(set(exact.characters(column).translate(None, _UNESCAPED)), key=_ESCAPED.index):
        column = pc.replace_substring(column, chr(code), json.dumps(chr(code))[1:-1])
    return column


def _braced(column: pa.StringArray) -> pa.StringArray:
    bare = pc.starts_with(pc.utf8_ltrim(column, " "), '"')
    if not pc.any(bare).as_py():
        return column
    return pc.if_else(bare, _around("{", column, "}"), column)


def _too_long(column: pa.StringArray, length: int) -> exact.Doubts:
    """Which texts have more characters than that."""
    if (pc.max(pc.binary_length(column)).as_py() or 0) <= length:
        return None
    return pc.fill_null(pc.greater(pc.utf8_length(column), length), fill_value=False)
