"""What a row becomes: exact values, or a place in quarantine that says why."""

from __future__ import annotations

import json
from datetime import datetime
from decimal import Decimal
from functools import reduce
from typing import TYPE_CHECKING

import pytest

from functions.adw_billing.model.exact_sums import EXACT
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

D = Decimal


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    return tmp_path / "out" / "billing.duckdb"


@pytest.mark.parametrize(
    "text",
    [
        "0.083333333333000000", "4.81298076439E-7", "6.31234567E-12", "6.266090E-12", "5.65E9", "-2.5E-7", "0E-18",
        "0E-40", "1.5e-18", "+3", ".5", "5.", "12345678901234.5", "0.1234567890123456789", "1E-20", "-0.000000001",
        "1E+3", "15E-4", "0.012264277499950943", "00012.50", "1.000000000000000000000000000000000000",
    ],
)  # fmt: skip
def test_a_cost_is_loaded_as_it_is_written(folder: Path, warehouse: Path, text: str) -> None:
    put(folder, "reports/cost-csv/1.csv.gz", report(COST, [cost_row(cost__myCost=text), cost_row(2)]))
    answer = load(folder, warehouse)["reports"][0]
    assert (answer["rows_loaded"], answer["rows_rejected"], answer["state"]) == (2, 0, "loaded")
    assert D(answer["cost_sum"]) == D(text) + D("0.5")
    assert query(warehouse, "SELECT cost_myCost FROM oci_cost ORDER BY object_row")[0][0] == D(text)
    assert query(warehouse, "SELECT cost_sum FROM oci_report")[0][0] == D(text) + D("0.5")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("1E-30", "not-exact"), ("1.00000000000000000000000000001", "not-exact"), ("1e400", "not-exact"),
        ("123456789012345.5", "not-exact"), ("1E-999999999", "not-exact"), ("1_000", "bad-number"),
        ("NaN", "bad-number"), ("Infinity", "bad-number"), ("12,5", "bad-number"), ("0x10", "bad-number"),
        ("1.2.3", "bad-number"), ("1.5.2E-7", "bad-number"), ("abc", "bad-number"), ("E-7", "bad-number"),
        ("5E", "bad-number"), ("NULL", "bad-number"), ("--5", "bad-number"), ("1 000", "bad-number"),
    ],
)  # fmt: skip
def test_a_number_that_cannot_be_held_exactly_is_quarantined(
    folder: Path, warehouse: Path, text: str, reason: str
) -> None:
    rows = [cost_row(1), cost_row(2, cost__myCost=text), cost_row(3)]
    put(folder, "reports/cost-csv/1.csv.gz", report(COST, rows))
    answer = load(folder, warehouse)["reports"][0]
    assert (answer["rows_loaded"], answer["rows_rejected"], answer["state"]) == (2, 1, "partial")
    found = query(warehouse, "SELECT object_row, reason, content FROM oci_report_rejected")
    assert [(row, why) for row, why, _ in found] == [(2, reason)]
    assert text in found[0][2]
    assert query(warehouse, "SELECT object_row FROM oci_cost ORDER BY 1") == [(1,), (3,)]


