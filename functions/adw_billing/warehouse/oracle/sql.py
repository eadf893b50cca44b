"""The statements of the Oracle engine, made from the tables' one definition: named binds, no hints.

Everything here but `WIDEN` and `SESSION` is read by sqlglot's Oracle dialect and runs, translated, on DuckDB in the
tests; there `numbers` gives NUMBER a precision and a scale, which it does not have in the database.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from functions.adw_billing.model.tables import (
    BILLING,
    COST_COLUMN,
    DAILY,
    DATA,
    DAY_COLUMN,
    OBJECT_KEY,
    QUANTITY_COLUMN,
    REJECTED,
    REPORT,
    SERVICE_COLUMNS,
    Column,
    Kind,
    Table,
)
from functions.adw_billing.model.warehouse import WHOLE_OBJECT
from functions.adw_billing.warehouse.ddl import ORACLE_TYPES, oracle_type

if TYPE_CHECKING:
    from collections.abc import Mapping

    from functions.adw_billing.model.warehouse import ObjectKey

NUMBERS = (Kind.NUMBER, Kind.QUANTITY, Kind.LARGE_NUMBER)
NUMBER_TEXT = 300
"""Characters of a number as a text: 38 digits and as many zeros as a small or large one has around them."""

NOW = "CAST(SYS_EXTRACT_UTC(SYSTIMESTAMP) AS TIMESTAMP(6))"
"""The database's own clock: calls run on several machines."""

SESSION = ("ALTER SESSION SET NLS_NUMERIC_CHARACTERS = '.,'", "ALTER SESSION SET TIME_ZONE = '+00:00'")
"""Numbers arrive as texts with a point, whatever the territory of the session."""

SCHEMA = "SELECT SYS_CONTEXT('USERENV', 'CURRENT_SCHEMA') FROM dual"
LOCK_NAME = "publishing"
"""The row of `oci_loader` that a publication locks: they happen one after another."""

LOCK = "SELECT name FROM oci_loader WHERE name = :name FOR UPDATE"
BY_NAME = "tenancy_id = :tenancy_id AND object_name = :object_name"
_KEY = ", ".join(column.name for column in OBJECT_KEY)
KEY_BINDS = ", ".join(f":{column.name}" for column in OBJECT_KEY)

STAGE_PREFIX = "oci_stage_"
STAGE_KINDS = ("d", "b", "r", "c")
"""An object's private tables: its rows, those for `oci_billing`, its quarantine, and what DBMS_CLOUD copies."""
STAGED_AFTER = "staged_after"
"""Column of the private tables: the records that the kept progress had when a row was staged."""


def stage_name(kind: str, key: ObjectKey) -> str:
    """The name of an object's private table of one of STAGE_KINDS."""
    digest = hashlib.sha256(f"{key.tenancy_id}\n{key.object_name}".encode()).hexdigest()[:20]
    return f"{STAGE_PREFIX}{kind}_{digest}"


def stage_table(kind: str, dialect: str, name: str) -> Table:
    """The definition of a private table.

    Numbers are texts, what is the same in all rows is left out, and STAGED_AFTER says which progress came before.
    """
    if kind == "b":
        columns: tuple[Column, ...] = (*BILLING.columns[1:], Column("usage_day", Kind.DAY))
    else:
        source = DATA[dialect] if kind == "d" else REJECTED
        columns = tuple(map(_staged, source.columns[len(OBJECT_KEY) :]))
    return Table(name, (*columns, Column(STAGED_AFTER, Kind.INTEGER)))


def _staged(column: Column) -> Column:
    return Column(column.name, Kind.TEXT, NUMBER_TEXT) if column.kind in NUMBERS else column


def drop(name: str) -> str:
    """Drop a private table, past the recycle bin."""
    return f"DROP TABLE {name} PURGE"


def stage_insert(table: Table) -> str:
    """One row of a private table, its columns in order."""
    binds = ", ".join(f":{name}" for name in table.names)
    return f"INSERT INTO {table.name} ({', '.join(table.names)}) VALUES ({binds})"


def stage_trim(name: str) -> str:
    """Drop rows that were staged after the progress was kept last: a batch may be durable before its progress is."""
    return f"DELETE FROM {name} WHERE {STAGED_AFTER} >= :records"


def stage_rejected(name: str) -> str:
    """A quarantined row into its private table."""
    return (
        f"INSERT INTO {name} (object_row, reason, content, {STAGED_AFTER}) "
        "VALUES (:object_row, :reason, :content, :staged_after)"
    )


