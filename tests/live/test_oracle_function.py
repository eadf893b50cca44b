"""The function whole: HTTP to the real `fdk` process, reports from the emulated bucket, tables in a database."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
import requests

from emulator.cloud import Cloud, CloudOptions
from emulator.functions_app import FunctionsApp
from emulator.reports.billing_history import BillingHistory, final_state, publish_objects
from emulator.reports.generated_report import EXACT
from emulator.services.identity.service import DEFAULT_TENANCY
from functions.adw_billing.model.tables import ALL
from tests.support.shared_data import shared_file

if TYPE_CHECKING:
    from pathlib import Path

    import oracledb

    from emulator.services.object_storage.stored_objects import StoredBucket
    from tests.support.oracle_server import OracleServer

Query = Callable[..., list[tuple[object, ...]]]
STORY = BillingHistory(
    days=2, rows_per_day=160, dialects=("cost", "focus", "usage"), rows_per_object=40, republish_every=1
)
AMOUNT = {"cost": "cost_myCost", "focus": "BilledCost", "usage": "0"}


@pytest.fixture
def function(
    server: OracleServer, database: oracledb.Connection, tmp_path: Path, keys_folder: Path
) -> Iterator[tuple[Cloud, StoredBucket]]:
    """A cloud with the function under `fdk`, configured for the database, and the tenancy's bucket of reports."""

    def environment(cloud: Cloud) -> dict[str, str]:
        return {
            **cloud.identity.mint_resource_principal(),
            "oci_endpoint": cloud.endpoint,
            "usage_report_bucket": DEFAULT_TENANCY,
            "db_dsn": server.dsn,
            "db_user": server.user,
            "db_pass_secret_id": cloud.secrets.create(server.password),
        }

    options = CloudOptions(keys_folder=keys_folder)
    with Cloud(tmp_path / "cloud", functions=FunctionsApp(environment), tls=False, options=options) as cloud:
        yield cloud, cloud.object_storage.create_billing_bucket(DEFAULT_TENANCY)


def call(cloud: Cloud, **body: object) -> Any:
    answer = requests.post(f"{cloud.gateway}/invoke/adw-billing", json=body, timeout=120)
    return json.loads(answer.text)


def until_done(cloud: Cloud) -> list[dict[str, Any]]:
    """Call until nothing is left; what was loaded."""
    loaded: list[dict[str, Any]] = []
    while True:
        answer = call(cloud, detail=True)
        assert "reports" in answer, answer
        loaded += answer["reports"]
        if not answer["remaining"]:
            return loaded


def test_a_tenancys_days_are_in_the_tables_row_by_row_and_a_second_call_has_nothing_to_do(
    function: tuple[Cloud, StoredBucket], query: Query
) -> None:
    cloud, bucket = function
    publications = STORY.publications()
    half = len(publications) // 2
    for part in (publications[:half], publications[half:]):
        publish_objects(cloud.object_storage, bucket, part)
        until_done(cloud)
    assert call(cloud) == []
    held = final_state(publications)
    for dialect, amount in AMOUNT.items():
        totals = [each.report.totals() for each in held.values() if each.report.dialect == dialect]
        cost = Decimal(0)
        for each in totals:
            cost = EXACT.add(cost, each.cost)
        found = query(f"select count(*), sum({amount}) from oci_{dialect}")
        assert found == [(sum(each.rows for each in totals), cost)]
    assert query("select count(*), min(state), max(state) from oci_report") == [(len(held), "loaded", "loaded")]
    assert query("select count(*) from oci_report_claim") == [(0,)]
    assert {status for (status,) in query("select distinct status from oci_reconciliation")} == {"equal"}


def test_the_real_reports_have_their_exact_sums(function: tuple[Cloud, StoredBucket], query: Query) -> None:
    cloud, bucket = function
    cost = shared_file("data/reports/real_cost_finops_506rows.csv").read_bytes()
    focus = shared_file("data/reports/derived_focus_from_real_cost_506rows.csv").read_bytes()
    usage = shared_file("data/reports/real_usage_koku_6rows.csv").read_bytes()
    put = cloud.object_storage.put
    put(bucket, "reports/cost-csv/0001000001421182-00001.csv.gz", gzip.compress(cost))
    put(bucket, "FOCUS Reports/2023/11/13/0001000001421182-00001.csv.gz", gzip.compress(focus))
    put(bucket, "reports/usage-csv/0001000000829494.csv.gz", gzip.compress(usage))
    loaded = {each["dialect"]: each for each in until_done(cloud)}
    assert {dialect: each["rows_loaded"] for dialect, each in loaded.items()} == {"cost": 506, "focus": 506, "usage": 6}
    assert loaded["cost"]["cost_sum"] == loaded["focus"]["cost_sum"] == "2.523589325400648027"
    assert query("select sum(cost_myCost) from oci_cost") == [(Decimal("2.523589325400648027"),)]
    identity = "select count(*) from oci_cost where abs(usage_billedQuantity * cost_unitPrice - cost_myCost) > 5E-19"
    assert query(identity) == [(0,)]
    assert query("select count(*) from oci_billing where usage_consumedQuantity = '8.9957412E14'") == [(1,)]


def test_a_preflight_logs_on_and_makes_nothing(function: tuple[Cloud, StoredBucket], query: Query) -> None:
    cloud, _ = function
    answer = call(cloud, preflight=True)
    assert answer["preflight"]["ok"] is True, answer
    assert {check["name"]: check["found"] for check in answer["preflight"]["checks"]} == {
        "config keys": "all are known",
        "reports": "0 reports listed",
        "compartments": "1 compartments read",
        "tenancies": "1 tenancies read",
        "warehouse": f"logged in; {len(ALL)} tables to be made",
    }
    assert query("select count(*) from user_tables where table_name like 'OCI%'") == [(0,)]


def test_the_password_is_in_nothing_that_the_function_writes(
    function: tuple[Cloud, StoredBucket], server: OracleServer, tmp_path: Path
) -> None:
    cloud, bucket = function
    publish_objects(cloud.object_storage, bucket, STORY.publications()[:3])
    answer = json.dumps(call(cloud, detail=True))
    assert '"rows_loaded"' in answer
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    for path in written:
        assert server.password.encode() not in path.read_bytes(), path
    assert server.password not in answer
