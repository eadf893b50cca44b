"""The proof of an export: what the files hold is what the ledger says was loaded, to the last digit; pure.

Two steps, each against a record that was kept while the reports were loaded. A report's rows in the typed table are
those of its row in the ledger: nothing was lost or changed since. The file's rows of a tenancy's day are those of the
daily summary: nothing was left out or doubled on the way into the file.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from functions.adw_billing.errors import ProofFailed
from functions.adw_billing.model.exact_sums import ZERO, add, plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from decimal import Decimal

Key = tuple[Any, ...]
FIX = "load the object again: delete its row from the ledger and load (docs, Recovery); nothing was written"


@dataclass(frozen=True, slots=True)
class RowsAndCost:
    """How many rows, and their exact sum."""

    rows: int = 0
    cost: Decimal = ZERO

    def __str__(self) -> str:
        """Return both for people."""
        return f"{self.rows} rows, {plain(self.cost)}"

    def with_more(self, rows: int, cost: Decimal | None) -> RowsAndCost:
        """Return the sum of both."""
        return RowsAndCost(self.rows + rows, add(self.cost, cost))


def summed_up(rows: Iterable[tuple[Any, ...]]) -> dict[Key, RowsAndCost]:
    """Return rows and cost, the last two of each row, by what stands before them."""
    found: dict[Key, RowsAndCost] = {}
    for *key, count, cost in rows:
        found[tuple(key)] = found.get(tuple(key), RowsAndCost()).with_more(int(count), cost)
    return found


def check_reports(
    table: Mapping[Key, RowsAndCost], ledger: Mapping[Key, RowsAndCost], retained: Mapping[str, str]
) -> None:
    """Raise ProofFailed unless the rows of each report are those of the ledger; keys begin with the tenancy.

    Of a tenancy whose old rows `retention_days` has removed a report may have fewer rows than the ledger, never more.
    """
    for key in sorted({*table, *ledger}, key=str):
        found, wanted = table.get(key, RowsAndCost()), ledger.get(key, RowsAndCost())
        if found == wanted or (key[0] in retained and found.rows < wanted.rows):
            continue
        raise ProofFailed(f"{key[1]}: the table has {found}, the ledger {wanted}", fix=FIX, object_name=key[1])


def check_days(month: str, file: Mapping[Key, RowsAndCost], daily: Mapping[Key, RowsAndCost]) -> None:
    """Raise ProofFailed unless the file's rows of each tenancy, day and dialect are those of the daily summary."""
    for key in sorted({*file, *daily}, key=str):
        found, wanted = file.get(key, RowsAndCost()), daily.get(key, RowsAndCost())
        if found != wanted:
            day = " ".join(str(part) for part in key)
            raise ProofFailed(f"{month}: {day}: the file has {found}, the summary {wanted}", fix=FIX)
