"""One definition of every table of the warehouse; the DDL of both engines and the loader's SQL are made from it.

A column of a report table is the documented header with ``/`` turned into ``_``; names are used without quotes, so
case does not matter. Sources of the headers: Oracle, "Cost and Usage Reports Overview" (docs.oracle.com,
Content/Billing/Concepts/costusagereportsoverview.htm); FOCUS 1.0-1.2 column names (focus.finops.org).
"""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Kind(enum.Enum):
    """What a column holds; ``functions.adw_billing.warehouse.ddl`` says how each engine stores it."""

    TEXT = "text"
    """A short text."""
    NUMBER = "number"
    """Money and prices: exact, 24 decimals and 14 integer digits in DuckDB (any 38 digits in Oracle)."""
    QUANTITY = "quantity"
    """Quantities in priced units: exact, 15 decimals and 23 integer digits in DuckDB."""
    LARGE_NUMBER = "large_number"
    """Metered quantities such as byte-milliseconds: exact, 13 decimals and 25 integer digits in DuckDB."""
    SUM = "sum"
    """A sum over any of those, as a plain decimal text: no one decimal type of DuckDB holds all their digits."""
    TIME = "time"
    """A moment in UTC, to the microsecond, without a zone."""
    DAY = "day"
    """A date (UTC)."""
    INTEGER = "integer"
    """A whole number of at most 18 digits."""
    LONG_TEXT = "long_text"
    """A text of any length, JSON included."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column; ``length`` in characters for TEXT, ``header`` the documented header where a report has it."""

    name: str
    kind: Kind = Kind.TEXT
    length: int = 150
    header: str = ""
    required: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table; ``key`` are the columns of its primary key (empty: none)."""

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The column names in order."""
        return tuple(column.name for column in self.columns)

    def column(self, name: str) -> Column:
        """The column of that name; KeyError when there is none."""
        for column in self.columns:
            if column.name.lower() == name.lower():
                return column
        raise KeyError(name)


OBJECT_KEY = (
    Column("tenancy_id", length=255, required=True),
    Column("object_name", length=1024, required=True),
    Column("object_etag", length=255, required=True),
)
"""An object's identity in every table: the tenancy whose bucket holds it, its name, and its etag."""

_NUMBERED = (*OBJECT_KEY, Column("object_row", Kind.INTEGER, required=True))
_EXTRA = (Column("tags", Kind.LONG_TEXT), Column("other_columns", Kind.LONG_TEXT))


def _columns(headers: str, kind: Kind = Kind.TEXT, length: int = 150) -> dict[str, Column]:
    return {header: Column(header.replace("/", "_"), kind, length, header) for header in headers.split()}


_LINE_ITEM = {
    **_columns("lineItem/referenceNo", length=400),
    **_columns("lineItem/tenantId", length=255),
    **_columns("lineItem/intervalUsageStart lineItem/intervalUsageEnd", Kind.TIME),
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
        *_columns("usage/consumedQuantity usage/billedQuantity", Kind.LARGE_NUMBER).values(),
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
        *_columns("usage/billedQuantity usage/billedQuantityOverage", Kind.QUANTITY).values(),
        *_columns("cost/subscriptionId cost/productSku", length=400).values(),
        *_columns("product/Description", length=1000).values(),
        *_columns("cost/unitPrice cost/unitPriceOverage cost/myCost cost/myCostOverage", Kind.NUMBER).values(),
        *_columns("cost/currencyCode", length=30).values(),
        *_columns("cost/billingUnitReadable cost/skuUnitDescription", length=400).values(),
        *_columns("cost/overageFlag", length=30).values(),
        *_CORRECTION.values(),
        *_columns("cost/attributedCost", Kind.NUMBER).values(),
        *_columns("usage/attributedUsage", Kind.QUANTITY).values(),
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
                *_columns(_FOCUS_NUMBER, Kind.NUMBER).values(),
                *_columns(_FOCUS_QUANTITY, Kind.QUANTITY).values(),
                *_columns(_FOCUS_TIME, Kind.TIME).values(),
            ),
            key=lambda column: (column.name.startswith("oci_"), column.name),
        ),
        *_EXTRA,
    ),
)
"""FOCUS reports (`FOCUS Reports/`): Oracle's 49 columns, and those that FOCUS 1.0 to 1.2 named anew or added, side by
side; the column `Tags` of the reports is ``tags``."""

