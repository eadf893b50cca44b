"""An object's private tables: made when its first batch comes, filled as Arrow, dropped when it is published."""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.adw_billing.warehouse.ddl import oracle_create
from functions.adw_billing.warehouse.oracle import stage_sql
from shared.errors import FunctionError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa

    from functions.adw_billing.model.columns import Table
    from functions.adw_billing.model.warehouse import Batch, Rejected
    from functions.adw_billing.warehouse.oracle.names import Sql
    from functions.adw_billing.warehouse.oracle.session import Session

TABLE_EXISTS = "ORA-00955"
TABLE_MISSING = "ORA-00942"


class Stage:
    """The private tables of one object by kind: ROWS, BILLING_ROWS and REJECTED_ROWS of stage_sql.py.

    Filled by array inserts within the transaction of the call. Direct path, the driver's other way, commits each batch
    by itself and locks the table; docs/adw-billing-oracle.md has the figures of both.
    """

    def __init__(self, session: Session, tables: dict[str, Table]) -> None:
        self._session = session
        self._tables = tables
        self._made: set[str] = set()

    def name(self, kind: str) -> str:
        """Return the name of the private table of that kind; empty where this object has no such rows."""
        return self._tables[kind].name if kind in self._made else ""

    def table(self, kind: str) -> Table:
        """Return the private table of that kind, made where it is missing."""
        self._make(kind)
        return self._tables[kind]

    def resume(self, records: int) -> None:
        """Go on where a call kept its progress: what was staged after it is dropped."""
        for kind, table in self._tables.items():
            # the call before may have died before it made a table of this kind
            create_table(self._session, table)
            self._session.run(stage_sql.stage_trim(table.name), records=records)
            self._made.add(kind)
        self._session.commit()

    def add(self, batch: Batch, records: int) -> None:
        """Put a batch's rows into the private tables; ``records`` is the progress that was kept last.

        How many rows came in is proved by the publication: the driver's `rowcount` after an insert from Arrow is that
        of the last chunk alone (python-oracledb 26.1).
        """
        for kind, rows in ((stage_sql.ROWS, batch.rows), (stage_sql.BILLING_ROWS, batch.billing)):
            if rows is not None:
                self._fill(kind, rows, records)
        self._add_rejected(batch.rejected, records)

    def drop(self) -> None:
        """Drop the private tables that this object has."""
        for kind in sorted(self._made):
            drop_table(self._session, self._tables[kind].name)
        self._made.clear()

    def _add_rejected(self, rejected: Sequence[Rejected], records: int) -> None:
        if rejected:
            self._make(stage_sql.REJECTED_ROWS)
            rows = [
                {"object_row": row.object_row, "reason": row.reason, "content": row.content, "staged_after": records}
                for row in rejected
            ]
            self._session.many(stage_sql.stage_rejected(self._tables[stage_sql.REJECTED_ROWS].name), rows)

    def _fill(self, kind: str, rows: pa.Table, records: int) -> None:
        import pyarrow as pa  # a call with nothing new needs no Arrow

        self._make(kind)
        table = self._tables[kind]
        columns = [rows[column.name] for column in table.columns[:-1]]
        staged_after = pa.repeat(pa.scalar(records, pa.int64()), rows.num_rows)
        batch = pa.table([*columns, staged_after], table.names)
        self._session.insert(stage_sql.stage_insert(table), batch)

    def _make(self, kind: str) -> None:
        """Make a private table at its first use; one that an earlier call has left behind is emptied."""
        if kind in self._made:
            return
        if not create_table(self._session, self._tables[kind]):
            self._session.run(stage_sql.empty(self._tables[kind].name))
        self._made.add(kind)


def create_table(session: Session, table: Table) -> bool:
    """Create a table where it is missing; whether it was."""
    names = session.names
    return _unless(session, oracle_create(table, names(table), names.primary_key(table)), TABLE_EXISTS)


def drop_table(session: Session, table: str) -> None:
    """Drop a table where it is there; named as in model/tables.py."""
    _unless(session, stage_sql.drop(table), TABLE_MISSING)


def _unless(session: Session, statement: Sql, code: str) -> bool:
    """Run a statement; False where it fails with that one code."""
    try:
        session.run(statement)
    except FunctionError as error:
        if error.fields.get("code") != code:
            raise
        return False
    return True
