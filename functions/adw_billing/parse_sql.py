"""The SQL that turns a chunk of a report, read as texts, into the columns of its table.

A value is taken here only where that is surely exact; ``ok`` is false for every row with a doubt, and those go to
``judge``. DuckDB's casts alone do not do: they round what has too many decimals, drop a time's offset, and accept
`1_000`. Casting `4.8E-7` to a decimal takes ten times as long as `0.00000048`: small E-notations are written out first.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from functions.adw_billing.ddl import DIGITS, NUMBER_SCALE
from functions.adw_billing.tables import (
    BILLING,
    COST_COLUMNS,
    DATA,
    DAY_COLUMN,
    OBJECT_KEY,
    QUANTITY_COLUMNS,
    Column,
    Kind,
)

if TYPE_CHECKING:
    from functions.adw_billing.headers import Layout
    from functions.adw_billing.judge import Rules
    from functions.adw_billing.warehouse import ObjectKey

LINE_BYTES = 2 << 20
"""Longest line that DuckDB's reader takes; longer than any record that is loaded."""

MOST_ZEROS = 99
"""Zeros behind the point that an E-notation is written out with; smaller numbers are for the judge."""


def literal(text: str) -> str:
    """A text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def split_sum(expression: str, condition: str = "true") -> str:
    """Sum of a decimal in two parts, whole and fraction: neither overflows where the sum of the values would."""
    where = f"FILTER (WHERE {condition})"
    whole = f"trunc({expression})"
    return f"sum(CAST({whole} AS DECIMAL(38,0))) {where}, sum({expression} - {whole}) {where}"


class Statements:
    """The statements for one object."""

    def __init__(self, layout: Layout, key: ObjectKey, rules: Rules) -> None:
        self.layout = layout
        self.table = DATA[layout.dialect]
        self._key = key
        self._rules = rules

    def source(self, path: str, *, numbered: bool, buffer_bytes: int) -> str:
        """A chunk's fields as texts c0, c1 … in the file's order; ``numbered``: a first field ``r`` counts the rows."""
        names = (["'r':'BIGINT'"] if numbered else []) + [f"'c{index}':'VARCHAR'" for index in range(self.layout.width)]
        return (
            f"read_csv({literal(path)}, auto_detect=false, header=false, columns={{{','.join(names)}}}, delim=',', "
            f"""quote='"', escape='"', nullstr='', strict_mode=true, null_padding=false, compression='none', """
            f"max_line_size={LINE_BYTES}, buffer_size={max(buffer_bytes, LINE_BYTES) + (1 << 20)})"
        )

    def rows(self, source: str, *, first_row: int | None, checked: bool) -> str:
        """SELECT of the table's columns; ``first_row`` numbers them from there (None: by ``r``)."""
        number = "r" if first_row is None else f"row_number() OVER () + {first_row - 1}"
        columns = [self._key_literal(column) for column in OBJECT_KEY]
        if checked:
            names = ", ".join(f"c{index}" for index in range(self.layout.width))
            source = f"(SELECT {number} AS r, {names} FROM {source}) WHERE {self.ok()}"
            number = "r"
        columns.append(f"{number} AS object_row")
        columns += [f"{self._value(column)} AS {column.name}" for column in self.table.columns[len(OBJECT_KEY) + 1 :]]
        return f"SELECT {', '.join(columns)} FROM {source}"

    def billing_rows(self, source: str, *, checked: bool) -> str:
        """SELECT of `oci_billing`'s columns as texts of the file, and of the usage day; empty for FOCUS."""
        if self.layout.dialect == "focus":
            return ""
        columns = [f"{literal(self._key.usage_report)} AS usage_report"]
        columns += [f"{self._text(column.name)} AS {column.name}" for column in BILLING.columns[1:]]
        day = f"CAST({self._value(self.table.column(DAY_COLUMN[self.layout.dialect]))} AS DATE) AS usage_day"
        return f"SELECT {', '.join([*columns, day])} FROM {source}{f' WHERE {self.ok()}' if checked else ''}"

    def audit(self, source: str) -> str:
        """One row: records, records without doubt, and over those the sums of cost and quantity, each in two parts."""
        cost, quantity = self._sum_expressions()
        return (
            f"SELECT count(*), count(*) FILTER (WHERE ok), {split_sum('cost', 'ok')}, {split_sum('quantity', 'ok')} "
            f"FROM (SELECT {self._all_fit()} AS ok, {cost} AS cost, {quantity} AS quantity FROM "
            f"(SELECT {', '.join(self._judged_columns())} FROM {source}))"
        )

    def doubtful(self, source: str) -> str:
        """The numbers (1 = the chunk's first) of the rows that need a judge."""
        columns = ", ".join(["row_number() OVER () AS r", *self._judged_columns()])
        return f"SELECT r FROM (SELECT {columns} FROM {source}) WHERE NOT {self._all_fit()}"

    def ok(self) -> str:
        """Whether every field of a row is surely exact, over the columns of a source."""
        return self._all_fit(computed=False)

    def _all_fit(self, *, computed: bool = True) -> str:
        """The test of a row; ``computed``: over ``_judged_columns``, where no value is cast a second time."""
        tests = []
        for position, kind in self.layout.kinds.items():
            text, value = f"c{position}", f"v{position}"
            if not computed:
                text = self._text_at(position)
                value = _time(text) if kind is Kind.TIME else _decimal(text, kind)
            tests.append(_time_test(text, value) if kind is Kind.TIME else _number_test(text, value, kind))
        if self._rules.text_numbers:
            tests += self._length_tests()
        return f"({' AND '.join(tests)})" if tests else "true"

    def _judged_columns(self) -> list[str]:
        """The fields that are more than texts, with their values v0, v1 and so on."""
        columns = []
        for position, kind in self.layout.kinds.items():
            text = self._text_at(position)
            value = _time(text) if kind is Kind.TIME else _decimal(text, kind)
            columns += [f"{text} AS c{position}", f"{value} AS v{position}"]
        if self._rules.text_numbers:
            columns += [f"c{position}" for position in self._limited()]
        return columns or ["1 AS one"]

    def _text_at(self, position: int) -> str:
        return f"nullif(c{position}, 'NULL')" if self.layout.null_words else f"c{position}"

    def _key_literal(self, column: Column) -> str:
        return f"{literal(getattr(self._key, column.name))} AS {column.name}"

    def _text(self, name: str) -> str:
        """A field's text, NULL where the report has no such column or it is empty."""
        position = self.layout.columns.get(name)
        if position is None:
            return "CAST(NULL AS VARCHAR)"
        return self._text_at(position)

    def _value(self, column: Column) -> str:
        if column.name in ("tags", "other_columns"):
            return self._json(column.name)
        text = self._text(column.name)
        if column.kind is Kind.TIME:
            return _time(text)
        if column.kind in NUMBER_SCALE:
            return _plain(text, column.kind) if self._rules.text_numbers else _decimal(text, column.kind)
        return text

    def _sum_expressions(self) -> list[str]:
        expressions = []
        for names in (COST_COLUMNS, QUANTITY_COLUMNS):
            positions = [self.layout.columns.get(name) for name in names[self.layout.dialect]]
            parts = [f"v{position}" for position in positions if position is not None]
            expressions.append(f"coalesce({', '.join(parts)})" if parts else "CAST(0 AS DECIMAL(38,18))")
        return expressions

    def _limited(self) -> dict[int, int]:
        """The lengths that texts may have, by position."""
        columns = [(self.table.column(name), position) for name, position in self.layout.columns.items()]
        return {position: column.length for column, position in columns if column.kind is Kind.TEXT}

    def _length_tests(self) -> list[str]:
        return [
            f"(c{position} IS NULL OR length(c{position}) <= {length})" for position, length in self._limited().items()
        ]

    def _json(self, column: str) -> str:
        position = self.layout.columns.get(column)
        if position is not None:
            text = self._text(column)
            return f"""CASE WHEN starts_with(ltrim({text}), '"') THEN '{{' || {text} || '}}' ELSE {text} END"""
        pairs = self.layout.tags if column == "tags" else self.layout.others
        if column == "tags" and self.layout.dialect == "focus":
            return "CAST(NULL AS VARCHAR)"
        members = [
            f"CASE WHEN c{index} IS NULL THEN '' ELSE {literal(',' + json.dumps(name, ensure_ascii=False) + ':')} || "
            f"CAST(to_json(c{index}) AS VARCHAR) END"
            for name, index in pairs
        ]
        return f"'{{' || substr(concat({', '.join(members)}), 2) || '}}'" if members else "'{}'"


