"""What the emulated nodes have to give, against the figures that Oracle documents."""

from __future__ import annotations

import pytest

from emulator.kubernetes.object_fields import merged, parse_quantity
from emulator.oke.nodes.hosts import kubelet_allocatable
from emulator.oke.services.mql import QueryError, interval_seconds, parse_mql


@pytest.mark.parametrize(
    ("vcpus", "memory_gib", "millicores", "memory_bytes"),
    [
        (4, 16, 3815, 14_283_282_841),
        (1, 4, 840, 3 * 2**30 - 100 * 2**20),
        (2, 8, 1828, int((8 - 1.8) * 2**30) - 100 * 2**20),
        (5, 128, 4810, int((128 - 2.6 - 6.72) * 2**30) - 100 * 2**20),
        (8, 136, 7802, int((136 - 2.6 - 6.72 - 0.16) * 2**30) - 100 * 2**20),
    ],
)
def test_reservations_follow_the_documented_steps(
    vcpus: int, memory_gib: float, millicores: int, memory_bytes: int
) -> None:
    assert kubelet_allocatable(vcpus, memory_gib) == (millicores, memory_bytes)


@pytest.mark.parametrize(
    ("text", "value"),
    [("100m", "0.1"), ("1Ki", "1024"), ("1.5Gi", "1610612736"), ("2", "2"), ("1e3", "1000")],
)
def test_quantities(text: str, value: str) -> None:
    assert str(parse_quantity(text).normalize()) == str(parse_quantity(value).normalize())


def test_a_quantity_that_is_none_is_refused() -> None:
    for text in ("", "1Q", "Gi", "--1"):
        with pytest.raises(ValueError, match="quantity"):
            parse_quantity(text)


def test_a_merge_patch_follows_its_specification() -> None:
    assert merged({"a": {"b": 1, "c": 2}, "d": [1]}, {"a": {"b": None}, "d": [2], "e": {"f": None}}) == {
        "a": {"c": 2},
        "d": [2],
        "e": {},
    }


def test_intervals_end_at_an_hour_of_minutes() -> None:
    assert [interval_seconds(text) for text in ("1m", "60m", "1h", "1d")] == [60, 3600, 3600, 86400]
    for text in ("61m", "99m", "0m", "25h", "2d", "m", "1s", ""):
        with pytest.raises(QueryError):
            interval_seconds(text)


def test_a_query_is_read_whatever_its_blanks() -> None:
    query = parse_mql(
        ' CpuUtilization [5m] { resourceId = "a b", shape=~"VM*|BM*" } . groupBy( resourceId , shape ) . mean ( ) '
    )
    assert (query.metric, query.interval_seconds, query.group_by, query.statistic) == (
        "CpuUtilization",
        300,
        ("resourceId", "shape"),
        "mean",
    )
    assert query.matches({"resourceId": "a b", "shape": "VM.Standard2.1"})
    assert not query.matches({"resourceId": "a b", "shape": "X"})
