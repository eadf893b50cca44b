"""Rows of several objects as one Arrow table, which DuckDB reads where it lies in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from functions.adw_billing.model.columns import DIGITS, NUMBER_SCALE, ColumnType
from functions.adw_billing.model.tables import OBJECT_KEY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from functions.adw_billing.model.columns import Column, Table
    from functions.adw_billing.model.warehouse import ObjectKey

_TYPES = {ColumnType.INTEGER: pa.int64(), ColumnType.TIME: pa.timestamp("us"), ColumnType.DAY: pa.date32()}


def with_keys(parts: Sequence[tuple[ObjectKey, pa.Table]]) -> pa.Table:
    """Return the rows of all objects, which lack the object's key, one behind another and with it."""
    objects = pa.array([at for at, (_, rows) in enumerate(parts) for _ in range(len(rows))], pa.int32())
    keys = [(key.tenancy_id, key.object_name, key.object_etag) for key, _ in parts]
    # each key once, not once a row
    columns = [pa.DictionaryArray.from_arrays(objects, list(texts)) for texts in zip(*keys, strict=True)]
    rows = pa.concat_tables([rows for _, rows in parts]).combine_chunks()
    names = [column.name for column in OBJECT_KEY]
    return pa.table([*columns, *rows.columns], [*names, *rows.column_names])


def rows_of(table: Table, rows: Sequence[Sequence[object]]) -> pa.Table:
    """Return rows, whose values are in the order of a table's definition; an error for a value that would change."""
    columns = zip(table.columns, zip(*rows, strict=True), strict=True)
    return pa.table({column.name: pa.array(values, _type(column)) for column, values in columns})


def _type(column: Column) -> pa.DataType:
    if column.type in NUMBER_SCALE:
        return pa.decimal128(DIGITS, NUMBER_SCALE[column.type])
    return _TYPES.get(column.type, pa.string())
