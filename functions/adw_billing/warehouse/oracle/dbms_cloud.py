"""Stages an object that the database reads itself (DBMS_CLOUD), as far as SQL can do it exactly."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from functions.adw_billing.errors import DatabaseError
from functions.adw_billing.warehouse.oracle import dbms_cloud_sql as sql
from functions.adw_billing.warehouse.oracle.publish import sums_of
from functions.adw_billing.warehouse.oracle.stage import create_table, drop_table
from functions.adw_billing.warehouse.oracle.stage_sql import BILLING_ROWS, ROWS, drop
from shared import logs
from shared.errors import FunctionError

if TYPE_CHECKING:
    from functions.adw_billing.model.columns import Table
    from functions.adw_billing.model.headers import Layout
    from functions.adw_billing.model.warehouse import Sums
    from functions.adw_billing.warehouse.oracle.session import Session
    from functions.adw_billing.warehouse.oracle.stage import Stage

_log = logs.get("adw-billing")


class Copy:
    """One object's copy in a table of its own, which is gone at the end; it ends the margin before the deadline."""

    def __init__(self, session: Session, layout: Layout, name: str, margin_seconds: float) -> None:
        self._session = session
        self._margin_seconds = margin_seconds
        self._layout = layout
        self._table: Table = sql.copy_table(layout, name)

    def staged(self, stage: Stage, uri: str) -> Sums | None:
        """Return the sums of the rows that were staged; None where the object needs the function's own reader.

        That is so when the database cannot read it all, or a field is not in one of the forms that SQL turns into the
        same value as the function does. Raises NotAuthorised, ConnectionLost and DeadlineExceeded.
        """
        if self._layout.width > sql.MAX_COPY_COLUMNS:
            return None
        try:
            with self._session.reserving(self._margin_seconds):
                return self._filled(stage, uri)
        except DatabaseError as error:
            self._session.rollback()
            _log.warning("not copied by the database", extra={"fields": {"uri": uri, "code": error.fields.get("code")}})
            return None
        except BaseException:
            self._session.rollback()  # dropping the table would commit what is half staged
            raise
        finally:
            with contextlib.suppress(FunctionError):  # a later call drops what stays behind
                drop_table(self._session, self._table.name)

    def _filled(self, stage: Stage, uri: str) -> Sums | None:
        self._copy(uri)
        # With `rejectlimit` 0 a record that cannot be read ends the copy. What is left to find out is whether a record
        # was lost or came twice: then the record numbers would not be as many as the rows and without a gap.
        rows, numbers, first, last, unfit = map(int, (each or 0 for each in self._checked()))
        if unfit or numbers != rows or (rows and last - first + 1 != rows):
            _log.info("left to the function", extra={"fields": {"uri": uri, "rows": rows, "unfit": unfit}})
            return None
        self._stage(stage, first)
        count, *parts = self._session.rows(sql.staged_sums(self._layout.dialect, stage.table(ROWS)))[0]
        return sums_of(count, parts)

    def _stage(self, stage: Stage, first: int) -> None:
        """Fill the private tables in one transaction: both are made before it, because DDL commits."""
        layout, copied = self._layout, self._table
        kinds = (ROWS,) if layout.dialect == "focus" else (ROWS, BILLING_ROWS)
        tables = [stage.table(kind) for kind in kinds]
        self._session.run(sql.stage_rows(layout, copied, tables[0]), first=first)
        if len(tables) > 1:
            self._session.run(sql.stage_billing(layout, copied, tables[1]))

    def _copy(self, uri: str) -> None:
        # COPY_DATA adds to what is in the table and commits by itself: the table is new for every copy
        if not create_table(self._session, self._table):  # of a call that died, maybe of another header
            self._session.run(drop(self._table.name))
            create_table(self._session, self._table)
        self._session.run(
            sql.COPY,
            table_name=self._session.names.in_catalogue(self._table),
            credential_name=sql.CREDENTIAL,
            file_uri_list=uri,
            field_list=sql.field_list(self._layout),
            copy_format=sql.copy_format(compressed=uri.endswith(".gz")),
        )

    def _checked(self) -> tuple[int | None, ...]:
        return self._session.rows(sql.fitness(self._layout, self._table))[0]