def empty(name: str) -> str:
    """Empty a private table that a call of old has left behind."""
    return f"TRUNCATE TABLE {name}"


def publish(dialect: str, stage: str, numbers: Mapping[Kind, str] = ORACLE_TYPES) -> str:
    """The staged rows into the dialect's table."""
    table = DATA[dialect]
    values = [_value(column, numbers) for column in table.columns[len(OBJECT_KEY) :]]
    return f"INSERT INTO {table.name} ({', '.join(table.names)}) SELECT {KEY_BINDS}, {', '.join(values)} FROM {stage}"


def _value(column: Column, numbers: Mapping[Kind, str]) -> str:
    return f"CAST({column.name} AS {numbers[column.kind]})" if column.kind in NUMBERS else column.name


def unpublish(dialect: str) -> str:
    """All rows of an object's name, whatever their etag."""
    return f"DELETE FROM {DATA[dialect].name} WHERE {BY_NAME}"


def days(dialect: str) -> str:
    """The usage days (YYYY-MM-DD) of an object's published rows."""
    return f"SELECT DISTINCT TO_CHAR({DAY_COLUMN[dialect]}, 'YYYY-MM-DD') FROM {DATA[dialect].name} WHERE {BY_NAME}"


def proof(dialect: str) -> str:
    """Rows and sums of an object's name."""
    return f"{sums(COST_COLUMN[dialect] or '0', QUANTITY_COLUMN[dialect], DATA[dialect].name)} WHERE {BY_NAME}"


def sums(cost: str, quantity: str, table: str) -> str:
    """Rows, and the sums of cost and quantity each as whole units, 18 decimals and the rest.

    No part has more digits than SUM keeps (38): the parts are added here.
    """
    return f"SELECT COUNT(*), {', '.join([*_parts(cost), *_parts(quantity)])} FROM {table}"


def _parts(value: str) -> list[str]:
    return [
        f"SUM(TRUNC({value}))",
        f"SUM(TRUNC({value}, 18) - TRUNC({value}))",
        f"SUM({value} - TRUNC({value}, 18))",
    ]


LEDGER = f"""SELECT r.object_name, r.object_etag, r.state, q.reason
FROM oci_report r LEFT JOIN oci_report_rejected q
  ON q.tenancy_id = r.tenancy_id AND q.object_name = r.object_name AND q.object_etag = r.object_etag
  AND q.object_row = {WHOLE_OBJECT}
WHERE r.tenancy_id = :tenancy_id"""
SETTLED = f"{LEDGER} AND r.object_name = :object_name"
COMMITTED = (
    f"SELECT rows_loaded, rows_rejected FROM oci_report WHERE {BY_NAME} AND object_etag = :object_etag "
    "AND call_id = :call_id"
)
"""Whether this very call's commit has happened: asked when its answer was lost."""

FORGET_REPORT = f"DELETE FROM oci_report WHERE {BY_NAME}"
_UNLOADED = (
    f"{BY_NAME} AND (object_etag = :object_etag OR object_etag IN (SELECT object_etag FROM oci_report "
    f"WHERE {BY_NAME} AND state = 'rejected'))"
)
"""This version, and those of the name that were rejected: what a version that was loaded has is kept."""

FORGET_UNLOADED = (
    f"DELETE FROM oci_report_rejected WHERE {_UNLOADED}",
    f"DELETE FROM oci_report WHERE {_UNLOADED}",
)
ADD_REPORT = (
    f"INSERT INTO oci_report ({', '.join(REPORT.names)}) VALUES ("
    + ", ".join(NOW if name == "loaded_at" else f":{name}" for name in REPORT.names)
    + ")"
)
FORGET_REJECTED = f"DELETE FROM oci_report_rejected WHERE {BY_NAME}"
ADD_REJECTED = (
    f"INSERT INTO oci_report_rejected ({_KEY}, object_row, reason, content) "
    f"VALUES ({KEY_BINDS}, :object_row, :reason, :content)"
)


def publish_rejected(stage: str) -> str:
    """The staged quarantine into `oci_report_rejected`."""
    return (
        f"INSERT INTO oci_report_rejected ({_KEY}, object_row, reason, content) "
        f"SELECT {KEY_BINDS}, object_row, reason, content FROM {stage}"
    )


