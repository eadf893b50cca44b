"""Quantities and merge patches of Kubernetes objects."""

from __future__ import annotations

import pytest

from emulator.kubernetes.object_fields import merged, parse_quantity


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("100m", "0.1"),
        ("1Ki", "1024"),
        ("1.5Gi", "1610612736"),
        ("2", "2"),
        ("1e3", "1000"),
        ("1e003", "1000"),
        ("9Ei", str(2**63 - 1)),
    ],
)
def test_quantities(text: str, value: str) -> None:
    assert str(parse_quantity(text).normalize()) == str(parse_quantity(value).normalize())


def test_a_quantity_that_is_none_is_refused() -> None:
    for text in ("", "1Q", "1e", "1.2.3", "1e3m", "--1", "lots"):
        with pytest.raises(ValueError, match="quantity"):
            parse_quantity(text)


def test_a_merge_patch_follows_its_specification() -> None:
    assert merged({"a": {"b": 1, "c": 2}, "d": [1]}, {"a": {"b": None}, "d": [2], "e": {"f": None}}) == {
        "a": {"c": 2},
        "d": [2],
        "e": {},
    }
