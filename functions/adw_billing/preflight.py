"""`{"preflight": true}`: checks bucket and warehouse, names what is wrong, changes nothing."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from functions.adw_billing.errors import WarehouseUnusable
from functions.adw_billing.source.tenancy_bucket import TenancyBucket
from shared.errors import FunctionError

if TYPE_CHECKING:
    from collections.abc import Callable

    from functions.adw_billing.settings import Settings
    from shared.deadline import Deadline


def preflight(settings: Settings, deadline: Deadline) -> dict[str, Any]:
    """`{"preflight": {"ok", "checks": [{"name", "ok", …}]}}`; a check that failed has reason, message and fix."""
    checks = [
        _check("reports", lambda: f"{len(TenancyBucket(settings, deadline).list())} reports listed"),
        _check("warehouse", lambda: _warehouse(settings, deadline)),
    ]
    return {"preflight": {"ok": all(check["ok"] for check in checks), "checks": checks}}


def _check(name: str, act: Callable[[], str]) -> dict[str, Any]:
    try:
        return {"name": name, "ok": True, "found": act()}
    except FunctionError as error:
        body: Any = error.to_body()["error"]
        return {"name": name, "ok": False, **body}


def _warehouse(settings: Settings, deadline: Deadline) -> str:
    if settings.duckdb_path:
        return _duckdb(Path(settings.duckdb_path), settings, deadline)
    from functions.adw_billing.warehouse.oracle.warehouse import open_warehouse  # rare

    warehouse = open_warehouse(settings, deadline, "preflight")
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