def test_byte_milliseconds_and_tiny_amounts_stand_in_one_column_and_add_up(folder: Path, warehouse: Path) -> None:
    quantities = ["9.0E20", "6.3E-12", "8.9957412E14", "1.2345678901234567E20", "899574120000000", "7.0"] + [
        "9.0E20"
    ] * 200
    for dialect, header, make in (("usage", USAGE, usage_row), ("cost", COST, cost_row)):
        rows = [make(index, usage__billedQuantity=text) for index, text in enumerate(quantities)]
        put(folder, f"reports/{dialect}-csv/{dialect}.csv", report(header, rows))
    put(folder, "FOCUS Reports/2026/01/05/f.csv", report(FOCUS, [focus_row(UsageQuantity=text) for text in quantities]))
    total = reduce(EXACT.add, map(D, quantities))
    for row in load(folder, warehouse)["reports"]:
        assert (row["rows_rejected"], D(row["quantity_sum"])) == (0, total)
    assert total > D("1E23")
    sums = "SELECT sum(usage_billedQuantity) FROM oci_usage UNION ALL SELECT sum(CAST(quantity_sum AS DECIMAL(38,13)))"
    assert query(warehouse, sums + " FROM oci_report WHERE dialect = 'usage'") == [(total,), (total,)]


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2023-11-13T10:00Z", "2023-11-13T10:00:00"),
        ("2023-11-13T11:00:00Z", "2023-11-13T11:00:00"),
        ("2023-11-13T11:00:00.123Z", "2023-11-13T11:00:00.123"),
        ("2023-11-13T11:00:00+00:00", "2023-11-13T11:00:00"),
        ("2023-11-13T11:00:00.123456789+02:00", "2023-11-13T09:00:00.123456"),
        ("2023-11-13T01:00-0330", "2023-11-13T04:30:00"),
        ("2024-09-21 17:00:00", "2024-09-21T17:00:00"),
        ("2024-09-21 17:00:00.5 UTC", "2024-09-21T17:00:00.500"),
        ("2024-09-21", "2024-09-21T00:00:00"),
        ("2024-09-21 17:00:00.000000 +01:00", "2024-09-21T16:00:00"),
    ],
)
def test_a_time_in_any_spelling_is_utc_to_the_microsecond(
    folder: Path, warehouse: Path, text: str, moment: str
) -> None:
    put(folder, "1.csv", report(COST, [cost_row(lineItem__intervalUsageStart=text), cost_row(2)]))
    assert load(folder, warehouse)["reports"][0]["rows_rejected"] == 0
    found = query(warehouse, "SELECT lineItem_intervalUsageStart FROM oci_cost WHERE object_row = 1")
    assert found == [(datetime.fromisoformat(moment),)]


@pytest.mark.parametrize("text", ["2023-02-30T10:00Z", "13.11.2023", "20231113T100000Z", "soon", "2023-11-13T10:61Z"])
def test_a_time_that_is_none_is_quarantined(folder: Path, warehouse: Path, text: str) -> None:
    put(folder, "1.csv", report(COST, [cost_row(lineItem__intervalUsageStart=text), cost_row(2)]))
    assert load(folder, warehouse)["reports"][0]["rows_rejected"] == 1
    assert query(warehouse, "SELECT object_row, reason FROM oci_report_rejected") == [(1, "bad-time")]


def test_texts_stay_texts_and_empty_is_null(folder: Path, warehouse: Path) -> None:
    texts = ["NA", "null", "0017053", "20200115", "607825", "NULL", "", " x ", "nan", "true"]
    put(folder, "1.csv", report(COST, [cost_row(index, product__resourceId=text) for index, text in enumerate(texts)]))
    load(folder, warehouse)
    found = [row for (row,) in query(warehouse, "SELECT product_resourceId FROM oci_cost ORDER BY object_row")]
    assert found == [text or None for text in texts]
    assert query(warehouse, "SELECT count(cost_unitPriceOverage), count(cost_attributedCost) FROM oci_cost") == [(0, 0)]


def test_the_literal_null_is_null_in_focus_reports_only(folder: Path, warehouse: Path) -> None:
    rows = [
        focus_row(1, ServiceName="NULL", UsageQuantity="NULL", ChargePeriodEnd="NULL"),
        focus_row(2, ServiceName="null"),
    ]
    put(folder, "FOCUS Reports/2026/01/05/1.csv.gz", report(FOCUS, rows))
    assert load(folder, warehouse)["reports"][0]["rows_loaded"] == 2
    found = query(warehouse, "SELECT ServiceName, UsageQuantity, ChargePeriodEnd FROM oci_focus ORDER BY object_row")
    assert found[0] == (None, None, None)
    assert found[1][0] == "null"


WILD = [
    "a=b",
    "#1",
    'say "hi"',
    "two\nlines",
    "x" * 5000,
    "tab\there",
    "back\\slash",
    "ünïcode 🎉",
    "'quoted'",
    "a,b",
    "\r\n",
]


