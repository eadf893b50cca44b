"""Answers views of the cost page from a warehouse of many rows, as a process of its own.

`python -m bench.children.costs_page_child FILE` makes the warehouse and prints JSON: CPU seconds and bytes of each
view. With `oracle` for FILE it asks the database that the environment names, in which it puts two months of the
summary, and takes them out again.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from functions.adw_billing.costs_page import cost_page
from functions.adw_billing.open_warehouse import open_oracle, reading_bill, reading_database
from functions.adw_billing.settings import Settings
from functions.adw_billing.warehouse.duckdb.file import MEMORY_LIMIT, connect
from functions.adw_billing.warehouse.duckdb.session import Session
from functions.adw_billing.warehouse.duckdb.warehouse import DuckDbWarehouse
from shared.deadline import Deadline
from shared.settings import load_settings

if TYPE_CHECKING:
    from functions.adw_billing.query.bill import Bill

TENANCY = "ocid1.tenancy.oc1..bench"
DAYS = 1_096
"""Three years, to the end of October 2026."""
GROUPS = 1_000
"""What a day has in the summary: SKUs by compartment and region, in each of the two dialects."""
LINES = 33
"""Lines that a group is the sum of: 12 million a year."""
DETAIL_DAYS = 92
"""Days whose lines are there too, the newest: a view's second part reads those of two months."""
TIMES = 5
VIEWS: dict[str, tuple[tuple[str, str], ...]] = {
    "first view": (),
    "by compartment": (("by", "compartment"),),
    "ten months": (("month", "2026-01..2026-10"),),
    "one service by SKU": (("by", "sku"), ("filter", "service=SERVICE_3")),
    "what moved, from the lines": (("month", "2026-10"), ("part", "moved")),
}

_KEYS = f"""'{TENANCY}' AS tenancy_id, 'SERVICE_' || (k % 14) AS service, 'region-' || (k % 4) AS region,
  'ocid1.compartment.oc1..' || lpad('' || (k // 7 % 60), 60, 'a') AS compartment_id,
  'compartment ' || (k // 7 % 60) AS compartment_name, 'B' || (90000 + k % 90) AS sku,
  'ocid1.tenancy.oc1..child' || (k % 2) AS subaccount_id, CAST(hash(d, k) % 100000 AS DECIMAL(38,12)) / 1000 AS cost,
  DATE '2023-11-01' + CAST(d AS INTEGER) AS usage_day"""
SUMMARY = f"""INSERT INTO oci_cost_daily BY NAME
SELECT {_KEYS}, dialect, 'USD' AS currency, {LINES} AS row_count
FROM range({DAYS}) a(d), range({GROUPS}) b(k), (VALUES ('cost'), ('focus')) v(dialect)"""
DETAIL = f"""INSERT INTO oci_cost BY NAME
SELECT tenancy_id, 'reports/cost-csv/' || usage_day AS object_name, 'e' AS object_etag, k * {LINES} + n AS object_row,
  'line-' || hash(d, k, n) AS lineItem_referenceNo, subaccount_id AS lineItem_tenantId,
  usage_day + to_hours(CAST(n % 24 AS INTEGER)) AS lineItem_intervalUsageStart, service AS product_service,
  compartment_id AS product_compartmentId, compartment_name AS product_compartmentName, region AS product_region,
  'ocid1.instance.oc1..' || (k * 3 + n % 3) AS product_resourceId, CAST(n AS DECIMAL(38,15)) AS usage_billedQuantity,
  sku AS cost_productSku, 'Product ' || sku AS product_Description, 0.01 AS cost_unitPrice, 'USD' AS cost_currencyCode,
  CAST(cost / {LINES} AS DECIMAL(38,12)) AS cost_myCost, 'HOUR' AS cost_skuUnitDescription,
  '{{"Team":"' || (k % 20) || '"}}' AS tags
FROM (SELECT d, k, {_KEYS} FROM range({DAYS - DETAIL_DAYS}, {DAYS}) a(d), range({GROUPS}) b(k)) s,
  range({LINES}) e(n)"""


def fill(path: str) -> dict[str, int]:
    """Make the warehouse; the rows of its summary and its lines."""
    connection = connect(path, Deadline.after(60), 0)
    warehouse = DuckDbWarehouse(Session(connection), call_id="bench", cost_from="0001-01-01")
    warehouse.migrate()
    connection.execute("SET memory_limit = '2GB'")
    for statement in (SUMMARY, DETAIL, "CHECKPOINT warehouse"):
        connection.execute(statement)
    connection.execute(f"SET memory_limit = '{MEMORY_LIMIT}'")
    rows = {name: _count(connection, name) for name in ("oci_cost_daily", "oci_cost")}
    warehouse.close()
    return rows


def _count(connection: Any, table: str) -> int:  # noqa: ANN401  (DuckDB's connection)
    found = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
    return int(found[0])


def measured(bill: Bill, views: dict[str, tuple[tuple[str, str], ...]]) -> dict[str, dict[str, float]]:
    """Answer each view some times; the least CPU seconds, and the bytes of an answer."""
    found: dict[str, dict[str, float]] = {}
    for name, pairs in views.items():
        seconds, size = [], 0
        for _ in range(TIMES):
            started = time.process_time()
            made = cost_page.cost_page(pairs, bill, "/billing") if not pairs else cost_page.cost_data(pairs, bill, "/b")
            seconds.append(time.process_time() - started)
            size = len(made.body)
        found[name] = {"first_seconds": seconds[0], "seconds": min(seconds), "bytes": size}
    return found


def on_oracle() -> dict[str, Any]:
    """Put two months of the summary into the database, ask the first view of them, take them out."""
    settings = load_settings(Settings, os.environ)
    warehouse = open_oracle(settings, Deadline.after(300), "bench")
    warehouse.migrate()
    warehouse.close()
    names = "tenancy_id, usage_day, dialect, service, currency, cost, row_count"
    rows = [
        (TENANCY, date(2026, 9, 1) + timedelta(days=day), dialect, f"SERVICE_{service}", "USD", day + service, 33)
        for day in range(61)
        for dialect in ("cost", "focus")
        for service in range(14)
    ]
    with _connection(settings) as connection, connection.cursor() as cursor:
        cursor.executemany(f"INSERT INTO oci_cost_daily ({names}) VALUES (:1, :2, :3, :4, :5, :6, :7)", rows)
        connection.commit()
        try:
            with reading_database(settings, Deadline.after(300)) as bill:
                return {"views": measured(bill, {"first view": ()})}
        finally:
            cursor.execute("DELETE FROM oci_cost_daily WHERE tenancy_id = :1", [TENANCY])
            connection.commit()


def _connection(settings: Settings) -> Any:  # noqa: ANN401  (the driver's connection)
    from functions.adw_billing.warehouse.oracle.connect import connect

    return connect(settings, Deadline.after(300))


def main(arguments: list[str]) -> int:
    """Make or find the warehouse, ask, print."""
    parser = argparse.ArgumentParser(prog="python -m bench.children.costs_page_child", description="Ask the cost page.")
    parser.add_argument("warehouse", help="a file that is made, or `oracle`")
    asked = parser.parse_args(arguments)
    if asked.warehouse == "oracle":
        print(json.dumps(on_oracle()))
        return 0
    sys.modules["numpy"] = None  # type: ignore[assignment]  # not in the image; DuckDB would import it
    rows = fill(asked.warehouse)
    with reading_bill(asked.warehouse, Deadline.after(600)) as bill:
        print(json.dumps({"rows": rows, "views": measured(bill, VIEWS)}))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
