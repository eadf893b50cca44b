"""Creates what is missing in the schema, widens an `oci_billing` that was there before, and runs the forward steps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.adw_billing.errors import DatabaseError, WarehouseUnusable
from functions.adw_billing.model.schema_steps import SCHEMA_VERSION
from functions.adw_billing.model.tables import (
    ALL,
    BILLING,
    COST,
    DAILY,
    DATA,
    DAY_COLUMN,
    LOADER,
    LOCK_ROW,
    REJECTED,
    REPORT,
    SCHEMA_VERSION_ROW,
    STAGE_PREFIX,
    USAGE,
)
from functions.adw_billing.model.warehouse import ObjectKey
from functions.adw_billing.warehouse.oracle import claim_sql, sql, stage_sql, views
from functions.adw_billing.warehouse.oracle.migration.schema_steps import FORGET_PROGRESS, do_steps
from functions.adw_billing.warehouse.oracle.names import Statement
from functions.adw_billing.warehouse.oracle.stage import create_table, drop_table
from shared import logs
from shared.errors import FunctionError, NotAuthorised

if TYPE_CHECKING:
    from functions.adw_billing.model.columns import Table
    from functions.adw_billing.warehouse.oracle.session import Session

_log = logs.get("adw-billing")
ALREADY_THERE = ("ORA-00955", "ORA-01408", "ORA-00001")
"""A table, an index, a row that another call made a moment ago: two first calls at once are one."""


def _index(table: Table, kind: str, columns: str) -> Statement:
    return Statement(lambda name: f"CREATE INDEX {name.index(table, kind)} ON {name(table)} ({columns})")


INDEXES = {
    **{
        f"{table.name}_object": _index(table, "object", "tenancy_id, object_name")
        for table in (*DATA.values(), REJECTED)
    },
    **{
        f"{table.name}_day": _index(table, "day", f"tenancy_id, {DAY_COLUMN[dialect]}")
        for dialect, table in DATA.items()
    },
    f"{BILLING.name}_report": _index(BILLING, "report", "usage_report"),
    f"{DAILY.name}_day": _index(DAILY, "day", "tenancy_id, usage_day"),
    f"{REPORT.name}_content": _index(REPORT, "content", "content_sha256"),
    f"{REPORT.name}_stored": _index(REPORT, "stored", "sha256"),
}
"""By name without a prefix. Replace-by-object deletes by the first kind, the daily summary reads by the second; by the
last two a publication finds the same report under another name."""

IS_USAGE2ADW = Statement(
    lambda name: (
        "SELECT COUNT(*) FROM user_tab_columns WHERE column_name = 'FILE_ID' AND table_name IN "
        f"('{name.in_catalogue(COST)}', '{name.in_catalogue(USAGE)}')"
    )
)
"""How many of our tables' names are taken by oracle-samples' usage2adw; ours have no such column."""


def migrate(session: Session) -> None:
    """Bring the schema to this version. Raises WarehouseUnusable when it is newer.

    A call that finds all in place asks two questions and changes nothing.
    """
    present, version = _found(session)
    if version == SCHEMA_VERSION:
        _drop_leftovers(session, present)
        return
    # Each step may have been done before, by a call that died or by one that runs beside this one, and each finds that
    # out by its own error code. The version is written last: it says that all steps are done.
    for table in ALL:
        if table.name not in present:
            create_table(session, table)
    if BILLING.name in present:
        _adopt(session)
    do_steps(session, version, present)
    _drop_leftovers(session, present)
    for name, statement in {**INDEXES, **views.create_statements()}.items():
        _optional(session, name, statement)
    _remember(session)


def inspect(session: Session, *, copies: bool = False) -> str:
    """Return what a load would find, in words; nothing is changed.

    ``copies``: the database is to read the objects itself.
    Raises WarehouseUnusable when the tables are newer, NotAuthorised when the private tables could not be made or
    DBMS_CLOUD is out of reach.
    """
    present, version = _found(session)
    rights = {str(right) for (right,) in session.rows(sql.RIGHTS)}
    if not rights & {"CREATE TABLE", "CREATE ANY TABLE"}:
        raise NotAuthorised("the database user lacks CREATE TABLE", fix="GRANT CREATE TABLE, CREATE VIEW to the user")
    if copies and not session.rows(sql.CLOUD_PACKAGE):
        raise NotAuthorised("the database user may not run DBMS_CLOUD", fix="GRANT EXECUTE ON DBMS_CLOUD TO the user")
    missing = sum(table.name not in present for table in ALL)
    found = f"logged in; {missing} tables to be made" if missing else f"logged in; tables of version {version}"
    may_view = rights & {"CREATE VIEW", "CREATE ANY VIEW"} or version == SCHEMA_VERSION
    return found if may_view else f"{found}; without the views: GRANT CREATE VIEW to the user"


def _found(session: Session) -> tuple[set[str], int]:
    """Return the tables that are there, named as in model/tables.py, and their version, 0 for none.

    Raises WarehouseUnusable when it is newer.
    """
    found = (session.names.logical(str(name)) for (name,) in session.rows(sql.TABLES))
    present = {name for name in found if name is not None}
    version = _version(session) if LOADER.name in present else 0
    if version > SCHEMA_VERSION:
        raise WarehouseUnusable(f"the tables are of version {version}, this loader knows {SCHEMA_VERSION}")
    if not version and present & {COST.name, USAGE.name} and session.rows(IS_USAGE2ADW)[0][0]:
        raise WarehouseUnusable(
            "OCI_COST or OCI_USAGE in this schema is that of usage2adw",
            fix="`oci-functions billing adopt`, or give the loader a user of its own; docs/adw-billing-usage2adw.md",
        )
    return present, version


def _version(session: Session) -> int:
    found = session.rows(sql.REMEMBERED, name=SCHEMA_VERSION_ROW)
    return int(found[0][0]) if found else 0


def _remember(session: Session) -> None:
    _tolerant(session, sql.REMEMBER, name=LOCK_ROW, value="locked by a publication")
    if not session.run(sql.REMEMBER_AGAIN, name=SCHEMA_VERSION_ROW, value=str(SCHEMA_VERSION)):
        _tolerant(session, sql.REMEMBER, name=SCHEMA_VERSION_ROW, value=str(SCHEMA_VERSION))
    session.run(FORGET_PROGRESS)
    session.commit()


def _adopt(session: Session) -> None:
    """Give the columns of an `oci_billing` that was there before the lengths of today; its rows stay as they are."""
    lengths = {
        str(name).lower(): int(length)
        for name, length in session.rows(sql.COLUMN_LENGTHS, table_name=session.names.in_catalogue(BILLING))
    }
    for column in BILLING.columns:
        if lengths.get(column.name.lower(), column.length) < column.length:
            session.run(sql.widen(BILLING, column))


def _drop_leftovers(session: Session, present: set[str]) -> None:
    """Drop private tables that no claim stands for any more."""
    # A private table without a claim belongs to nobody: a claim is committed before its tables are made and removed
    # before they are dropped.
    private = {name for name in present if name.startswith(STAGE_PREFIX)}
    if not private:
        return
    claimed = {
        stage_sql.stage_name(kind, ObjectKey(str(tenancy), str(name), ""))
        for tenancy, name in session.rows(claim_sql.CLAIM_ALL)
        for kind in stage_sql.STAGE_LETTERS
    }
    for name in sorted(private - claimed):
        drop_table(session, name)


def _optional(session: Session, name: str, statement: Statement) -> None:
    """Make an index or a view. One that the database refuses, say for want of CREATE VIEW, keeps no report out."""
    try:
        _tolerant(session, statement)
    except (DatabaseError, NotAuthorised) as error:
        _log.warning("not made", extra={"fields": {"object": name, "code": error.fields.get("code")}})


def _tolerant(session: Session, statement: Statement, **binds: object) -> None:
    try:
        session.run(statement, **binds)
    except FunctionError as error:
        if error.fields.get("code") not in ALREADY_THERE:
            raise
