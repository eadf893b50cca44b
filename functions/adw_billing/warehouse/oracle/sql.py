"""The statements of the Oracle engine, made from the tables' one definition: named binds, no hints.

``name`` says what the schema calls a table (names.py); those of claims and private tables are in claim_sql.py and
stage_sql.py. Everything here but `widen` and `SESSION` is read by sqlglot's Oracle dialect and runs, translated, on
DuckDB in the tests (tests/support/translated_oracle.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.adw_billing.model.columns import NUMBER_SCALE
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
    SUMMARY_COLUMNS,
)
from functions.adw_billing.model.warehouse import RETRY_DAYS, WHOLE_OBJECT, RowFormat
from functions.adw_billing.warehouse.ddl import oracle_type
from functions.adw_billing.warehouse.oracle.names import Statement

if TYPE_CHECKING:
    from functions.adw_billing.model.columns import Column, Table
    from functions.adw_billing.warehouse.oracle.names import Names

ROW_FORMAT = RowFormat(number_exponents=(-130, 125), limits_texts=True, has_billing=True)
"""Numbers as texts, which Oracle turns into its own NUMBER exactly: 38 digits, exponents from -130 to 125 (Database SQL
Language Reference, "NUMBER Data Type")."""

NOW = "CAST(SYS_EXTRACT_UTC(SYSTIMESTAMP) AS TIMESTAMP(6))"
"""The database's own clock: calls run on several machines."""

SESSION = ("ALTER SESSION SET NLS_NUMERIC_CHARACTERS = '.,'", "ALTER SESSION SET TIME_ZONE = '+00:00'")
"""Numbers arrive as texts with a point, whatever the territory of the session."""

LOCK = Statement(lambda name: f"SELECT name FROM {name(LOADER)} WHERE name = :name FOR UPDATE")
BY_NAME = "tenancy_id = :tenancy_id AND object_name = :object_name"
_KEY = ", ".join(column.name for column in OBJECT_KEY)
KEY_BINDS = ", ".join(f":{column.name}" for column in OBJECT_KEY)


def publish(dialect: str, stage: str) -> Statement:
    """Return the INSERT of the staged rows into the dialect's table."""
    table = DATA[dialect]
    values = ", ".join(_value(column) for column in table.columns[len(OBJECT_KEY) :])
    columns = ", ".join(table.names)
    return Statement(
        lambda name: f"INSERT INTO {name(table)} ({columns}) SELECT {KEY_BINDS}, {values} FROM {name(stage)}"
    )


def _value(column: Column) -> str:
    return f"CAST({column.name} AS {oracle_type(column)})" if column.type in NUMBER_SCALE else column.name


def unpublish(dialect: str) -> Statement:
    """Return the DELETE of all rows of an object's name, whatever their etag."""
    return Statement(lambda name: f"DELETE FROM {name(DATA[dialect])} WHERE {BY_NAME}")


def days(dialect: str) -> Statement:
    """Return the query for the usage days (YYYY-MM-DD) of an object's published rows."""
    day = f"TO_CHAR({DAY_COLUMN[dialect]}, 'YYYY-MM-DD')"
    return Statement(lambda name: f"SELECT DISTINCT {day} FROM {name(DATA[dialect])} WHERE {BY_NAME}")


def proof(dialect: str) -> Statement:
    """Return the query for rows and sums of an object's name."""
    cost, quantity = COST_SUM[dialect].sql("0"), QUANTITY_SUM[dialect].sql("0")
    whole = sums(cost, quantity, DATA[dialect])
    return Statement(lambda name: f"{whole.text(name)} WHERE {BY_NAME}")


def sums(cost: str, quantity: str, table: Table) -> Statement:
    """Return the query for rows, and the sums of cost and quantity each as whole units, 18 decimals and the rest.

    No part has more digits than SUM keeps (38): the parts are added here.
    """
    parts = ", ".join([*_parts(cost), *_parts(quantity)])
    return Statement(lambda name: f"SELECT COUNT(*), {parts} FROM {name(table)}")


def _parts(value: str) -> list[str]:
    # NUMBER keeps 38 digits, and SUM rounds to them silently. The sums of the whole units, of the next 18 decimals and
    # of the rest have fewer each, for amounts that a bill can have; where one has more, the proof fails, and no wrong
    # sum is published.
    return [
        f"SUM(TRUNC({value}))",
        f"SUM(TRUNC({value}, 18) - TRUNC({value}))",
        f"SUM({value} - TRUNC({value}, 18))",
    ]


