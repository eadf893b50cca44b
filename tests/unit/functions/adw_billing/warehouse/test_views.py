"""The views: every column of FOCUS 1.2 over all dialects, corrections resolved along their chain, reconciliation."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from tests.support.billing_files import COST, FOCUS, USAGE, cost_row, focus_row, load, put, query, report, usage_row
from tests.support.shared_data import shared_file

FOCUS_1_2 = """
AvailabilityZone BilledCost BillingAccountId BillingAccountName BillingAccountType BillingCurrency
BillingPeriodEnd BillingPeriodStart CapacityReservationId CapacityReservationStatus ChargeCategory ChargeClass
ChargeDescription ChargeFrequency ChargePeriodEnd ChargePeriodStart CommitmentDiscountCategory
CommitmentDiscountId CommitmentDiscountName CommitmentDiscountQuantity CommitmentDiscountStatus
CommitmentDiscountType CommitmentDiscountUnit ConsumedQuantity ConsumedUnit ContractedCost ContractedUnitPrice
EffectiveCost InvoiceId InvoiceIssuerName ListCost ListUnitPrice PricingCategory PricingCurrency
PricingCurrencyContractedUnitPrice PricingCurrencyEffectiveCost PricingCurrencyListUnitPrice PricingQuantity
PricingUnit ProviderName PublisherName RegionId RegionName ResourceId ResourceName ResourceType ServiceCategory
ServiceName ServiceSubcategory SkuId SkuMeter SkuPriceDetails SkuPriceId SubAccountId SubAccountName
SubAccountType Tags
"""
"""The columns of the specification (focus.finops.org, 1.2)."""


def loaded(tmp_path: Path, **reports: bytes) -> Path:
    """A warehouse with one report of each name (`cost`, `focus`, `usage`)."""
    for name, text in reports.items():
        put(tmp_path / "reports", f"{name}.csv", text)
    load(tmp_path / "reports", tmp_path / "w.duckdb")
    return tmp_path / "w.duckdb"


def test_the_view_has_every_column_of_focus_1_2_and_a_row_for_each_row_of_all_dialects(tmp_path: Path) -> None:
    warehouse = loaded(
        tmp_path,
        cost=report(COST, [cost_row()]),
        usage=report(USAGE, [usage_row()]),
        focus=report(FOCUS, [focus_row()]),
    )
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        names = {column[0] for column in connection.execute("SELECT * FROM oci_focus_view").description}
    assert names >= set(FOCUS_1_2.split())
    assert query(warehouse, "SELECT x_Dialect, BilledCost FROM oci_focus_view ORDER BY 1") == [
        ("cost", Decimal("0.5")),
        ("focus", Decimal("0.5")),
        ("usage", Decimal(0)),
    ]


def test_columns_that_came_with_focus_1_1_and_1_2_are_typed_and_reach_the_view(tmp_path: Path) -> None:
    row = focus_row() | {"InvoiceId": "0017053", "SkuMeter": "hours", "CommitmentDiscountQuantity": "1.5"}
    warehouse = loaded(tmp_path, focus=report([*FOCUS, "InvoiceId", "SkuMeter", "CommitmentDiscountQuantity"], [row]))
    found = query(warehouse, "SELECT InvoiceId, SkuMeter, CommitmentDiscountQuantity FROM oci_focus_view")
    assert found == [("0017053", "hours", Decimal("1.5"))]


def test_the_view_rounds_no_quantity(tmp_path: Path) -> None:
    quantity = "0.123456789012345"
    cost = report(COST, [cost_row(usage__billedQuantity=quantity)])
    usage = report(USAGE, [usage_row(usage__consumedQuantity="9.0E20")])
    focus = report(FOCUS, [focus_row(UsageQuantity=quantity)])
    warehouse = loaded(tmp_path, cost=cost, usage=usage, focus=focus)
    found = query(warehouse, "SELECT ConsumedQuantity FROM oci_focus_view ORDER BY x_Dialect")
    assert found == [(Decimal(quantity),), (Decimal(quantity),), (Decimal("9E20"),)]


def corrections(warehouse: Path) -> list[tuple[object, ...]]:
    """What the view says of each correction, by its own reference."""
    return query(
        warehouse,
        "SELECT reference_no, corrects_reference_no, original_reference_no, depth, original_present, original_cost, "
        "chain_cost FROM oci_correction ORDER BY object_row",
    )


def correction(number: int, corrects: str, cost: str) -> dict[str, str]:
    """A line that corrects another."""
    return cost_row(number, lineItem__isCorrection="true", lineItem__backreferenceNo=corrects, cost__myCost=cost)


def test_a_correction_of_a_correction_goes_back_to_the_first_line(tmp_path: Path) -> None:
    rows = [
        cost_row(1, lineItem__backreferenceNo="17053"),
        correction(2, "ref-1", "-0.2"),
        correction(3, "ref-2", "0.1"),
    ]
    found = corrections(loaded(tmp_path, cost=report(COST, rows)))
    half, net = Decimal("0.5"), Decimal("0.4")
    assert found == [("ref-2", "ref-1", "ref-1", 1, True, half, net), ("ref-3", "ref-2", "ref-1", 2, True, half, net)]


def test_corrections_without_original_without_reference_or_in_a_circle_are_shown(tmp_path: Path) -> None:
    rows = [
        correction(1, "elsewhere", "-1"),
        correction(2, "", "-2"),
        correction(3, "ref-4", "-3"),
        correction(4, "ref-3", "-4"),
        correction(5, "ref-5", "-5"),
    ]
    found = corrections(loaded(tmp_path, cost=report(COST, rows)))
    assert [row[0] for row in found] == [f"ref-{number}" for number in range(1, 6)]
    assert [row[4] for row in found] == [False] * 5
    assert found[0][2:4] == ("elsewhere", 1)
    assert found[1][1:] == (None, None, None, False, None, Decimal(-2))


def test_the_real_rows_agree_between_cost_and_focus_for_every_service(tmp_path: Path) -> None:
    names = ("real_cost_finops_506rows.csv", "derived_focus_from_real_cost_506rows.csv")
    for name in names:
        put(tmp_path / "reports", name, shared_file(f"data/reports/{name}").read_bytes())
    load(tmp_path / "reports", tmp_path / "w.duckdb")
    warehouse = tmp_path / "w.duckdb"
    assert query(warehouse, "SELECT DISTINCT status, difference FROM oci_reconciliation") == [("equal", Decimal(0))]
    sums = query(
        warehouse,
        "SELECT sum(BilledCost), sum(EffectiveCost), sum(ConsumedQuantity) FROM oci_focus_view GROUP BY x_Dialect",
    )
    exact = Decimal("2.523589325400648027")
    assert sums == [(exact, exact, Decimal("119.654327653383"))] * 2


@pytest.mark.parametrize("status", ["cost-missing", "focus-missing", "differs"])
def test_a_day_on_which_the_dialects_do_not_agree_says_how(tmp_path: Path, status: str) -> None:
    cost = report(COST, [] if status == "cost-missing" else [cost_row()])
    focus = report(FOCUS, [] if status == "focus-missing" else [focus_row(BilledCost="0.4")])
    warehouse = loaded(tmp_path, cost=cost, focus=focus)
    assert query(warehouse, "SELECT status FROM oci_reconciliation") == [(status,)]


def test_oracles_adjustments_are_corrections_in_view_and_chain_and_a_subcategory_makes_none(tmp_path: Path) -> None:
    """As Oracle's column table has it: Adjustment, ChargeSubcategory NULL, with or without a back-reference."""
    category = {"ChargeSubcategory": "NULL", "ChargeCategory": "Adjustment"}
    rows = [
        focus_row(1, oci_ReferenceNumber="ref-1", BilledCost="0.5"),
        focus_row(2, oci_ReferenceNumber="ref-2", oci_BackReferenceNumber="ref-1", BilledCost="-0.1", **category),
        focus_row(3, oci_ReferenceNumber="ref-3", BilledCost="-0.2", **category),
        focus_row(4, oci_ReferenceNumber="ref-4", ChargeSubcategory="Correction", ChargeCategory="Usage"),
    ]
    fixes = [correction(2, "ref-1", "-0.1"), correction(3, "", "-0.2")]
    warehouse = loaded(tmp_path, cost=report(COST, [cost_row(1), *fixes]), focus=report(FOCUS, rows))
    chain = (
        "SELECT reference_no, corrects_reference_no, cost FROM oci_correction WHERE dialect = '{}' ORDER BY object_row"
    )
    expected = [("ref-2", "ref-1", Decimal("-0.1")), ("ref-3", None, Decimal("-0.2"))]
    assert query(warehouse, chain.format("focus")) == query(warehouse, chain.format("cost")) == expected
    view = "SELECT ChargeCategory, ChargeClass FROM oci_focus_view WHERE x_Dialect = '{}' ORDER BY x_ObjectRow"
    usage, fix = ("Usage", None), ("Adjustment", "Correction")
    assert query(warehouse, view.format("cost")) == [usage, fix, fix]
    assert query(warehouse, view.format("focus")) == [usage, fix, fix, usage]
