"""The config keys of adw-billing: what each way to the warehouse needs, and what is refused by its key."""

from __future__ import annotations

import pytest

from functions.adw_billing.settings import Settings
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
