"""Does the numbered steps on tables that exist: columns that are missing, and the daily summary made anew.

Each statement of the first kind is found done by its error code, and the summary is made a month a transaction: undo
stays small, and a migration that is killed or out of time is taken up by the next call at the month where it ended.
"""

from __future__ import annotations

import calendar
from datetime import datetime
from typing import TYPE_CHECKING

from functions.adw_billing.model.schema_steps import steps_after
from functions.adw_billing.model.tables import BILLING, CLAIM, DAILY, DATA, LOADER, LOCK_ROW, REJECTED, SUMMARY_COLUMNS
from functions.adw_billing.warehouse.ddl import oracle_type
from functions.adw_billing.warehouse.oracle import sql
from functions.adw_billing.warehouse.oracle.names import Statement
from functions.adw_billing.warehouse.oracle.summary import NO_OBJECT, summarise
from shared.errors import FunctionError

if TYPE_CHECKING:
    from collections.abc import Collection

    from functions.adw_billing.model.columns import Column, Table
    from functions.adw_billing.model.schema_steps import Step
    from functions.adw_billing.warehouse.oracle.session import Session

COLUMN_THERE = ("ORA-01430", "ORA-00955")
"""Another call, or this step's earlier attempt, has added it."""
PROGRESS_PREFIX = "summarised by step "
"""Rows of LOADER: up to which day (YYYY-MM-DD) a step has made the summary anew; removed with the last step."""

_OLDEST = Statement(lambda name: f"SELECT MIN(usage_day) FROM {name(DAILY)} WHERE :done IS NULL OR usage_day > :done")
_DAYS = Statement(
    lambda name: (
        f"SELECT DISTINCT tenancy_id, dialect, usage_day FROM {name(DAILY)} "
        "WHERE usage_day >= :first_day AND usage_day <= :last_day"
    )
)
_FORGET_CLAIMS = Statement(lambda name: f"DELETE FROM {name(CLAIM)}")
_STAGED = frozenset(table.name for table in (*DATA.values(), REJECTED, BILLING))
FORGET_PROGRESS = Statement(lambda name: f"DELETE FROM {name(LOADER)} WHERE name LIKE '{PROGRESS_PREFIX}%'")


def add_column(table: Table, column: Column) -> Statement:
    """Return `ALTER TABLE … ADD` of one column, which is empty in the rows that are there."""
    return Statement(lambda name: f"ALTER TABLE {name(table)} ADD {column.name} {oracle_type(column)}")


def do_steps(session: Session, version: int, present: Collection[str]) -> None:
    """Bring the tables that were there before, named as in model/tables.py, from their version to this one."""
    for step in steps_after(version):
        do_step(session, step, present)


def do_step(session: Session, step: Step, present: Collection[str]) -> None:
    """Do one step on the tables that were there before."""
    for table, column in step.columns:
        if table.name in present:
            _add(session, table, column)
    if CLAIM.name in present and any(table.name in _STAGED for table, _ in step.columns):
        # Private tables were made with the columns of before: objects that are loaded in slices begin again. A table
        # without a claim is dropped, and a call that has one of these claims now publishes nothing without it.
        session.run(_FORGET_CLAIMS)
        session.commit()
    if step.summarises and DAILY.name in present:
        while _summarised_a_month(session, f"{PROGRESS_PREFIX}{step.version}"):
            pass


def _add(session: Session, table: Table, column: Column) -> None:
    try:
        session.run(add_column(table, column))
    except FunctionError as error:
        if error.fields.get("code") not in COLUMN_THERE:
            raise


def _summarised_a_month(session: Session, progress_row: str) -> bool:
    """Sum up the oldest month that is left, of all tenancies; False where none is."""
    # The lock of all publications: none adds to a day while it is summed up, and of two migrations side by side the
    # second goes on with the month after the first one's.
    session.rows(sql.LOCK, name=LOCK_ROW)
    found = session.rows(sql.REMEMBERED, name=progress_row)
    done = datetime.fromisoformat(str(found[0][0])) if found else None
    ((oldest,),) = session.rows(_OLDEST, done=done)
    if oldest is None:
        session.rollback()
        return False
    first = datetime(oldest.year, oldest.month, 1)  # noqa: DTZ001  (a day of the database, which knows no zone)
    last = first.replace(day=calendar.monthrange(first.year, first.month)[1])
    days: dict[tuple[str, str], list[datetime]] = {}
    for tenancy_id, dialect, day in session.rows(_DAYS, first_day=first, last_day=last):
        days.setdefault((str(tenancy_id), str(dialect)), []).append(datetime(day.year, day.month, day.day))  # noqa: DTZ001
    for (tenancy_id, dialect), each in sorted(days.items()):
        if dialect in SUMMARY_COLUMNS:
            summarise(session, tenancy_id, dialect, each, NO_OBJECT)
    value = last.date().isoformat()
    if not session.run(sql.REMEMBER_AGAIN, name=progress_row, value=value):
        session.run(sql.REMEMBER, name=progress_row, value=value)
    session.commit()
    return True
