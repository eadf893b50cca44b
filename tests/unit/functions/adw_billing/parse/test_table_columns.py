"""A report's columns in the form and the order of the warehouse's table."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal

import pyarrow as pa

from functions.adw_billing.model.headers import layout
from functions.adw_billing.model.tables import BILLING, COST, OBJECT_KEY
from functions.adw_billing.model.warehouse import RowFormat
from functions.adw_billing.parse.row_rules import RowRules
from functions.adw_billing.parse.table_columns import Rows, TableColumns

TEXTS_FORMAT = RowFormat(number_exponents=(-130, 125), limits_texts=True, has_billing=True)
COST_HEADER = b'lineItem/intervalUsageStart,cost/myCost,usage/billedQuantity,"tags/a ""b""",new/Column\n'
FOCUS_HEADER = b"ChargePeriodStart,BilledCost,UsageQuantity,ConsumedQuantity,Tags\n"


def rows_of(header: bytes, *rows: tuple[str | None, ...]) -> tuple[TableColumns, Rows]:
    columns = TableColumns(layout(header), RowFormat())
    texts, values, doubts = columns.values([pa.array(column, pa.string()) for column in zip(*rows, strict=True)])
    assert doubts is None or not any(doubts.to_pylist())
    return columns, Rows(pa.array(range(1, len(rows) + 1), pa.int64()), texts, values)


def test_data_has_the_tables_columns_in_order_without_the_objects_key() -> None:
    columns, rows = rows_of(COST_HEADER, ("2026-01-05T10:00Z", "0.5", "2", "x", "y"))
    data = columns.data(rows)
    assert data.column_names == list(COST.names[len(OBJECT_KEY) :])
    row = data.to_pylist()[0]
    assert (row["object_row"], row["cost_myCost"], row["usage_billedQuantity"]) == (1, Decimal("0.5"), Decimal(2))
    assert row["product_service"] is None


def test_tags_and_unknown_columns_are_json_of_the_fields_that_have_a_value() -> None:
    columns, rows = rows_of(
        COST_HEADER,
        ("2026-01-05T10:00Z", "1", "1", 'say "hi"\\\n', None),
        ("2026-01-05T10:00Z", "1", "1", None, "\x01"),
    )
    data = columns.data(rows)
    assert [json.loads(text) for text in data["tags"].to_pylist()] == [{'a "b"': 'say "hi"\\\n'}, {}]
    assert [json.loads(text) for text in data["other_columns"].to_pylist()] == [{}, {"new/Column": "\x01"}]


def test_focus_tags_without_braces_get_them_and_the_word_null_is_no_value() -> None:
    columns, rows = rows_of(
        FOCUS_HEADER, ("2026-01-05T10:00Z", "NULL", "1", "2", '"k": "v"'), ("2026-01-05T10:00Z", "1", "1", "2", "{}")
    )
    data = columns.data(rows)
    assert data["tags"].to_pylist() == ['{"k": "v"}', "{}"]
    assert data["BilledCost"].to_pylist() == [None, Decimal(1)]


def test_of_two_quantities_the_first_that_has_a_value_is_summed() -> None:
    start = "2026-01-05T10:00Z"
    columns, rows = rows_of(FOCUS_HEADER, (start, "0.1", "1", "20", None), (start, "0.2", None, "300", None))
    assert (columns.cost(rows), columns.quantity(rows)) == (Decimal("0.3"), Decimal(301))


def test_a_usage_report_has_no_cost() -> None:
    columns, rows = rows_of(b"lineItem/intervalUsageStart,usage/billedQuantity\n", ("2026-01-05T10:00Z", "7.0"))
    assert (columns.cost(rows), columns.quantity(rows)) == (Decimal(0), Decimal(7))


def test_billing_has_the_files_own_texts_and_the_usage_day() -> None:
    found = layout(COST_HEADER)
    rules = RowRules(found, TEXTS_FORMAT)
    columns = TableColumns(found, TEXTS_FORMAT)
    rows = columns.of_checked([(3, rules.checked((b"2026-01-05T23:30-01:00", b"5E-1", b"+2", b"", b"")))])
    billing = columns.billing(rows)
    assert billing.column_names == [*BILLING.names[1:], "usage_day"]
    row = billing.to_pylist()[0]
    assert row["lineItem_intervalUsageStart"] == "2026-01-05T23:30-01:00"
    assert (row["usage_billedQuantity"], row["usage_day"]) == ("+2", date(2026, 1, 6))
    assert columns.data(rows).to_pylist()[0]["cost_myCost"] == "0.5"


def test_a_text_longer_than_its_column_is_in_doubt_where_the_warehouse_limits_texts() -> None:
    header = b"lineItem/intervalUsageStart,cost/myCost,cost/currencyCode\n"
    texts = [pa.array([value, value], pa.string()) for value in ("2026-01-05T10:00Z", "1")]
    texts.append(pa.array(["é" * 30, "é" * 31], pa.string()))
    doubts = TableColumns(layout(header), TEXTS_FORMAT).values(texts)[2]
    assert doubts is not None
    assert doubts.to_pylist() == [False, True]
    assert TableColumns(layout(header), RowFormat()).values(texts)[2] is None
