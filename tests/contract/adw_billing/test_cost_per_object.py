"""An object costs the same whatever the embedded warehouse holds: only its own rows are read, and the sums hold."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from functions.adw_billing.loader.load_run import LoadOptions, LoadRun
from functions.adw_billing.parse.chunks import CHUNK_BYTES
from functions.adw_billing.settings import DIALECTS
from functions.adw_billing.source.reports import Folder
from functions.adw_billing.warehouse.duckdb.appended import OWN
from functions.adw_billing.warehouse.duckdb.file import connect
from functions.adw_billing.warehouse.duckdb.known_names import NAMES
from functions.adw_billing.warehouse.duckdb.session import Session
from functions.adw_billing.warehouse.duckdb.warehouse import DuckDbWarehouse
from shared.deadline import Deadline
from tests.support.billing_files import COST, FOCUS, TENANCY, cost_row, focus_row, put, query, report

if TYPE_CHECKING:
    from pathlib import Path

DATA_TABLES = ("FROM oci_cost ", "FROM oci_focus ", "FROM oci_usage ")
DAILY = (
    "SELECT usage_day::VARCHAR, dialect, service, currency, cost, row_count, subaccount_id, region, compartment_id, "
    "compartment_name, sku FROM oci_cost_daily ORDER BY ALL"
)
RECOMPUTED = """SELECT * FROM (
  SELECT CAST(lineItem_intervalUsageStart AS DATE)::VARCHAR, 'cost', product_service, cost_currencyCode,
    sum(cost_myCost), count(*), lineItem_tenantId, product_region, product_compartmentId, product_compartmentName,
    cost_productSku FROM oci_cost WHERE lineItem_intervalUsageStart IS NOT NULL GROUP BY ALL
  UNION ALL SELECT CAST(ChargePeriodStart AS DATE)::VARCHAR, 'focus', ServiceName, BillingCurrency,
    sum(BilledCost), count(*), SubAccountId, RegionId, oci_CompartmentId, oci_CompartmentName, SkuId FROM oci_focus
    WHERE ChargePeriodStart IS NOT NULL GROUP BY ALL
) ORDER BY ALL"""


class RecordingSession(Session):
    """Keeps the statements that it ran."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.statements: list[str] = []

    def run(self, statement: str, values: Any = None, rows: Any = None) -> None:
        self.statements.append(statement)
        super().run(statement, values, rows)


ALONE = 100
"""Bytes of a chunk, and so of an object that is published with others: none is so small."""
ALONE_OR_TOGETHER = pytest.mark.parametrize("chunk_bytes", [ALONE, CHUNK_BYTES], ids=["alone", "together"])


def load(folder: Path, warehouse: Path, chunk_bytes: int, retained: str = "") -> list[str]:
    """One call; the statements that it ran after it had migrated."""
    session = RecordingSession(connect(str(warehouse), Deadline.after(30), 0))
    opened = DuckDbWarehouse(session, call_id="c", cost_from="")
    opened.migrate()
    del session.statements[:]
    options = LoadOptions(
        newest_first=False, max_rows_per_slice=1000, left_seconds=lambda: 1e6, chunk_bytes=chunk_bytes
    )
    LoadRun(Folder(folder, TENANCY, DIALECTS), opened, options).run()
    found = list(session.statements)
    if retained:
        opened.retain(TENANCY, retained)
    opened.close()
    return found


def put_cost(folder: Path, number: int, *cells: dict[str, str]) -> None:
    rows = [cost_row(100 * number + at, **each) for at, each in enumerate(cells)]
    put(folder, f"reports/cost-csv/{number}.csv.gz", report(COST, rows))


@ALONE_OR_TOGETHER
def test_names_are_read_once_and_no_statement_of_a_new_object_reads_the_rows_of_others(
    folder: Path, warehouse: Path, chunk_bytes: int
) -> None:
    put_cost(folder, 1, {})
    load(folder, warehouse, chunk_bytes)
    for number in range(2, 7):
        put_cost(folder, number, {}, {"product__service": "STORAGE"})
    statements = load(folder, warehouse, chunk_bytes)
    assert statements.count(NAMES) == 1
    reading = [each for each in statements if each != NAMES and any(table in each for table in DATA_TABLES)]
    assert len(reading) == (10 if chunk_bytes == ALONE else 2)  # proof and summary, of five objects
    assert all(OWN in each for each in reading)


