"""Dimensions on Oracle: what the loader remembers of them, and the exchange of a scope's rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.adw_billing.model.tables import LOADER, LOCK_ROW
from functions.adw_billing.warehouse.oracle import sql
from functions.adw_billing.warehouse.oracle.names import Statement

if TYPE_CHECKING:
    from collections.abc import Sequence

    from functions.adw_billing.model.dimension_merge import DimensionChange
    from functions.adw_billing.warehouse.oracle.session import Session

_REMEMBERED = Statement(lambda name: f"SELECT name, value FROM {name(LOADER)} WHERE name LIKE :pattern")


class Dimensions:
    """The part of a warehouse that dimensions need."""

    _session: Session

    def remembered(self, prefix: str) -> dict[str, str]:
        """Return the loader's own values whose names begin so."""
        return {str(name): str(value) for name, value in self._session.rows(_REMEMBERED, pattern=f"{prefix}%")}

    def change_dimensions(self, changes: Sequence[DimensionChange], name: str, value: str) -> int:
        """Put what was read into its tables and remember it, in one transaction; how many rows were read."""
        session = self._session
        try:
            # Two calls at once read the same: the second waits here, and finds the rows of the first.
            session.rows(sql.LOCK, name=LOCK_ROW)
            for change in changes:
                self._exchange(change)
            if not session.run(sql.REMEMBER_AGAIN, name=name, value=value):
                session.run(sql.REMEMBER, name=name, value=value)
            session.commit()
        except BaseException:
            session.rollback()
            raise
        return sum(len(change.usable()) for change in changes[:1])

    def _exchange(self, change: DimensionChange) -> None:
        if not change.rows:
            return
        table, scope = change.table, change.scope_column
        names = ", ".join(table.names)
        read = Statement(lambda name: f"SELECT {names} FROM {name(table)} WHERE {scope} = :scope")
        rows = change.merged(self._session.rows(read, scope=change.scope))
        self._session.run(
            Statement(lambda name: f"DELETE FROM {name(table)} WHERE {scope} = :scope"), scope=change.scope
        )
        binds = ", ".join(f":{column}" for column in table.names)
        write = Statement(lambda name: f"INSERT INTO {name(table)} ({names}) VALUES ({binds})")
        self._session.many(write, [dict(zip(table.names, row, strict=True)) for row in rows])
