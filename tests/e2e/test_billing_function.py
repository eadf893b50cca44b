"""adw-billing under the real fdk command: reports over sockets from the emulated bucket into an embedded warehouse."""

from __future__ import annotations

import gzip
import json
import urllib.request
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from emulator.cloud import Cloud, CloudOptions
from emulator.functions_app import FunctionsApp
from emulator.reports import report_faults
from emulator.reports.billing_history import BillingHistory, final_state, publish_objects
from emulator.reports.generated_report import make_report
from emulator.services.control_plane.service import ControlPlaneService
from emulator.services.identity.service import DEFAULT_TENANCY

if TYPE_CHECKING:
    from collections.abc import Iterator

STORY = BillingHistory(days=2, rows_per_day=60, republish_every=2)
NAME = "adw-billing"


class Running:
    """A cloud with the function and a bucket of reports."""

    def __init__(self, cloud: Cloud, functions: FunctionsApp, plane: ControlPlaneService, warehouse: Path) -> None:
        self.cloud = cloud
        self.plane = plane
        self.functions = functions
        self.warehouse = warehouse
        self.bucket = cloud.object_storage.create_billing_bucket(DEFAULT_TENANCY)
        publish_objects(cloud.object_storage, self.bucket, STORY.publications())

    def call(self, body: str = "", **config: str) -> Any:
        keys = {"usage_report_bucket": DEFAULT_TENANCY, "warehouse": f"duckdb:{self.warehouse}"}
        self.functions.host.configure(NAME, keys | {"oci_endpoint": self.cloud.endpoint} | config)
        url = f"{self.cloud.gateway}/invoke/{NAME}"
        request = urllib.request.Request(url, data=body.encode(), method="POST")  # noqa: S310  (our own address)
        with urllib.request.urlopen(request, timeout=100) as response:  # noqa: S310
            return json.load(response)

    def limit(self, seconds: int) -> None:
        """Give calls so much time; Fn ends them then."""
        functions = self.functions.host.functions
        functions[NAME] = replace(functions[NAME], timeout_seconds=seconds)

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self.warehouse), read_only=True) as connection:
            return connection.execute(sql).fetchall()


@pytest.fixture
def running(tmp_path: Path, keys_folder: Path) -> Iterator[Running]:
    functions = FunctionsApp(lambda cloud: cloud.identity.mint_resource_principal())
    plane = ControlPlaneService()
    options = CloudOptions(keys_folder=keys_folder)
    with Cloud(tmp_path / "cloud", services=[plane], functions=functions, tls=False, options=options) as cloud:
        yield Running(cloud, functions, plane, tmp_path / "billing.duckdb")


def test_a_call_loads_all_history_and_the_next_one_what_is_new(running: Running) -> None:
    wanted = final_state(STORY.publications())
    answer = running.call()
    assert sorted(answer) == sorted(name.rsplit("/", 1)[-1].removesuffix(".gz") for name in wanted)
    ledger = running.query(
        "SELECT object_name, rows_loaded, cost_sum, CAST(quantity_sum AS DECIMAL(38,13)) FROM oci_report"
    )
    for name, rows, cost, quantity in ledger:
        totals = wanted[name].report.totals()
        assert rows == totals.rows
        assert quantity == totals.quantity.quantize(Decimal("1E-13"))
        assert cost == (0 if "usage-csv" in name else totals.cost)
    running.cloud.log.clear()
    assert running.call() == []
    assert not [call for call in running.cloud.log.calls() if "/o/" in call.path], "nothing is read twice"
    detail = running.call('{"detail": true}')
    (warning,) = detail.pop("warnings")  # its file is below /tmp: a real container would forget it
    assert warning.startswith(f"{running.warehouse} is gone with the function's container")
    assert detail == {"reports": [], "rejected": [], "remaining": 0, "rows_per_second": 0}


def test_without_a_place_for_the_data_nothing_is_loaded(running: Running) -> None:
    error = running.call(warehouse="")["error"]
    assert (error["reason"], error["keys"]) == ("missing-input-data", ["db_dsn", "warehouse"])
    assert running.call('{"detail": 1}')["error"]["reason"] == "bad-request"


def test_a_bucket_that_is_not_there_has_a_reason_and_a_fix(running: Running) -> None:
    error = running.call(usage_report_bucket="ocid1.tenancy.oc1..other")["error"]
    assert error["reason"] in {"reports-not-found", "not-authorised", "child-tenancy", "wrong-region"}
    assert error["fix"]
    assert not running.warehouse.exists() or running.query("SELECT count(*) FROM oci_report") == [(0,)]


def test_of_a_child_tenancy_and_another_home_region_the_answer_says_where_the_reports_are(running: Running) -> None:
    running.cloud.object_storage.buckets.clear()
    running.plane.parent_tenancy = "ocid1.tenancy.oc1..parent"
    error = running.call()["error"]
    assert (error["reason"], "ocid1.tenancy.oc1..parent" in error["fix"]) == ("child-tenancy", True)
    running.plane.parent_tenancy = ""
    assert running.call()["error"]["reason"] == "reports-not-found"
    running.plane.home_region = "eu-frankfurt-1"
    error = running.call()["error"]
    assert (error["reason"], error["fix"]) == ("wrong-region", "set home_region to eu-frankfurt-1")


def test_a_preflight_changes_nothing(running: Running) -> None:
    found = running.call('{"preflight": true}')["preflight"]
    assert found["ok"], found
    assert not running.warehouse.exists()