def _decimal(text: str, kind: Kind) -> str:
    return f"TRY_CAST({_plain(text, kind)} AS DECIMAL({DIGITS},{NUMBER_SCALE[kind]}))"


def _plain(text: str, kind: Kind) -> str:
    """The number with a small E-notation written out (`-4.8E-7` as `-0.00000048`) and without needless zeros."""
    mantissa = f"ltrim(split_part({text}, 'E-', 1), '-')"
    zeros = f"repeat('0', least(TRY_CAST(split_part({text}, 'E-', 2) AS INTEGER), {MOST_ZEROS}) - 1)"
    sign = f"CASE WHEN starts_with({text}, '-') THEN '-0.' ELSE '0.' END"
    long = f"strlen({text}) > {NUMBER_SCALE[kind] + 1} AND contains({text}, '.') AND NOT contains({text}, 'E')"
    return (
        f"CASE WHEN {text} IS NULL THEN NULL "
        f"WHEN contains({text}, 'E-') THEN rtrim({sign} || {zeros} || {mantissa}[1:1] || {mantissa}[3:], '0') "
        f"WHEN {long} THEN rtrim({text}, '0') ELSE {text} END"
    )


def _number_test(text: str, value: str, kind: Kind) -> str:
    """Whether the cast is surely exact: the digits behind the point are no more than the column keeps."""
    scale = NUMBER_SCALE[kind]
    point = f"instr({text}, '.')"
    digits = f"strlen(rtrim(split_part({text}, 'E', 1), '0'))"
    decimals = f"(CASE WHEN {point} = 0 THEN 0 ELSE {digits} - {point} END)"
    notation = f"{decimals} - TRY_CAST(split_part({text}, 'E', 2) AS INTEGER) <= {scale} AND {_mantissa_test(text)}"
    plain = f"{point} = 0 OR strlen(rtrim({text}, '0')) - {point} <= {scale}"
    return (
        f"CASE WHEN {text} IS NULL THEN true WHEN {value} IS NULL OR contains({text}, '_') OR contains({text}, 'e') "
        f"THEN false WHEN contains({text}, 'E') THEN coalesce({notation}, false) "
        f"WHEN strlen({text}) <= {scale + 1} THEN true ELSE {plain} END"
    )


