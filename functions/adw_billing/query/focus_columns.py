"""The columns of an export: FOCUS 1.2, and Oracle's own under the prefix that FOCUS keeps for such columns."""

from __future__ import annotations

from functions.adw_billing.model.columns import NUMBER_SCALE, ColumnType
from functions.adw_billing.model.tables import FOCUS

FOCUS_1_2 = (
    "AvailabilityZone BilledCost BillingAccountId BillingAccountName BillingAccountType BillingCurrency "
    "BillingPeriodEnd BillingPeriodStart CapacityReservationId CapacityReservationStatus ChargeCategory ChargeClass "
    "ChargeDescription ChargeFrequency ChargePeriodEnd ChargePeriodStart CommitmentDiscountCategory "
    "CommitmentDiscountId CommitmentDiscountName CommitmentDiscountQuantity CommitmentDiscountStatus "
    "CommitmentDiscountType CommitmentDiscountUnit ConsumedQuantity ConsumedUnit ContractedCost ContractedUnitPrice "
    "EffectiveCost InvoiceId InvoiceIssuerName ListCost ListUnitPrice PricingCategory PricingCurrency "
    "PricingCurrencyContractedUnitPrice PricingCurrencyEffectiveCost PricingCurrencyListUnitPrice PricingQuantity "
    "PricingUnit ProviderName PublisherName RegionId RegionName ResourceId ResourceName ResourceType ServiceCategory "
    "ServiceName ServiceSubcategory SkuId SkuMeter SkuPriceDetails SkuPriceId SubAccountId SubAccountName "
    "SubAccountType Tags"
)
"""All 57 columns of FOCUS 1.2 (focus.finops.org, "FOCUS Specification v1.2", Columns)."""
ORACLE = (
    "oci_ReferenceNumber oci_BackReferenceNumber oci_CompartmentId oci_CompartmentName oci_OverageFlag "
    "oci_UnitPriceOverage oci_BilledQuantityOverage oci_CostOverage oci_AttributedUsage oci_AttributedCost"
)
"""Oracle's columns: FOCUS wants those of a provider to begin with `x_`, so that they are `x_oci_…` in an export."""
ORIGIN = ("x_Dialect", "x_TenancyId", "x_ObjectName", "x_ObjectRow")
"""Where a row comes from: dialect, bucket, report, row."""

MAPPING = {
    **{name: name for name in FOCUS_1_2.split()},
    **{f"x_{name}": name for name in ORACLE.split()},
    **{name: name for name in ORIGIN},
}
"""Column of the export: column of `oci_focus_view`."""


def _parquet_type(column: str) -> str:
    if column == "x_ObjectRow":
        return "BIGINT"
    kind = FOCUS.column(column).type if column in FOCUS.names else ColumnType.TEXT
    if kind in NUMBER_SCALE:
        return f"DECIMAL(38,{NUMBER_SCALE[kind]})"
    return "TIMESTAMP" if kind is ColumnType.TIME else "VARCHAR"


TYPES = {name: _parquet_type(column) for name, column in MAPPING.items()}
"""Type of each column of the export: the same in every month and from both engines."""


def view_columns() -> str:
    """Return the columns of an export's SELECT."""
    return ", ".join(f"v.{column} AS {name}" for name, column in MAPPING.items())