def test_damage_and_breaks_stop_nothing_and_mend(running: Running) -> None:
    cut, broken, gone, *_ = sorted(final_state(STORY.publications()))
    whole = running.bucket.find(cut).read()
    report_faults.truncate(running.cloud.object_storage, running.bucket, cut, keep_bytes=len(whole) - 30)
    report_faults.cut_download(running.cloud.faults, broken, after_bytes=300)
    report_faults.missing_object(running.cloud.faults, gone, times=1)
    report_faults.too_many_requests(running.cloud.faults, times=2)
    states = {row["object_name"]: row["state"] for row in running.call('{"detail": true}')["reports"]}
    assert states.pop(cut) == "rejected"
    assert gone not in states
    assert set(states.values()) == {"loaded"}
    ranges = [call for call in running.cloud.log.calls() if call.path.endswith(broken.replace(" ", "%20"))]
    assert len(ranges) != 1, "the download went on where it broke"
    running.cloud.object_storage.put(running.bucket, cut, whole)
    states = {row["object_name"]: row["state"] for row in running.call('{"detail": true}')["reports"]}
    assert states == {cut: "loaded", gone: "loaded"}
    assert running.query("SELECT count(*) FROM oci_report_rejected") == [(0,)]


LISTING = "/o/?$"


@pytest.mark.parametrize(
    "fault", [{"status": 500}, {"status": 429}, {"drop": "before", "reset": True}, {"truncate_bytes": 40}], ids=str
)
def test_a_listing_that_breaks_is_asked_for_again(running: Running, fault: dict[str, Any]) -> None:
    armed = running.cloud.faults.add(service="object_storage", method="GET", path=LISTING, times=1, **fault)
    answer = running.call()
    assert len(answer) == len(final_state(STORY.publications()))
    assert armed.hits == 1


@pytest.mark.parametrize("fault", [{"status": 500}, {"drop": "before", "reset": True}], ids=str)
def test_a_listing_that_stays_broken_is_answered_and_leaves_nothing(running: Running, fault: dict[str, Any]) -> None:
    armed = running.cloud.faults.add(service="object_storage", method="GET", path=LISTING, times=None, **fault)
    error = running.call()["error"]
    assert error["fix"]
    assert 1 < armed.hits < 20
    assert not running.warehouse.exists() or running.query("SELECT count(*) FROM oci_report") == [(0,)]
    running.cloud.faults.clear()
    assert len(running.call()) == len(final_state(STORY.publications()))


def test_a_listing_that_hangs_is_given_up_in_time_to_answer(running: Running) -> None:
    running.limit(6)
    armed = running.cloud.faults.add(service="object_storage", method="GET", path=LISTING, times=None, hang=True)
    error = running.call(deadline_margin_seconds="2")["error"]
    assert error["reason"] in {"deadline-exceeded", "oci-service-error"}
    assert error["fix"]
    assert armed.hits
    assert not running.warehouse.exists() or running.query("SELECT count(*) FROM oci_report") == [(0,)]
    running.cloud.faults.clear()
    running.limit(100)
    assert len(running.call()) == len(final_state(STORY.publications()))


def test_a_report_that_comes_too_slowly_for_one_call_is_loaded_by_several(running: Running) -> None:
    name = "reports/cost-csv/0009000000000001-00001.csv.gz"
    report = make_report("cost", 20_000, seed="slow")
    stored = gzip.compress(b"".join(report.chunks()))
    running.bucket.objects.clear()
    running.cloud.object_storage.put(running.bucket, name, stored)
    report_faults.slow(running.cloud.faults, name, bytes_per_second=len(stored) / 20)
    slow = {"deadline_margin_seconds": "1.5", "max_rows_per_slice": "1000"}
    kept = 0
    for seconds in (8, 13, 18):  # none is enough for the whole; how long a start takes is the machine's affair
        running.limit(seconds)
        answer = running.call('{"detail": true}', **slow)
        assert (answer["reports"], answer["remaining"]) == ([], 1)
        ((kept,),) = running.query("SELECT coalesce(sum(rows_done), 0) FROM oci_report_claim")
        if kept:
            break
    assert 0 < kept < 20_000
    assert running.query("SELECT count(*) FROM oci_cost") == [(0,)]
    running.cloud.faults.clear()
    running.limit(100)
    (row,) = running.call('{"detail": true}')["reports"]
    assert (row["rows_loaded"], row["state"], Decimal(row["cost_sum"])) == (20_000, "loaded", report.totals().cost)


def test_no_secret_is_in_an_answer_a_log_or_the_warehouse(running: Running) -> None:
    password = "Pa55-that-nobody-may-read"
    environment = running.functions.host.options.environment
    token = Path(environment["OCI_RESOURCE_PRINCIPAL_RPST"]).read_text()
    key = Path(environment["OCI_RESOURCE_PRINCIPAL_PRIVATE_PEM"]).read_text().splitlines()[1]
    report_faults.cut_download(running.cloud.faults, min(final_state(STORY.publications())), after_bytes=300)
    answers = [running.call('{"detail": true}', db_pass=password)]
    running.cloud.faults.add(service="object_storage", method="GET", path=LISTING, times=None, status=500)
    answers += [running.call(body, db_pass=password) for body in ("", '{"preflight": true}', "{")]
    written = [json.dumps(answers).encode(), *(line.text.encode() for line in running.functions.host.logs)]
    written += [file.read_bytes() for file in running.warehouse.parent.glob("billing.duckdb*")]
    assert running.functions.host.logs
    assert running.warehouse.exists()
    for secret in (password, token, key):
        assert not [text for text in written if secret.encode() in text]
