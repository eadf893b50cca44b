"""A header tells the dialect and where each column goes, by names alone."""

from __future__ import annotations

import random

import pytest

from functions.adw_billing.model.headers import HeaderFault, Layout, dialect_of_name, layout
from functions.adw_billing.parse.chunks import Splitter

USAGE = "lineItem/referenceNo,lineItem/intervalUsageStart,usage/billedQuantity,product/resource"
COST = "lineItem/referenceNo,lineItem/intervalUsageStart,usage/billedQuantity,cost/myCost"
FOCUS = "BilledCost,ChargePeriodStart,ServiceName,Tags"


def of(text: str) -> Layout:
    return layout((text + "\r\n").encode())


@pytest.mark.parametrize(("header", "dialect"), [(USAGE, "usage"), (COST, "cost"), (FOCUS, "focus")])
def test_the_dialect_is_told_by_the_columns_in_any_order_and_case(header: str, dialect: str) -> None:
    assert of(header).dialect == dialect
    names = header.split(",")
    random.Random(7).shuffle(names)  # noqa: S311  (a test's chance)
    found = of(",".join(names))
    assert found.dialect == dialect
    assert {name: names[at].replace("/", "_").lower() for name, at in found.columns.items()} == {
        name: name.lower() for name in found.columns
    }
    assert of(header.upper()).columns == of(header).columns


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        ("id,name", "unknown-dialect"),
        ("lineItem/referenceNo,lineItem/intervalUsageStart", "unknown-dialect"),
        ("cost/myCost,usage/billedQuantity", "unknown-dialect"),
        ("BilledCost,ServiceName", "unknown-dialect"),
        ("", "unknown-dialect"),
        ("a\0b,cost/myCost", "nul-byte"),
        ('lineItem/intervalUsageStart,"cost/myCost', "no-header"),
    ],
)
def test_what_is_no_header_of_a_report_has_a_reason(header: str, reason: str) -> None:
    with pytest.raises(HeaderFault) as caught:
        of(header)
    assert caught.value.reason == reason


def test_a_header_that_is_no_utf_8_has_a_reason() -> None:
    with pytest.raises(HeaderFault) as caught:
        layout(COST.encode() + b",tags/\xff\n")
    assert caught.value.reason == "not-utf-8"


def test_a_byte_order_mark_is_no_part_of_the_first_name() -> None:
    assert layout(b"\xef\xbb\xbf" + COST.encode() + b"\n").columns == of(COST).columns


def test_unknown_columns_and_tags_keep_their_names_and_a_second_one_of_a_name_has_a_number() -> None:
    found = of(COST + ",tags/a=b,Tags/a=b,new/Column,cost/myCost")
    assert found.tags == (("a=b", 4), ("a=b#2", 5))
    assert found.others == (("new/Column", 6), ("cost/myCost", 7))
    assert found.columns["cost_myCost"] == 3


@pytest.mark.parametrize(
    ("name", "column"),
    [
        ("InvoiceIssuerName", "InvoiceIssuer"),
        ("ProviderName", "Provider"),
        ("x_oci_ReferenceNumber", "oci_ReferenceNumber"),
        ("OCI_COMPARTMENTID", "oci_CompartmentId"),
        ("tag", "tags"),
        ("serviceNAME", "ServiceName"),
    ],
)
def test_focus_columns_are_known_by_all_their_names(name: str, column: str) -> None:
    assert of(f"BilledCost,ChargePeriodStart,{name}").columns[column] == 2


def test_a_quoted_name_may_hold_commas_quotes_and_line_ends() -> None:
    text = COST.encode() + b',"tags/a, ""b""\nc",x\r\n1,2,3,4,5,6\r\n'
    splitter = Splitter(iter([text[:90], text[90:]]))
    found = layout(splitter.header())
    assert found.tags == (('a, "b"\nc', 4),)
    assert found.width == 6
    assert b"".join(chunk.text for chunk in splitter.chunks()) == b"1,2,3,4,5,6\r\n"


@pytest.mark.parametrize(
    ("name", "dialect"),
    [
        ("reports/usage-csv/1.csv.gz", "usage"),
        ("reports/cost-csv/1.csv.gz", "cost"),
        ("FOCUS Reports/2026/01/05/1.csv.gz", "focus"),
        ("focus reports/1.csv", "focus"),
        ("other/1.csv", ""),
        ("1.csv", ""),
    ],
)
def test_a_prefix_promises_a_dialect(name: str, dialect: str) -> None:
    assert dialect_of_name(name) == dialect


def test_no_name_made_for_a_header_that_occurs_again_is_that_of_another() -> None:
    header = b"lineItem/intervalUsageStart,cost/myCost,x,x,x#2,x,x#2"
    names = [name for name, _ in layout(header).others]
    assert names == ["x", "x#3", "x#2", "x#4", "x#2#2"]


def test_the_back_reference_is_known_by_the_name_of_oracles_prose_too() -> None:
    assert of(f"{COST},lineItem/backReference").columns["lineItem_backreferenceNo"] == 4
    both = of(f"{COST},lineItem/backReference,lineItem/backreferenceNo")
    assert both.columns["lineItem_backreferenceNo"] == 5
    assert both.others == (("lineItem/backReference", 4),)


def test_names_of_focus_1_3_are_understood_and_give_way_to_the_earlier_ones() -> None:
    found = of(f"{FOCUS},ServiceProviderName,HostProviderName,AllocatedTags")
    assert (found.columns["Provider"], found.columns["Publisher"]) == (4, 5)
    assert found.others == (("AllocatedTags", 6),)
    both = of(f"{FOCUS},ServiceProviderName,HostProviderName,PublisherName,ProviderName")
    assert (both.columns["Provider"], both.columns["Publisher"]) == (7, 6)
    assert both.others == (("ServiceProviderName", 4), ("HostProviderName", 5))


def test_a_focus_file_may_have_a_column_for_each_tag() -> None:
    found = of(f"{FOCUS},tags/Team,TAGS/a.b,tags/Team")
    assert found.tags == (("Team", 4), ("a.b", 5), ("Team#2", 6))
    assert (found.columns["tags"], found.others) == (3, ())
