"""One session of the database: every request within the time that is left, every error typed."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

from functions.adw_billing.warehouse.oracle import sql
from functions.adw_billing.warehouse.oracle.errors import ConnectionLost, translated
from functions.adw_billing.warehouse.oracle.names import DEFAULT_NAMES, text_of
from shared.errors import FunctionError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    import oracledb

    from functions.adw_billing.warehouse.oracle.names import Names, Sql
    from shared.deadline import Deadline

CLOSE_SECONDS = 5.0
"""For the rollback and the end of a session, beyond the deadline: nobody waits longer for a session that hangs."""
MAX_REQUEST_SECONDS = 3600.0
"""A detached function's longest time; a request never waits longer."""

FETCHED_ROWS = 5000
"""Rows a round trip of a query; the loader's own answers are the ledger, some thousand short rows."""


class Session:
    """Wraps the connection that ``opens`` makes; ``names`` are those that the schema's tables have."""

    def __init__(
        self, opens: Callable[[], oracledb.Connection], deadline: Deadline, names: Names = DEFAULT_NAMES
    ) -> None:
        self.names = names
        self._opens = opens
        self._deadline = deadline
        self._reserve_seconds = 0.0
        self.reopen()

    def reopen(self) -> None:
        """Begin a new session in place of one that was lost."""
        self._connection = self._opens()
        # the settings of a session go with it, so that a new one needs them again
        for statement in sql.SESSION:
            self.run(statement)

    @contextlib.contextmanager
    def reserving(self, seconds: float) -> Iterator[None]:
        """Let requests within the block end so long before the deadline: what follows them has that time."""
        self._reserve_seconds = seconds
        try:
            yield
        finally:
            self._reserve_seconds = 0.0

    def rows(self, statement: Sql, **binds: object) -> list[tuple[Any, ...]]:
        """Return all rows of a query, numbers as int or Decimal."""
        self._begin()
        with translated(), self._connection.cursor() as cursor:
            cursor.arraysize, cursor.prefetchrows = FETCHED_ROWS, FETCHED_ROWS + 1
            cursor.execute(text_of(statement, self.names), binds, fetch_decimals=True, fetch_lobs=False)
            return list(cursor.fetchall())

    def described(self, statement: Sql, **binds: object) -> tuple[list[str], Iterator[tuple[Any, ...]]]:
        """Return the names of a query's columns, and its rows as they are fetched, numbers as int or Decimal."""
        self._begin()
        cursor = self._connection.cursor()
        with translated():
            cursor.arraysize, cursor.prefetchrows = FETCHED_ROWS, FETCHED_ROWS + 1
            cursor.execute(text_of(statement, self.names), binds, fetch_decimals=True, fetch_lobs=False)
        return [each.name for each in cursor.description or []], self._fetched(cursor)

    def _fetched(self, cursor: oracledb.Cursor) -> Iterator[tuple[Any, ...]]:
        with contextlib.closing(cursor):
            while True:
                self._begin()
                with translated():
                    rows = cursor.fetchmany()
                if not rows:
                    return
                yield from rows

    def run(self, statement: Sql, **binds: object) -> int:
        """Run a statement; how many rows it touched."""
        self._begin()
        with translated(), self._connection.cursor() as cursor:
            cursor.execute(text_of(statement, self.names), binds)
            return int(cursor.rowcount)

    def many(self, statement: Sql, rows: Sequence[Mapping[str, object]]) -> None:
        """Run a statement once for each mapping of binds, in one request; nothing for no rows."""
        if rows:
            self._begin()
            with translated(), self._connection.cursor() as cursor:
                cursor.executemany(text_of(statement, self.names), list(rows))

    def insert(self, statement: Sql, batch: Any) -> None:  # noqa: ANN401  (anything with `__arrow_c_stream__`)
        """Insert an Arrow batch within the transaction (array DML)."""
        self._begin()
        with translated(), self._connection.cursor() as cursor:
            cursor.executemany(text_of(statement, self.names), batch)

    def commit(self) -> None:
        """Commit; a lost reply is ConnectionLost or DeadlineExceeded, and the commit may have happened."""
        self._begin()
        with translated():
            self._connection.commit()

    def rollback(self) -> None:
        """Undo the transaction; a session that is gone has done so already."""
        if self._bound(CLOSE_SECONDS):
            with contextlib.suppress(FunctionError), translated():
                self._connection.rollback()

    def close(self) -> None:
        """End the session; what is not committed is undone."""
        if self._bound(CLOSE_SECONDS):
            with contextlib.suppress(FunctionError), translated():
                self._connection.close()

    def _begin(self) -> None:
        """Bound the next request by what is left of the call. Raises DeadlineExceeded; ConnectionLost when closed."""
        if not self._bound(self._deadline.bounded(MAX_REQUEST_SECONDS, margin_seconds=self._reserve_seconds)):
            raise ConnectionLost("the connection to the database is closed")

    def _bound(self, seconds: float) -> bool:
        """Give the next request so much time; False where the connection is gone.

        Setting a timeout on a connection that the driver has closed ends the process (python-oracledb 26.1).
        """
        if not self._connection.is_healthy():
            return False
        self._connection.call_timeout = int(seconds * 1000)
        return True
