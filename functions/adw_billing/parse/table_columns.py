"""Puts the columns of a report where the warehouse has them: the typed table, and `oci_billing` as texts."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from functions.adw_billing.model import unread_values
from functions.adw_billing.model.columns import DIGITS, NUMBER_SCALE, ColumnType
from functions.adw_billing.model.tables import BILLING, COST_SUM, DATA, DAY_COLUMN, OBJECT_KEY, QUANTITY_SUM
from functions.adw_billing.parse.decimals import (
    LOCAL_TIME,
    SUM_TYPE,
    Doubts,
    characters,
    either_doubts,
    exact_total,
    to_decimals,
    to_times,
)
from functions.adw_billing.parse.few_texts import different_rows
from functions.adw_billing.parse.tag_texts import NO_TAGS, doubtful_tags, joined

if TYPE_CHECKING:
    from functions.adw_billing.model.columns import Column, FirstValue
    from functions.adw_billing.model.headers import Layout
    from functions.adw_billing.model.warehouse import RowFormat
    from functions.adw_billing.parse.row_rules import CheckedRow

_JSON_ESCAPED = b'\\"' + bytes(range(0x20))
"""What JSON does not take as it is; the backslash is first, because escaping the others adds more of it."""
_JSON_PLAIN = bytes(set(range(0x100)) - set(_JSON_ESCAPED))
_PAST_END = 1 << 30
"""A position behind the end of every text."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Some rows of a report.

    Their numbers in the object, the fields' texts, the values of numbers and times, and the texts as the file has them
    where the others were rewritten; ``unread``: the texts that are not what their column says, by position.
    """

    numbers: pa.Int64Array
    texts: list[pa.StringArray]
    values: dict[int, pa.Array]
    original_texts: list[pa.StringArray] | None = None
    unread: dict[int, pa.StringArray] = field(default_factory=dict)

    def filter(self, mask: pa.BooleanArray) -> Rows:
        """Return the rows where the mask is true."""
        values = {position: column.filter(mask) for position, column in self.values.items()}
        return Rows(self.numbers.filter(mask), [column.filter(mask) for column in self.texts], values)


class TableColumns:
    """The columns of one object's rows, in the form that the warehouse takes."""

    def __init__(self, layout: Layout, row_format: RowFormat) -> None:
        self._layout = layout
        self._numbers_are_texts = row_format.numbers_are_texts
        self._table = DATA[layout.dialect]
        self._lengths = row_format.lengths(layout)
        self._unread_keys = unread_values.column_keys(layout)

    def values(self, texts: list[pa.StringArray]) -> tuple[list[pa.StringArray], dict[int, pa.Array], Doubts]:
        """Return the texts without words for "no value", the values by position, and which rows are in doubt."""
        texts = self._without_words(texts)
        values: dict[int, pa.Array] = {}
        doubts: Doubts = None
        for position, column_type in self._layout.value_types.items():
            column = texts[position]
            is_time = column_type is ColumnType.TIME
            found = (
                to_times(column, epochs=self._layout.dialect == "focus")
                if is_time
                else to_decimals(column, NUMBER_SCALE[column_type])
            )
            values[position] = found[0]
            doubts = either_doubts(doubts, found[1])
        for position, length in self._lengths.items():
            doubts = either_doubts(doubts, _too_long(texts[position], length))
        for position in self._layout.tag_texts:
            doubts = either_doubts(doubts, doubtful_tags(texts[position]))
        return texts, values, doubts

    def of_checked(self, checked: list[tuple[int, CheckedRow]]) -> Rows:
        """Return rows that the rules have rewritten plainly, with their numbers."""
        columns = zip(*(row.fields for _, row in checked), strict=True)
        texts = [pa.array([field.decode() or None for field in column], pa.string()) for column in columns]
        originals = zip(*(row.original_texts for _, row in checked), strict=True)
        original_texts = [pa.array([text or None for text in column], pa.string()) for column in originals]
        values: dict[int, pa.Array] = {}
        for position, column_type in self._layout.value_types.items():
            if column_type is ColumnType.TIME:
                values[position] = to_times(texts[position])[0]
            elif not self._numbers_are_texts:
                found = [row.numbers.get(position) for _, row in checked]
                values[position] = pa.array(found, pa.decimal128(DIGITS, NUMBER_SCALE[column_type]))
        numbers = pa.array([number for number, _ in checked], pa.int64())
        unread = {
            position: pa.array([row.unread.get(position) for _, row in checked], pa.string())
            for position in sorted({position for _, row in checked for position in row.unread})
        }
        return Rows(numbers, self._without_words(texts), values, original_texts, unread)

    def data(self, rows: Rows) -> pa.Table:
        """Return the columns of the dialect's table but those of the object's key."""
        columns = self._table.columns[len(OBJECT_KEY) + 1 :]
        names = ["object_row", *(column.name for column in columns)]
        return pa.table([rows.numbers, *(self._column(column, rows) for column in columns)], names)

    def billing(self, rows: Rows) -> pa.Table:
        """Return the columns of `oci_billing` but its key, as texts of the file, and the usage day."""
        columns = BILLING.columns[1:]
        originals = replace(rows, texts=rows.original_texts or rows.texts)
        texts = [self._text(column.name, originals) for column in columns]
        day = self._column(self._table.column(DAY_COLUMN[self._layout.dialect]), rows)
        return pa.table([*texts, pc.cast(day, pa.date32(), safe=False)], [*BILLING.names[1:], "usage_day"])

    def cost(self, rows: Rows) -> Decimal:
        """Return the sum of the rows' costs."""
        return self._sum(COST_SUM[self._layout.dialect], rows)

    def quantity(self, rows: Rows) -> Decimal:
        """Return the sum of the rows' quantities."""
        return self._sum(QUANTITY_SUM[self._layout.dialect], rows)

    def _sum(self, amount: FirstValue, rows: Rows) -> Decimal:
        """Sum up the first value of each row, as `FirstValue.of` picks it."""
        positions = [self._layout.columns.get(name) for name in amount.columns]
        columns = [rows.values[each] for each in positions if each is not None]
        if not columns:
            return Decimal(0)
        if len(columns) == 1:
            return exact_total(columns[0])
        # two columns may have two scales; SUM_TYPE has room for both, so that the cast changes no value
        return exact_total(pc.coalesce(*(pc.cast(each, SUM_TYPE) for each in columns)))

    def _without_words(self, texts: list[pa.StringArray]) -> list[pa.StringArray]:
        """Put NULL for words that mean it; unknown columns stay as they are."""
        cleaned = list(texts)
        for position in self._layout.tag_texts:
            cleaned[position] = pc.if_else(
                pc.equal(texts[position], NO_TAGS), pa.scalar(None, pa.string()), texts[position]
            )
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
        is_value = column.type is ColumnType.TIME or (column.type in NUMBER_SCALE and not self._numbers_are_texts)
        if not is_value:
            return self._text(column.name, rows)
        position = self._layout.columns.get(column.name)
        if position is None:
            kind = LOCAL_TIME if column.type is ColumnType.TIME else pa.decimal128(DIGITS, NUMBER_SCALE[column.type])
            return pa.nulls(len(rows.numbers), kind)
        return rows.values[position]

    def _json(self, name: str, rows: Rows) -> pa.Array:
        """Write tags or unknown columns as JSON; FOCUS's tags are JSON, here and there without the outer braces."""
        if name != "tags" or self._layout.dialect != "focus":
            return self._members(name, rows)
        tags = _braced(self._text(name, rows))
        return joined(tags, self._members(name, rows)) if self._layout.tags else tags

    def _members(self, name: str, rows: Rows) -> pa.Array:
        """Return a JSON object of each row's texts by name."""
        named = [(key, column) for key, column in self._named(name, rows) if column.null_count < len(rows.numbers)]
        if not named:
            return pa.repeat(pa.scalar("{}"), len(rows.numbers))
        if (different := different_rows([column for _, column in named])) is None:
            return _objects(named)
        firsts, numbers = different
        return _objects([(key, column.take(firsts)) for key, column in named]).take(numbers)

    def _named(self, name: str, rows: Rows) -> list[tuple[str, pa.StringArray]]:
        """Return the members of a JSON column by name: tags, or unknown columns and unread values."""
        if name == "tags":
            return [(key, rows.texts[at]) for key, at in self._layout.tags]
        unread = [(self._unread_keys[at], column) for at, column in rows.unread.items()]
        return [*((key, rows.texts[at]) for key, at in self._layout.others), *unread]


