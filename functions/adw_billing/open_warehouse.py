"""Opens the warehouse that the settings name; only that engine is imported."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from functions.adw_billing.model.warehouse import Warehouse
    from functions.adw_billing.settings import Settings
    from shared.deadline import Deadline


def open_warehouse(settings: Settings, deadline: Deadline, call_id: str) -> Warehouse:
    """Raises the errors of ``errors``: busy, unreachable, refused, unusable."""
    if not settings.duckdb_path:
        from functions.adw_billing.warehouse.oracle.warehouse import open_warehouse as open_oracle

        return open_oracle(settings, deadline, call_id)
    from functions.adw_billing.warehouse.duckdb.warehouse import DuckDbWarehouse

    return DuckDbWarehouse(
        settings.duckdb_path,
        deadline,
        call_id=call_id,
        cost_from=settings.oci_billing_cost_from,
        margin_seconds=settings.deadline_margin_seconds,
    )
