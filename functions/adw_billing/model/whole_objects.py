"""Small objects that are published together: read and parsed as a whole, each with its own proof and ledger row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from functions.adw_billing.model.warehouse import Warehouse

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa

    from functions.adw_billing.model.warehouse import LedgerRow, ObjectKey, Outcome, Rejected


@dataclass(frozen=True, slots=True)
class WholeObject:
    """All rows of an object, good and bad; ``rows`` as those of a Batch. At least one row is good, or none is bad."""

    key: ObjectKey
    outcome: Outcome
    rows: tuple[pa.Table, ...]
    rejected: tuple[Rejected, ...]


@runtime_checkable
class BatchingWarehouse(Warehouse, Protocol):
    """A warehouse that publishes several objects in one transaction."""

    def is_new(self, key: ObjectKey) -> bool:
        """Tell whether nothing is known of any object of this name, and nothing of it is staged."""

    def publish_together(self, objects: Sequence[WholeObject]) -> list[LedgerRow]:
        """Publish new objects, each as `commit` does, in one transaction: all of them, or none and an error."""
