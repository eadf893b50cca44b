"""`{"preflight": true}`: checks bucket and warehouse, names what is wrong, changes nothing."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from functions.adw_billing.errors import WarehouseUnusable
from functions.adw_billing.open_warehouse import open_oracle
from functions.adw_billing.source.tenancy_bucket import TenancyBucket
from shared import preflight_rows

if TYPE_CHECKING:
    from collections.abc import Mapping

    from functions.adw_billing.settings import Settings
    from shared.deadline import Deadline


def preflight(settings: Settings, deadline: Deadline, config: Mapping[str, str]) -> dict[str, Any]:
    """Return the answer of ``shared.preflight_rows`` with the rows ``config keys``, ``reports`` and ``warehouse``."""
    until = deadline.before_answer()
    rows = [
        preflight_rows.config_row(settings, config),
        preflight_rows.check_row("reports", lambda: _reports(settings, until.half())),
        preflight_rows.check_row("warehouse", lambda: _warehouse(settings, until)),
    ]
    return preflight_rows.preflight_answer(rows)


def _reports(settings: Settings, deadline: Deadline) -> str:
    return f"{len(TenancyBucket(settings, deadline).list())} reports listed"


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
