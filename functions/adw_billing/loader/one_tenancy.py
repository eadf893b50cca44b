"""Refuses a file whose later rows name another tenancy than its first: it cannot be told whose bucket it is from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.adw_billing.model.folder_identities import FIX
from functions.adw_billing.model.tables import NO_TENANCY, TENANCY_COLUMN
from shared.errors import BadRequest

if TYPE_CHECKING:
    import pyarrow as pa

    from functions.adw_billing.model.warehouse import ObjectKey


def require_one_tenancy(key: ObjectKey, dialect: str, rows: pa.Table) -> None:
    """Raise BadRequest, field `tenancy`, unless all rows name the object's tenancy or none."""
    named = {str(name) for name in rows[TENANCY_COLUMN[dialect]].unique().to_pylist() if name}
    others = named - NO_TENANCY - {key.tenancy_id}
    if others:
        text = f"{key.object_name}: rows of {key.tenancy_id} and {min(others)}"
        raise BadRequest(text, fix=FIX, field="tenancy", object_name=key.object_name)
