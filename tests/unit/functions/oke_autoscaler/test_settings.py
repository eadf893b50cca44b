"""Config keys: every fault is named with its entry, one pool stays as simple as before."""

from __future__ import annotations

import json
from typing import Any

import pytest

from functions.oke_autoscaler.settings import PoolSettings, Settings
from shared.errors import MissingInputData
from shared.settings import load_settings

ONE = {"cluster_id": "c", "node_pool_id": "p", "node_pool_min_size": "1", "node_pool_max_size": "3"}


def faults(**keys: str) -> dict[str, str]:
    with pytest.raises(MissingInputData) as caught:
        load_settings(Settings, keys)
    return caught.value.faults


def test_one_pool_is_four_keys() -> None:
    settings = load_settings(Settings, ONE)
    assert settings.pools == (PoolSettings("p", 1, 3),)
    assert not settings.scale_down_on
    assert load_settings(Settings, {**ONE, "node_pool_eval_ram_load": "20"}).scale_down_on


def test_several_pools_are_a_list_or_json() -> None:
    assert [pool.id for pool in load_settings(Settings, {**ONE, "node_pool_id": "p, q"}).pools] == ["p", "q"]
    rows = [{"id": "p", "min_size": "1", "max_size": 3}, {"id": "q", "max_size": 5, "cost": 2.5, "priority": -1}]
    settings = load_settings(Settings, {"cluster_id": "c", "node_pools": json.dumps(rows)})
    assert settings.pools == (PoolSettings("p", 1, 3), PoolSettings("q", 0, 5, 2.5, -1))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("nonsense", "is no JSON"),
        ({}, "must be a JSON list of pools, at least one"),
        ([], "at least one"),
        ([7], "[0] must be an object"),
        ([{"id": "p", "max_size": 1, "size": 2}], "[0] has unknown keys: size"),
        ([{"max_size": 1}], "[0].id must be"),
        ([{"id": "p", "max_size": 1}, {"id": "q"}], "[1].max_size must be a whole number from 0 up"),
        ([{"id": "p", "max_size": True}], "[0].max_size"),
        ([{"id": "p", "min_size": 4, "max_size": 3}], "[0].max_size is 3, below min_size 4"),
        ([{"id": "p", "max_size": 1, "cost": -1}], "[0].cost"),
        ([{"id": "p", "max_size": 1, "cost": "cheap"}], "[0].cost"),
        ([{"id": "p", "max_size": 1}, {"id": "p", "max_size": 1}], "names a pool twice"),
    ],
)
def test_a_fault_in_the_list_names_its_entry(value: Any, text: str) -> None:
    given = value if isinstance(value, str) else json.dumps(value)
    assert text in faults(cluster_id="c", node_pools=given)["node_pools"]


def test_faults_of_several_keys_come_together() -> None:
    assert set(faults()) >= {"cluster_id", "node_pool_id", "node_pool_min_size", "node_pool_max_size"}
    assert "below node_pool_min_size" in faults(**{**ONE, "node_pool_min_size": "5"})["node_pool_max_size"]
    assert faults(**{**ONE, "node_pool_id": "p,p"})["node_pool_id"] == "names a pool twice"
    both = faults(**ONE, node_pools='[{"id": "q", "max_size": 1}]')
    assert both["node_pool_id"] == "give either node_pools or node_pool_id, not both"
