"""What a call of the function does: load, or check everything with `{"preflight": true}`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from functions.adw_billing.errors import UnforeseenFailure
from functions.adw_billing.loader.load_run import LoadOptions, LoadRun, LoadSummary
from functions.adw_billing.model import dimensions_due
from functions.adw_billing.open_warehouse import open_oracle, open_warehouse
from functions.adw_billing.source.tenancy_bucket import TenancyBucket
from functions.adw_billing.tenancies import by_tenancy
from shared import logs
from shared.errors import FunctionError
from shared.results import json_answer

if TYPE_CHECKING:
    from collections.abc import Callable

    from functions.adw_billing.loader.copy_object import Copier
    from functions.adw_billing.loader.load_dimensions import DimensionResult
    from functions.adw_billing.model.warehouse import CopyingWarehouse, Warehouse
    from functions.adw_billing.settings import Settings
    from shared.handler import Call
    from shared.http_request import HttpRequest
    from shared.results import HttpAnswer

_log = logs.get("adw-billing")
FLAGS = ("detail", "preflight")
"""There is no `dry_run`: a load adds what is missing and nothing twice, and `preflight` lists without loading."""


def serve(call: Call[Settings]) -> list[str] | dict[str, Any] | HttpAnswer:
    """Return the CSV names processed, or with `{"detail": true}` an object; a GET through a gateway is the cost page.

    Raises errors of ``errors``, OciServiceError and BadRequest.
    """
    if call.request.is_read:
        from functions.adw_billing.costs_page.page_routes import answer_page  # a load reads none of it

        return answer_page(call)
    flags = call.flags(*FLAGS)
    if flags["preflight"]:
        from functions.adw_billing.preflight import preflight  # rare

        return preflight(call.settings, call.deadline, call.config)
    return _load_call(call, detail=flags["detail"])


def on_load_error(error: FunctionError, request: HttpRequest) -> HttpAnswer:
    """Return a fault of the call itself, such as a wrong config: to a browser as a page, else with HTTP 200."""
    if not request.is_read:
        return json_answer(error.to_body())
    from functions.adw_billing.costs_page.page_routes import costs_fault

    return costs_fault(error, request.path)


def _load_call(call: Call[Settings], *, detail: bool) -> list[str] | dict[str, Any]:
    """Load, do what follows a load, and sum it up."""
    now = datetime.now(UTC).replace(tzinfo=None, microsecond=0)
    warnings = _forgetting(call)
    warehouse, copying = _open(call)
    copiers: list[Copier] = []
    try:
        warehouse.migrate()
        try:
            summary = _load(call, warehouse, copying, copiers)
        except FunctionError:
            if call.settings.tenancies:  # what belongs to the others goes on
                _retain(call.settings, warehouse)
                _dimensions(call, warehouse, now)
            _budgets(call, warehouse, now)
            raise
        removed = _retain(call.settings, warehouse)
        beside = _beside(call, warehouse, now)
    finally:
        warehouse.close()
    call.summary.update(
        listed=summary.listed,
        loaded=len(summary.rows),
        remaining=summary.remaining,
        rows_per_second=round(summary.rows_per_second),
        removed_rows=removed,
    )
    summary.warnings += warnings
    _measure(call, summary, copiers)
    return {**summary.detail(), **beside} if detail else summary.names()


def _forgetting(call: Call[Settings]) -> list[str]:
    """Return, and log, that nothing stays of what is loaded: the answer alone would look like success."""
    if not call.settings.duckdb_path:
        return []
    from functions.adw_billing.lasting import forgetting  # an Oracle database stays

    warning = forgetting(call.settings.duckdb_path, call.config)
    if warning:
        _log.warning("warehouse will be forgotten", extra={"fields": {"warning": warning}})
    return [warning] if warning else []


def _measure(call: Call[Settings], summary: LoadSummary, copiers: list[Copier]) -> None:
    _sum_up_copies(call, copiers)
    call.metrics.add("rows_loaded", sum(row.rows_loaded for row in summary.rows))
    if summary.newest is not None:
        call.metrics.add("lag_hours", (datetime.now(UTC) - summary.newest).total_seconds() / 3600)


def _sum_up_copies(call: Call[Settings], copiers: list[Copier]) -> None:
    if copiers:
        call.summary.update(
            copied_by_database=sum(copier.copied for copier in copiers),
            left_to_function=sum(copier.left for copier in copiers),
        )


def _open(call: Call[Settings]) -> tuple[Warehouse, CopyingWarehouse | None]:
    """Open the warehouse; the second is the same one where it is to read the objects itself."""
    if call.settings.load_mode == "dbms_cloud":
        oracle = open_oracle(call.settings, call.deadline, call.call_id)
        return oracle, oracle
    return open_warehouse(call.settings, call.deadline, call.call_id), None


def _load(
    call: Call[Settings], warehouse: Warehouse, copying: CopyingWarehouse | None, copiers: list[Copier]
) -> LoadSummary:
    """Load the reports of each tenancy."""

    def run(settings: Settings, left_seconds: Callable[[], float]) -> LoadSummary:
        # what hangs is given up in time to answer
        reading = call.deadline.less(settings.deadline_margin_seconds / 2)
        reports = TenancyBucket(settings, reading, earliest_day=_earliest_day(settings))
        if copying:
            copiers.append(_copier(reports, copying))
        options = _options(settings, left_seconds, copiers[-1] if copying else None)
        return LoadRun(reports, warehouse, options).run()

    margin = call.settings.deadline_margin_seconds

    def left() -> float:
        return call.deadline.remaining_seconds() - margin

    each = by_tenancy(call.settings)
    if len(each) == 1:
        return run(call.settings, left)
    from functions.adw_billing.loader.load_tenancies import load_each  # for those who have several

    return load_each({tenancy: partial(run, one) for tenancy, one in each.items()}, left)


def _copier(reports: TenancyBucket, warehouse: CopyingWarehouse) -> Copier:
    from functions.adw_billing.loader.copy_object import Copier  # for those who outgrow the function

    return Copier(reports, warehouse)


def _options(settings: Settings, left_seconds: Callable[[], float], copier: Copier | None) -> LoadOptions:
    return LoadOptions(
        newest_first=settings.load_order == "newest-first",
        max_rows_per_slice=settings.max_rows_per_slice,
        left_seconds=left_seconds,
        copier=copier,
    )


def _beside(call: Call[Settings], warehouse: Warehouse, now: datetime) -> dict[str, list[dict[str, object]]]:
    """Do what follows a load; return what the detailed answer says of it."""
    dimensions = [result.detail() for result in _dimensions(call, warehouse, now)]
    parts = {"dimensions": dimensions, "budgets": _budgets(call, warehouse, now)}
    return {name: part for name, part in parts.items() if part}


def _dimensions(call: Call[Settings], warehouse: Warehouse, now: datetime) -> list[DimensionResult]:
    """Read what is due beside the reports; never raises for what cannot be read."""
    settings, each = call.settings, by_tenancy(call.settings)
    wanted = dimensions_due.wanted(settings.dimensions, each, settings.price_list_currencies)
    reading = call.deadline.less(settings.deadline_margin_seconds)
    if not wanted or reading.expired():
        return []
    try:
        due = dimensions_due.due(wanted, warehouse.remembered(dimensions_due.PREFIX), now)
    except FunctionError as error:
        _log.warning("dimensions not read", extra={"fields": {"reason": error.reason}})
        return []
    if not due:
        return []
    from functions.adw_billing.loader.load_dimensions import DimensionLoad  # once a day

    return DimensionLoad(each, reading, now).run(due, warehouse)


def _budgets(call: Call[Settings], warehouse: Warehouse, now: datetime) -> list[dict[str, object]]:
    """Check the budgets and tell what is to be told; whatever goes wrong, what was loaded is loaded."""
    if not call.settings.budgets:
        return []
    from functions.adw_billing.cost_budgets.check_run import BudgetCheck  # for those who have some

    deadline = call.deadline.less(call.settings.deadline_margin_seconds / 2)
    try:
        return BudgetCheck(call.settings, warehouse, deadline, now, call.metrics).run()
    except Exception as fault:  # noqa: BLE001  (whatever it is, it is told in the answer)
        # The load is committed: a fault of this step is told, with its frames, and the answer is that of the load.
        _log.exception("budgets not checked")
        return [UnforeseenFailure(f"budgets were not checked: {type(fault).__name__}").body()]


def _first_kept_day(settings: Settings) -> str:
    """Return the first usage day that `retention_days` keeps; empty where it keeps all."""
    if not settings.retention_days:
        return ""
    return (datetime.now(UTC).date() - timedelta(days=settings.retention_days)).isoformat()


def _earliest_day(settings: Settings) -> str:
    """Return the first usage day to load: what `retention_days` would remove at once is not loaded."""
    return max(settings.earliest_day, _first_kept_day(settings))


def _retain(settings: Settings, warehouse: Warehouse) -> int:
    first_day = _first_kept_day(settings)
    return sum(warehouse.retain(tenancy, first_day) for tenancy in by_tenancy(settings)) if first_day else 0
