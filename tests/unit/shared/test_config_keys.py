"""Config keys that no setting has: which of a function's environment variables are meant as keys."""

from dataclasses import dataclass

import pytest

from shared.config_keys import misspelt_safeguards, unknown_keys
from shared.preflight_rows import config_row
from shared.settings import setting


@dataclass(frozen=True)
class Settings:
    dry_run: bool = setting(default=False, safeguard=True)
    """Nothing is done."""

    greeting: str = "Hello"
    """A word."""

    home_region: str = ""
    """Where."""


KNOWN = ("dry_run", "greeting", "home_region")
OF_A_CONTAINER = {
    "FN_FORMAT": "http-stream",
    "FN_LISTENER": "unix:/tmp/iofs/lsnr.sock",
    "FN_APP_NAME": "a",
    "OCI_RESOURCE_PRINCIPAL_VERSION": "2.2",
    "OCI_REGION_METADATA": "{}",
    "OCI_TRACING_ENABLED": "0",
    "PATH": "/usr/bin",
    "HOME": "/",
    "HOSTNAME": "h",
    "LANG": "C.UTF-8",
    "LC_ALL": "C",
    "GPG_KEY": "A035",
    "PYTHON_VERSION": "3.11.9",
    "PYTHONPATH": "/function",
    "SUITE_VERSION": "0.1.0",
    "SSL_CERT_FILE": "/ca.pem",
    "https_proxy": "http://proxy",
    "container": "oci",
    "SOME_TOOLS_OWN": "x",
}


def test_what_the_platform_sets_is_no_config_key() -> None:
    assert unknown_keys(KNOWN, OF_A_CONTAINER | {"dry_run": "true"}) == {}


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("greting", "greeting"),
        ("Greeting", "greeting"),
        ("GREETING", "greeting"),
        ("home-region", "home_region"),
        ("HOME_REGION", "home_region"),
        ("warehouse", ""),
        ("Xyz", ""),
    ],
)
def test_a_name_that_no_setting_has_is_named_with_the_nearest(name: str, near: str) -> None:
    assert unknown_keys(KNOWN, OF_A_CONTAINER | {name: "x"}) == {name: near}


def test_an_empty_value_is_a_key_that_was_taken_back() -> None:
    assert unknown_keys(KNOWN, {"greting": " "}) == {}
    assert misspelt_safeguards(Settings, {"dryrun": ""}) == {}


@pytest.mark.parametrize("name", ["dryrun", "dry-run", "DRY_RUN", "dry_rn", "enable_dry_run"])
def test_a_near_miss_of_a_safeguard_is_a_fault(name: str) -> None:
    assert misspelt_safeguards(Settings, {name: "true"}) == {name: "is no config key: the key is dry_run"}


def test_a_name_that_is_only_a_little_like_a_safeguard_is_none() -> None:
    assert misspelt_safeguards(Settings, {"dry": "x", "greting": "x", "runs": "x", "DAY_RUN_BY": "x"}) == {}


def test_preflight_fails_for_a_misspelling_and_only_names_what_may_be_another_functions() -> None:
    assert config_row(Settings(), OF_A_CONTAINER)["found"] == "all are known"
    other = config_row(Settings(), {"warehouse": "duckdb:x"})
    assert (other["ok"], other["found"]) == (True, "unknown, without effect: warehouse")
    row = config_row(Settings(), {"greting": "hunter2", "warehouse": "x"})
    assert (row["ok"], row["reason"]) == (False, "missing-input-data")
    assert row["faults"] == {"greting": "is no config key, did you mean greeting?"}
    assert "hunter2" not in str(row)
