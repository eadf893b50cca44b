"""`oci-functions billing report`: reads an embedded warehouse, makes the text of a cost report, writes its page."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from functions.adw_billing.cost_report import page as report_page
from functions.adw_billing.cost_report import text as report_text
from functions.adw_billing.cost_report.data import CostReport, LedgerLine, Reconciled, cost_report
from functions.adw_billing.errors import WarehouseEmpty, WarehouseUnusable
from functions.adw_billing.model.tables import REPORT, SCHEMA_VERSION
from functions.adw_billing.warehouse.duckdb import file as duckdb_file
from shared.errors import BadRequest

if TYPE_CHECKING:
    from shared.deadline import Deadline

LEDGER = f"""SELECT dialect, state, count(*), sum(rows_loaded), sum(rows_rejected), sum(size_bytes), sum(cost_sum)
FROM {REPORT.name} GROUP BY ALL ORDER BY ALL"""
RECONCILED = f"""SELECT {", ".join(Reconciled.__slots__)} FROM oci_reconciliation
ORDER BY tenancy_id, usage_day, service, currency"""


def report(path: str, page: Path, deadline: Deadline) -> str:
    """Write the page and return the text; errors are those of ``read_and_write``."""
    return f"{report_text.text(read_and_write(path, page, deadline))}\n{page} written\n"


def read_and_write(path: str, page: Path, deadline: Deadline) -> CostReport:
    """Read the warehouse and write the page.

    Raises BadRequest for a path that is no file or a page that cannot be written, WarehouseBusy when another process
    has the file until the deadline, WarehouseUnusable, WarehouseEmpty.
    """
    found = read(path, deadline)
    try:
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(report_page.page(found), encoding="utf-8")
    except OSError as fault:
        raise BadRequest(f"{page} cannot be written: {fault.strerror}", fix="name another file", field="out") from None
    return found


def read(path: str, deadline: Deadline) -> CostReport:
    """What the warehouse says; the file is opened to be read only, so that nothing of it changes."""
    if not Path(path).is_file():
        raise BadRequest(f"{path} is no file", fix="load reports into it first, or name another", field="warehouse")
    with duckdb_file.named_faults(), contextlib.closing(duckdb_file.connect(path, deadline, 0, read_only=True)) as file:
        _check(file.execute("SELECT table_name FROM duckdb_tables()").fetchall(), file)
        ledger = [LedgerLine(*row) for row in file.execute(LEDGER).fetchall()]
        if not ledger:
            raise WarehouseEmpty("no report is in the ledger")
        return cost_report(ledger, [Reconciled(*row) for row in file.execute(RECONCILED).fetchall()])


def _check(names: list[tuple[str]], file: Any) -> None:  # noqa: ANN401  (a DuckDB connection)
    """Raise WarehouseUnusable unless the file has this loader's tables in this version."""
    if ("oci_loader",) not in names:
        raise WarehouseUnusable("the file has no tables of this loader")
    found = file.execute("SELECT value FROM oci_loader WHERE name = 'schema_version'").fetchall()
    if found != [(str(SCHEMA_VERSION),)]:
        raise WarehouseUnusable(
            f"the file's schema version is not {SCHEMA_VERSION}; `load` brings an older one forward"
        )
