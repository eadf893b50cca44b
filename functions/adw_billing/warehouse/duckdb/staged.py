"""What is staged of objects that are loaded in slices, and how far they are."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from functions.adw_billing.model.exact_sums import plain
from functions.adw_billing.model.tables import CLAIM
from functions.adw_billing.model.warehouse import Progress, Sums
from functions.adw_billing.warehouse.duckdb import sql
from functions.adw_billing.warehouse.duckdb.session import name_values

if TYPE_CHECKING:
    from functions.adw_billing.model.warehouse import ObjectKey
    from functions.adw_billing.warehouse.duckdb.session import Session


def staged_progress(session: Session, key: ObjectKey) -> Progress | None:
    """Return how far an object is staged in slices; what is staged of another version is removed."""
    columns = "object_etag, records_done, rows_done, cost_done, quantity_done, bytes_done, prefix_check"
    found = session.all(f"SELECT {columns} FROM {CLAIM.name} WHERE {sql.BY_NAME}", name_values(key))
    if not found:
        return None
    etag, records, rows, cost, quantity, text_bytes, check = found[0]
    if etag != key.object_etag:
        forget(session, key)
        return None
    return Progress(records, Sums(rows, Decimal(cost), Decimal(quantity)), text_bytes, check)


def store_progress(session: Session, key: ObjectKey, progress: Progress, call_id: str) -> None:
    """Write how far an object is staged."""
    session.run(f"DELETE FROM {CLAIM.name} WHERE {sql.BY_NAME}", name_values(key))
    values = (progress.records, progress.sums.rows, progress.text_bytes, plain(progress.sums.cost))
    identity = (key.tenancy_id, key.object_name, key.object_etag)
    row = (*identity, call_id, None, *values, plain(progress.sums.quantity), progress.prefix_check)
    session.add(CLAIM, row)


def forget(session: Session, key: ObjectKey) -> None:
    """Remove what is staged of any version of the object."""
    for name in (*sql.STAGED.values(), sql.STAGED_REJECTED, CLAIM.name):
        session.run(f"DELETE FROM {name} WHERE {sql.BY_NAME}", name_values(key))
