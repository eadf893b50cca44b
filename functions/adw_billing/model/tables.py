"""One definition of every table of the warehouse; the DDL of both engines and the loader's SQL are made from it.

A column of a report table is the documented header with ``/`` turned into ``_``; names are used without quotes, so
case does not matter. Sources of the headers: Oracle, "Cost and Usage Reports Overview" (docs.oracle.com,
Content/Billing/Concepts/costusagereportsoverview.htm); FOCUS 1.0-1.2 column names (focus.finops.org).
"""

from __future__ import annotations

from functions.adw_billing.model.budget import BUDGET_ALERT
from functions.adw_billing.model.columns import Column, ColumnType, FirstValue, Table
from functions.adw_billing.model.dimension_tables import DIMENSION_TABLES

OBJECT_KEY = (
    Column("tenancy_id", length=255, required=True),
    Column("object_name", length=1024, required=True),
    Column("object_etag", length=255, required=True),
)
"""An object's identity in every table: the tenancy whose bucket holds it, its name, and its etag."""

_NUMBERED = (*OBJECT_KEY, Column("object_row", ColumnType.INTEGER, required=True))
_EXTRA = (Column("tags", ColumnType.LONG_TEXT), Column("other_columns", ColumnType.LONG_TEXT))


def _columns(headers: str, column_type: ColumnType = ColumnType.TEXT, length: int = 150) -> dict[str, Column]:
    return {header: Column(header.replace("/", "_"), column_type, length, header) for header in headers.split()}


_LINE_ITEM = {
    **_columns("lineItem/referenceNo", length=400),
    **_columns("lineItem/tenantId", length=255),
    **_columns("lineItem/intervalUsageStart lineItem/intervalUsageEnd", ColumnType.TIME),
    **_columns("product/service", length=255),
}
_PLACE = {
    **_columns("product/compartmentId product/compartmentName product/region product/availabilityDomain", length=400),
    **_columns("product/resourceId", length=4000),
}
_CORRECTION = _columns("lineItem/isCorrection lineItem/backreferenceNo", length=400)

USAGE = Table(
    "oci_usage",
    (
        *_NUMBERED,
        *_LINE_ITEM.values(),
        *_columns("product/resource", length=400).values(),
        *_PLACE.values(),
        *_columns("usage/consumedQuantity usage/billedQuantity", ColumnType.LARGE_NUMBER).values(),
        *_columns("usage/consumedQuantityUnits usage/consumedQuantityMeasure", length=255).values(),
        *_CORRECTION.values(),
        *_EXTRA,
    ),
)
"""Usage reports (`reports/usage-csv/`), the legacy dialect."""

COST = Table(
    "oci_cost",
    (
        *_NUMBERED,
        *_LINE_ITEM.values(),
        *_PLACE.values(),
        *_columns("usage/billedQuantity usage/billedQuantityOverage", ColumnType.QUANTITY).values(),
        *_columns("cost/subscriptionId cost/productSku", length=400).values(),
        *_columns("product/Description", length=1000).values(),
        *_columns("cost/unitPrice cost/unitPriceOverage cost/myCost cost/myCostOverage", ColumnType.NUMBER).values(),
        *_columns("cost/currencyCode", length=30).values(),
        *_columns("cost/billingUnitReadable cost/skuUnitDescription", length=400).values(),
        *_columns("cost/overageFlag", length=30).values(),
        *_CORRECTION.values(),
        *_columns("cost/attributedCost", ColumnType.NUMBER).values(),
        *_columns("usage/attributedUsage", ColumnType.QUANTITY).values(),
        *_EXTRA,
    ),
)
"""Cost reports (`reports/cost-csv/`)."""

_FOCUS_TEXT = (
    "AvailabilityZone BillingAccountId BillingAccountName BillingAccountType BillingCurrency CapacityReservationId "
    "CapacityReservationStatus ChargeCategory ChargeClass ChargeFrequency ChargeSubcategory "
    "CommitmentDiscountCategory CommitmentDiscountId CommitmentDiscountName CommitmentDiscountStatus "
    "CommitmentDiscountType CommitmentDiscountUnit ConsumedUnit InvoiceId InvoiceIssuer PricingCategory "
    "PricingCurrency PricingUnit Provider Publisher Region RegionId RegionName ResourceName ResourceType "
    "ServiceCategory ServiceName ServiceSubcategory SkuId SkuMeter SkuPriceId SubAccountId SubAccountName "
    "SubAccountType UsageUnit oci_ReferenceNumber oci_CompartmentId oci_CompartmentName oci_OverageFlag "
    "oci_BackReferenceNumber"
)
_FOCUS_LONG = "ChargeDescription ResourceId SkuPriceDetails"
_FOCUS_NUMBER = (
    "BilledCost ContractedCost ContractedUnitPrice EffectiveCost ListCost ListUnitPrice "
    "PricingCurrencyContractedUnitPrice PricingCurrencyEffectiveCost PricingCurrencyListUnitPrice oci_UnitPriceOverage "
    "oci_CostOverage oci_AttributedCost"
)
_FOCUS_QUANTITY = (
    "CommitmentDiscountQuantity ConsumedQuantity PricingQuantity UsageQuantity oci_BilledQuantityOverage "
    "oci_AttributedUsage"
)
_FOCUS_TIME = "BillingPeriodEnd BillingPeriodStart ChargePeriodEnd ChargePeriodStart"

