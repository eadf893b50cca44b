"""Writes rows of this process as Parquet; decimals keep every digit, as texts where no DECIMAL holds them all."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from typing import TYPE_CHECKING, Any

import duckdb

from functions.adw_billing.errors import ProofFailed
from functions.adw_billing.model.columns import NUMBER_SCALE, ColumnType
from functions.adw_billing.model.exact_sums import plain
from functions.adw_billing.warehouse.duckdb.file import READ_MEMORY_LIMIT, named_faults

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

DIGITS, DECIMALS = 38, NUMBER_SCALE[ColumnType.NUMBER]
"""Of DuckDB's DECIMAL and Parquet's; decimals of money in the warehouse."""

BATCH_ROWS = 2000
FITS = "leave the report out, or ask for the rows with billing query"


def write_rows(path: Path, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Write a file; a column's type is the one that holds all its values."""
    names = [f'"{name.replace(chr(34), chr(34) * 2)}"' for name in columns]
    values = [[row[at] for row in rows] for at in range(len(columns))]
    types = [_type(each) for each in values]
    parts = [
        f"CAST(unnest($c{at}::VARCHAR[]) AS {kind}) AS {name}"
        for at, (kind, name) in enumerate(zip(types, names, strict=True))
    ]
    binds = {f"c{at}": [_text(each) for each in column] for at, column in enumerate(values)}
    with named_faults(), duckdb.connect() as connection:
        connection.sql(f"SELECT {', '.join(parts)}", params=binds).write_parquet(
            str(path), compression="zstd", use_tmp_file=False
        )


def write_batches(path: Path, types: Mapping[str, str], rows: Iterable[Sequence[Any]]) -> None:
    """Write a file of columns with known types, in bounded memory. ProofFailed for a number that its type would round.

    The rows wait in a file beside it, under its hidden name and a letter more.
    """
    waiting = path.with_name(f"{path.name}.rows")
    columns = ", ".join(f'"{name}" {kind}' for name, kind in types.items())
    parts = ", ".join(f"CAST(unnest($c{at}::VARCHAR[]) AS {kind})" for at, kind in enumerate(types.values()))
    try:
        with named_faults(), duckdb.connect(str(waiting), config={"memory_limit": READ_MEMORY_LIMIT}) as connection:
            connection.execute(f"CREATE TABLE batch ({columns})")
            left_rows = iter(rows)
            while batch := list(islice(left_rows, BATCH_ROWS)):
                _check_fit(types, batch)
                binds = {f"c{at}": [_text(row[at]) for row in batch] for at in range(len(types))}
                connection.execute(f"INSERT INTO batch SELECT {parts}", binds)
            connection.table("batch").write_parquet(str(path), compression="zstd", use_tmp_file=False)
    finally:
        for left in path.parent.glob(f"{waiting.name}*"):
            left.unlink()


def _check_fit(types: Mapping[str, str], rows: Sequence[Sequence[Any]]) -> None:
    """Raise ProofFailed for a decimal that a cast to its type would round silently."""
    numbers = [(at, name, kind) for at, (name, kind) in enumerate(types.items()) if kind.startswith("DECIMAL")]
    for at, name, kind in numbers:
        scale = int(kind.partition(",")[2].rstrip(")"))
        for value in (row[at] for row in rows if isinstance(row[at], Decimal)):
            whole, _, decimals = plain(abs(value)).partition(".")
            if len(decimals) > scale or len(whole) > DIGITS - scale:
                raise ProofFailed(f"{name}: {plain(value)} has more digits than {kind}", fix=FITS)


def export_sums(path: Path) -> list[tuple[Any, ...]]:
    """Return rows and cost of an export by tenancy, day, dialect and currency, as they are read back from the file."""
    keys = "x_TenancyId, strftime(ChargePeriodStart, '%Y-%m-%d'), x_Dialect, BillingCurrency"
    with named_faults(), duckdb.connect() as connection:
        found = connection.sql(
            f"SELECT {keys}, COUNT(*), SUM(BilledCost) FROM read_parquet($path) GROUP BY ALL",
            params={"path": str(path)},
        )
        return found.fetchall()


def _type(values: Sequence[Any]) -> str:
    """Return the type of a column; numbers have as many decimals as the warehouse's, or more where they need them."""
    known = [each for each in values if each is not None]
    if not known:
        return "VARCHAR"
    if all(isinstance(each, Decimal | int) and not isinstance(each, bool) for each in known):
        return _number(known)
    for kind, name in ((datetime, "TIMESTAMP"), (date, "DATE"), (float, "DOUBLE")):
        if all(isinstance(each, kind) for each in known):
            return name
    return "VARCHAR"


def _number(values: Sequence[Decimal | int]) -> str:
    texts = [plain(Decimal(each)).lstrip("-").partition(".") for each in values]
    whole, decimals = max(len(text[0]) for text in texts), max(len(text[2]) for text in texts)
    if all(isinstance(each, int) for each in values):
        return "BIGINT" if whole < 19 else f"DECIMAL({DIGITS},0)" if whole <= DIGITS else "VARCHAR"
    if whole + DECIMALS <= DIGITS and decimals <= DECIMALS:
        return f"DECIMAL({DIGITS},{DECIMALS})"
    return f"DECIMAL({DIGITS},{decimals})" if whole + decimals <= DIGITS else "VARCHAR"


def _text(value: object) -> str | None:
    if value is None:
        return None
    return plain(value) if isinstance(value, Decimal) else str(value)
