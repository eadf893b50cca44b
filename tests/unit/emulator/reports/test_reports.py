"""The generator of billing reports: its numbers, columns and stories, read back with Python's own csv and gzip."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections import Counter
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from emulator.reports.billing_history import BillingHistory, final_state, write_folder
from emulator.reports.catalogue import ODD_TAG_VALUES
from emulator.reports.generated_report import EXACT, GeneratedReport, ReportLayout, make_report
from emulator.reports.java_numbers import big_decimal, java_double, line_item_cost
from emulator.reports.line_items import BLOCK_ROWS
from emulator.reports.report_columns import COLUMNS
from tests.support.shared_data import shared_file

if TYPE_CHECKING:
    from pathlib import Path

    from emulator.reports.report_columns import Dialect

AMOUNTS = {
    "cost": ("cost/myCost", "usage/billedQuantity"),
    "focus": ("BilledCost", "UsageQuantity"),
    "usage": ("", "usage/billedQuantity"),
}


def csv_text(report: GeneratedReport) -> str:
    file = io.BytesIO()
    report.write_csv(file)
    return file.getvalue().decode()


def rows_of(report: GeneratedReport) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(csv_text(report), newline="")))


def added(rows: list[dict[str, str]], column: str) -> Decimal:
    total = Decimal(0)
    for row in rows:
        total = EXACT.add(total, Decimal(row[column] if column else 0))
    return total


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (12_264_277_499_950_943, "0.012264277499950943"),
        (2_323_760_000, "2.323760000E-9"),
        (481_298_076_439, "4.81298076439E-7"),
        (-1_000_000_000_000, "-0.000001000000000000"),
        (999_999_999_999, "9.99999999999E-7"),
        (7, "7E-18"),
        (0, "0.000000000000000000"),
        (-4_000_000_000_000_000_000, "-4.000000000000000000"),
    ],
)
def test_a_cost_is_spelled_as_javas_big_decimal(value: int, text: str) -> None:
    assert big_decimal(value) == text
    assert Decimal(text) == Decimal(value).scaleb(-18)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (7.0, "7.0"),
        (167676224.0, "1.67676224E8"),
        (8.9957412e14, "8.9957412E14"),
        (9.0e20, "9.0E20"),
        (0.0, "0.0"),
        (0.001, "0.001"),
        (0.00025, "2.5E-4"),
        (-12500000.0, "-1.25E7"),
        (1e-7, "1.0E-7"),
    ],
)
def test_a_usage_quantity_is_spelled_as_javas_double(value: float, text: str) -> None:
    assert java_double(value) == text


def test_real_costs_come_out_of_quantity_and_price() -> None:
    with shared_file("data/reports/real_cost_finops_506rows.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            quantity = int(Decimal(row["usage/billedQuantity"]).scaleb(12))
            price = int(Decimal(row["cost/unitPrice"]).scaleb(8))
            assert abs(Decimal(line_item_cost(quantity, price)).scaleb(-18) - Decimal(row["cost/myCost"])) <= Decimal(
                "5E-19"
            )


@pytest.mark.parametrize("dialect", ["cost", "focus", "usage"])
def test_a_report_has_its_rows_and_the_totals_that_it_tells(dialect: Dialect) -> None:
    report = make_report(dialect, 700)
    rows = rows_of(report)
    totals = report.totals()
    cost, quantity = AMOUNTS[dialect]
    assert tuple(rows[0])[: len(COLUMNS[dialect])] == COLUMNS[dialect]
    assert (len(rows), added(rows, cost), added(rows, quantity)) == (totals.rows, totals.cost, totals.quantity)
    assert len({row.get("lineItem/referenceNo", row.get("oci_ReferenceNumber")) for row in rows}) == totals.rows


def test_cost_and_focus_describe_the_same_line_items() -> None:
    cost, focus = rows_of(make_report("cost", 300)), rows_of(make_report("focus", 300))
    assert [row["lineItem/referenceNo"] for row in cost] == [row["oci_ReferenceNumber"] for row in focus]
    assert [row["cost/myCost"] for row in cost] == [row["BilledCost"] for row in focus]


def test_costs_and_byte_milliseconds_span_the_range_of_real_files() -> None:
    costs = [Decimal(row["cost/myCost"]) for row in rows_of(make_report("cost", 5000))]
    assert min(cost for cost in costs if cost) < Decimal("1E-10")
    assert max(Decimal(row["usage/billedQuantity"]) for row in rows_of(make_report("usage", 5000))) > Decimal("8E20")


def test_every_odd_tag_value_comes_through_both_tag_forms() -> None:
    cost = {row["tags/notes"] for row in rows_of(make_report("cost", 5000))}
    focus = {json.loads(row["Tags"]).get("notes", "") for row in rows_of(make_report("focus", 5000))}
    assert cost == focus == {"", *ODD_TAG_VALUES}


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others() -> None:
    files = [io.BytesIO() for _ in range(3)]
    for file, seed in zip(files, ("a", "a", "b"), strict=True):
        make_report("cost", 50, seed=seed).write_gzip(file)
    assert files[0].getvalue() == files[1].getvalue() != files[2].getvalue()


def test_parts_of_a_window_are_the_whole_wherever_it_is_cut() -> None:
    whole = make_report("cost", BLOCK_ROWS + 30)
    parts = [
        GeneratedReport("cost", whole.window, start=start, stop=stop)
        for start, stop in ((0, 7), (7, BLOCK_ROWS + 1), (BLOCK_ROWS + 1, 10**9))
    ]
    assert [row for part in parts for row in rows_of(part)] == rows_of(whole)
    assert sum(part.rows for part in parts) == whole.rows


def test_any_row_of_ten_million_is_made_without_those_before_it() -> None:
    whole = make_report("cost", 10_000_000)
    rows = rows_of(replace(whole, start=9_999_990))
    assert (whole.rows, len(rows)) == (10_000_000, 10)
    assert rows[3:] == rows_of(replace(whole, start=9_999_993))
    assert make_report("focus", 1).totals().rows == len(rows_of(make_report("focus", 1))) == 1


def test_layouts_change_the_form_and_not_the_content() -> None:
    plain = rows_of(make_report("cost", 40))
    odd = ReportLayout(
        shuffle=True, extra_columns=("x/new",), leave_out=("cost/myCostOverage",), upper_case=True, newline="\n"
    )
    rows = rows_of(make_report("cost", 40, layout=odd))
    assert list(rows[0]) != [name.upper() for name in rows[0]] or "X/NEW" in rows[0]
    assert "COST/MYCOSTOVERAGE" not in rows[0]
    for row, same in zip(rows, plain, strict=True):
        assert row.pop("X/NEW").startswith("x/new of ")
        del same["cost/myCostOverage"]
        assert row == {name.upper(): value for name, value in same.items()}


def test_focus_layouts_have_their_names_nulls_and_bare_tags() -> None:
    layout = ReportLayout(focus_names="1.0", null_text="NULL", braces=False, clock="blank")
    row = rows_of(make_report("focus", 40, layout=layout))[5]
    assert {"ProviderName", "RegionId", "ConsumedQuantity"} <= set(row)
    assert row["CommitmentDiscountId"] == "NULL"
    assert json.loads("{" + row["Tags"] + "}")
    assert row["ChargePeriodStart"][10] == " "
    assert "x_oci_ReferenceNumber" in rows_of(make_report("focus", 1, layout=ReportLayout(focus_names="x_oci")))[0]


def test_a_gzip_of_several_members_is_the_same_text() -> None:
    report = GeneratedReport("cost", make_report("cost", 2 * BLOCK_ROWS + 9).window, gzip_member_rows=BLOCK_ROWS)
    file = io.BytesIO()
    report.write_gzip(file)
    assert file.getvalue().count(b"\x1f\x8b\x08\x00\x00\x00\x00\x00") > 1
    assert gzip.decompress(file.getvalue()).decode() == csv_text(report)


def test_a_correction_takes_back_a_third_of_the_line_that_it_names() -> None:
    story = BillingHistory(days=1, rows_per_day=40, dialects=("cost",), republish_every=0)
    found = [each for each in story.publications() if each.kind == "correction"]
    lines = {row["lineItem/referenceNo"]: row for each in story.publications() for row in rows_of(each.report)}
    fixes = [row for each in found for row in rows_of(each.report)]
    assert len(fixes) == 4
    for fix in fixes:
        corrected = Decimal(lines[fix["lineItem/backreferenceNo"]]["usage/billedQuantity"])
        assert fix["lineItem/isCorrection"] == "true"
        assert abs(Decimal(fix["usage/billedQuantity"]) + corrected / 3) <= Decimal("1E-12")
    assert lines[fixes[-1]["lineItem/backreferenceNo"]]["lineItem/isCorrection"] == "true"


def test_a_story_has_late_days_splits_and_re_publications(tmp_path: Path) -> None:
    story = BillingHistory(days=6, rows_per_day=200, rows_per_object=30, dialects=("focus", "usage"))
    publications = story.publications()
    assert Counter(each.kind for each in publications) == {
        "on-time": 96,
        "late": 12,
        "correction": 24,
        "re-publication": 8,
    }
    assert publications == sorted(publications, key=lambda each: (each.at, each.name))
    late = next(each for each in publications if each.kind == "late")
    assert late.name.startswith("FOCUS Reports/2025/02/01/")
    assert late.at.date() > date(2025, 2, 3)
    again = [each for each in publications if each.kind == "re-publication"]
    first = {each.name: each for each in publications if each.kind == "on-time"}
    assert all(rows_of(each.report) != rows_of(first[each.name].report) for each in again)
    write_folder(tmp_path, publications)
    files = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*.gz")}
    assert files == set(final_state(publications))
    assert "reports/usage-csv/0001000000010470.csv.gz" in files
    assert "reports/usage-csv/0001000000010470-00002.csv.gz" in files
