"""Prints rows a second of staging and what a report costs in requests: `… [ROWS]`.

Run with the live suite's variables: `ORACLE_TEST_DSN=… python tests/live/measure_staging.py`.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))


from emulator.reports.generated_report import make_report
from functions.adw_billing.model.warehouse import ObjectKey
from functions.adw_billing.warehouse.oracle.warehouse import OracleWarehouse
from shared.deadline import Deadline
from tests.support.oracle_server import CountingSession, OracleServer
from tests.support.report_batches import ReportBatches

BATCH_ROWS = 20_000


def measure(server: OracleServer, rows: int) -> str:
    """Load one cost report; a line about it."""
    key = ObjectKey("ocid1.tenancy.oc1..measured", "reports/cost-csv/0000000000000000.csv.gz", "1")
    with tempfile.TemporaryDirectory() as folder:
        source = ReportBatches(make_report("cost", rows), key, Path(folder), batch_rows=BATCH_ROWS)
        batches, outcome = list(source.batches()), source.outcome()
    session = CountingSession(server.connect, Deadline.after(600))
    warehouse = OracleWarehouse(session, Deadline.after(600), "measured")
    warehouse.migrate()
    before = session.requests
    claim = warehouse.claim(key, "cost", sliced=False)
    assert claim is not None
    started = time.monotonic()
    for batch in batches:
        warehouse.stage(claim, batch)
    staged = time.monotonic()
    warehouse.commit(claim, outcome)
    published = time.monotonic()
    requests = session.requests - before
    warehouse.close()
    return (
        f"{rows} rows in {len(batches)} batches, staged at {rows / (staged - started):,.0f} rows/s, "
        f"published in {published - staged:.2f} s, {requests} requests"
    )


def main(arguments: list[str]) -> None:
    """Measure on a user without the loader's tables, and leave it so."""
    parser = argparse.ArgumentParser(description="Measure staging in the database of ORACLE_TEST_DSN.")
    parser.add_argument("rows", type=int, nargs="?", default=100_000, help="rows of the report (default: 100000)")
    rows = parser.parse_args(arguments).rows
    server = OracleServer(
        os.environ["ORACLE_TEST_DSN"],
        os.environ.get("ORACLE_TEST_USER", "ADMIN"),
        os.environ.get("ORACLE_TEST_PASSWORD", ""),
        "",
    )
    print(measure(server, rows), flush=True)
    with server.connect() as connection:
        server.drop_tables(connection)


if __name__ == "__main__":
    main(sys.argv[1:])
