"""Rows of reports with thousands of columns: which columns are kept, and which rows are read together."""

from __future__ import annotations

import pytest

from functions.adw_billing.model.headers import layout
from functions.adw_billing.parse.chunks import whole
from functions.adw_billing.parse.wide_rows import MAX_FILLED_COLUMNS, WideRows, wide_rows

KNOWN = ["lineItem/intervalUsageStart", "cost/myCost", "product/service"]


def groups(columns: int, *rows: dict[int, str], end: str = "\n") -> list[WideRows]:
    """Rows of a report with so many tags, given by their position."""
    found = layout(",".join([*KNOWN, *(f"tags/k{at}" for at in range(columns))]).encode())
    lines = [",".join(["2026-01-05", "1", "", *(row.get(at, "") for at in range(columns))]) + end for row in rows]
    return list(wide_rows(whole("".join(lines).encode(), final=True), found))


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_columns_that_no_row_fills_are_left_out_but_those_of_the_warehouse(end: str) -> None:
    (group,) = groups(5000, {7: "a"}, {4999: "b", 7: "c"}, end=end)
    assert (group.layout.width, group.layout.tags) == (5, (("k7", 3), ("k4999", 4)))
    assert group.layout.columns == {"lineItem_intervalUsageStart": 0, "cost_myCost": 1, "product_service": 2}
    fields = [(number, record.fault, record.fields) for number, record, _ in group.rows]
    assert fields == [(1, "", (b"2026-01-05", b"1", b"", b"a", b"")), (2, "", (b"2026-01-05", b"1", b"", b"c", b"b"))]


def test_rows_that_fill_many_columns_together_are_read_apart() -> None:
    half = MAX_FILLED_COLUMNS // 2
    rows = [dict.fromkeys(range(begin, begin + half), "x") for begin in (0, half, 2 * half, 0, half)]
    found = groups(5000, *rows)
    assert [[number for number, *_ in group.rows] for group in found] == [[1, 2], [3, 4], [5]]
    assert all(group.layout.width <= MAX_FILLED_COLUMNS + len(KNOWN) for group in found)


def test_a_row_that_fills_more_columns_than_a_resource_has_tags_is_bad_alone() -> None:
    (group,) = groups(5000, {1: "a"}, dict.fromkeys(range(MAX_FILLED_COLUMNS + 2), "x"), {2: "b"})
    assert [record.fault for _, record, _ in group.rows] == ["", "too-many-fields", ""]
    assert group.layout.tags == (("k1", 3), ("k2", 4))
