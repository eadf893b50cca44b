"""What is read beside the reports, through the unchanged SDK from the emulated APIs into an embedded warehouse."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from emulator.services.identity.service import DEFAULT_TENANCY
from functions.adw_billing.loader.load_dimensions import DimensionLoad, DimensionResult
from functions.adw_billing.model import dimensions_due
from functions.adw_billing.model.dimension_tables import COMPARTMENT
from functions.adw_billing.settings import Settings
from functions.adw_billing.source.dimensions.tenancy_api import MAX_CALLS
from functions.adw_billing.warehouse.duckdb.file import connect
from functions.adw_billing.warehouse.duckdb.session import Session
from functions.adw_billing.warehouse.duckdb.warehouse import DuckDbWarehouse, open_warehouse
from shared.deadline import Deadline
from shared.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from emulator.cloud import Cloud
    from functions.adw_billing.model.dimension_merge import DimensionChange

NOON = datetime(2026, 11, 29, 12)  # noqa: DTZ001  (UTC, as the warehouse stores it)
PRICES = "/pls/apex/cetools/api/v1/products/"


class Reader:
    """Calls of a function that does nothing but this, on one warehouse."""

    def __init__(self, cloud: Cloud, path: Path) -> None:
        self.cloud = cloud
        self.user = cloud.identity.create_user()
        self.path = path
        self.opens = open_warehouse

    def call(self, now: datetime = NOON, seconds: float = 30, *, only: str) -> list[DimensionResult]:
        config = {
            "usage_report_bucket": DEFAULT_TENANCY,
            "warehouse": f"duckdb:{self.path}",
            "oci_endpoint": self.cloud.endpoint,
            "oci_config_file": str(self.user.config_file),
            "price_list_url": f"{self.cloud.endpoint}{PRICES}",
            "dimensions": only,
        }
        settings = load_settings(Settings, config)
        warehouse = self.opens(str(self.path), Deadline.after(60), call_id="c", cost_from="", margin_seconds=0)
        try:
            warehouse.migrate()
            asked = dimensions_due.wanted(settings.dimensions, [DEFAULT_TENANCY], settings.price_list_currencies)
            due = dimensions_due.due(asked, warehouse.remembered(dimensions_due.PREFIX), now)
            return DimensionLoad({DEFAULT_TENANCY: settings}, Deadline.after(seconds), now).run(due, warehouse)
        finally:
            warehouse.close()

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        warehouse = open_warehouse(str(self.path), Deadline.after(60), call_id="c", cost_from="", margin_seconds=0)
        try:
            return warehouse._session.all(sql)
        finally:
            warehouse.close()


@pytest.fixture
def reader(cloud: Cloud, warehouse: Path) -> Reader:
    return Reader(cloud, warehouse)


def test_a_compartment_keeps_its_times_and_all_its_names(cloud: Cloud, reader: Reader) -> None:
    tree = cloud.tenancy.compartments
    prod = tree.create("prod")
    shop = tree.create("shop", parent=prod)
    gone = tree.create("gone")
    lost = tree.create("lost", parent="ocid1.compartment.oc1..unlisted")
    reader.call(only="compartments")
    tree.rename(prod, "live")
    tree.move(shop, DEFAULT_TENANCY)
    tree.delete(gone)
    next_day = NOON + timedelta(days=1)
    assert [result.state for result in reader.call(next_day, only="compartments")] == ["loaded"]
    rows = reader.query("SELECT compartment_id, name, path, lifecycle, first_seen, last_seen FROM oci_compartment")
    assert set(rows) == {
        (DEFAULT_TENANCY, "root", "/", "ACTIVE", NOON, next_day),
        (prod, "live", "/live", "ACTIVE", NOON, next_day),
        (shop, "shop", "/shop", "ACTIVE", NOON, next_day),
        (gone, "gone", "/gone", "DELETED", NOON, next_day),
        (lost, "lost", None, "ACTIVE", NOON, next_day),
    }
    names = reader.query("SELECT path, first_seen, last_seen FROM oci_compartment_name WHERE path LIKE '%shop'")
    assert set(names) == {("/prod/shop", NOON, NOON), ("/shop", next_day, next_day)}
    assert reader.query("SELECT count(*) FROM oci_compartment_name WHERE name LIKE 'gone.%'") == [(0,)]
    # what Identity forgets 90 days after its deletion keeps its row: its costs are still there
    del tree.compartments[gone]
    reader.call(next_day + timedelta(days=1), only="compartments")
    assert reader.query(f"SELECT path, last_seen FROM oci_compartment WHERE compartment_id = '{gone}'") == [
        ("/gone", next_day)
    ]


def test_a_long_list_is_read_by_pages_and_one_without_an_end_is_given_up(cloud: Cloud, reader: Reader) -> None:
    tree = cloud.tenancy.compartments
    for number in range(2100):
        tree.create(f"c{number}")
    (result,) = reader.call(only="compartments")
    assert result.rows == 2101
    assert len(cloud.log.calls("compartments")) == 3
    cloud.log.clear()
    tree.endless = True
    (result,) = reader.call(NOON + timedelta(days=1), only="compartments")
    assert (result.state, result.error and result.error.fields["code"]) == ("failed", "too-many")
    assert len(cloud.log.calls("compartments")) == MAX_CALLS
    assert reader.query("SELECT count(*) FROM oci_compartment") == [(2101,)]


@pytest.mark.parametrize(
    ("fault", "state", "reason"),
    [
        ({"status": 401, "code": "NotAuthenticated"}, "refused", "not-authorised"),
        ({"status": 404, "code": "NotAuthorizedOrNotFound"}, "refused", "not-authorised"),
        ({"status": 429, "code": "TooManyRequests"}, "failed", "oci-service-error"),
        ({"status": 500}, "failed", "oci-service-error"),
        ({"drop": "before"}, "failed", "oci-service-error"),
        ({"body": b'{"items": null}'}, "failed", "oci-service-error"),
        ({"body": b"<html>"}, "failed", "oci-service-error"),
        ({"body": b'[{"id": ' + b"9" * 5000 + b"}]"}, "failed", "oci-service-error"),
    ],
    ids=["401", "404", "429", "500", "dropped", "null", "html", "huge number"],
)
def test_a_failure_is_named_and_remembered_and_the_others_are_read(
    cloud: Cloud, reader: Reader, fault: dict[str, Any], state: str, reason: str
) -> None:
    cloud.faults.add(service="compartments", path="/compartments", times=None, **fault)
    failed, read = reader.call(only="compartments,tenancies")
    assert (failed.state, failed.error and failed.error.reason, read.state) == (state, reason, "loaded")
    cloud.faults.clear()
    cloud.log.clear()
    assert reader.call(NOON + timedelta(minutes=30), only="compartments,tenancies") == []
    assert cloud.log.calls() == []
    # what a policy refuses is asked for again tomorrow, what failed otherwise in an hour
    again = reader.call(NOON + timedelta(hours=2), only="compartments,tenancies")
    assert [result.state for result in again] == ([] if state == "refused" else ["loaded"])


def test_an_api_that_hangs_takes_no_more_than_the_time_that_is_left(cloud: Cloud, reader: Reader) -> None:
    cloud.faults.add(service="compartments", path="/compartments", hang=True, times=None)
    (failed,) = reader.call(seconds=2, only="compartments,tenancies")
    assert (failed.wanted.dimension, failed.state) == ("compartments", "failed")


def test_odd_values_are_left_out_and_never_guessed(cloud: Cloud, reader: Reader) -> None:
    cloud.tenancy.price_list.prices["USD"] = {
        "B1": '[{"model": "PAY_AS_YOU_GO", "value": 0.000000000000000000000001}, {"model": "X", "value": "abc"}]',
        "B2": '[{"value": 1e-30}, {"value": 1e20}, {"value": null}, 7, {"value": true}, {"value": NaN}]',
        "B3": '[{"model": "PAY_AS_YOU_GO", "value": 0, "rangeMin": 0, "rangeMax": 10}, '
        '{"model": "PAY_AS_YOU_GO", "value": 0.0255, "rangeMin": 10, "rangeMax": 999999999999999}]',
        "B4": '[{"model": "\\ud800", "value": 1}]',
    }
    cloud.tenancy.subscriptions.add(DEFAULT_TENANCY, "s", {"id": "v", "totalValue": "1,200", "timeStart": "soon"})
    results = {one.wanted.dimension: one for one in reader.call(only="subscriptions,list_prices")}
    assert results["list_prices"].state == "loaded"
    assert reader.query("SELECT sku, price FROM oci_list_price ORDER BY 1, 2") == [
        ("B1", Decimal("0.000000000000000000000001")),
        ("B3", Decimal(0)),
        ("B3", Decimal("0.0255")),
    ]
    assert reader.query("SELECT total_value, time_start FROM oci_subscription") == [(None, None)]


def test_a_price_that_changes_is_a_row_of_its_own(cloud: Cloud, reader: Reader) -> None:
    prices = cloud.tenancy.price_list.prices
    for day, value in enumerate(("0.5", "0.5", "0.25")):
        prices["USD"] = {"B1": f'[{{"model": "PAY_AS_YOU_GO", "value": {value}}}]'}
        reader.call(NOON + timedelta(days=day), only="list_prices")
    rows = reader.query("SELECT price, first_seen, last_seen FROM oci_list_price ORDER BY first_seen")
    second, third = NOON + timedelta(days=1), NOON + timedelta(days=2)
    assert rows == [(Decimal("0.5"), NOON, second), (Decimal("0.25"), third, third)]


def test_a_commitment_burns_down_day_by_day(cloud: Cloud, reader: Reader) -> None:
    services = cloud.tenancy.subscriptions
    services.add(DEFAULT_TENANCY, "s", {"id": "v", "product": {"partNumber": "B1", "name": "Credits"}})
    for day, used in enumerate(("10.1", "20.2")):
        services.commitments["v"] = [{"id": "c", "quantity": "100", "usedAmount": used, "availableAmount": "80"}]
        reader.call(NOON + timedelta(days=day), only="subscriptions")
    rows = reader.query("SELECT seen_day, used_amount FROM oci_commitment_burn ORDER BY 1")
    assert rows == [(NOON.date(), Decimal("10.1")), (NOON.date() + timedelta(days=1), Decimal("20.2"))]
    assert reader.query("SELECT used_amount, currency FROM oci_commitment") == [(Decimal("20.2"), "USD")]


def test_resources_are_found_by_search(cloud: Cloud, reader: Reader) -> None:
    cloud.tenancy.resource_search.resources[DEFAULT_TENANCY] = [
        {"resourceType": "Instance", "identifier": "i-1", "displayName": "web", "compartmentId": "c"},
        {"resourceType": "Bucket", "displayName": "without an identifier"},
    ]
    (result,) = reader.call(only="resources")
    assert (result.state, result.rows) == ("loaded", 1)
    assert reader.query("SELECT resource_id, name, type, seen FROM oci_resource") == [("i-1", "web", "Instance", NOON)]


def test_what_nobody_foresaw_fails_one_dimension_alone(cloud: Cloud, reader: Reader) -> None:
    class Broken(DuckDbWarehouse):
        def change_dimensions(self, changes: Sequence[DimensionChange], name: str, value: str) -> int:
            if changes and changes[0].table is COMPARTMENT:
                raise ZeroDivisionError
            return super().change_dimensions(changes, name, value)

    def opens(path: str, deadline: Deadline, **_: object) -> DuckDbWarehouse:
        return Broken(Session(connect(path, deadline, 0)), call_id="c", cost_from="")

    reader.opens = opens
    failed, read = reader.call(only="compartments,tenancies")
    assert (failed.state, str(failed.error), read.state) == ("failed", "unforeseen: ZeroDivisionError", "loaded")
