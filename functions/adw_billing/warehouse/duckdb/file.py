"""Opens the embedded warehouse's file, waits while another process has it, and names what goes wrong with it."""

from __future__ import annotations

import contextlib
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from functions.adw_billing.errors import DatabaseError, DiskFull, SumTooLarge, WarehouseBusy, WarehouseUnusable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shared.deadline import Deadline

MEMORY_LIMIT = "40MB"
"""Of DuckDB's buffers where a report is loaded: the table is written as it comes, more makes it hardly faster."""
READ_MEMORY_LIMIT = "256MB"
THREADS = 1
"""The other core reads the report; a second thread here costs half as much again and gains nothing."""
ROW_GROUP_ROWS = 14_336
"""Rows that are compressed and written together, an eighth of DuckDB's default: what waits to be is kept in memory, and
much of 100 MB would be put aside on disk at such a memory limit."""
RETRY_SECONDS = 0.1
"""Between two attempts at a file that another process has: DuckDB locks it for one writer and does not wait."""
IN_MEMORY = ":memory:"
LOCKED_TEXT = "Could not set lock on file"
NO_ROOM_TEXTS = ("No space left on device", "Disk quota exceeded", "File too large", "max_temp_directory_size")
"""How DuckDB and the file system say that a disk, a quota or a limit is full (strerror of ENOSPC, EDQUOT, EFBIG)."""
CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "threads": THREADS,
    "write_buffer_row_group_count": 1,
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
}


def connect(
    path: str, deadline: Deadline, margin_seconds: float, *, read_only: bool = False
) -> duckdb.DuckDBPyConnection:
    """Open the file, which is made when it is missing (its folder too), readable by its owner alone.

    Raises WarehouseBusy when another process has it until the deadline less the margin, WarehouseUnusable.
    """
    if not path or path.startswith(IN_MEMORY):
        raise WarehouseUnusable("the warehouse is no file: what is loaded would be gone", fix="name a file")
    with named_faults(), private_files():
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    while True:
        try:
            with private_files():
                return _attached(path, read_only=read_only)
        except duckdb.Error as fault:
            if LOCKED_TEXT not in str(fault):
                raise _translated(fault) from None
        if deadline.remaining_seconds() <= margin_seconds + RETRY_SECONDS:
            raise WarehouseBusy("another process has the warehouse's file open")
        time.sleep(RETRY_SECONDS)


def _attached(path: str, *, read_only: bool) -> duckdb.DuckDBPyConnection:
    """Open an empty database in memory and attach the file to it."""
    # Only ATTACH takes the size of row groups, `duckdb.connect(path)` does not. DuckDB's temporary files go beside the
    # file, as they do by default for a file that is opened directly.
    memory = READ_MEMORY_LIMIT if read_only else MEMORY_LIMIT
    # memory that is given back to the system and asked for again costs a tenth of a load
    kept = "0MB" if read_only else MEMORY_LIMIT
    sizes = {"memory_limit": memory, "block_allocator_memory": kept, "temp_directory": f"{path}.tmp"}
    connection = duckdb.connect(config={**CONFIG, **sizes})
    quoted = path.replace("'", "''")
    options = "READ_ONLY" if read_only else f"ROW_GROUP_SIZE {ROW_GROUP_ROWS}"
    try:
        connection.execute(f"ATTACH '{quoted}' AS warehouse ({options})")
        connection.execute("USE warehouse")
    except BaseException:
        connection.close()
        raise
    return connection


@contextlib.contextmanager
def private_files() -> Iterator[None]:
    """Let nobody else read what is made inside the block: DuckDB has no setting for the mode of its files.

    The file, its write-ahead log and what is put aside on disk are made whenever DuckDB needs them, by any statement.
    """
    before = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(before)


@contextlib.contextmanager
def named_faults() -> Iterator[None]:
    """Turn DuckDB's and the file system's errors inside the block into those of this function."""
    try:
        yield
    except (duckdb.Error, OSError) as fault:
        raise _translated(fault) from None


def _translated(fault: Exception) -> Exception:
    text = str(fault).splitlines()[0][:300] if str(fault) else type(fault).__name__
    if any(words in str(fault) for words in NO_ROOM_TEXTS):
        return DiskFull(text)
    damaged = "Corrupt database file" in text
    if damaged or isinstance(fault, duckdb.IOException | duckdb.SerializationException | OSError):
        return WarehouseUnusable(text)
    kind = SumTooLarge if isinstance(fault, duckdb.OutOfRangeException) else DatabaseError
    return kind(text, code=type(fault).__name__)
