"""The database for questions: one read-only transaction, so that all answers of a session are of one moment."""

from __future__ import annotations

import contextlib
from datetime import datetime, time
from typing import TYPE_CHECKING, Any

from functions.adw_billing.errors import DatabaseError, WarehouseUnusable
from functions.adw_billing.model.schema_steps import SCHEMA_VERSION
from functions.adw_billing.model.tables import LOADER, SCHEMA_VERSION_ROW
from functions.adw_billing.warehouse.oracle.names import Statement
from functions.adw_billing.warehouse.oracle.reading.one_query import ONE_SELECT, one_query
from shared.errors import BadRequest, NotAuthorised

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from functions.adw_billing.warehouse.oracle.session import Session

    WriteRows = Callable[[Path, Sequence[str], Sequence[Sequence[Any]]], None]
    WriteBatches = Callable[[Path, Mapping[str, str], Iterable[Sequence[Any]]], None]

READ_ONLY = "SET TRANSACTION READ ONLY"
"""Oracle, SQL Language Reference: every query sees the data of the transaction's begin, and no row can be changed."""

VERSION = Statement(lambda name: f"SELECT value FROM {name(LOADER)} WHERE name = :name")


class OracleBillReader:
    """A session that reads; ``write_rows`` and ``write_batches`` write Parquet files, which the database cannot."""

    def __init__(self, session: Session, write_rows: WriteRows, write_batches: WriteBatches) -> None:
        self._session = session
        self._write_rows, self._write_batches = write_rows, write_batches
        session.run(READ_ONLY)
        found = session.rows(VERSION, name=SCHEMA_VERSION_ROW)
        if found != [(str(SCHEMA_VERSION),)]:
            raise WarehouseUnusable(f"the schema's version is not {SCHEMA_VERSION}; a load brings an older one forward")

    def close(self) -> None:
        """End the session."""
        self._session.close()

    def ask(
        self, sql: str, values: Mapping[str, str], *, by_user: bool = False
    ) -> tuple[tuple[str, ...], Iterator[tuple[Any, ...]]]:
        """Return the names of the columns, and the rows as they are fetched."""
        text = one_query(sql) if by_user else sql
        with _faults(by_user=by_user):
            names, rows = self._session.described(text, **values)
        columns = tuple(name.lower() if name.isupper() else name for name in names)
        return columns, self._fetched(rows, by_user=by_user)

    def write_parquet(
        self,
        path: Path,
        sql: str,
        values: Mapping[str, str],
        *,
        by_user: bool = False,
        types: Mapping[str, str] | None = None,
    ) -> None:
        """Write a query's rows as Parquet; where types are not known, all rows are in memory."""
        columns, rows = self.ask(sql, values, by_user=by_user)
        if types:
            self._write_batches(path, types, rows)
        else:
            self._write_rows(path, columns, list(rows))

    def _fetched(self, rows: Iterator[tuple[Any, ...]], *, by_user: bool) -> Iterator[tuple[Any, ...]]:
        with _faults(by_user=by_user):
            for row in rows:
                # DATE is Oracle's only type for days, which are dates on the other engine
                yield row if by_user else tuple(map(_day, row))


def _day(value: Any) -> Any:  # noqa: ANN401  (whatever the database has)
    if isinstance(value, datetime) and value.time() == time():
        return value.date()
    return value


@contextlib.contextmanager
def _faults(*, by_user: bool) -> Iterator[None]:
    """Make a refused statement of the user's a BadRequest."""
    try:
        yield
    except (DatabaseError, NotAuthorised) as fault:
        if not by_user:
            raise
        raise BadRequest(fault.message, fix=ONE_SELECT, field="sql", code=fault.fields.get("code", "")) from None