FOCUS = Table(
    "oci_focus",
    (
        *_NUMBERED,
        *sorted(
            (
                *_columns(_FOCUS_TEXT, length=400).values(),
                *_columns(_FOCUS_LONG, length=4000).values(),
                *_columns(_FOCUS_NUMBER, ColumnType.NUMBER).values(),
                *_columns(_FOCUS_QUANTITY, ColumnType.QUANTITY).values(),
                *_columns(_FOCUS_TIME, ColumnType.TIME).values(),
            ),
            key=lambda column: (column.name.startswith("oci_"), column.name),
        ),
        *_EXTRA,
    ),
)
"""FOCUS reports (`FOCUS Reports/`): Oracle's 49 columns, and those that FOCUS 1.0 to 1.2 renamed or added, side by
side; the column `Tags` of the reports is ``tags``."""

DATA = {"usage": USAGE, "cost": COST, "focus": FOCUS}
"""The table of each dialect."""
TENANCY_COLUMN = {"usage": "lineItem_tenantId", "cost": "lineItem_tenantId", "focus": "SubAccountId"}
"""Where a row says whose usage it is: in an organisation's reports a child's, whose bucket they are not in."""
NO_TENANCY = frozenset({"", "NULL"})
"""In place of a tenancy in a row that names none."""

COST_SUM = {"usage": FirstValue(), "cost": FirstValue(("cost_myCost",)), "focus": FirstValue(("BilledCost",))}
"""What a row adds to `cost_sum`, by dialect (nothing in usage reports)."""
QUANTITY_SUM = {
    "usage": FirstValue(("usage_billedQuantity",)),
    "cost": FirstValue(("usage_billedQuantity",)),
    "focus": FirstValue(("UsageQuantity", "ConsumedQuantity")),
}
"""What a row adds to `quantity_sum`, by dialect. FOCUS 0.5 calls the column UsageQuantity, 1.0 ConsumedQuantity."""
DAY_COLUMN = {
    "usage": "lineItem_intervalUsageStart",
    "cost": "lineItem_intervalUsageStart",
    "focus": "ChargePeriodStart",
}
"""The column that says on which day (UTC) a row's usage fell."""

SUMMARY_COLUMNS = {
    "cost": {
        "service": "product_service",
        "currency": "cost_currencyCode",
        "subaccount_id": "lineItem_tenantId",
        "subscription_id": "cost_subscriptionId",
        "region": "product_region",
        "compartment_id": "product_compartmentId",
        "compartment_name": "product_compartmentName",
        "sku": "cost_productSku",
    },
    "focus": {
        "service": "ServiceName",
        "currency": "BillingCurrency",
        "subaccount_id": "SubAccountId",
        "subscription_id": "BillingAccountId",
        "region": "COALESCE(RegionId, Region, RegionName)",
        "compartment_id": "oci_CompartmentId",
        "compartment_name": "oci_CompartmentName",
        "sku": "SkuId",
    },
}
"""What the rows of a tenancy's day are summed up by in `oci_cost_daily`: its columns, and the expressions over the
tables of the dialects that have costs."""

REPORT = Table(
    "oci_report",
    (
        *OBJECT_KEY,
        Column("dialect", length=10),
        Column("size_bytes", ColumnType.INTEGER),
        Column("rows_loaded", ColumnType.INTEGER),
        Column("rows_rejected", ColumnType.INTEGER),
        Column("cost_sum", ColumnType.NUMBER),
        Column("quantity_sum", ColumnType.SUM),
        Column("sha256", length=64),
        Column("state", length=10),
        Column("loaded_at", ColumnType.TIME),
        Column("call_id", length=255),
        Column("content_sha256", length=64),
    ),
    key=("tenancy_id", "object_name", "object_etag"),
)
"""The ledger: one row an object and etag. A version that was loaded replaces all others of its name; one that was
rejected leaves the rows and the ledger row of the version before it. sha256 is that of the bytes as stored,
content_sha256 that of the unpacked bytes: NULL where it is not known, as of reports that versions before 4 loaded, that
the database read itself, or whose bytes were not proved."""

