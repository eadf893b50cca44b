"""Tags of FOCUS reports are JSON objects in the table, whatever the file has; what is none is kept beside and told."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from tests.contract.adw_billing.test_copy import assert_the_same_whoever_reads, by_the_database, by_the_function
from tests.support.billing_files import FOCUS, focus_row, load, put, query, report
from tests.unit.functions.adw_billing.parse.test_tag_texts import BAD, GOOD

if TYPE_CHECKING:
    from pathlib import Path

NAME = "FOCUS Reports/2026/01/05/1.csv"
FOUND = "SELECT tags, other_columns FROM oci_focus ORDER BY object_row"


def test_a_text_that_is_no_json_stops_no_query_and_is_kept_and_told(folder: Path, warehouse: Path) -> None:
    rows = [focus_row(at, Tags=text) for at, text in enumerate([*GOOD, *BAD, "null", "NULL", ""])]
    put(folder, NAME, report(FOCUS, rows))
    (row,) = load(folder, warehouse)["reports"]
    assert (row["state"], row["rows_loaded"], row["unread_values"]) == ("loaded", len(rows), {"Tags": len(BAD)})
    assert Decimal(row["cost_sum"]) == Decimal("0.5") * len(rows)
    found = query(warehouse, FOUND)
    assert [tags for tags, _ in found] == [*GOOD, *[None] * (len(BAD) + 3)]
    assert [json.loads(others).get("Tags") for _, others in found] == [*[None] * len(GOOD), *BAD, None, None, None]
    assert query(warehouse, "SELECT count(*) FROM oci_focus WHERE NOT json_valid(tags)") == [(0,)]
    tags = query(warehouse, "SELECT tag_key, tag_value, line_count FROM oci_tag_month ORDER BY ALL")
    pairs = [("", "x"), ("a", "b"), ("a", "\U0001f600"), ("a", None), ("a\\b", "c\n"), ("b", '{"c":[1,2500.0]}')]
    assert tags == [(*pair, 1) for pair in pairs]


@pytest.mark.parametrize("text", [*GOOD, *BAD], ids=lambda text: text[:20])
def test_the_database_reads_such_tags_as_the_function_does_or_leaves_them_to_it(text: str) -> None:
    body = report(FOCUS, [focus_row(1, Tags=text)])
    if by_the_database(body) is not None:
        assert_the_same_whoever_reads(body)
    ((tags, others),) = by_the_function(body).rows("SELECT tags, other_columns FROM oci_focus")
    assert (tags, json.loads(others)) == ((text, {}) if text in GOOD else (None, {"Tags": text}))


def test_a_column_for_each_tag_is_a_member_of_tags(folder: Path, warehouse: Path) -> None:
    header = [*(name for name in FOCUS if name != "Tags"), "tags/Team", "tags/a.b"]
    body = report(header, [focus_row(1, **{"tags/Team": 'x "y"', "tags/a.b": ""}), focus_row(2)])
    put(folder, NAME, body)
    load(folder, warehouse)
    assert query(warehouse, FOUND) == [('{"Team":"x \\"y\\""}', "{}"), ("{}", "{}")]
    assert_the_same_whoever_reads(body)


def test_columns_of_tags_join_the_text_of_all_tags(folder: Path, warehouse: Path) -> None:
    cells = {"tags/Team": "ops", "tags/k": "other"}
    texts = ['{"k": "v"}', "", "{k", '"k": "v"']
    body = report([*FOCUS, *cells], [focus_row(at, Tags=text, **cells) for at, text in enumerate(texts)])
    put(folder, NAME, body)
    (row,) = load(folder, warehouse)["reports"]
    assert row["unread_values"] == {"Tags": 1}
    whole = '{"Team":"ops","k":"other"}'
    both = '{"k": "v","Team": "ops"}'
    assert [tags for tags, _ in query(warehouse, FOUND)] == [both, whole, whole, both]
    assert by_the_database(body) is None


def test_charge_periods_in_milliseconds_are_days(folder: Path, warehouse: Path) -> None:
    times = {"ChargePeriodStart": "1767607200000", "ChargePeriodEnd": "1767610800000"}
    body = report(FOCUS, [focus_row(1, **times), focus_row(2)])
    put(folder, NAME, body)
    load(folder, warehouse)
    spans = query(warehouse, "SELECT DISTINCT ChargePeriodStart::VARCHAR, ChargePeriodEnd::VARCHAR FROM oci_focus")
    assert spans == [("2026-01-05 10:00:00", "2026-01-05 11:00:00")]
    assert query(warehouse, "SELECT usage_day::VARCHAR, row_count FROM oci_cost_daily") == [("2026-01-05", 2)]
    assert by_the_database(body) is None
