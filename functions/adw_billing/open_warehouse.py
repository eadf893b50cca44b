"""Opens the warehouse that the settings or a command name; only that engine is imported."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path
    from typing import Any

    from functions.adw_billing.model.warehouse import Warehouse
    from functions.adw_billing.query.bill import Bill
    from functions.adw_billing.settings import Settings
    from functions.adw_billing.warehouse.oracle.warehouse import OracleWarehouse
    from shared.deadline import Deadline


def open_warehouse(settings: Settings, deadline: Deadline, call_id: str) -> Warehouse:
    """Open the warehouse of the settings. Raises the errors of ``errors``: busy, unreachable, refused, unusable."""
    if not settings.duckdb_path:
        return open_oracle(settings, deadline, call_id)
    from functions.adw_billing.warehouse.duckdb.warehouse import open_warehouse as open_duckdb

    return open_duckdb(
        settings.duckdb_path,
        deadline,
        call_id=call_id,
        cost_from=settings.oci_billing_cost_from,
        margin_seconds=settings.deadline_margin_seconds,
    )


def open_oracle(settings: Settings, deadline: Deadline, call_id: str) -> OracleWarehouse:
    """Log on to the Oracle database of the settings; errors as above."""
    from functions.adw_billing.warehouse.oracle.warehouse import open_warehouse as log_on

    return log_on(settings, deadline, call_id)


@contextlib.contextmanager
def reading_file(path: str, deadline: Deadline) -> Iterator[Callable[[str], list[tuple[Any, ...]]]]:
    """Open an embedded warehouse to be read only; yields a function that returns the rows of a query."""
    from functions.adw_billing.warehouse.duckdb.file import connect, named_faults

    with named_faults(), contextlib.closing(connect(path, deadline, 0, read_only=True)) as file:
        yield lambda statement: file.execute(statement).fetchall()


@contextlib.contextmanager
def reading_bill(path: str, deadline: Deadline, writes: Sequence[Path] = ()) -> Iterator[Bill]:
    """Open an embedded warehouse for questions; ``writes`` are Parquet files that may be written.

    Raises WarehouseBusy when another process has the file until the deadline, WarehouseUnusable.
    """
    from functions.adw_billing.query.bill import Bill
    from functions.adw_billing.query.engine_words import DUCKDB
    from functions.adw_billing.warehouse.duckdb.sandbox import Sandbox

    with contextlib.closing(Sandbox(path, deadline, writes)) as reader:
        yield Bill(reader, DUCKDB)


@contextlib.contextmanager
def reading_database(settings: Settings, deadline: Deadline) -> Iterator[Bill]:
    """Log on to the Oracle database of the settings for questions; errors as ``open_oracle``."""
    from functions.adw_billing.query.bill import Bill
    from functions.adw_billing.query.engine_words import OracleWords
    from functions.adw_billing.warehouse.duckdb.parquet_rows import write_batches, write_rows
    from functions.adw_billing.warehouse.oracle.connect import connect
    from functions.adw_billing.warehouse.oracle.reading.bill_reader import OracleBillReader
    from functions.adw_billing.warehouse.oracle.session import Session

    session = Session(lambda: connect(settings, deadline), deadline)
    with contextlib.closing(session):
        yield Bill(OracleBillReader(session, write_rows, write_batches), OracleWords(session.names.prefix))