def test_tags_and_unknown_columns_are_kept_byte_for_byte(folder: Path, warehouse: Path) -> None:
    header = [*COST, 'tags/odd "key"', "newColumn", "cost/newCost"]
    rows = [
        cost_row(index, **{"tags/a.b": text, 'tags/odd "key"': text, "newColumn": text, "cost/newCost": "1E-99"})
        for index, text in enumerate(WILD)
    ]
    put(folder, "1.csv.gz", report(header, rows))
    assert load(folder, warehouse)["reports"][0]["rows_loaded"] == len(WILD)
    found = query(warehouse, "SELECT tags, other_columns FROM oci_cost ORDER BY object_row")
    assert [json.loads(tags) for tags, _ in found] == [{"a.b": text, 'odd "key"': text} for text in WILD]
    assert [json.loads(other) for _, other in found] == [{"newColumn": text, "cost/newCost": "1E-99"} for text in WILD]


def test_focus_tags_come_with_and_without_braces(folder: Path, warehouse: Path) -> None:
    tags = ['{"a": "b=c#d"}', '"a": "b", "c": "d\\n"', "{}", "", "NULL", ' "k": "v"']
    put(folder, "1.csv", report(FOCUS, [focus_row(index, Tags=text) for index, text in enumerate(tags)]))
    load(folder, warehouse)
    found = [row for (row,) in query(warehouse, "SELECT Tags FROM oci_focus ORDER BY object_row")]
    assert found == ['{"a": "b=c#d"}', '{"a": "b", "c": "d\\n"}', "{}", None, None, '{ "k": "v"}']


def test_columns_are_found_by_name_in_any_order_and_case(folder: Path, warehouse: Path) -> None:
    plain = report(COST, [cost_row(1), cost_row(2, tags__x="")])
    header = [name.upper() if index % 2 else name.lower() for index, name in enumerate(COST) if "tags" not in name]
    header.reverse()
    mixed = report(
        header,
        [{name: cost_row(3).get(known, "") for name in header for known in COST if known.lower() == name.lower()}],
    )
    put(folder, "1.csv", plain)
    put(folder, "2.csv", b"\xef\xbb\xbf" + mixed)
    load(folder, warehouse)
    columns = "lineItem_intervalUsageStart, product_service, cost_myCost, usage_billedQuantity, cost_currencyCode"
    assert len(set(query(warehouse, f"SELECT {columns} FROM oci_cost"))) == 1
    assert query(warehouse, "SELECT count(*) FROM oci_cost WHERE tenancy_id = lineItem_tenantId") == [(3,)]


def test_focus_names_of_oracles_table_and_of_focus_1_0_are_known(folder: Path, warehouse: Path) -> None:
    renamed = {
        "Provider": "x_oci_ProviderName",
        "oci_ReferenceNumber": "x_oci_ReferenceNumber",
        "UsageQuantity": "ConsumedQuantity",
    }
    header = [renamed.get(name, name) for name in FOCUS] + ["InvoiceIssuerName", "PublisherName", "RegionId", "Id"]
    row = {**focus_row(), "x_oci_ProviderName": "Oracle", "x_oci_ReferenceNumber": "r9", "ConsumedQuantity": "3"}
    row |= {"InvoiceIssuerName": "Oracle America", "PublisherName": "P", "RegionId": "eu-1", "Id": "17"}
    put(folder, "1.csv", report(header, [row]))
    assert load(folder, warehouse)["reports"][0]["quantity_sum"] == "3"
    columns = "Provider, oci_ReferenceNumber, InvoiceIssuer, Publisher, RegionId, ConsumedQuantity, other_columns"
    assert query(warehouse, f"SELECT {columns} FROM oci_focus") == [
        ("Oracle", "r9", "Oracle America", "P", "eu-1", D(3), '{"Id":"17"}')
    ]


