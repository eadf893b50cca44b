"""Config keys: every fault is named with its entry, one pool stays as simple as before."""

from __future__ import annotations

import json
from typing import Any

import pytest

from functions.oke_autoscaler.pool_settings import PoolSettings, Thresholds
from functions.oke_autoscaler.settings import Settings
from shared.errors import MissingInputData
from shared.settings import load_settings

CLUSTER = "ocid1.cluster.oc1.iad.c"
P, Q = "ocid1.nodepool.oc1.iad.p", "ocid1.nodepool.oc1.iad.q"
ONE = {"cluster_id": CLUSTER, "node_pool_id": P, "node_pool_min_size": "1", "node_pool_max_size": "3"}


def faults(**keys: str) -> dict[str, str]:
    with pytest.raises(MissingInputData) as caught:
        load_settings(Settings, keys)
    return caught.value.faults


def test_one_pool_is_four_keys() -> None:
    settings = load_settings(Settings, ONE)
    assert settings.pools == (PoolSettings(P, 1, 3),)
    assert not settings.scale_down_on
    assert load_settings(Settings, {**ONE, "node_pool_eval_ram_load": "20"}).scale_down_on


def test_several_pools_are_a_list_or_json() -> None:
    assert [pool.id for pool in load_settings(Settings, {**ONE, "node_pool_id": f"{P}, {Q}"}).pools] == [P, Q]
    rows = [{"id": P, "min_size": "1", "max_size": 3}, {"id": Q, "max_size": 5, "cost": 2.5, "priority": -1}]
    settings = load_settings(Settings, {"cluster_id": CLUSTER, "node_pools": json.dumps(rows)})
    assert settings.pools == (PoolSettings(P, 1, 3), PoolSettings(Q, 0, 5, 2.5, -1))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("nonsense", "is no JSON"),
        ({}, "must be a JSON list of pools, at least one"),
        ([], "at least one"),
        ([7], "[0] must be an object"),
        ([{"id": P, "max_size": 1, "size": 2}], "[0] has unknown keys: size"),
        ([{"max_size": 1}], "[0].id must be"),
        ([{"id": P, "max_size": 1}, {"id": Q}], "[1].max_size must be a whole number from 0 up"),
        ([{"id": P, "max_size": True}], "[0].max_size"),
        ([{"id": P, "min_size": 4, "max_size": 3}], "[0].max_size is 3, below min_size 4"),
        ([{"id": P, "max_size": 1, "cost": -1}], "[0].cost"),
        ([{"id": P, "max_size": 1, "cost": "cheap"}], "[0].cost"),
        ([{"id": P, "max_size": 1}, {"id": P, "max_size": 1}], "names a pool twice"),
    ],
)
def test_a_fault_in_the_list_names_its_entry(value: Any, text: str) -> None:
    given = value if isinstance(value, str) else json.dumps(value)
    assert text in faults(cluster_id=CLUSTER, node_pools=given)["node_pools"]


def test_faults_of_several_keys_come_together() -> None:
    assert set(faults()) >= {"cluster_id", "node_pool_id", "node_pool_min_size", "node_pool_max_size"}
    assert "below node_pool_min_size" in faults(**{**ONE, "node_pool_min_size": "5"})["node_pool_max_size"]
    assert faults(**{**ONE, "node_pool_id": f"{P},{P}"})["node_pool_id"] == "names a pool twice"
    both = faults(**ONE, node_pools=json.dumps([{"id": Q, "max_size": 1}]))
    assert both["node_pool_id"] == "give either node_pools or node_pool_id, not both"


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("node_pool_id", "prod-pool1", "must be the OCID of a node pool, ocid1.nodepool.…; 'prod-pool1' is no OCID"),
        ("node_pool_id", f"{P},{CLUSTER}", f"'{CLUSTER}' is that of an OKE cluster"),
        ("node_pool_id", "ocid1.nodepool.oc1", "'ocid1.nodepool.oc1' is a part of one"),
        ("cluster_id", P, f"must be the OCID of an OKE cluster, ocid1.cluster.…; '{P}' is that of a node pool"),
        ("secret_id", "my-secret", "must be the OCID of a Vault secret, ocid1.vaultsecret.…; 'my-secret' is no OCID"),
    ],
)
def test_what_is_no_ocid_or_one_of_another_type_names_key_value_and_what_is_wanted(
    key: str, value: str, words: str
) -> None:
    found = faults(**{**ONE, key: value})
    assert list(found) == [key]
    assert words in found[key]