def _mantissa_test(text: str) -> str:
    """Whether ``_plain`` understands an E-notation: one digit before the point, or a positive exponent."""
    mantissa = f"ltrim(split_part({text}, 'E-', 1), '-')"
    small = (
        f"(instr({mantissa}, '.') = 2 OR strlen({mantissa}) = 1) AND "
        f"TRY_CAST(split_part({text}, 'E-', 2) AS INTEGER) BETWEEN 1 AND {MOST_ZEROS}"
    )
    return f"(CASE WHEN contains({text}, 'E-') THEN {small} ELSE true END)"


def _time(text: str) -> str:
    return f"TRY_CAST({text} AS TIMESTAMP)"


def _time_test(text: str, value: str) -> str:
    """Whether the cast to TIMESTAMP, which ignores an offset, is right: the text is in UTC or has no zone.

    An offset and a `Z` behind it are cast only where a space stands before them.
    """
    behind = f"substr({text}, 12)"
    offset = f"contains({behind}, '+') OR contains({behind}, '-')"
    return (
        f"CASE WHEN {text} IS NULL THEN true WHEN {value} IS NULL THEN false "
        f"WHEN ends_with({text}, 'Z') AND NOT contains({text}, ' ') THEN true "
        f"ELSE ends_with({text}, '+00:00') OR ((ends_with({text}, 'Z') OR regexp_matches({text}, '[0-9]$')) "
        f"AND NOT ({offset})) END"
    )
