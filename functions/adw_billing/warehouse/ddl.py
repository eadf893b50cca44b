"""The DDL of both engines, made from the one definition of each table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.adw_billing.model.columns import DIGITS, NUMBER_SCALE, ColumnType

if TYPE_CHECKING:
    from functions.adw_billing.model.columns import Column, Table

DUCKDB_TYPES = {
    ColumnType.TEXT: "VARCHAR",
    **{column_type: f"DECIMAL({DIGITS},{scale})" for column_type, scale in NUMBER_SCALE.items()},
    ColumnType.SUM: "VARCHAR",
    ColumnType.TIME: "TIMESTAMP",
    ColumnType.DAY: "DATE",
    ColumnType.INTEGER: "BIGINT",
    ColumnType.LONG_TEXT: "VARCHAR",
}
ORACLE_TYPES = {
    ColumnType.TEXT: "VARCHAR2({length} CHAR)",
    ColumnType.NUMBER: "NUMBER",
    ColumnType.QUANTITY: "NUMBER",
    ColumnType.LARGE_NUMBER: "NUMBER",
    ColumnType.SUM: "VARCHAR2(120 CHAR)",
    ColumnType.TIME: "TIMESTAMP(6)",
    ColumnType.DAY: "DATE",
    ColumnType.INTEGER: "NUMBER(18)",
    ColumnType.LONG_TEXT: "CLOB",
}

UNCOMPRESSED = frozenset({"lineItem_referenceNo", "oci_ReferenceNumber"})
"""Columns whose texts are random, another in each row: DuckDB stores them as they are, in half the time."""


def duckdb_type(column: Column) -> str:
    """Return the column's type in DuckDB."""
    return DUCKDB_TYPES[column.type]


def oracle_type(column: Column) -> str:
    """Return the column's type in Oracle (19c and later).

    Texts over 4,000 bytes need MAX_STRING_SIZE = EXTENDED or CLOB.
    """
    return ORACLE_TYPES[column.type].format(length=column.length)


def _stored(column: Column) -> str:
    return " USING COMPRESSION uncompressed" if column.name in UNCOMPRESSED else ""


def duckdb_create(table: Table, name: str = "") -> str:
    """Return `CREATE TABLE IF NOT EXISTS` for DuckDB, under another ``name`` where given."""
    lines = [
        f"  {column.name} {duckdb_type(column)}{_stored(column)}{' NOT NULL' if column.required else ''}"
        for column in table.columns
    ]
    if table.key:
        lines.append(f"  PRIMARY KEY ({', '.join(table.key)})")
    return f"CREATE TABLE IF NOT EXISTS {name or table.name} (\n" + ",\n".join(lines) + "\n)"


def oracle_create(table: Table, name: str, key_name: str) -> str:
    """Return `CREATE TABLE` for Oracle under a name, its primary key under another; ORA-00955: it is there already."""
    lines = [
        f"  {column.name} {oracle_type(column)}{' NOT NULL' if column.required else ''}" for column in table.columns
    ]
    if table.key:
        lines.append(f"  CONSTRAINT {key_name} PRIMARY KEY ({', '.join(table.key)})")
    return f"CREATE TABLE {name} (\n" + ",\n".join(lines) + "\n)"
