"""The loader's preflight: every row that failed says what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.adw_billing.preflight import preflight
from functions.adw_billing.settings import Settings
from shared.deadline import Deadline
from shared.settings import load_settings

if TYPE_CHECKING:
    from pathlib import Path


def test_an_unusable_configuration_file_has_a_fix(tmp_path: Path) -> None:
    file = tmp_path / "config"
    file.write_text("[DEFAULT]\nuser=x")
    config = {
        "usage_report_bucket": "ocid1.tenancy.oc1..aaaa",
        "oci_config_file": str(file),
        "warehouse": f"duckdb:{tmp_path}/bill.duckdb",
    }
    answer = preflight(load_settings(Settings, config), Deadline.after(30), config)["preflight"]
    assert not answer["ok"]
    keys, reports, warehouse, *dimensions = answer["checks"]
    # what is read beside the reports keeps no load from working: a warning
    assert [(row["ok"], row["found"].partition(":")[0]) for row in dimensions] == [(True, "warning")] * 2
    assert keys == {"name": "config keys", "ok": True, "found": "all are known"}
    assert (reports["name"], reports["ok"], reports["reason"]) == ("reports", False, "not-authorised")
    assert str(file) in reports["fix"]
    assert warehouse == {"name": "warehouse", "ok": True, "found": "no file yet; it can be made"}


def test_a_function_that_would_forget_its_warehouse_is_warned() -> None:
    config = {"usage_report_bucket": "ocid1.tenancy.oc1..aaaa", "warehouse": "duckdb:/tmp/missing/bill.duckdb"}
    inside = {**config, "FN_FN_ID": "ocid1.fnfunc.oc1..a"}
    for where, begin in ((config, "no file yet"), (inside, "warning: /tmp/missing/bill.duckdb is gone with the ")):
        checks = preflight(load_settings(Settings, config), Deadline.after(30), where)["preflight"]["checks"]
        (row,) = [check for check in checks if check["name"] == "warehouse"]
        assert row["ok"]
        assert row["found"].startswith(begin)
        assert row["found"].endswith("no file yet; it can be made")