DATA = {"usage": USAGE, "cost": COST, "focus": FOCUS}
"""The table of each dialect."""

COST_COLUMNS: dict[str, tuple[str, ...]] = {"usage": (), "cost": ("cost_myCost",), "focus": ("BilledCost",)}
"""The column whose sum is `cost_sum` (none in usage reports: 0)."""
QUANTITY_COLUMNS: dict[str, tuple[str, ...]] = {
    "usage": ("usage_billedQuantity",),
    "cost": ("usage_billedQuantity",),
    "focus": ("UsageQuantity", "ConsumedQuantity"),
}
"""The column whose sum is `quantity_sum`; of several the first that has a value in a row."""
COST_COLUMN = {dialect: "".join(names) for dialect, names in COST_COLUMNS.items()}
"""The column of `cost_sum` as SQL, empty where there is none."""
QUANTITY_COLUMN = {
    dialect: f"coalesce({', '.join(names)})" if len(names) > 1 else names[0]
    for dialect, names in QUANTITY_COLUMNS.items()
}
"""The column of `quantity_sum` as SQL."""
DAY_COLUMN = {
    "usage": "lineItem_intervalUsageStart",
    "cost": "lineItem_intervalUsageStart",
    "focus": "ChargePeriodStart",
}
"""The column that says on which day (UTC) a row's usage fell."""

SERVICE_COLUMNS = {"cost": ("product_service", "cost_currencyCode"), "focus": ("ServiceName", "BillingCurrency")}
"""The columns of service and currency in `oci_cost_daily`, by the dialects that have costs."""

REPORT = Table(
    "oci_report",
    (
        *OBJECT_KEY,
        Column("dialect", length=10),
        Column("size_bytes", Kind.INTEGER),
        Column("rows_loaded", Kind.INTEGER),
        Column("rows_rejected", Kind.INTEGER),
        Column("cost_sum", Kind.NUMBER),
        Column("quantity_sum", Kind.SUM),
        Column("sha256", length=64),
        Column("state", length=10),
        Column("loaded_at", Kind.TIME),
        Column("call_id", length=255),
    ),
    key=("tenancy_id", "object_name", "object_etag"),
)
"""The ledger: one row an object and etag. A version that was loaded replaces all others of its name; one that was
rejected leaves the rows and the ledger row of the version before it. sha256 is that of the bytes as stored."""

REJECTED = Table(
    "oci_report_rejected",
    (*_NUMBERED, Column("reason", length=100), Column("content", Kind.LONG_TEXT)),
)
"""Quarantine: object_row 0 stands for the whole object."""

CLAIM = Table(
    "oci_report_claim",
    (
        *OBJECT_KEY,
        Column("call_id", length=255),
        Column("claimed_until", Kind.TIME),
        Column("records_done", Kind.INTEGER),
        Column("rows_done", Kind.INTEGER),
        Column("bytes_done", Kind.INTEGER),
        Column("cost_done", Kind.SUM),
        Column("quantity_done", Kind.SUM),
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
        Column("usage_day", Kind.DAY, required=True),
        Column("dialect", length=10, required=True),
        Column("service", length=400),
        Column("currency", length=400),
        Column("cost", Kind.NUMBER),
        Column("row_count", Kind.INTEGER),
    ),
)
"""Cost by day, dialect (cost, focus), service and currency; kept up for the days that a commit touched. A day whose
rows `retention_days` has removed may have several rows of one kind: a late report adds its own."""

LOADER = Table(
    "oci_loader",
    (Column("name", length=100, required=True), Column("value", length=1000)),
    key=("name",),
)
"""What the loader remembers: `schema_version`, `oci_billing_cost_from` (YYYY-MM-DD), and for each tenancy the day up to
which `retention_days` has removed rows."""


def retained_name(tenancy_id: str) -> str:
    """The name in `oci_loader` of a tenancy's first usage day (YYYY-MM-DD) whose rows were not removed."""
    return f"retained {tenancy_id[-80:]}"


ALL = (USAGE, COST, FOCUS, REPORT, REJECTED, CLAIM, BILLING, DAILY, LOADER)
SCHEMA_VERSION = 1
"""Rises by one with each forward step in ``functions.adw_billing.migrations``."""
