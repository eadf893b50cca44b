"""The cost report of an embedded warehouse: its rows asked for, its text returned."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from functions.adw_billing.cost_report.data import CostReport, LedgerLine, Period, Reconciled, SumCheck, cost_report
from functions.adw_billing.errors import WarehouseEmpty, WarehouseUnusable
from functions.adw_billing.model.schema_steps import SCHEMA_VERSION
from functions.adw_billing.model.tables import LOADER, RECONCILIATION_VIEW, REPORT, SCHEMA_VERSION_ROW, SUM_VIEW
from shared.errors import BadRequest

Query = Callable[[str], list[tuple[Any, ...]]]
"""Returns the rows of a query."""
Reading = Callable[[str], AbstractContextManager[Query]]
"""Opens the warehouse in a file, to be read only."""

LEDGER = f"""SELECT dialect, state, count(*), sum(rows_loaded), sum(rows_rejected), sum(size_bytes), sum(cost_sum)
FROM {REPORT.name} GROUP BY ALL ORDER BY ALL"""
RECONCILED = f"""SELECT {", ".join(Reconciled.__slots__)} FROM {RECONCILIATION_VIEW}
ORDER BY tenancy_id, usage_day, service, currency"""
SUM_CHECKS = f"SELECT {', '.join(SumCheck.__slots__)} FROM {SUM_VIEW} ORDER BY tenancy_id, dialect"


def read_costs(path: str, reading: Reading, by: Period | None = None) -> CostReport:
    """Read the warehouse, ``by`` days or months; None: whichever is shorter to read.

    Raises BadRequest for a path that is no file, WarehouseBusy when another process has the file until the deadline,
    WarehouseUnusable, WarehouseEmpty.
    """
    if not Path(path).is_file():
        raise BadRequest(f"{path} is no file", fix="load reports into it first, or name another", field="warehouse")
    with reading(path) as query:
        return costs_of(query, by)


def costs_of(query: Query, by: Period | None = None) -> CostReport:
    """Return what the warehouse says."""
    _check(query)
    ledger = [LedgerLine(*row) for row in query(LEDGER)]
    if not ledger:
        raise WarehouseEmpty("no report is in the ledger")
    checks = [SumCheck(*row) for row in query(SUM_CHECKS)]
    return cost_report(ledger, [Reconciled(*row) for row in query(RECONCILED)], checks, by)


def _check(query: Query) -> None:
    """Raise WarehouseUnusable unless the file has this loader's tables in this version."""
    if (LOADER.name,) not in query("SELECT table_name FROM duckdb_tables()"):
        raise WarehouseUnusable("the file has no tables of this loader")
    found = query(f"SELECT value FROM {LOADER.name} WHERE name = '{SCHEMA_VERSION_ROW}'")
    if found != [(str(SCHEMA_VERSION),)]:
        raise WarehouseUnusable(
            f"the file's schema version is not {SCHEMA_VERSION}; `load` brings an older one forward"
        )