BAD_LINES = {
    "unterminated-quote": b'ref-x,"open and never closed,1,2\r\n',
    "field-count": b"ref-x,too,few\r\n",
    "nul-byte": report(COST, [cost_row(9, product__service="a\0b")]).split(b"\r\n")[1] + b"\r\n",
    "not-utf-8": report(COST, [cost_row(9, product__service="XX")]).split(b"\r\n")[1].replace(b"XX", b"\xff\xfe")
    + b"\r\n",
    "bad-quote": report(COST, [cost_row(9, product__service="XX")]).split(b"\r\n")[1].replace(b"XX", b'"a"b') + b"\r\n",
    "row-too-long": report(COST, [cost_row(9, product__service="y" * (10 << 20))]).split(b"\r\n")[1] + b"\r\n",
}


@pytest.mark.parametrize("reason", BAD_LINES)
def test_a_bad_row_takes_no_good_row_along(folder: Path, warehouse: Path, reason: str) -> None:
    good = report(COST, [cost_row(index, tags__x="") | {"tags/a.b": 'q"q\nz'} for index in range(1, 41)])
    lines = good.split(b"\r\n")
    text = b"\r\n".join(lines[:21]) + b"\r\n" + BAD_LINES[reason] + b"\r\n".join(lines[21:])
    put(folder, "reports/cost-csv/1.csv.gz", text)
    answer = load(folder, warehouse)["reports"][0]
    assert (answer["rows_loaded"], answer["rows_rejected"], answer["state"]) == (40, 1, "partial")
    assert query(warehouse, "SELECT object_row, reason FROM oci_report_rejected") == [(21, reason)]
    assert query(warehouse, "SELECT max(object_row), count(DISTINCT object_row), sum(cost_myCost) FROM oci_cost") == [
        (41, 40, D(20))
    ]
    assert query(warehouse, "SELECT max(length(content)) <= 65536 FROM oci_report_rejected") == [(True,)]


def test_stray_quotes_and_mixed_line_ends_are_just_characters(folder: Path, warehouse: Path) -> None:
    text = report(COST, [cost_row(1, product__service="XX"), cost_row(2), cost_row(3)], line_end="\n")
    text = text.replace(b"XX", b'5" disk').replace(b"ref-2", b"ref-2", 1)
    lines = text.split(b"\n")
    put(folder, "1.csv", lines[0] + b"\r\n" + lines[1] + b"\n\n" + lines[2] + b"\r\n" + lines[3])
    assert load(folder, warehouse)["reports"][0]["rows_loaded"] == 3
    found = query(warehouse, "SELECT object_row, product_service, lineItem_isCorrection FROM oci_cost ORDER BY 1")
    assert found == [(1, '5" disk', "false"), (2, "COMPUTE", "false"), (3, "COMPUTE", "false")]


@pytest.mark.parametrize("shift", range(3))
def test_characters_of_several_bytes_are_whole_wherever_they_stand(folder: Path, warehouse: Path, shift: int) -> None:
    """A report is checked to be UTF-8 in pieces; the texts here make characters stand across every border of those."""
    names = ["." * shift + "€" * 140, *["€" * 150] * 700]
    rows = [cost_row(number, product__service=name) for number, name in enumerate(names, 1)]
    put(folder, "reports/cost-csv/1.csv.gz", report(COST, rows))
    assert load(folder, warehouse)["reports"][0]["rows_rejected"] == 0
    assert query(warehouse, "SELECT product_service FROM oci_cost ORDER BY object_row") == [(name,) for name in names]


def test_a_character_cut_off_at_the_end_is_no_text(folder: Path, warehouse: Path) -> None:
    text = report(COST, [cost_row(1, product__service="é"), cost_row(2, product__service="XX")])
    put(folder, "reports/cost-csv/1.csv.gz", text.replace(b"XX", b"\xe2\x82"))
    assert load(folder, warehouse)["reports"][0]["rows_loaded"] == 1
    assert query(warehouse, "SELECT object_row, reason FROM oci_report_rejected") == [(2, "not-utf-8")]
