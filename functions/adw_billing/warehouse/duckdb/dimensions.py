"""Dimensions in the embedded warehouse: what the loader remembers of them, and the exchange of a scope's rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.adw_billing.model.tables import LOADER
from functions.adw_billing.warehouse.ddl import duckdb_type
from functions.adw_billing.warehouse.duckdb.file import named_faults

if TYPE_CHECKING:
    from collections.abc import Sequence

    from functions.adw_billing.model.dimension_merge import DimensionChange
    from functions.adw_billing.warehouse.duckdb.session import Session

_REMEMBERED = f"SELECT name, value FROM {LOADER.name} WHERE starts_with(name, ?)"


class Dimensions:
    """The part of a warehouse that dimensions need."""

    _session: Session

    def remembered(self, prefix: str) -> dict[str, str]:
        """Return the loader's own values whose names begin so."""
        with named_faults():
            return dict(self._session.all(_REMEMBERED, (prefix,)))

    def change_dimensions(self, changes: Sequence[DimensionChange], name: str, value: str) -> int:
        """Put what was read into its tables and remember it, in one transaction; how many rows were read."""
        with named_faults(), self._session.transaction():
            for change in changes:
                self._exchange(change)
            self._session.remember(name, value)
        return sum(len(change.usable()) for change in changes[:1])

    def _exchange(self, change: DimensionChange) -> None:
        table, scope = change.table, change.scope_column
        names = ", ".join(table.names)
        old = self._session.all(f"SELECT {names} FROM {table.name} WHERE {scope} = ?", (change.scope,))
        rows = change.merged(old)
        self._session.run(f"DELETE FROM {table.name} WHERE {scope} = ?", (change.scope,))
        if rows:
            # numbers go as texts: DuckDB would find one decimal type for all values of a list, and round to it
            columns = [
                [None if value is None else str(value) for value in values] for values in zip(*rows, strict=True)
            ]
            values = ", ".join(f"CAST(unnest(?) AS {duckdb_type(column)})" for column in table.columns)
            self._session.run(f"INSERT INTO {table.name} ({names}) SELECT {values}", columns)
