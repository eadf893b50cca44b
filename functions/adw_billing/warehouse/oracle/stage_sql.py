"""The SQL of an object's private tables, which hold its rows until they are published: names, columns, statements."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from functions.adw_billing.model.columns import NUMBER_SCALE, Column, ColumnType, Table
from functions.adw_billing.model.tables import BILLING, DATA, OBJECT_KEY, REJECTED, STAGE_PREFIX
from functions.adw_billing.warehouse.oracle.names import Statement

if TYPE_CHECKING:
    from functions.adw_billing.model.warehouse import ObjectKey

NUMBER_TEXT_CHARACTERS = 300
"""Characters of a number as a text: 38 digits and as many zeros as a small or large one has around them."""

ROWS, BILLING_ROWS, REJECTED_ROWS, COPIED = "rows", "billing", "rejected", "copied"
"""An object's private tables: its rows, those for `oci_billing`, its quarantine, and what DBMS_CLOUD copies."""
STAGE_LETTERS = {ROWS: "d", BILLING_ROWS: "b", REJECTED_ROWS: "r", COPIED: "c"}
"""What stands for them in the tables' names. The letters never change: a claim that an earlier version left behind has
its rows in a table of that name."""
STAGED_AFTER = "staged_after"
"""Column of the private tables: the records that the kept progress had when a row was staged."""


def stage_name(kind: str, key: ObjectKey) -> str:
    """Return the name of an object's private table of one kind, as in model/tables.py."""
    digest = hashlib.sha256(f"{key.tenancy_id}\n{key.object_name}".encode()).hexdigest()[:20]
    return f"{STAGE_PREFIX}{STAGE_LETTERS[kind]}_{digest}"


def stage_table(kind: str, dialect: str, name: str) -> Table:
    """Return the definition of a private table.

    Numbers are texts, what is the same in all rows is left out, and STAGED_AFTER says which progress came before.
    """
    if kind == BILLING_ROWS:
        columns: tuple[Column, ...] = (*BILLING.columns[1:], Column("usage_day", ColumnType.DAY))
    else:
        source = DATA[dialect] if kind == ROWS else REJECTED
        columns = tuple(map(_staged, source.columns[len(OBJECT_KEY) :]))
    return Table(name, (*columns, Column(STAGED_AFTER, ColumnType.INTEGER)))


def _staged(column: Column) -> Column:
    return Column(column.name, ColumnType.TEXT, NUMBER_TEXT_CHARACTERS) if column.type in NUMBER_SCALE else column


def drop(table: str) -> Statement:
    """Return the statement that drops a private table, past the recycle bin."""
    return Statement(lambda name: f"DROP TABLE {name(table)} PURGE")


def stage_insert(table: Table) -> Statement:
    """Return the INSERT of one row of a private table, its columns in order."""
    binds = ", ".join(f":{column}" for column in table.names)
    return Statement(lambda name: f"INSERT INTO {name(table)} ({', '.join(table.names)}) VALUES ({binds})")


def stage_trim(table: str) -> Statement:
    """Return the DELETE of rows that were staged after the progress was kept last.

    They are durable ahead of their progress where a statement of DDL followed, which commits (the table for another
    kind of row), or a publication that failed, which commits before it waits for its turn.
    """
    return Statement(lambda name: f"DELETE FROM {name(table)} WHERE {STAGED_AFTER} >= :records")


def stage_rejected(table: str) -> Statement:
    """Return the INSERT of a quarantined row into its private table."""
    values = f"(object_row, reason, content, {STAGED_AFTER}) VALUES (:object_row, :reason, :content, :staged_after)"
    return Statement(lambda name: f"INSERT INTO {name(table)} {values}")


def empty(table: str) -> Statement:
    """Return the statement that empties a private table that an earlier call has left behind."""
    return Statement(lambda name: f"TRUNCATE TABLE {name(table)}")
