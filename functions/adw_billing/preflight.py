"""`{"preflight": true}`: checks bucket and warehouse, names what is wrong, changes nothing."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from functions.adw_billing.errors import WarehouseUnusable
from functions.adw_billing.lasting import forgetting
from functions.adw_billing.model.dimensions_due import wanted
from functions.adw_billing.open_warehouse import open_oracle
from functions.adw_billing.source.tenancy_bucket import TenancyBucket
from functions.adw_billing.tenancies import by_tenancy
from shared import preflight_rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from functions.adw_billing.settings import Settings
    from shared.deadline import Deadline


def preflight(settings: Settings, deadline: Deadline, config: Mapping[str, str]) -> dict[str, Any]:
    """Return the answer of ``shared.preflight_rows`` with the rows ``config keys``, ``reports`` and ``warehouse``."""
    until = deadline.before_answer()
    rows = [
        preflight_rows.config_row(settings, config),
        preflight_rows.check_row("reports", lambda: _reports(settings, until.half())),
        preflight_rows.check_row("warehouse", lambda: _lasting(settings, until, config)),
        *_dimensions(settings, until),
        *_budgets(settings, until),
    ]
    return preflight_rows.preflight_answer(rows)


def _reports(settings: Settings, deadline: Deadline) -> str:
    each = by_tenancy(settings).values()
    return f"{sum(len(TenancyBucket(one, deadline).list()) for one in each)} reports listed"


def _dimensions(settings: Settings, deadline: Deadline) -> Iterator[preflight_rows.CheckRow]:
    """Yield a row for each dimension: one that cannot be read is a warning, because the load goes on without."""
    from functions.adw_billing.loader.load_dimensions import DimensionLoad

    each = by_tenancy(settings)
    probes = DimensionLoad(each, deadline.half(), datetime.now(UTC).replace(tzinfo=None))
    for one in wanted(settings.dimensions, each, settings.price_list_currencies):
        name = one.dimension if len(each) == 1 else f"{one.dimension} of {one.scope}"
        yield preflight_rows.passed(name, probes.probe(one))


def _budgets(settings: Settings, deadline: Deadline) -> Iterator[preflight_rows.CheckRow]:
    if settings.budgets or settings.notification_topic:
        from functions.adw_billing.cost_budgets.preflight_budgets import budget_rows  # for those who have some

        yield from budget_rows(settings, deadline)


def _lasting(settings: Settings, deadline: Deadline, config: Mapping[str, str]) -> str:
    """Return what the warehouse's check found, and whether it is forgotten: a load works all the same."""
    warning = forgetting(settings.duckdb_path, config)
    found = _warehouse(settings, deadline)
    return f"warning: {warning}; {found}" if warning else found


def _warehouse(settings: Settings, deadline: Deadline) -> str:
    if settings.duckdb_path:
        return _duckdb(Path(settings.duckdb_path), settings, deadline)
    warehouse = open_oracle(settings, deadline, "preflight")
    try:
        return warehouse.inspect(copies=settings.load_mode == "dbms_cloud")
    finally:
        warehouse.close()


def _duckdb(path: Path, settings: Settings, deadline: Deadline) -> str:
    if not path.exists():
        folder = next((parent for parent in path.parents if parent.exists()), Path("/"))
        if not os.access(folder, os.W_OK):
            raise WarehouseUnusable(f"{folder} may not be written", fix="mount a volume that the function may write")
        return "no file yet; it can be made"
    from functions.adw_billing.warehouse.duckdb.file import connect

    connect(str(path), deadline, settings.deadline_margin_seconds, read_only=True).close()
    return "the file opens"
