"""The statements of the Oracle engine, made from the tables' one definition: named binds, no hints.

Everything here but `widen` and `SESSION` is read by sqlglot's Oracle dialect and runs, translated, on DuckDB in the
tests (tests/support/translated_oracle.py).
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from functions.adw_billing.model.columns import Column, ColumnType, Table
from functions.adw_billing.model.tables import (
    BILLING,
    COST_SUM,
    DAILY,
    DATA,
    DAY_COLUMN,
    FIRST_DAY,
    LOADER,
    OBJECT_KEY,
    QUANTITY_SUM,
    REJECTED,
    REPORT,
    SERVICE_COLUMNS,
    STAGE_PREFIX,
    TABLE_PREFIX,
)
from functions.adw_billing.model.warehouse import WHOLE_OBJECT, RowFormat
from functions.adw_billing.warehouse.ddl import oracle_type

if TYPE_CHECKING:
    from functions.adw_billing.model.warehouse import ObjectKey

ROW_FORMAT = RowFormat(number_exponents=(-130, 125), limits_texts=True, has_billing=True)
"""Numbers as texts, which Oracle turns into its own NUMBER exactly: 38 digits, exponents from -130 to 125 (Database SQL
Language Reference, "NUMBER Data Type")."""
NUMBERS = (ColumnType.NUMBER, ColumnType.QUANTITY, ColumnType.LARGE_NUMBER)
NUMBER_TEXT_CHARACTERS = 300
"""Characters of a number as a text: 38 digits and as many zeros as a small or large one has around them."""

NOW = "CAST(SYS_EXTRACT_UTC(SYSTIMESTAMP) AS TIMESTAMP(6))"
"""The database's own clock: calls run on several machines."""

SESSION = ("ALTER SESSION SET NLS_NUMERIC_CHARACTERS = '.,'", "ALTER SESSION SET TIME_ZONE = '+00:00'")
"""Numbers arrive as texts with a point, whatever the territory of the session."""

LOCK = f"SELECT name FROM {LOADER.name} WHERE name = :name FOR UPDATE"
BY_NAME = "tenancy_id = :tenancy_id AND object_name = :object_name"
_KEY = ", ".join(column.name for column in OBJECT_KEY)
KEY_BINDS = ", ".join(f":{column.name}" for column in OBJECT_KEY)

ROWS, BILLING_ROWS, REJECTED_ROWS, COPIED = "rows", "billing", "rejected", "copied"
"""An object's private tables: its rows, those for `oci_billing`, its quarantine, and what DBMS_CLOUD copies."""
STAGE_LETTERS = {ROWS: "d", BILLING_ROWS: "b", REJECTED_ROWS: "r", COPIED: "c"}
"""What stands for them in the tables' names. The letters never change: a claim that an earlier version left behind has
its rows in a table of that name."""
STAGED_AFTER = "staged_after"
"""Column of the private tables: the records that the kept progress had when a row was staged."""


def stage_name(kind: str, key: ObjectKey) -> str:
    """Return the name of an object's private table of one kind."""
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
    return Column(column.name, ColumnType.TEXT, NUMBER_TEXT_CHARACTERS) if column.type in NUMBERS else column


def drop(name: str) -> str:
    """Return the statement that drops a private table, past the recycle bin."""
    return f"DROP TABLE {name} PURGE"


def stage_insert(table: Table) -> str:
    """Return the INSERT of one row of a private table, its columns in order."""
    binds = ", ".join(f":{name}" for name in table.names)
    return f"INSERT INTO {table.name} ({', '.join(table.names)}) VALUES ({binds})"


def stage_trim(name: str) -> str:
    """Return the DELETE of rows that were staged after the progress was kept last.

    They are durable ahead of their progress where a statement of DDL followed, which commits (the table for another
    kind of row), or a publication that failed, which commits before it waits for its turn.
    """
    return f"DELETE FROM {name} WHERE {STAGED_AFTER} >= :records"


def stage_rejected(name: str) -> str:
    """Return the INSERT of a quarantined row into its private table."""
    return (
        f"INSERT INTO {name} (object_row, reason, content, {STAGED_AFTER}) "
        "VALUES (:object_row, :reason, :content, :staged_after)"
    )


def empty(name: str) -> str:
    """Return the statement that empties a private table that an earlier call has left behind."""
    return f"TRUNCATE TABLE {name}"


def publish(dialect: str, stage: str) -> str:
    """Return the INSERT of the staged rows into the dialect's table."""
    table = DATA[dialect]
    values = [_value(column) for column in table.columns[len(OBJECT_KEY) :]]
    return f"INSERT INTO {table.name} ({', '.join(table.names)}) SELECT {KEY_BINDS}, {', '.join(values)} FROM {stage}"