_BILLING_DAY = "SUBSTR(lineItem_intervalUsageStart, 1, 10)"
_SIDE = {"usage": "<", "cost": ">="}
"""Which usage days a dialect has in `oci_billing`: usage reports those before the stored one, cost reports the rest."""


def publish_billing(dialect: str, stage: str) -> str:
    """The staged texts into `oci_billing`, of the usage days that are the dialect's."""
    columns = ", ".join(BILLING.names[1:])
    return (
        f"INSERT INTO oci_billing ({', '.join(BILLING.names)}) SELECT :usage_report, {columns} FROM {stage} "
        f"WHERE usage_day {_SIDE[dialect]} :cost_from"
    )


def forget_billing(dialect: str) -> str:
    """Rows of an object's key, whoever made them; a usage and a cost report may have the same number."""
    day = f"COALESCE({_BILLING_DAY}, '0000')"
    return f"DELETE FROM oci_billing WHERE usage_report = :usage_report AND {day} {_SIDE[dialect]} :cost_from"


LEAVE_TO_COST = f"DELETE FROM oci_billing WHERE {_BILLING_DAY} >= :cost_from"
"""When the first day of cost reports is stored: usage rows of that day and later make room for theirs."""

NEWEST_BILLING = f"SELECT MAX({_BILLING_DAY}) FROM oci_billing"
REMEMBERED = "SELECT value FROM oci_loader WHERE name = :name"
REMEMBER = "INSERT INTO oci_loader (name, value) VALUES (:name, :value)"
REMEMBER_LATER = "UPDATE oci_loader SET value = :value WHERE name = :name AND value < :value"
REMEMBER_ANEW = "UPDATE oci_loader SET value = :value WHERE name = :name"

_OPEN = ":day_text >= COALESCE((SELECT value FROM oci_loader WHERE name = :retained), '0001-01-01')"
"""Whether the rows of a day are there: `retain` removes whole days, and what the summary says of them stays."""

FORGET_DAY = (
    "DELETE FROM oci_cost_daily WHERE tenancy_id = :tenancy_id AND dialect = :dialect AND usage_day = :usage_day "
    f"AND {_OPEN}"
)


def add_day(dialect: str) -> str:
    """The summary of one usage day of a tenancy, in one dialect.

    Of a day whose rows were removed: what an object adds to it that has no version in the ledger yet.
    """
    service, currency = SERVICE_COLUMNS[dialect]
    day = DAY_COLUMN[dialect]
    late = (
        f"object_name = :object_name AND NOT EXISTS (SELECT 1 FROM oci_report WHERE {BY_NAME} AND state <> 'rejected')"
    )
    return (
        f"INSERT INTO oci_cost_daily ({', '.join(DAILY.names)}) "
        f"SELECT tenancy_id, :usage_day, :dialect, {service}, {currency}, SUM({COST_COLUMN[dialect]}), COUNT(*) "
        f"FROM {DATA[dialect].name} "
        f"WHERE tenancy_id = :tenancy_id AND {day} >= :usage_day AND {day} < :next_day AND ({_OPEN} OR ({late})) "
        f"GROUP BY tenancy_id, {service}, {currency}"
    )


TABLES = "SELECT table_name FROM user_tables WHERE table_name LIKE 'OCI%'"
RIGHTS = "SELECT privilege FROM session_privs"
"""What the session's user may do, rights from roles included."""

CLOUD_PACKAGE = "SELECT object_name FROM all_objects WHERE object_name = 'DBMS_CLOUD' AND object_type = 'PACKAGE'"
"""Whether the session's user may run DBMS_CLOUD: the dictionary shows what one has rights on."""


def retain(dialect: str) -> str:
    """Rows of usage days before a day, of one tenancy."""
    return f"DELETE FROM {DATA[dialect].name} WHERE tenancy_id = :tenancy_id AND {DAY_COLUMN[dialect]} < :first_day"


RETAIN_BILLING = f"DELETE FROM oci_billing WHERE usage_report LIKE :tenancy_prefix AND {_BILLING_DAY} < :first_day"


def widen(table: Table, column: Column) -> str:
    """Give a text column of an existing table its defined length (`ALTER TABLE … MODIFY`: sqlglot reads a command)."""
    return f"ALTER TABLE {table.name} MODIFY ({column.name} {oracle_type(column)})"


COLUMN_LENGTHS = (
    "SELECT column_name, char_length FROM user_tab_columns WHERE table_name = :table_name AND data_type = 'VARCHAR2'"
)
