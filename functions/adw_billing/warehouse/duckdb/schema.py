"""Brings the embedded warehouse to this version: missing tables, numbered steps, all views; in one transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.adw_billing.errors import WarehouseUnusable
from functions.adw_billing.model.schema_steps import SCHEMA_VERSION, steps_after
from functions.adw_billing.model.tables import (
    BILLING,
    DAILY,
    DATA,
    LOADER,
    REJECTED,
    SCHEMA_VERSION_ROW,
    SUMMARY_COLUMNS,
    retained_row,
)
from functions.adw_billing.warehouse.ddl import duckdb_type
from functions.adw_billing.warehouse.duckdb import sql

if TYPE_CHECKING:
    from functions.adw_billing.model.schema_steps import Step
    from functions.adw_billing.warehouse.duckdb.session import Session


_STAGES = {
    **{DATA[dialect].name: (name,) for dialect, name in sql.STAGED.items()},
    REJECTED.name: (sql.STAGED_REJECTED,),
}


def migrate(session: Session) -> bool:
    """Do what is missing, adopt an older `oci_billing`; whether there is an adopted one.

    Raises WarehouseUnusable for a newer version's file.
    """
    known = {name.lower() for (name,) in session.all("SELECT table_name FROM duckdb_tables()")}
    version = _version(session) if LOADER.name in known else 0
    if version > SCHEMA_VERSION:
        raise WarehouseUnusable(f"the file has schema version {version}, this loader knows {SCHEMA_VERSION}")
    adopt = BILLING.name in known
    if adopt or version < SCHEMA_VERSION:
        # One transaction: whoever is killed inside it leaves the version before as it was.
        with session.transaction():
            for statement in sql.ADOPT if adopt else ():
                session.run(statement)
            for statement in sql.create_statements():
                session.run(statement)
            for step in steps_after(version):
                do_step(session, step)
            _make_views(session)
            session.remember(SCHEMA_VERSION_ROW, str(SCHEMA_VERSION))
    return adopt or sql.ADOPTED in known


def do_step(session: Session, step: Step) -> None:
    """Add the step's columns, to stages too, whose rows move by name; make the summary anew where it says so."""
    for table, column in step.columns:
        for name in (table.name, *_STAGES.get(table.name, ())):  # a table that was made a moment ago has it
            session.run(f"ALTER TABLE {name} ADD COLUMN IF NOT EXISTS {column.name} {duckdb_type(column)}")
    if step.summarises:
        _summarise(session)


def _summarise(session: Session) -> None:
    """Sum all days up again whose rows are there, a month at a time: a year's groups would not fit into the memory."""
    months = session.all(
        f"SELECT tenancy_id, dialect, min(usage_day), max(usage_day) FROM {DAILY.name} "
        "GROUP BY tenancy_id, dialect, date_trunc('month', usage_day) ORDER BY ALL"
    )
    for tenancy_id, dialect, first, last in months:
        if dialect in SUMMARY_COLUMNS:
            span = {"tenancy_id": tenancy_id, "dialect": dialect, "first": first, "last": last}
            forget, add = sql.summarise(dialect)
            session.run(forget, {**span, "retained": retained_row(tenancy_id)})
            session.run(add, {**span, "retained": retained_row(tenancy_id), "object_name": ""})


def _make_views(session: Session) -> None:
    from functions.adw_billing.warehouse.duckdb import views  # once a version

    names = "SELECT lower(column_name) FROM duckdb_columns() WHERE table_name = $name"
    adopted = frozenset(name for (name,) in session.all(names, {"name": sql.ADOPTED}))
    session.run(sql.billing_view(adopted))
    for statement in views.create_statements():
        session.run(statement)


def _version(session: Session) -> int:
    found = session.all(f"SELECT value FROM {LOADER.name} WHERE name = '{SCHEMA_VERSION_ROW}'")
    try:
        return int(found[0][0]) if found else 0
    except ValueError:
        raise WarehouseUnusable(f"the schema version in {LOADER.name} is no number") from None