def _value(column: Column) -> str:
    return f"CAST({column.name} AS {oracle_type(column)})" if column.type in NUMBERS else column.name


def unpublish(dialect: str) -> str:
    """Return the DELETE of all rows of an object's name, whatever their etag."""
    return f"DELETE FROM {DATA[dialect].name} WHERE {BY_NAME}"


def days(dialect: str) -> str:
    """Return the query for the usage days (YYYY-MM-DD) of an object's published rows."""
    return f"SELECT DISTINCT TO_CHAR({DAY_COLUMN[dialect]}, 'YYYY-MM-DD') FROM {DATA[dialect].name} WHERE {BY_NAME}"


def proof(dialect: str) -> str:
    """Return the query for rows and sums of an object's name."""
    cost, quantity = COST_SUM[dialect].sql("0"), QUANTITY_SUM[dialect].sql("0")
    return f"{sums(cost, quantity, DATA[dialect].name)} WHERE {BY_NAME}"


def sums(cost: str, quantity: str, table: str) -> str:
    """Return the query for rows, and the sums of cost and quantity each as whole units, 18 decimals and the rest.

    No part has more digits than SUM keeps (38): the parts are added here.
    """
    return f"SELECT COUNT(*), {', '.join([*_parts(cost), *_parts(quantity)])} FROM {table}"


def _parts(value: str) -> list[str]:
    # NUMBER keeps 38 digits, and SUM rounds to them silently. The sums of the whole units, of the next 18 decimals and
    # of the rest have fewer each, for amounts that a bill can have; where one has more, the proof fails, and no wrong
    # sum is published.
    return [
        f"SUM(TRUNC({value}))",
        f"SUM(TRUNC({value}, 18) - TRUNC({value}))",
        f"SUM({value} - TRUNC({value}, 18))",
    ]


LEDGER = f"""SELECT r.object_name, r.object_etag, r.state, q.reason
FROM {REPORT.name} r LEFT JOIN {REJECTED.name} q
  ON q.tenancy_id = r.tenancy_id AND q.object_name = r.object_name AND q.object_etag = r.object_etag
  AND q.object_row = {WHOLE_OBJECT}
WHERE r.tenancy_id = :tenancy_id"""
SETTLED = f"{LEDGER} AND r.object_name = :object_name"
COMMITTED = (
    f"SELECT rows_loaded, rows_rejected FROM {REPORT.name} WHERE {BY_NAME} AND object_etag = :object_etag "
    "AND call_id = :call_id"
)
"""Whether this very call's commit has happened: asked when its answer was lost."""

FORGET_REPORT = f"DELETE FROM {REPORT.name} WHERE {BY_NAME}"
# A rejected version leaves what was loaded of another one as it is; only rows of rejected versions are replaced.
_UNLOADED = (
    f"{BY_NAME} AND (object_etag = :object_etag OR object_etag IN (SELECT object_etag FROM {REPORT.name} "
    f"WHERE {BY_NAME} AND state = 'rejected'))"
)
"""This version, and those of the name that were rejected: what a version that was loaded has is kept."""

FORGET_UNLOADED = (
    f"DELETE FROM {REJECTED.name} WHERE {_UNLOADED}",
    f"DELETE FROM {REPORT.name} WHERE {_UNLOADED}",
)
ADD_REPORT = (
    f"INSERT INTO {REPORT.name} ({', '.join(REPORT.names)}) VALUES ("
    + ", ".join(NOW if name == "loaded_at" else f":{name}" for name in REPORT.names)
    + ")"
)
FORGET_REJECTED = f"DELETE FROM {REJECTED.name} WHERE {BY_NAME}"
ADD_REJECTED = (
    f"INSERT INTO {REJECTED.name} ({_KEY}, object_row, reason, content) "
    f"VALUES ({KEY_BINDS}, :object_row, :reason, :content)"
)


def publish_rejected(stage: str) -> str:
    """Return the INSERT of the staged quarantine into `oci_report_rejected`."""
    return (
        f"INSERT INTO {REJECTED.name} ({_KEY}, object_row, reason, content) "
        f"SELECT {KEY_BINDS}, object_row, reason, content FROM {stage}"
    )


_BILLING_DAY = "SUBSTR(lineItem_intervalUsageStart, 1, 10)"
_DAYS_OF_DIALECT = {"usage": "<", "cost": ">="}
"""Which usage days a dialect has in `oci_billing`: usage reports those before the stored one, cost reports the rest."""


