"""Sizes by the clock: which window counts, over changes of the clock, and what is refused."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import pytest

from functions.oke_autoscaler.settings import Settings
from functions.oke_autoscaler.size_schedules import bounds_at, parse_schedules
from shared.errors import MissingInputData
from shared.settings import load_settings

CLUSTER = "ocid1.cluster.oc1.iad.c"
P = "ocid1.nodepool.oc1.iad.p"
ONE = {"cluster_id": CLUSTER, "node_pool_id": P, "node_pool_min_size": "1", "node_pool_max_size": "5"}
DAY = {"schedule": "0 7 * * mon-fri", "duration": "12h", "timezone": "Europe/Zurich", "min_size": 4, "max_size": 9}


def at(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


def sizes(now: str, *entries: dict[str, Any]) -> tuple[int, int]:
    return bounds_at(parse_schedules(json.dumps(entries)), 1, 5, at(now))


@pytest.mark.parametrize(
    ("now", "wanted"),
    [
        ("2026-11-27T06:59:59+01:00", (1, 5)),
        ("2026-11-27T07:00:00+01:00", (4, 9)),
        ("2026-11-27T18:59:59+01:00", (4, 9)),
        ("2026-11-27T19:00:00+01:00", (1, 5)),
        ("2026-11-28T12:00:00+01:00", (1, 5)),  # a Saturday
        ("2026-03-30T07:00:00+02:00", (4, 9)),  # the Monday after the clocks went forward
        ("2026-03-30T06:59:59+02:00", (1, 5)),
    ],
)
def test_a_window_replaces_the_bounds_while_it_is_open(now: str, wanted: tuple[int, int]) -> None:
    assert sizes(now, DAY) == wanted


def test_the_first_open_window_counts_and_a_missing_size_is_the_pools_own() -> None:
    holiday = {"schedule": "0 0 25 12 *", "duration": "24h", "max_size": 3}
    assert sizes("2026-12-25T09:00:00+01:00", holiday, DAY) == (1, 3)
    assert sizes("2026-12-24T09:00:00+01:00", holiday, DAY) == (4, 9)
    assert sizes("2026-12-24T09:00:00+01:00", {**DAY, "max_size": None}) == (4, 5)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("x", "is no JSON"),
        ({}, "must be a list"),
        ([7], "[0] must be an object"),
        ([{**DAY, "size": 3}], "[0] has unknown keys: size"),
        ([{"schedule": "0 7 * * *", "duration": "1h"}], "[0] needs min_size or max_size"),
        ([DAY, {**DAY, "schedule": "0 7 * *"}], "[1].schedule must have 5 fields"),
        ([{**DAY, "schedule": 7}], "[0].schedule must be a text"),
        ([{**DAY, "duration": "12"}], "[0].duration '12' is no duration"),
        ([{"schedule": "0 7 * * *", "min_size": 1}], "[0].duration must be a text"),
        ([{**DAY, "timezone": "Zurich"}], "[0].timezone 'Zurich' is no time zone"),
        ([{**DAY, "min_size": -1}], "[0].min_size must be a whole number"),
        ([{**DAY, "min_size": True}], "[0].min_size must be a whole number"),
        ([{**DAY, "min_size": 6, "max_size": None}], "[0] has max_size 5, below min_size 6"),
    ],
)
def test_a_fault_names_its_entry(value: Any, text: str) -> None:
    given = value if isinstance(value, str) else json.dumps(value)
    with pytest.raises(MissingInputData) as caught:
        load_settings(Settings, {**ONE, "schedules": given})
    assert text in caught.value.faults["schedules"]


def test_the_pools_of_both_kinds_of_config_follow_the_clock() -> None:
    monday, sunday = at("2026-11-30T12:00:00+01:00"), at("2026-11-29T12:00:00+01:00")
    one = load_settings(Settings, {**ONE, "schedules": json.dumps([DAY])})
    rows = [{"id": P, "min_size": 1, "max_size": 5, "schedules": [DAY]}]
    several = load_settings(Settings, {"cluster_id": CLUSTER, "node_pools": json.dumps(rows)})
    for settings in (one, several):
        assert [(pool.min_size, pool.max_size) for pool in settings.pools_at(monday)] == [(4, 9)]
        assert [(pool.min_size, pool.max_size) for pool in settings.pools_at(sunday)] == [(1, 5)]


def test_a_fault_in_a_pools_entry_names_both() -> None:
    row = {"id": P, "max_size": 5}
    for schedules, text in (
        ([{**DAY, "duration": "x"}], "[0].schedules[0].duration 'x' is no duration"),
        ([{**DAY, "min_size": 6, "max_size": None}], "[0].schedules[0] has max_size 5, below min_size 6"),
    ):
        with pytest.raises(MissingInputData) as caught:
            load_settings(
                Settings, {"cluster_id": CLUSTER, "node_pools": json.dumps([{**row, "schedules": schedules}])}
            )
        assert text in caught.value.faults["node_pools"]


def test_beside_node_pools_the_key_has_no_pool_to_be_about() -> None:
    keys = {"cluster_id": CLUSTER, "node_pools": json.dumps([{"id": P, "max_size": 5}])}
    with pytest.raises(MissingInputData) as caught:
        load_settings(Settings, {**keys, "schedules": json.dumps([DAY])})
    assert caught.value.faults == {"schedules": "give it in the entries of node_pools"}
