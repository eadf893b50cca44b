"""Disruption budgets: how many nodes at a time, when, and what is refused."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import pytest

from functions.oke_autoscaler.disruption_budget import DEFAULT, allowed_nodes, read_budgets

FRIDAY_NOON = datetime.fromisoformat("2026-11-27T12:00:00+01:00").timestamp()
FRIDAY_NIGHT = datetime.fromisoformat("2026-11-27T20:00:00+01:00").timestamp()
OFFICE = {"schedule": "0 9 * * mon-fri", "duration": "8h", "timezone": "Europe/Zurich"}


@pytest.mark.parametrize(
    ("text", "nodes", "allowed"),
    [
        ("10%", 100, 10),
        ("10%", 101, 11),
        ("10%", 11, 2),
        ("10%", 1, 1),
        ("10%", 0, 0),
        ("1%", 20, 1),
        ("0%", 20, 0),
        ("100%", 20, 20),
        (" 2 ", 100, 2),
        ("0", 100, 0),
        ('[{"nodes": "50%"}, {"nodes": 3}]', 20, 3),
        ('[{"nodes": "50%"}, {"nodes": "3"}]', 4, 2),
    ],
)
def test_a_percentage_is_rounded_up_and_the_least_holds(text: str, nodes: int, allowed: int) -> None:
    """At least one node for any percentage above 0."""
    assert allowed_nodes(read_budgets(text), nodes, FRIDAY_NOON) == allowed


def test_an_entry_holds_in_its_window_and_the_default_where_none_does() -> None:
    """No removals in office hours; 10 % outside of them."""
    budgets = read_budgets(json.dumps([{"nodes": "0", **OFFICE}]))
    assert allowed_nodes(budgets, 50, FRIDAY_NOON) == 0
    assert allowed_nodes(budgets, 50, FRIDAY_NIGHT) == DEFAULT.of(50) == 5


def test_of_two_in_force_the_most_restrictive_holds() -> None:
    """The one of all times goes on holding in the window of another."""
    budgets = read_budgets(json.dumps([{"nodes": "4"}, {"nodes": "50%", **OFFICE}, {"nodes": "1", **OFFICE}]))
    assert allowed_nodes(budgets, 50, FRIDAY_NOON) == 1
    assert allowed_nodes(budgets, 50, FRIDAY_NIGHT) == 4


def test_a_window_without_time_zone_is_in_utc() -> None:
    """As Karpenter's."""
    budgets = read_budgets('[{"nodes": "0", "schedule": "0 11 * * *", "duration": "1h"}]')
    assert allowed_nodes(budgets, 50, FRIDAY_NOON) == 0
    assert allowed_nodes(budgets, 50, FRIDAY_NOON + 3600) == 5


@pytest.mark.parametrize(
    ("value", "fault"),
    [
        ("", "is no number of nodes"),
        ("-1", "is no number of nodes"),
        ("101%", "is no number of nodes"),
        ("1.5", "is no number of nodes"),
        ("ten", "is no number of nodes"),
        ("[", "is no JSON"),
        ("[]", "JSON list"),
        ({"nodes": "1"}, "JSON list"),
        (["10%"], r"\[0\] must be an object"),
        ([{}], r"\[0\].nodes '' is no number"),
        ([{"nodes": True}], r"\[0\].nodes must be a string"),
        ([{"nodes": "1", "reasons": []}], "unknown keys: reasons"),
        ([{"nodes": "1"}, {"nodes": "1", "schedule": "0 9 * * *"}], r"\[1\].duration is missing"),
        ([{"nodes": "1", "duration": "8h"}], r"\[0\].schedule is missing"),
        ([{"nodes": "1", "timezone": "UTC"}], r"\[0\].timezone needs"),
        ([{"nodes": "1", **OFFICE, "schedule": "0 25 * * *"}], r"\[0\].schedule hour '25'"),
        ([{"nodes": "1", **OFFICE, "duration": "8"}], r"\[0\].duration '8'"),
        ([{"nodes": "1", **OFFICE, "timezone": "Zurich"}], r"\[0\].timezone 'Zurich'"),
        ([{"nodes": "1", **OFFICE, "duration": 8}], r"\[0\].duration must be a string"),
    ],
)
def test_what_says_nothing_sure_is_refused(value: Any, fault: str) -> None:
    """The message names the entry and its key."""
    with pytest.raises(ValueError, match=fault):
        read_budgets(value if isinstance(value, str) else json.dumps(value))
