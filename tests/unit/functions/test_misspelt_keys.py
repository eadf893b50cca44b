"""A key that is needed and misspelt: the error names both, in every function that needs any."""

from __future__ import annotations

from typing import Any

import pytest

from functions.adw_billing.settings import Settings as BillingSettings
from functions.codecard_avatar.settings import Settings as BadgeSettings
from functions.oke_autoscaler.settings import Settings as AutoscalerSettings
from shared.errors import MissingInputData
from shared.settings import load_settings


@pytest.mark.parametrize(
    ("settings", "given", "key"),
    [
        (AutoscalerSettings, "cluster-id", "cluster_id"),
        (AutoscalerSettings, "clusterId", "cluster_id"),
        (AutoscalerSettings, "CLUSTER_ID", "cluster_id"),
        (AutoscalerSettings, "node-pool-id", "node_pool_id"),
        (BillingSettings, "usage-report-bucket", "usage_report_bucket"),
        (BillingSettings, "dbdsn", "db_dsn"),
        (BadgeSettings, "apexurl", "apex_url"),
        (BadgeSettings, "oss-bucket", "oss_bucket"),
    ],
)
def test_a_misspelt_key_is_named_beside_the_one_that_is_missing(settings: type[Any], given: str, key: str) -> None:
    with pytest.raises(MissingInputData) as caught:
        load_settings(settings, {given: "hunter2"})
    assert caught.value.faults[key].startswith(f"is not set ({given} is given: is {key} meant?)")
    assert "hunter2" not in f"{caught.value.to_body()}"
    others = [fault for name, fault in caught.value.faults.items() if name != key]
    assert not any(given in fault for fault in others)


def test_a_key_that_is_set_is_not_looked_for() -> None:
    """Only what is missing is: a key of another function has a name of its own, however near."""
    with pytest.raises(MissingInputData) as caught:
        load_settings(AutoscalerSettings, {"cluster_id": "ocid1.cluster.oc1..a", "cluster-id": "x"})
    assert "cluster-id" not in str(caught.value.faults)
