"""Opens the embedded warehouse's file, waits while another process has it, and names what goes wrong with it."""

from __future__ import annotations

import contextlib
import time
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from functions.adw_billing.errors import DatabaseError, DiskFull, WarehouseBusy, WarehouseUnusable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shared.deadline import Deadline

MEMORY_LIMIT = "128MB"
"""Of DuckDB's buffers: the table is written as it comes, so more does not make it faster."""
THREADS = 2
RETRY_SECONDS = 0.1
CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "memory_limit": MEMORY_LIMIT,
    "threads": THREADS,
    "enable_external_file_cache": False,  # chunks reuse the paths of their memory files
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
}


def connect(
    path: str, deadline: Deadline, margin_seconds: float, *, read_only: bool = False
) -> duckdb.DuckDBPyConnection:
    """The file, made when it is missing (its folder too).

    Raises WarehouseBusy when another process has it until the deadline less the margin, WarehouseUnusable.
    """
    with named_faults():
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    while True:
        try:
            return duckdb.connect(path, read_only=read_only, config=CONFIG)
        except duckdb.Error as fault:
            if "lock" not in str(fault).lower():
                raise _translated(fault) from None
        if deadline.remaining_seconds() <= margin_seconds + RETRY_SECONDS:
            raise WarehouseBusy("another process has the warehouse's file open")
        time.sleep(RETRY_SECONDS)


def memory() -> duckdb.DuckDBPyConnection:
    """A database in memory, to parse with where the warehouse is another one."""
    return duckdb.connect(":memory:", config=CONFIG)


@contextlib.contextmanager
def named_faults() -> Iterator[None]:
    """Turn DuckDB's and the file system's errors inside the block into those of this function."""
    try:
        yield
    except (duckdb.Error, OSError) as fault:
        raise _translated(fault) from None


def _translated(fault: Exception) -> Exception:
    text = str(fault).splitlines()[0][:300] if str(fault) else type(fault).__name__
    if "No space left" in str(fault) or "max_temp_directory_size" in str(fault):
        return DiskFull(text)
    if isinstance(fault, duckdb.IOException | duckdb.SerializationException | OSError):
        return WarehouseUnusable(text)
    return DatabaseError(text, code=type(fault).__name__)