def publish_billing(dialect: str, stage: str) -> str:
    """Return the INSERT of the staged texts into `oci_billing`, of the usage days that are the dialect's."""
    columns = ", ".join(BILLING.names[1:])
    return (
        f"INSERT INTO {BILLING.name} ({', '.join(BILLING.names)}) SELECT :usage_report, {columns} FROM {stage} "
        f"WHERE usage_day {_DAYS_OF_DIALECT[dialect]} :cost_from"
    )


def forget_billing(dialect: str) -> str:
    """Return the DELETE of an object's rows, whoever made them; a usage and a cost report may have the same number."""
    day = f"COALESCE({_BILLING_DAY}, '0000')"
    days = f"{day} {_DAYS_OF_DIALECT[dialect]} :cost_from"
    return f"DELETE FROM {BILLING.name} WHERE usage_report = :usage_report AND {days}"


LEAVE_TO_COST = f"DELETE FROM {BILLING.name} WHERE {_BILLING_DAY} >= :cost_from"
"""When the first day of cost reports is stored: usage rows of that day and later make room for theirs."""

NEWEST_BILLING = f"SELECT MAX({_BILLING_DAY}) FROM {BILLING.name}"
REMEMBERED = f"SELECT value FROM {LOADER.name} WHERE name = :name"
REMEMBER = f"INSERT INTO {LOADER.name} (name, value) VALUES (:name, :value)"
REMEMBER_LATER = f"UPDATE {LOADER.name} SET value = :value WHERE name = :name AND value < :value"
REMEMBER_AGAIN = f"UPDATE {LOADER.name} SET value = :value WHERE name = :name"

_DAY_IS_KEPT = f":day_text >= COALESCE((SELECT value FROM {LOADER.name} WHERE name = :retained), '{FIRST_DAY}')"
"""Whether the rows of a day are there: `retain` removes whole days, and what the summary says of them stays."""

FORGET_DAY = (
    f"DELETE FROM {DAILY.name} WHERE tenancy_id = :tenancy_id AND dialect = :dialect AND usage_day = :usage_day "
    f"AND {_DAY_IS_KEPT}"
)


def add_day(dialect: str) -> str:
    """Return the INSERT of the summary of one usage day of a tenancy, in one dialect.

    Of a day whose rows were removed: what an object adds to it that has no version in the ledger yet.
    """
    service, currency = SERVICE_COLUMNS[dialect]
    day = DAY_COLUMN[dialect]
    loaded = f"SELECT 1 FROM {REPORT.name} WHERE {BY_NAME} AND state <> 'rejected'"
    late = f"object_name = :object_name AND NOT EXISTS ({loaded})"
    return (
        f"INSERT INTO {DAILY.name} ({', '.join(DAILY.names)}) "
        f"SELECT tenancy_id, :usage_day, :dialect, {service}, {currency}, SUM({COST_SUM[dialect].sql('0')}), COUNT(*) "
        f"FROM {DATA[dialect].name} "
        f"WHERE tenancy_id = :tenancy_id AND {day} >= :usage_day AND {day} < :next_day "
        f"AND ({_DAY_IS_KEPT} OR ({late})) "
        f"GROUP BY tenancy_id, {service}, {currency}"
    )


TABLES = f"SELECT table_name FROM user_tables WHERE table_name LIKE '{TABLE_PREFIX[:-1].upper()}%'"
RIGHTS = "SELECT privilege FROM session_privs"
"""What the session's user may do, rights from roles included."""

CLOUD_PACKAGE = "SELECT object_name FROM all_objects WHERE object_name = 'DBMS_CLOUD' AND object_type = 'PACKAGE'"
"""Whether the session's user may run DBMS_CLOUD: the dictionary shows what one has rights on."""


def retain(dialect: str) -> str:
    """Return the DELETE of rows of usage days before a day, of one tenancy."""
    return f"DELETE FROM {DATA[dialect].name} WHERE tenancy_id = :tenancy_id AND {DAY_COLUMN[dialect]} < :first_day"


RETAIN_BILLING = f"DELETE FROM {BILLING.name} WHERE usage_report LIKE :tenancy_prefix AND {_BILLING_DAY} < :first_day"


def widen(table: Table, column: Column) -> str:
    """Return `ALTER TABLE … MODIFY`, which gives a text column of an existing table its defined length."""
    return f"ALTER TABLE {table.name} MODIFY ({column.name} {oracle_type(column)})"


COLUMN_LENGTHS = (
    "SELECT column_name, char_length FROM user_tab_columns WHERE table_name = :table_name AND data_type = 'VARCHAR2'"
)
