"""A copy in the tenancy's bucket: quarantined and named by the call that meets it, settled for all that follow."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

from emulator.services.identity.service import DEFAULT_TENANCY
from functions.adw_billing.loader.load_run import LoadOptions, LoadRun, LoadSummary
from functions.adw_billing.source.reports import Bucket
from functions.adw_billing.warehouse.duckdb.warehouse import open_warehouse
from shared.deadline import Deadline
from shared.oci.object_store import ObjectStore
from shared.oci.settings import OciSettings
from tests.support.billing_files import COST, cost_row, query, report

if TYPE_CHECKING:
    from pathlib import Path

    from emulator.cloud import Cloud

NAME = "reports/cost-csv/1.csv.gz"
COPY = "reports/cost-csv/2.csv.gz"
TEXT = report(COST, [cost_row(1), cost_row(2)])


def load(store: ObjectStore, path: Path) -> LoadSummary:
    warehouse = open_warehouse(str(path), Deadline.after(60), call_id="c", cost_from="", margin_seconds=0)
    try:
        warehouse.migrate()
        left = Deadline.after(60).remaining_seconds
        options = LoadOptions(newest_first=False, max_rows_per_slice=1_000_000, left_seconds=left)
        return LoadRun(Bucket(store, DEFAULT_TENANCY, ("cost",)), warehouse, options).run()
    finally:
        warehouse.close()


def test_a_copy_in_the_bucket_is_named_in_the_answer_and_read_once(cloud: Cloud, warehouse: Path) -> None:
    held = cloud.object_storage.create_bucket("bucket", tenancy=DEFAULT_TENANCY)
    cloud.object_storage.put(held, NAME, gzip.compress(TEXT))
    cloud.object_storage.put(held, COPY, gzip.compress(TEXT, 1))
    user = cloud.identity.create_user()
    settings = OciSettings(oci_endpoint=cloud.endpoint, oci_config_file=str(user.config_file))
    store = ObjectStore(settings, Deadline.after(60), held.namespace, held.name)
    summary = load(store, warehouse)
    assert summary.names() == ["1.csv"]
    detail = summary.detail()
    assert detail["rejected"] == [
        {
            "object_name": COPY,
            "object_row": 0,
            "reason": "same-report",
            "content": f"the same content as {NAME}, which is loaded",
        }
    ]
    assert query(warehouse, "SELECT count(*) FROM oci_cost") == [(2,)]
    assert load(store, warehouse).rows == []
    # the one that was loaded is published again with other rows: the copy is a report of its own now
    cloud.object_storage.put(held, NAME, gzip.compress(report(COST, [cost_row(3)])))
    load(store, warehouse)
    assert load(store, warehouse).names() == ["2.csv"]
    assert query(warehouse, "SELECT count(*) FROM oci_cost") == [(3,)]