def test_a_pool_of_the_list_needs_the_ocid_of_a_node_pool() -> None:
    found = faults(cluster_id=CLUSTER, node_pools=json.dumps([{"id": P, "max_size": 1}, {"id": "p2", "max_size": 1}]))
    assert found == {"node_pools": "[1].id must be the OCID of a node pool, ocid1.nodepool.…; 'p2' is no OCID"}


@pytest.mark.parametrize("name", ["dryrun", "dry-run", "DRY_RUN", "Dry_Run", "dry_rum", "oke_dry_run", "DRYRUN"])
def test_what_is_nearly_dry_run_is_a_fault(name: str) -> None:
    assert faults(**ONE, **{name: "true"}) == {name: "is no config key: the key is dry_run"}


@pytest.mark.parametrize(
    ("name", "key"), [("max_node_total", "max_nodes_total"), ("MAX_NODES_TOTAL", "max_nodes_total")]
)
def test_a_misspelt_limit_is_a_fault(name: str, key: str) -> None:
    assert faults(**ONE, **{name: "3"}) == {name: f"is no config key: the key is {key}"}


@pytest.mark.parametrize("text", ["-20", "\\-20", "minus 20", "Minus 20", '"-20"', " -20"])
def test_a_negative_value_has_spellings_that_fn_config_takes(text: str) -> None:
    assert (
        load_settings(Settings, {**ONE, "expendable_pods_priority_cutoff": text}).expendable_pods_priority_cutoff == -20
    )


@pytest.mark.parametrize("text", ["minus", "minus -20", "--20", "\\20", "minus twenty", '"'])
def test_what_is_nearly_a_negative_number_is_none(text: str) -> None:
    assert "whole number" in faults(**ONE, expendable_pods_priority_cutoff=text)["expendable_pods_priority_cutoff"]


def test_a_pools_own_thresholds_come_before_those_of_all() -> None:
    rows = [
        {"id": P, "max_size": 1, "node_utilization_percent": 70, "unneeded_minutes": 0, "eval_cpu_load": 0},
        {"id": Q, "max_size": 1, "unready_minutes": 5, "eval_ram_load": 30},
    ]
    keys = {"cluster_id": CLUSTER, "node_pools": json.dumps(rows), "node_pool_eval_cpu_load": "20"}
    settings = load_settings(Settings, keys)
    assert [settings.thresholds(pool) for pool in settings.pools] == [
        Thresholds(70, 0, 20, 0, 0),
        Thresholds(50, 10, 5, 20, 30),
    ]
    assert [settings.thresholds(pool).scale_down_on for pool in settings.pools] == [False, True]
    assert (settings.reads_cpu_load, settings.reads_ram_load) == (True, True)
    assert not load_settings(Settings, {**ONE, "node_pool_eval_cpu_load": "20"}).reads_ram_load


@pytest.mark.parametrize(
    ("key", "value", "text"),
    [
        ("node_utilization_percent", 101, "must be a number from 0 to 100"),
        ("eval_cpu_load", "20", "must be a number from 0 to 100"),
        ("unneeded_minutes", -1, "must be a number from 0 to 525600"),
        ("unready_minutes", True, "must be a number from 0 to 525600"),
    ],
)
def test_a_threshold_of_a_pool_has_the_bounds_of_that_of_all(key: str, value: Any, text: str) -> None:
    found = faults(cluster_id=CLUSTER, node_pools=json.dumps([{"id": P, "max_size": 1, key: value}]))
    assert found == {"node_pools": f"[0].{key} {text}"}


def test_the_minimum_is_enforced_for_new_configurations_only() -> None:
    new = {"cluster_id": CLUSTER, "node_pools": json.dumps([{"id": P, "max_size": 1}])}
    assert load_settings(Settings, new).enforces_min_size
    assert not load_settings(Settings, {**new, "enforce_min_size": "false"}).enforces_min_size
    assert not load_settings(Settings, ONE).enforces_min_size
    assert load_settings(Settings, {**ONE, "enforce_min_size": "true"}).enforces_min_size