def test_the_rows_of_an_open_transaction_are_found_by_their_row_ids(folder: Path, warehouse: Path) -> None:
    """What `appended` builds on: a DuckDB that numbers them otherwise is slower, and fails here."""
    put_cost(folder, 1, {}, {})
    load(folder, warehouse, ALONE)
    connection = connect(str(warehouse), Deadline.after(30), 0)
    connection.execute("BEGIN")
    connection.execute("INSERT INTO oci_cost SELECT * REPLACE ('new' AS object_name) FROM oci_cost")
    found = connection.execute(f"SELECT object_name, count(*) FROM oci_cost WHERE {OWN} GROUP BY ALL").fetchall()
    connection.close()
    assert found == [("new", 2)]


@ALONE_OR_TOGETHER
@pytest.mark.parametrize("no_cost", ["", "0"])
def test_the_summary_that_objects_are_added_to_is_that_of_all_rows(
    folder: Path, warehouse: Path, chunk_bytes: int, no_cost: str
) -> None:
    tiny, large = "0.000000000000000000000001", "98765432101.5"
    nothing = {"product__service": "", "cost__currencyCode": "", "cost__myCost": no_cost}
    put_cost(folder, 1, {"cost__myCost": tiny}, nothing, {"lineItem__intervalUsageStart": ""})
    web = {"product__compartmentId": "c1", "product__compartmentName": "web", "product__region": "r1"}
    put_cost(
        folder, 2, {"cost__myCost": large}, nothing, {"cost__myCost": "-0.3"}, web, {**web, "cost__productSku": "B"}
    )
    put_cost(folder, 3, {**nothing, "cost__myCost": "7"}, {"lineItem__intervalUsageStart": "2026-01-06T00:00Z"}, web)
    put(folder, "FOCUS Reports/2026/01/05/1.csv.gz", report(FOCUS, [focus_row(1), focus_row(2)]))
    put(folder, "FOCUS Reports/2026/01/05/2.csv.gz", report(FOCUS, [focus_row(3)]))
    load(folder, warehouse, chunk_bytes)
    found = query(warehouse, DAILY)
    assert found == query(warehouse, RECOMPUTED)
    compute = next(row for row in found if row[:3] == ("2026-01-05", "cost", "COMPUTE") and row[7] is None)
    assert compute[4:6] == (Decimal("98765432101.200000000000000000000001"), 3)
    put_cost(folder, 2, {"cost__myCost": "1"})  # published again: its days are summed up anew
    load(folder, warehouse, chunk_bytes)
    assert query(warehouse, DAILY) == query(warehouse, RECOMPUTED)


@ALONE_OR_TOGETHER
def test_late_objects_of_a_day_without_rows_add_a_row_of_their_own(
    folder: Path, warehouse: Path, chunk_bytes: int
) -> None:
    put_cost(folder, 1, {"cost__myCost": "1"})
    load(folder, warehouse, chunk_bytes, retained="2026-01-06")
    for number in (2, 3):
        put_cost(folder, number, {"cost__myCost": str(number)})
    put_cost(folder, 4, {"cost__myCost": "4", "lineItem__intervalUsageStart": "2026-01-07T00:00Z"})
    put_cost(folder, 5, {"cost__myCost": "5", "lineItem__intervalUsageStart": "2026-01-07T00:00Z"})
    load(folder, warehouse, chunk_bytes)
    found = [(day, cost, rows) for day, _, _, _, cost, rows, *_ in query(warehouse, DAILY)]
    late = [("2026-01-05", 2, 1), ("2026-01-05", 3, 1)] if chunk_bytes == ALONE else [("2026-01-05", 5, 2)]
    assert found == [("2026-01-05", 1, 1), *late, ("2026-01-07", 9, 2)]


@ALONE_OR_TOGETHER
def test_rows_without_a_ledger_row_are_known_still(folder: Path, warehouse: Path, chunk_bytes: int) -> None:
    put_cost(folder, 1, {"cost__myCost": "1"})
    load(folder, warehouse, chunk_bytes)
    connection = connect(str(warehouse), Deadline.after(30), 0)
    connection.execute("DELETE FROM oci_report")
    connection.close()
    load(folder, warehouse, chunk_bytes)
    assert query(warehouse, "SELECT count(*) FROM oci_cost") == [(1,)]
    assert query(warehouse, DAILY) == query(warehouse, RECOMPUTED)
