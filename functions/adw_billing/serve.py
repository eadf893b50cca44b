"""What a call of the function does: load, or check everything with `{"preflight": true}`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from functions.adw_billing.loader.load_run import LoadOptions, LoadRun, LoadSummary
from functions.adw_billing.open_warehouse import open_oracle, open_warehouse
from functions.adw_billing.source.tenancy_bucket import TenancyBucket

if TYPE_CHECKING:
    from functions.adw_billing.loader.copy_object import Copier
    from functions.adw_billing.model.warehouse import CopyingWarehouse, Warehouse
    from functions.adw_billing.settings import Settings
    from shared.handler import Call

FLAGS = ("detail", "preflight")
"""There is no `dry_run`: a load adds what is missing and nothing twice, and `preflight` lists without loading."""


def serve(call: Call[Settings]) -> list[str] | dict[str, Any]:
    """Return the CSV names processed, or with `{"detail": true}` an object.

    Raises errors of ``errors``, OciServiceError and BadRequest.
    """
    flags = call.flags(*FLAGS)
    if flags["preflight"]:
        from functions.adw_billing.preflight import preflight  # rare

        return preflight(call.settings, call.deadline, call.config)
    reading = call.deadline.less(call.settings.deadline_margin_seconds / 2)  # what hangs is given up in time to answer
    reports = TenancyBucket(call.settings, reading)
    warehouse, copying = _open(call)
    copier = _copier(reports, copying) if copying else None
    try:
        warehouse.migrate()
        summary = LoadRun(reports, warehouse, _options(call, copier)).run()
        removed = _retain(call.settings, warehouse)
    finally:
        warehouse.close()
    call.summary.update(
        listed=summary.listed,
        loaded=len(summary.rows),
        remaining=summary.remaining,
        rows_per_second=round(summary.rows_per_second),
        removed_rows=removed,
    )
    if copier:
        call.summary.update(copied_by_database=copier.copied, left_to_function=copier.left)
    call.metrics.add("rows_loaded", sum(row.rows_loaded for row in summary.rows))
    if summary.newest is not None:
        call.metrics.add("lag_hours", (datetime.now(UTC) - summary.newest).total_seconds() / 3600)
    return answer(summary, detail=flags["detail"])


def answer(summary: LoadSummary, *, detail: bool) -> list[str] | dict[str, Any]:
    """Return the function's answer for what a run did."""
    return summary.detail() if detail else summary.names()


def _open(call: Call[Settings]) -> tuple[Warehouse, CopyingWarehouse | None]:
    """Open the warehouse; the second is the same one where it is to read the objects itself."""
    if call.settings.load_mode == "dbms_cloud":
        oracle = open_oracle(call.settings, call.deadline, call.call_id)
        return oracle, oracle
    return open_warehouse(call.settings, call.deadline, call.call_id), None


def _copier(reports: TenancyBucket, warehouse: CopyingWarehouse) -> Copier:
    from functions.adw_billing.loader.copy_object import Copier  # for those who outgrow the function

    return Copier(reports, warehouse)


def _options(call: Call[Settings], copier: Copier | None) -> LoadOptions:
    settings = call.settings
    return LoadOptions(
        newest_first=settings.load_order == "newest-first",
        max_rows_per_slice=settings.max_rows_per_slice,
        left_seconds=lambda: call.deadline.remaining_seconds() - settings.deadline_margin_seconds,
        copier=copier,
    )


def _retain(settings: Settings, warehouse: Warehouse) -> int:
    if not settings.retention_days:
        return 0
    first_day = datetime.now(UTC).date() - timedelta(days=settings.retention_days)
    return warehouse.retain(settings.usage_report_bucket, first_day.isoformat())
