"""The DDL of both engines, made from the one definition of each table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.adw_billing.model.tables import Kind

if TYPE_CHECKING:
    from functions.adw_billing.model.tables import Column, Table

NUMBER_SCALE = {Kind.NUMBER: 24, Kind.QUANTITY: 15, Kind.LARGE_NUMBER: 13}
"""Decimals that DuckDB's DECIMAL(38, s) keeps. No one scale holds 9.0E20 byte-milliseconds and 6.31234567E-12 of a
dollar: money keeps 24 decimals (amounts below 1E14), priced quantities 15 (below 1E23), metered quantities 13 (below
1E25, so that sums of byte-milliseconds do not overflow at 1E23). What does not fit is quarantined, never rounded."""
DIGITS = 38

DUCKDB_TYPES = {
    Kind.TEXT: "VARCHAR",
    **{kind: f"DECIMAL({DIGITS},{scale})" for kind, scale in NUMBER_SCALE.items()},
    Kind.SUM: "VARCHAR",
    Kind.TIME: "TIMESTAMP",
    Kind.DAY: "DATE",
    Kind.INTEGER: "BIGINT",
    Kind.LONG_TEXT: "VARCHAR",
}
ORACLE_TYPES = {
    Kind.TEXT: "VARCHAR2({length} CHAR)",
    Kind.NUMBER: "NUMBER",
    Kind.QUANTITY: "NUMBER",
    Kind.LARGE_NUMBER: "NUMBER",
    Kind.SUM: "VARCHAR2(120 CHAR)",
    Kind.TIME: "TIMESTAMP(6)",
    Kind.DAY: "DATE",
    Kind.INTEGER: "NUMBER(18)",
    Kind.LONG_TEXT: "CLOB",
}

UNCOMPRESSED = frozenset({"lineItem_referenceNo", "oci_ReferenceNumber"})
"""Columns whose texts are random, another in each row: DuckDB stores them as they are, in half the time."""


def duckdb_type(column: Column) -> str:
    """The column's type in DuckDB."""
    return DUCKDB_TYPES[column.kind]


def oracle_type(column: Column) -> str:
    """The column's type in Oracle (19c and later; texts over 4,000 bytes need MAX_STRING_SIZE = EXTENDED or CLOB)."""
    return ORACLE_TYPES[column.kind].format(length=column.length)


def _stored(column: Column) -> str:
    return " USING COMPRESSION uncompressed" if column.name in UNCOMPRESSED else ""


def duckdb_create(table: Table, name: str = "") -> str:
    """`CREATE TABLE IF NOT EXISTS` for DuckDB, under another ``name`` where given."""
    lines = [
        f"  {column.name} {duckdb_type(column)}{_stored(column)}{' NOT NULL' if column.required else ''}"
        for column in table.columns
    ]
    if table.key:
        lines.append(f"  PRIMARY KEY ({', '.join(table.key)})")
    return f"CREATE TABLE IF NOT EXISTS {name or table.name} (\n" + ",\n".join(lines) + "\n)"


def oracle_create(table: Table, name: str = "") -> str:
    """`CREATE TABLE` for Oracle; ORA-00955 says that it is there already."""
    lines = [
        f"  {column.name} {oracle_type(column)}{' NOT NULL' if column.required else ''}" for column in table.columns
    ]
    if table.key:
        lines.append(f"  CONSTRAINT {name or table.name}_pk PRIMARY KEY ({', '.join(table.key)})")
    return f"CREATE TABLE {name or table.name} (\n" + ",\n".join(lines) + "\n)"
