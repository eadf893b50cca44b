"""Small reports for tests, written cell by cell, and the loader's command line run on a folder of them."""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import sys
import tempfile
from contextlib import redirect_stdout, suppress
from functools import cache
from pathlib import Path
from typing import Any

import duckdb

from functions.adw_billing.__main__ import main
from functions.adw_billing.warehouse.duckdb.warehouse import open_warehouse
from shared.deadline import Deadline

TENANCY = "ocid1.tenancy.oc1..aaaaaaaatest"
COST = [
    "lineItem/referenceNo",
    "lineItem/tenantId",
    "lineItem/intervalUsageStart",
    "lineItem/intervalUsageEnd",
    "product/service",
    "product/compartmentId",
    "product/compartmentName",
    "product/region",
    "product/availabilityDomain",
    "product/resourceId",
    "usage/billedQuantity",
    "usage/billedQuantityOverage",
    "cost/subscriptionId",
    "cost/productSku",
    "product/Description",
    "cost/unitPrice",
    "cost/unitPriceOverage",
    "cost/myCost",
    "cost/myCostOverage",
    "cost/currencyCode",
    "cost/billingUnitReadable",
    "cost/skuUnitDescription",
    "cost/overageFlag",
    "lineItem/isCorrection",
    "lineItem/backreferenceNo",
    "tags/a.b",
    "tags/Shop-Tags.cost_centre",
]
USAGE = [
    "lineItem/referenceNo",
    "lineItem/tenantId",
    "lineItem/intervalUsageStart",
    "lineItem/intervalUsageEnd",
    "product/service",
    "product/resource",
    "product/compartmentId",
    "product/compartmentName",
    "product/region",
    "product/availabilityDomain",
    "product/resourceId",
    "usage/consumedQuantity",
    "usage/billedQuantity",
    "usage/consumedQuantityUnits",
    "usage/consumedQuantityMeasure",
    "lineItem/isCorrection",
    "lineItem/backreferenceNo",
    "tags/a.b",
]
FOCUS = [
    "BilledCost",
    "BillingCurrency",
    "ChargePeriodStart",
    "ChargePeriodEnd",
    "ServiceName",
    "SubAccountId",
    "UsageQuantity",
    "UsageUnit",
    "ChargeCategory",
    "Provider",
    "oci_ReferenceNumber",
    "oci_BackReferenceNumber",
    "Tags",
]


def cost_row(number: int = 1, **cells: str) -> dict[str, str]:
    """A row of a cost report; keys of ``cells`` have `__` for `/`."""
    row = {
        "lineItem/referenceNo": f"ref-{number}",
        "lineItem/tenantId": TENANCY,
        "lineItem/intervalUsageStart": "2026-01-05T10:00Z",
        "lineItem/intervalUsageEnd": "2026-01-05T11:00Z",
        "product/service": "COMPUTE",
        "usage/billedQuantity": "2",
        "cost/unitPrice": "0.25",
        "cost/myCost": "0.5",
        "cost/currencyCode": "USD",
        "lineItem/isCorrection": "false",
    }
    row.update({name.replace("__", "/"): value for name, value in cells.items()})
    return row


def usage_row(number: int = 1, **cells: str) -> dict[str, str]:
    """A row of a usage report."""
    row = {
        "lineItem/referenceNo": f"ref-{number}",
        "lineItem/tenantId": TENANCY,
        "lineItem/intervalUsageStart": "2026-01-04T10:00Z",
        "lineItem/intervalUsageEnd": "2026-01-04T11:00Z",
        "product/service": "COMPUTE",
        "usage/consumedQuantity": "7.0",
        "usage/billedQuantity": "7.0",
    }
    row.update({name.replace("__", "/"): value for name, value in cells.items()})
    return row


def focus_row(number: int = 1, **cells: str) -> dict[str, str]:
    """A row of a FOCUS report."""
    row = {
        "BilledCost": "0.5",
        "BillingCurrency": "USD",
        "ChargePeriodStart": "2026-01-05T10:00Z",
        "ChargePeriodEnd": "2026-01-05T11:00Z",
        "ServiceName": "COMPUTE",
        "SubAccountId": TENANCY,
        "UsageQuantity": "2",
        "ChargeCategory": "Usage",
        "oci_ReferenceNumber": f"ref-{number}",
    }
    row.update(cells)
    return row


def report(header: list[str], rows: list[dict[str, str]], *, line_end: str = "\r\n") -> bytes:
    """A report's text; cells that a row does not have are empty."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator=line_end)
    writer.writerow(header)
    writer.writerows([row.get(name, "") for name in header] for row in rows)
    return text.getvalue().encode()


def put(folder: Path, name: str, text: bytes) -> Path:
    """Write an object; `.gz` names are compressed, always to the same bytes."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(text, mtime=0) if name.endswith(".gz") else text)
    return path


def load(folder: Path, warehouse: Path, *arguments: str, begun: bool = True) -> Any:
    """The detailed answer of `load`; where there is no file it begins with a new warehouse, whose views are made."""
    if begun and not warehouse.exists():
        with suppress(OSError):  # what is wrong with the place is for the loader to say
            warehouse.parent.mkdir(parents=True, exist_ok=True)
            warehouse.touch(mode=0o600)
            warehouse.write_bytes(new_warehouse())
    out = io.StringIO()
    with redirect_stdout(out):
        status = main(["load", "--reports", str(folder), "--warehouse", str(warehouse), "--detail", *arguments])
    answer = json.loads(out.getvalue())
    states = {row["state"] for row in answer.get("reports", [])}
    found = any(name.endswith((".csv", ".csv.gz")) for _, _, names in os.walk(folder) for name in names)
    assert status == int("error" in answer or states == {"rejected"} or not found)
    return answer


@cache
def new_warehouse() -> bytes:
    """The file of a warehouse that nothing was loaded into: making its views takes longer than a load of a test."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "new.duckdb"
        made = open_warehouse(str(path), Deadline.after(600), call_id="new", cost_from="", margin_seconds=0)
        made.migrate()
        made.close()
        return path.read_bytes()


def load_command(folder: Path, warehouse: Path, *arguments: str) -> list[str]:
    """The command of `load`, for a process of its own."""
    command = [sys.executable, "-m", "functions.adw_billing", "load"]
    return [*command, "--reports", str(folder), "--warehouse", str(warehouse), *arguments]


def query(warehouse: Path, sql: str) -> list[tuple[Any, ...]]:
    """Rows of a query on a warehouse's file."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return connection.execute(sql).fetchall()
