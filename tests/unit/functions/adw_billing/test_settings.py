"""The config keys of adw-billing: what each way to the warehouse needs, and what is refused by its key."""

from __future__ import annotations

from typing import ClassVar

import pytest

from functions.adw_billing.settings import Settings
from functions.adw_billing.tenancies import by_tenancy
from shared.errors import MissingInputData
from shared.settings import load_settings

SECRET = "ocid1.vaultsecret.oc1.iad.x"
TENANCY = "ocid1.tenancy.oc1..aaaaaaaalocalcloudtenancy"


def settings(**keys: str) -> Settings:
    return load_settings(Settings, {"usage_report_bucket": TENANCY} | keys)


@pytest.mark.parametrize(
    ("keys", "login"),
    [
        ({"db_dsn": "host:1521/service", "db_user": "u", "db_pass": "p"}, "password"),
        (
            {"db_dsn": "tcps://host/service", "db_user": "u", "db_pass_secret_id": SECRET},
            "secret",
        ),
        ({"db_dsn": "(DESCRIPTION=…)", "db_auth": "iam-token"}, "iam-token"),
    ],
)
def test_a_database_needs_an_address_and_one_way_to_log_on_and_no_wallet(keys: dict[str, str], login: str) -> None:
    found = settings(**keys)
    assert (found.login, found.duckdb_path, found.db_ocid, found.TNS_ADMIN) == (login, "", "", "")


def test_an_embedded_warehouse_needs_no_key_of_a_database() -> None:
    assert settings(warehouse="duckdb:/mnt/billing.duckdb").duckdb_path == "/mnt/billing.duckdb"


@pytest.mark.parametrize(
    ("keys", "missing"),
    [
        ({}, ["db_dsn", "warehouse"]),
        ({"warehouse": "oracle"}, ["db_dsn", "db_pass", "db_user"]),
        ({"db_dsn": "adw_low", "db_user": "u"}, ["db_pass"]),
        ({"db_dsn": "adw_low", "db_user": "u", "db_auth": "secret"}, ["db_pass_secret_id"]),
        ({"warehouse": "duckdb:"}, ["warehouse"]),
        ({"warehouse": "/mnt/billing.duckdb"}, ["warehouse"]),
        ({"warehouse": "duckdb:x", "reports": "cost,carbon"}, ["reports"]),
        ({"warehouse": "duckdb:x", "load_mode": "dbms_cloud"}, ["load_mode"]),
        ({"warehouse": "duckdb:x", "usage_report_bucket": "bling"}, ["usage_report_bucket"]),
        ({"db_dsn": "adw_low", "db_user": "u", "db_pass_secret_id": "ocid1.secret.oc1..a"}, ["db_pass_secret_id"]),
        ({"db_dsn": "d", "db_user": "u", "db_pass": "p", "db_ocid": "ocid1.dbsystem.oc1.iad.a"}, ["db_ocid"]),
        ({"warehouse": "duckdb:x", "oci_billing_cost_from": "2026-02-30"}, ["oci_billing_cost_from"]),
    ],
)
def test_what_is_missing_or_wrong_is_named_by_its_keys(keys: dict[str, str], missing: list[str]) -> None:
    with pytest.raises(MissingInputData) as caught:
        settings(**keys)
    assert caught.value.keys == missing


class TestTenanciesAndDimensions:
    """Keys that name several things at once."""

    BASE: ClassVar[dict[str, str]] = {
        "usage_report_bucket": "ocid1.tenancy.oc1..aaaa",
        "warehouse": "duckdb:/data/b.duckdb",
    }

    def test_tenancies_may_have_regions_of_their_own(self) -> None:
        text = "ocid1.tenancy.oc1..bbbb@eu-frankfurt-1, ocid1.tenancy.oc1..aaaa,ocid1.tenancy.oc1..cccc"
        settings = load_settings(Settings, {**self.BASE, "home_region": "us-ashburn-1", "tenancies": text})
        assert {one: each.home_region for one, each in by_tenancy(settings).items()} == {
            "ocid1.tenancy.oc1..aaaa": "us-ashburn-1",
            "ocid1.tenancy.oc1..bbbb": "eu-frankfurt-1",
            "ocid1.tenancy.oc1..cccc": "us-ashburn-1",
        }

    @pytest.mark.parametrize(
        ("key", "text"),
        [
            ("tenancies", "ocid1.compartment.oc1..bbbb"),
            ("tenancies", "ocid1.tenancy.oc1..bbbb@Frankfurt!"),
            ("dimensions", "compartments,everything"),
            ("dimensions", "none,compartments"),
            ("earliest_day", "2026-02-30"),
            ("price_list_url", "http://example.com/"),
        ],
    )
    def test_what_cannot_be_used_is_named(self, key: str, text: str) -> None:
        with pytest.raises(MissingInputData) as caught:
            load_settings(Settings, {**self.BASE, key: text})
        assert list(caught.value.faults) == [key]

    def test_a_bucket_is_one_tenancys(self) -> None:
        config = {**self.BASE, "reports_bucket": "copies", "tenancies": "ocid1.tenancy.oc1..bbbb"}
        with pytest.raises(MissingInputData) as caught:
            load_settings(Settings, config)
        assert list(caught.value.faults) == ["reports_bucket"]

    def test_no_dimension_at_all(self) -> None:
        assert load_settings(Settings, {**self.BASE, "dimensions": "none"}).dimensions == ()
