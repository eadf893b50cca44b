"""One connection to the embedded warehouse: runs statements and writes the small rows."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import duckdb

from functions.adw_billing.model.tables import LOADER, OBJECT_KEY
from functions.adw_billing.warehouse.duckdb.file import private_files

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pyarrow as pa

    from functions.adw_billing.model.columns import Table
    from functions.adw_billing.model.warehouse import ObjectKey, Rejected

_KEY = ", ".join(f"? AS {column.name}" for column in OBJECT_KEY)
"""Rows go in by the names of their columns: a table that another version made may have them in another order."""

LONG_ROW_BYTES = 8 << 10
"""Of a batch's rows on average: 2,048 of them take less than half of MEMORY_LIMIT."""
LONG_ROWS_MEMORY_LIMIT = "100MB"
"""Room for 2,048 rows with the 74 tags of 256 characters that a resource can have (20 KB a row)."""


class Session:
    """A connection; every statement goes through ``run``."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection

    def run(self, statement: str, values: Any = None, rows: pa.Table | None = None) -> None:  # noqa: ANN401, ARG002
        """Run a statement with a tuple or mapping of values; it may read from ``rows``."""
        # DuckDB looks a table that it does not know up among the caller's Python variables ("replacement scan"): the
        # unused parameter `rows` is the Arrow table that a statement reads where it lies in memory.
        with private_files():
            self.connection.execute(statement, values)

    def all(self, statement: str, values: Any = None, rows: pa.Table | None = None) -> list[tuple[Any, ...]]:  # noqa: ANN401
        """Return all rows of a query; of an INSERT or DELETE, how many rows it changed."""
        self.run(statement, values, rows)
        with private_files():
            return self.connection.fetchall()

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit what the block does; after an error nothing of it stays, and no transaction is open."""
        self.run("BEGIN")
        try:
            yield
            self.run("COMMIT")
        except BaseException:
            with contextlib.suppress(duckdb.TransactionException):  # a COMMIT that failed has left none open
                self.run("ROLLBACK")
            raise

    def remember(self, name: str, value: str) -> None:
        """Write one of the loader's own values."""
        self.run(f"INSERT OR REPLACE INTO {LOADER.name} (name, value) VALUES (?, ?)", (name, value))

    def add(self, table: Table, row: Sequence[object]) -> None:
        """Insert a row, its values in the order of the table's definition, whatever the order in the file."""
        self.run(f"INSERT INTO {table.name} ({', '.join(table.names)}) VALUES ({', '.join('?' * len(row))})", row)

    def insert(self, table: str, key: ObjectKey, rows: pa.Table) -> int:
        """Insert rows that lack the object's key, read where they lie in memory; how many were."""
        if rows.nbytes > LONG_ROW_BYTES * len(rows):
            # for the commit: DuckDB holds the texts of 2,048 rows at once, and does not put them aside
            self.run(f"SET memory_limit = '{LONG_ROWS_MEMORY_LIMIT}'")
        values = (key.tenancy_id, key.object_name, key.object_etag)
        return int(self.all(f"INSERT INTO {table} BY NAME SELECT {_KEY}, * FROM rows", values, rows)[0][0])

    def reject(self, key: ObjectKey, entries: Sequence[Rejected], table: str) -> None:
        """Put rows into quarantine, or into its stage."""
        if not entries:
            return
        columns = [list(column) for column in zip(*((e.object_row, e.reason, e.content) for e in entries), strict=True)]
        self.run(
            f"INSERT INTO {table} BY NAME SELECT {_KEY}, unnest(?) AS object_row, "
            "unnest(?) AS reason, unnest(?) AS content",
            (key.tenancy_id, key.object_name, key.object_etag, *columns),
        )


def key_values(key: ObjectKey) -> dict[str, str]:
    """Return the bind values of one version of an object."""
    return {**name_values(key), "object_etag": key.object_etag}


def name_values(key: ObjectKey) -> dict[str, str]:
    """Return the bind values of an object, whatever its version."""
    return {"tenancy_id": key.tenancy_id, "object_name": key.object_name}


def now() -> datetime:
    """Return the time in UTC, as the warehouse stores it."""
    return datetime.now(UTC).replace(tzinfo=None)