REJECTED = Table(
    "oci_report_rejected",
    (*_NUMBERED, Column("reason", length=100), Column("content", ColumnType.LONG_TEXT)),
)
"""Quarantine: object_row 0 stands for the whole object."""

CLAIM = Table(
    "oci_report_claim",
    (
        *OBJECT_KEY,
        Column("call_id", length=255),
        Column("claimed_until", ColumnType.TIME),
        Column("records_done", ColumnType.INTEGER),
        Column("rows_done", ColumnType.INTEGER),
        Column("bytes_done", ColumnType.INTEGER),
        Column("cost_done", ColumnType.SUM),
        Column("quantity_done", ColumnType.SUM),
        Column("prefix_check", length=100),
    ),
    key=("tenancy_id", "object_name"),
)
"""Objects being loaded in slices: who has them until when, and how far they are staged (a header-driven stage each)."""

BILLING_COLUMNS = (
    "lineItem/referenceNo lineItem/tenantId lineItem/intervalUsageStart lineItem/intervalUsageEnd product/service "
    "product/resource product/compartmentId product/compartmentName product/region product/availabilityDomain "
    "product/resourceId usage/consumedQuantity usage/billedQuantity usage/consumedQuantityUnits "
    "usage/consumedQuantityMeasure lineItem/isCorrection lineItem/backreferenceNo"
)
BILLING = Table("oci_billing", (Column("usage_report", length=1300), *_columns(BILLING_COLUMNS, length=4000).values()))
"""The table that users have: 18 texts; usage_report = `<tenancy OCID>-<file name without .csv>`."""

DAILY = Table(
    "oci_cost_daily",
    (
        Column("tenancy_id", length=255, required=True),
        Column("usage_day", ColumnType.DAY, required=True),
        Column("dialect", length=10, required=True),
        Column("service", length=400),
        Column("currency", length=400),
        Column("cost", ColumnType.NUMBER),
        Column("row_count", ColumnType.INTEGER),
        Column("subaccount_id", length=400),
        Column("subscription_id", length=400),
        Column("region", length=400),
        Column("compartment_id", length=400),
        Column("compartment_name", length=400),
        Column("sku", length=400),
    ),
)
"""Cost by day, dialect (cost, focus) and SUMMARY_COLUMNS; kept up for the days that a commit touched. `subaccount_id`
is the tenancy that a line names, `tenancy_id` the one whose bucket has the report. A day whose rows `retention_days`
has removed may have several rows of one kind: a late report adds its own. The columns after `row_count` came with
version 3: days that had lost their rows before have none of them."""

MEASURE = Table(
    "oci_measure",
    (
        Column("measure", length=255, required=True),
        Column("usage_day", ColumnType.DAY, required=True),
        Column("value", ColumnType.NUMBER),
    ),
)
"""A measure of the user's (orders, users, requests) by day; `oci_unit_cost` divides the cost of its days by it."""

LOADER = Table(
    "oci_loader",
    (Column("name", length=100, required=True), Column("value", length=1000)),
    key=("name",),
)
"""What the loader remembers: `schema_version`, `oci_billing_cost_from` (YYYY-MM-DD), and for each tenancy the day up to
which `retention_days` has removed rows."""


LOCK_ROW = "publishing"
"""The row of LOADER that a publication on Oracle locks: publications happen one after another."""
SCHEMA_VERSION_ROW = "schema_version"
COST_FROM_ROW = "oci_billing_cost_from"
"""The first usage day of which cost reports fill BILLING; stored with the first cost report, then never changed."""
IGNORED_DAY_ROW = "usage_day_in_the_future"
"""A usage day that COST_FROM_ROW leaves out of account, because no report can have it."""
FIRST_DAY = "0001-01-01"
"""Value of COST_FROM_ROW where cost reports fill BILLING from the beginning."""
NO_DAY = "9999-12-31"
"""In place of COST_FROM_ROW before it is stored: cost reports fill nothing yet."""


def retained_row(tenancy_id: str) -> str:
    """Return the row of LOADER with a tenancy's first usage day (YYYY-MM-DD) whose rows were not removed."""
    return f"retained {tenancy_id[-80:]}"


ALL = (USAGE, COST, FOCUS, REPORT, REJECTED, CLAIM, BILLING, DAILY, LOADER, *DIMENSION_TABLES, MEASURE, BUDGET_ALERT)

FOCUS_VIEW = "oci_focus_view"
"""FOCUS 1.2 over all three dialects."""
CORRECTION_VIEW = "oci_correction"
"""Corrections with the lines that they go back to."""
RECONCILIATION_VIEW = "oci_reconciliation"
"""Cost reports against FOCUS reports, by day and service."""
SUM_VIEW = "oci_sum_check"
"""The ledger against all days of the daily summary, by tenancy and dialect."""

STAGE_PREFIX = "oci_stage_"
"""Of an object's private tables on Oracle."""