LEDGER = Statement(
    lambda name: (
        f"""SELECT r.object_name, r.object_etag, r.state, q.reason,
  CASE WHEN r.loaded_at < {NOW} - INTERVAL '{RETRY_DAYS}' DAY THEN 1 ELSE 0 END
FROM {name(REPORT)} r LEFT JOIN {name(REJECTED)} q
  ON q.tenancy_id = r.tenancy_id AND q.object_name = r.object_name AND q.object_etag = r.object_etag
  AND q.object_row = {WHOLE_OBJECT}
WHERE r.tenancy_id = :tenancy_id"""
    )
)
SETTLED = Statement(lambda name: f"{LEDGER.text(name)} AND r.object_name = :object_name")
COMMITTED = Statement(
    lambda name: (
        f"SELECT rows_loaded, rows_rejected FROM {name(REPORT)} WHERE {BY_NAME} AND object_etag = :object_etag "
        "AND call_id = :call_id"
    )
)
"""Whether this very call's commit has happened: asked when its answer was lost."""

FORGET_REPORT = Statement(lambda name: f"DELETE FROM {name(REPORT)} WHERE {BY_NAME}")


def _unloaded(name: Names) -> str:
    """Select this version, and those of the name that were rejected: what a loaded version has is kept."""
    rejected = f"SELECT object_etag FROM {name(REPORT)} WHERE {BY_NAME} AND state = 'rejected'"
    return f"{BY_NAME} AND (object_etag = :object_etag OR object_etag IN ({rejected}))"


FORGET_UNLOADED = (
    Statement(lambda name: f"DELETE FROM {name(REJECTED)} WHERE {_unloaded(name)}"),
    Statement(lambda name: f"DELETE FROM {name(REPORT)} WHERE {_unloaded(name)}"),
)
_REPORT_VALUES = ", ".join(NOW if column == "loaded_at" else f":{column}" for column in REPORT.names)
ADD_REPORT = Statement(lambda name: f"INSERT INTO {name(REPORT)} ({', '.join(REPORT.names)}) VALUES ({_REPORT_VALUES})")
FORGET_REJECTED = Statement(lambda name: f"DELETE FROM {name(REJECTED)} WHERE {BY_NAME}")
ADD_REJECTED = Statement(
    lambda name: (
        f"INSERT INTO {name(REJECTED)} ({_KEY}, object_row, reason, content) "
        f"VALUES ({KEY_BINDS}, :object_row, :reason, :content)"
    )
)


def publish_rejected(stage: str) -> Statement:
    """Return the INSERT of the staged quarantine into `oci_report_rejected`."""
    return Statement(
        lambda name: (
            f"INSERT INTO {name(REJECTED)} ({_KEY}, object_row, reason, content) "
            f"SELECT {KEY_BINDS}, object_row, reason, content FROM {name(stage)}"
        )
    )


_BILLING_DAY = "SUBSTR(lineItem_intervalUsageStart, 1, 10)"
_DAYS_OF_DIALECT = {"usage": "<", "cost": ">="}
"""Which usage days a dialect has in `oci_billing`: usage reports those before the stored one, cost reports the rest."""


def publish_billing(dialect: str, stage: str) -> Statement:
    """Return the INSERT of the staged texts into `oci_billing`, of the usage days that are the dialect's."""
    columns = ", ".join(BILLING.names[1:])
    return Statement(
        lambda name: (
            f"INSERT INTO {name(BILLING)} ({', '.join(BILLING.names)}) SELECT :usage_report, {columns} "
            f"FROM {name(stage)} WHERE usage_day {_DAYS_OF_DIALECT[dialect]} :cost_from"
        )
    )


def forget_billing(dialect: str) -> Statement:
    """Return the DELETE of an object's rows, whoever made them; a usage and a cost report may have the same number."""
    day = f"COALESCE({_BILLING_DAY}, '0000')"
    days = f"{day} {_DAYS_OF_DIALECT[dialect]} :cost_from"
    return Statement(lambda name: f"DELETE FROM {name(BILLING)} WHERE usage_report = :usage_report AND {days}")


