"""The embedded warehouse for SQL that a user wrote: one query at a time, no file, no setting, no end without a limit.

Three walls, each of which holds alone: the file is attached READ_ONLY; the engine may reach no other file, extension or
network, and its settings are locked (`enable_external_access`, `lock_configuration`; DuckDB, "Securing DuckDB"); and a
statement that is no SELECT is refused before it runs. Names of Python's variables mean nothing in it
(`python_enable_replacements`).
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any, TypeVar

import duckdb

from functions.adw_billing.errors import WarehouseUnusable
from functions.adw_billing.model.schema_steps import SCHEMA_VERSION
from functions.adw_billing.model.tables import LOADER, SCHEMA_VERSION_ROW
from functions.adw_billing.warehouse.duckdb.file import READ_MEMORY_LIMIT, connect, named_faults
from shared.bounded_work import Late, within
from shared.errors import BadRequest, DeadlineExceeded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from shared.deadline import Deadline

T = TypeVar("T")

ENDING_SECONDS = 5.0
"""For an interrupted query to end: DuckDB looks between two pieces of its work."""
WAIT_SECONDS = 60.0
"""For a file that another process has open for writing."""
ROWS_A_FETCH = 5000
GROUP_ROWS = 40_960
"""Of a Parquet file, a third of DuckDB's default: a group waits in memory until it is whole."""
MAX_SPILLED = "4GB"
"""What a query may put aside on disk: DuckDB's own limit is nine tenths of the disk."""
ONE_SELECT = "write one SELECT; what is loaded can only be read here"


class Sandbox:
    """A connection to the warehouse's file; ``writes`` are the files that `write_parquet` may be given."""

    def __init__(self, path: str, deadline: Deadline, writes: Sequence[Path] = ()) -> None:
        self._deadline = deadline
        # nobody waits for a file as long as a query may take
        rest = max(0.0, deadline.remaining_seconds() - WAIT_SECONDS)
        self._connection = connect(path, deadline, rest, read_only=True)
        try:
            _check_version(self._connection)
            _lock(self._connection, writes)
        except BaseException:
            self._connection.close()
            raise

    def close(self) -> None:
        """Close the file; a query that an interrupt did not end in time keeps it open until the process ends."""
        with contextlib.suppress(duckdb.Error):
            self._connection.close()

    def ask(
        self, sql: str, values: Mapping[str, str], *, by_user: bool = False
    ) -> tuple[tuple[str, ...], Iterator[tuple[Any, ...]]]:
        """Return the names of the columns, and the rows as they are fetched."""
        with self._faults(by_user=by_user):
            statement: Any = self._one_select(sql) if by_user else sql
            found = self._in_time(lambda: self._connection.execute(statement, dict(values) or None))
            columns = tuple(str(each[0]) for each in found.description or [])
        return columns, self._fetched(found, by_user=by_user)

    def write_parquet(
        self,
        path: Path,
        sql: str,
        values: Mapping[str, str],
        *,
        by_user: bool = False,
        types: Mapping[str, str] | None = None,  # noqa: ARG002  (the tables' own)
    ) -> None:
        """Write a query's rows as Parquet, a file that this sandbox may write."""
        with self._faults(by_user=by_user):
            if by_user:
                self._one_select(sql)
            found = self._connection.sql(sql, params=dict(values) or None)
            options: dict[str, Any] = {"compression": "zstd", "use_tmp_file": False, "row_group_size": GROUP_ROWS}
            self._in_time(lambda: found.write_parquet(str(path), **options))

    def _fetched(self, found: duckdb.DuckDBPyConnection, *, by_user: bool) -> Iterator[tuple[Any, ...]]:
        while True:
            with self._faults(by_user=by_user):
                rows = self._in_time(lambda: found.fetchmany(ROWS_A_FETCH))
            if not rows:
                return
            yield from rows

    def _one_select(self, sql: str) -> duckdb.Statement:
        statements = self._connection.extract_statements(sql)
        if len(statements) != 1:
            raise BadRequest(f"there are {len(statements)} statements", fix=ONE_SELECT, field="sql")
        if statements[0].type != duckdb.StatementType.SELECT:
            raise BadRequest(f"{statements[0].type.name} is not allowed", fix=ONE_SELECT, field="sql")
        return statements[0]

    def _in_time(self, work: Callable[[], T]) -> T:
        """Return what the engine gives. Raises DeadlineExceeded when the time is over; the query is interrupted."""
        try:
            return within(
                self._deadline.remaining_seconds(),
                work,
                abandon=self._connection.interrupt,
                ending_seconds=ENDING_SECONDS,
                name="bill-query",
            )
        except Late:
            raise DeadlineExceeded("the time for the question is over", fix="give it more --seconds") from None

    @contextlib.contextmanager
    def _faults(self, *, by_user: bool) -> Iterator[None]:
        """Name what goes wrong: by the user's statement, else by the file or the engine."""
        if not by_user:
            with named_faults():
                yield
            return
        try:
            yield
        except duckdb.OutOfMemoryException:
            fix = "read fewer rows or columns at once, or write them with --csv"
            raise BadRequest(f"the query needs more memory than {READ_MEMORY_LIMIT}", fix=fix, field="sql") from None
        except duckdb.Error as fault:
            raise BadRequest(str(fault).strip()[:1000], fix=ONE_SELECT, field="sql") from None


def _check_version(connection: duckdb.DuckDBPyConnection) -> None:
    """Raise WarehouseUnusable unless the file has this loader's tables in this version."""
    with named_faults():
        tables = connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()
        if (LOADER.name,) not in tables:
            raise WarehouseUnusable("the file has no tables of this loader")
        found = connection.execute(f"SELECT value FROM {LOADER.name} WHERE name = '{SCHEMA_VERSION_ROW}'").fetchall()
    if found != [(str(SCHEMA_VERSION),)]:
        raise WarehouseUnusable(
            f"the file's schema version is not {SCHEMA_VERSION}; `load` brings an older one forward"
        )


def _lock(connection: duckdb.DuckDBPyConnection, writes: Sequence[Path]) -> None:
    with named_faults():
        if writes:
            quoted = ", ".join("'" + str(each.absolute()).replace("'", "''") + "'" for each in writes)
            connection.execute(f"SET allowed_paths = [{quoted}]")
        connection.execute(f"SET max_temp_directory_size = '{MAX_SPILLED}'")
        connection.execute("SET python_enable_replacements = false")
        connection.execute("SET enable_external_access = false")
        connection.execute("SET lock_configuration = true")