def _objects(named: list[tuple[str, pa.StringArray]]) -> pa.StringArray:
    """Return a JSON object of each row's texts by name, without those that are NULL."""
    members = [_around(f',{json.dumps(key, ensure_ascii=False)}:"', _escaped(column), '"') for key, column in named]
    # each member begins with a comma and is NULL where its field is empty; the joined text begins with a comma or is
    # empty, and the opening brace takes the place of its first byte, if any
    joined = pc.binary_join_element_wise(*members, "", "", null_handling="replace")
    return _around("{", joined, "}", replaced=1)


def _around(before: str, column: pa.StringArray, after: str, *, replaced: int = 0) -> pa.StringArray:
    """Put texts between two others, the first of which takes the place of ``replaced`` bytes; NULL stays NULL."""
    begun = pc.binary_replace_slice(column, 0, replaced, before.encode())
    return pc.binary_replace_slice(begun, _PAST_END, _PAST_END, after.encode())


def _escaped(column: pa.StringArray) -> pa.StringArray:
    """Escape the texts as they stand between the quotes of a JSON string (RFC 8259 section 7)."""
    for code in sorted(set(characters(column).translate(None, _JSON_PLAIN)), key=_JSON_ESCAPED.index):
        column = pc.replace_substring(column, chr(code), json.dumps(chr(code))[1:-1])
    return column


def _braced(column: pa.StringArray) -> pa.StringArray:
    bare = pc.starts_with(pc.utf8_ltrim(column, " "), '"')
    if not pc.any(bare).as_py():
        return column
    return pc.if_else(bare, _around("{", column, "}"), column)


def _too_long(column: pa.StringArray, length: int) -> Doubts:
    """Return which texts have more characters than that."""
    # a text has no more characters than bytes: counting characters is for the few columns with long texts
    if (pc.max(pc.binary_length(column)).as_py() or 0) <= length:
        return None
    return pc.fill_null(pc.greater(pc.utf8_length(column), length), fill_value=False)
