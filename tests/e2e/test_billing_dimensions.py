"""adw-billing under the real fdk command: what it reads beside the reports, and several tenancies in one warehouse."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from emulator.services.identity.service import DEFAULT_TENANCY
from tests.e2e.test_billing_function import STORY, Running, running

if TYPE_CHECKING:
    from emulator.base.request_log import LoggedCall

__all__ = ["running"]

APIS = ("compartments", "onesubscription", "resource-search", "price-list")
ALL = "compartments,tenancies,subscriptions,list_prices,resources"


def _asked(running: Running) -> list[LoggedCall]:
    return [call for call in running.cloud.log.calls() if call.service in APIS]


def test_dimensions_are_read_once_a_day_and_no_failure_stops_the_call(running: Running) -> None:
    tenancy = running.cloud.tenancy
    prod = tenancy.compartments.create("prod")
    shop = tenancy.compartments.create("shop", parent=prod)
    tenancy.subscriptions.add(DEFAULT_TENANCY, "sub-1", {"id": "svc-1", "totalValue": "1200.10", "usedAmount": "0.1"})
    tenancy.subscriptions.commitments["svc-1"] = [{"id": "c-1", "quantity": "1200.10", "usedAmount": "100.25"}]
    tenancy.price_list.prices["USD"] = {"B1": '[{"model": "PAY_AS_YOU_GO", "value": 0.00001234}]'}
    running.cloud.faults.add(service="resource-search", status=404, code="NotAuthorizedOrNotFound", times=None)
    config = {"dimensions": ALL, "price_list_url": f"{running.cloud.endpoint}/pls/apex/cetools/api/v1/products/"}
    answer = running.call('{"detail": true}', **config)
    assert len(answer["reports"]) > 0
    states = {one["dimension"]: one["state"] for one in answer["dimensions"]}
    assert states == dict.fromkeys(ALL.split(",")[:4], "loaded") | {"resources": "refused"}
    refused = answer["dimensions"][-1]
    assert (refused["reason"], "inspect all-resources in tenancy" in refused["fix"]) == ("not-authorised", True)
    paths = running.query("SELECT compartment_id, path FROM oci_compartment")
    assert set(paths) == {(DEFAULT_TENANCY, "/"), (prod, "/prod"), (shop, "/prod/shop")}
    assert running.query("SELECT name, home_region FROM oci_tenancy") == [("local-cloud", "IAD")]
    assert running.query("SELECT total_value FROM oci_subscription") == [(Decimal("1200.10"),)]
    assert running.query("SELECT quantity, used_amount FROM oci_commitment_burn") == [
        (Decimal("1200.10"), Decimal("100.25"))
    ]
    assert running.query("SELECT sku, price, unit FROM oci_list_price") == [
        ("B1", Decimal("0.00001234"), "OCPU Per Hour")
    ]
    asked = len(_asked(running))
    answer = running.call('{"detail": true}', **config)
    assert "dimensions" not in answer
    assert len(_asked(running)) == asked


def test_a_tenancy_that_fails_stops_no_other(running: Running) -> None:
    other = "ocid1.tenancy.oc1..aaaaaaaaother"
    running.cloud.object_storage.create_billing_bucket(other)
    # the function is no principal of the other tenancy, so that its bucket cannot be seen
    error = running.call(tenancies=f"{other}@us-ashburn-1")["error"]
    assert error["tenancy-id"] == other
    loaded = running.query("SELECT count(*) FROM oci_report")[0][0]
    assert loaded == len({one.name for one in STORY.publications()})
    assert running.query("SELECT tenancy_id, path FROM oci_compartment") == [(DEFAULT_TENANCY, "/")]
    notes = dict(running.query("SELECT name, value FROM oci_loader WHERE name LIKE 'dimension%'"))
    assert {name.split()[1]: value.split()[1] for name, value in notes.items() if other[-20:] in name} == {
        "compartments": "refused",
        "tenancies": "refused",
    }


def test_what_retention_would_remove_and_what_no_filter_fits_is_not_loaded(running: Running) -> None:
    objects = {one.name for one in STORY.publications()}
    focus = sorted(name for name in objects if name.startswith("FOCUS"))
    days = sorted({"-".join(name.split("/")[1:4]) for name in focus})
    answer = running.call('{"detail": true}', earliest_day=days[-1], reports="focus", dimensions="none")
    names = {one["object_name"] for one in answer["reports"]}
    assert names == {name for name in focus if "-".join(name.split("/")[1:4]) == days[-1]}
    assert "dimensions" not in answer
    # all folders of usage days are older than a day's retention: nothing is read, and nothing removed afterwards
    running.cloud.log.clear()
    answer = running.call('{"detail": true}', retention_days="1", reports="focus", dimensions="none")
    assert (answer["reports"], answer["remaining"]) == ([], 0)
    assert [call for call in running.cloud.log.calls("object-storage") if "/o/" in call.path] == []
    answer = running.call('{"detail": true}', object_filter="reports/cost-csv/*", dimensions="none")
    assert {one["dialect"] for one in answer["reports"]} == {"cost"}