LEAVE_TO_COST = Statement(lambda name: f"DELETE FROM {name(BILLING)} WHERE {_BILLING_DAY} >= :cost_from")
"""When the first day of cost reports is stored: usage rows of that day and later make room for theirs."""

NEWEST_BILLING = Statement(
    lambda name: (
        f"SELECT MAX(CASE WHEN {_BILLING_DAY} <= :latest THEN {_BILLING_DAY} END), MAX({_BILLING_DAY}) "
        f"FROM {name(BILLING)}"
    )
)
"""The newest usage day that can be true, and the newest there is."""
REMEMBERED = Statement(lambda name: f"SELECT value FROM {name(LOADER)} WHERE name = :name")
REMEMBER = Statement(lambda name: f"INSERT INTO {name(LOADER)} (name, value) VALUES (:name, :value)")
REMEMBER_AGAIN = Statement(lambda name: f"UPDATE {name(LOADER)} SET value = :value WHERE name = :name")
REMEMBER_LATER = Statement(lambda name: f"{REMEMBER_AGAIN.text(name)} AND value < :value")


def _day_is_kept(name: Names) -> str:
    """Ask whether the rows of a day are there: `retain` removes whole days, and what the summary says of them stays."""
    return f":day_text >= COALESCE((SELECT value FROM {name(LOADER)} WHERE name = :retained), '{FIRST_DAY}')"


FORGET_DAY = Statement(
    lambda name: (
        f"DELETE FROM {name(DAILY)} WHERE tenancy_id = :tenancy_id AND dialect = :dialect AND usage_day = :usage_day "
        f"AND {_day_is_kept(name)}"
    )
)


def add_day(dialect: str) -> Statement:
    """Return the INSERT of the summary of one usage day of a tenancy, in one dialect.

    Of a day whose rows were removed: what an object adds to it that has no version in the ledger yet.
    """
    names, values = (", ".join(each) for each in zip(*SUMMARY_COLUMNS[dialect].items(), strict=True))
    day = DAY_COLUMN[dialect]
    cost = COST_SUM[dialect].sql("0")

    def text(name: Names) -> str:
        loaded = f"SELECT 1 FROM {name(REPORT)} WHERE {BY_NAME} AND state <> 'rejected'"
        late = f"object_name = :object_name AND NOT EXISTS ({loaded})"
        return (
            f"INSERT INTO {name(DAILY)} (tenancy_id, usage_day, dialect, {names}, cost, row_count) "
            f"SELECT tenancy_id, :usage_day, :dialect, {values}, SUM({cost}), COUNT(*) "
            f"FROM {name(DATA[dialect])} "
            f"WHERE tenancy_id = :tenancy_id AND {day} >= :usage_day AND (:next_day IS NULL OR {day} < :next_day) "
            f"AND ({_day_is_kept(name)} OR ({late})) "
            f"GROUP BY tenancy_id, {values}"
        )

    return Statement(text)


TABLES = Statement(lambda name: f"SELECT table_name FROM user_tables WHERE table_name LIKE '{name.pattern}'")
RIGHTS = "SELECT privilege FROM session_privs"
"""What the session's user may do, rights from roles included."""

CLOUD_PACKAGE = "SELECT object_name FROM all_objects WHERE object_name = 'DBMS_CLOUD' AND object_type = 'PACKAGE'"
"""Whether the session's user may run DBMS_CLOUD: the dictionary shows what one has rights on."""


def retain(dialect: str) -> Statement:
    """Return the DELETE of rows of usage days before a day, of one tenancy."""
    older = f"tenancy_id = :tenancy_id AND {DAY_COLUMN[dialect]} < :first_day"
    return Statement(lambda name: f"DELETE FROM {name(DATA[dialect])} WHERE {older}")


RETAIN_BILLING = Statement(
    lambda name: f"DELETE FROM {name(BILLING)} WHERE usage_report LIKE :tenancy_prefix AND {_BILLING_DAY} < :first_day"
)


def widen(table: Table, column: Column) -> Statement:
    """Return `ALTER TABLE … MODIFY`, which gives a text column of an existing table its defined length."""
    return Statement(lambda name: f"ALTER TABLE {name(table)} MODIFY ({column.name} {oracle_type(column)})")


COLUMN_LENGTHS = (
    "SELECT column_name, char_length FROM user_tab_columns WHERE table_name = :table_name AND data_type = 'VARCHAR2'"
)
