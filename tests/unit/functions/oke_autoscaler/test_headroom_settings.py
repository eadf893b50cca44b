"""The entries of `headroom`: what they mean, and which fault is named."""

from __future__ import annotations

import json
from typing import Any

import pytest

from functions.oke_autoscaler.headroom_settings import MAX_ENTRIES, Headroom, parse_headroom

ONE = {"cpu": "500m", "memory": "1Gi"}


def test_an_entry_is_a_size_and_how_many() -> None:
    given = [
        {**ONE, "count": 4, "node_selector": {"name": "p"}, "tolerations": [{"key": "gpu", "operator": "Exists"}]},
        {"cpu": 2, "memory": 1.5},
    ]
    assert parse_headroom(json.dumps(given)) == (
        Headroom("500m", "1Gi", 4, (("name", "p"),), ((("key", "gpu"), ("operator", "Exists")),)),
        Headroom("2", "1.5", 1),
    )
    assert parse_headroom("[]") == ()


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("x", "is no JSON"),
        ({}, "must be a JSON list"),
        ([ONE] * (MAX_ENTRIES + 1), "has 51 entries, more than 50"),
        ([7], "[0] must be an object"),
        ([{**ONE, "replicas": 2}], "[0] has unknown keys: replicas"),
        ([{"memory": "1Gi"}], "[0].cpu must be a quantity"),
        ([ONE, {**ONE, "memory": "1GB"}], "[1].memory must be a quantity"),
        ([{**ONE, "cpu": -1}], "[0].cpu must be a quantity"),
        ([{**ONE, "cpu": "1e3"}], "[0].cpu must be a quantity"),
        ([{**ONE, "cpu": True}], "[0].cpu must be a quantity"),
        ([{**ONE, "count": 0}], "[0].count must be a whole number from 1 to 1000"),
        ([{**ONE, "count": True}], "[0].count must be a whole number"),
        ([{**ONE, "node_selector": {"a": 1}}], "[0].node_selector must be an object of texts"),
        ([{**ONE, "tolerations": {"key": "a"}}], "[0].tolerations must be a list"),
        ([{**ONE, "tolerations": [{"keys": "a"}]}], "[0].tolerations must be a list"),
    ],
)
def test_a_fault_names_its_entry(value: Any, text: str) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011  (the text is looked at)
        parse_headroom(value if isinstance(value, str) else json.dumps(value))
    assert text in str(caught.value)
