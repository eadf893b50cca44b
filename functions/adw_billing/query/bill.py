"""A warehouse that is open for questions: its words, and what reads it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from functions.adw_billing.query.engine_words import Words


class BillReader(Protocol):
    """An engine that lets nothing be written; a fault of a statement ``by_user`` is a BadRequest."""

    def ask(
        self, sql: str, values: Mapping[str, str], *, by_user: bool = False
    ) -> tuple[tuple[str, ...], Iterator[tuple[Any, ...]]]:
        """Return the names of the columns, and the rows as they are fetched."""

    def write_parquet(
        self,
        path: Path,
        sql: str,
        values: Mapping[str, str],
        *,
        by_user: bool = False,
        types: Mapping[str, str] | None = None,
    ) -> None:
        """Write a query's rows as Parquet; ``types`` are the names and types of its columns, where they are known."""


@dataclass(frozen=True, slots=True)
class Bill:
    """What answers are made from."""

    reader: BillReader
    words: Words

    def rows(self, sql: str, values: Mapping[str, str] | None = None) -> list[tuple[Any, ...]]:
        """Return all rows of a statement of our own."""
        return list(self.reader.ask(sql, values or {})[1])
