"""Queries of the monitoring query language, as the emulated service reads them."""

from __future__ import annotations

import pytest

from emulator.oke.services.mql import QueryError, interval_seconds, parse_mql


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
