"""Texts that are not what their column says: they cost no row where no sum is made of the column."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from tests.support.billing_files import (
    COST,
    FOCUS,
    USAGE,
    cost_row,
    focus_row,
    load,
    put,
    query,
    report,
    usage_row,
)

if TYPE_CHECKING:
    from pathlib import Path

JUNK = ["N", "-", "false", "(null)", "n/a", "0,25"]
NAME = "reports/cost-csv/1.csv"


@pytest.mark.parametrize("junk", JUNK)
def test_junk_in_a_column_that_nothing_is_summed_by_keeps_the_row_and_is_told(
    folder: Path, warehouse: Path, junk: str
) -> None:
    cells = {"cost__unitPrice": junk, "lineItem__intervalUsageEnd": junk}
    put(folder, NAME, report(COST, [cost_row(1), cost_row(2, **cells), cost_row(3, cost__unitPrice=junk)]))
    (row,) = load(folder, warehouse)["reports"]
    assert (row["state"], row["rows_loaded"], row["rows_rejected"], row["cost_sum"]) == ("loaded", 3, 0, "1.5")
    assert row["unread_values"] == {"cost/unitPrice": 2, "lineItem/intervalUsageEnd": 1}
    found = query(warehouse, "SELECT cost_unitPrice, other_columns FROM oci_cost ORDER BY object_row")
    assert [price for price, _ in found] == [Decimal("0.25"), None, None]
    texts = [{}, {"cost/unitPrice": junk, "lineItem/intervalUsageEnd": junk}, {"cost/unitPrice": junk}]
    assert [json.loads(text) for _, text in found] == texts
    assert query(warehouse, "SELECT sum(cost), sum(row_count) FROM oci_cost_daily") == [(Decimal("1.5"), 3)]


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"cost__myCost": "-"}, "bad-number"),
        ({"usage__billedQuantity": "N"}, "bad-number"),
        ({"lineItem__intervalUsageStart": "(null)"}, "bad-time"),
        ({"cost__unitPrice": "1E-30"}, "not-exact"),
    ],
    ids=str,
)
def test_a_row_without_a_cost_a_quantity_or_a_day_is_quarantined(
    folder: Path, warehouse: Path, cells: dict[str, str], reason: str
) -> None:
    put(folder, NAME, report(COST, [cost_row(1), cost_row(2, **cells)]))
    answer = load(folder, warehouse)
    assert [entry["reason"] for entry in answer["rejected"]] == [reason]
    assert "unread_values" not in answer["reports"][0]


def test_junk_takes_no_place_of_another_column_of_the_same_header(folder: Path, warehouse: Path) -> None:
    lines = report(COST, [cost_row(1, cost__unitPrice="-")], line_end="\n").decode().splitlines()
    put(folder, NAME, f"{lines[0]},cost/unitPrice\n{lines[1]},0.75\n".encode())
    load(folder, warehouse)
    ((text,),) = query(warehouse, "SELECT other_columns FROM oci_cost")
    assert json.loads(text) == {"cost/unitPrice": "0.75", "cost/unitPrice#unread": "-"}


def test_focus_and_usage_reports_keep_such_rows_too(folder: Path, warehouse: Path) -> None:
    put(folder, "FOCUS Reports/2026/01/05/1.csv", report([*FOCUS, "ListCost"], [focus_row(1, ListCost="(null)")]))
    put(folder, "reports/usage-csv/1.csv", report(USAGE, [usage_row(1, usage__consumedQuantity="N")]))
    found = {row["dialect"]: row["unread_values"] for row in load(folder, warehouse)["reports"]}
    assert found == {"focus": {"ListCost": 1}, "usage": {"usage/consumedQuantity": 1}}
    assert query(warehouse, "SELECT other_columns FROM oci_focus") == [('{"ListCost":"(null)"}',)]
    assert query(warehouse, "SELECT usage_consumedQuantity, usage_billedQuantity FROM oci_billing") == [(None, "7")]
