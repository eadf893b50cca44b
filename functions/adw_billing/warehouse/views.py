"""What the views of both engines have in common: the columns of FOCUS 1.2 over all dialects, and the correction rows.

A new column of the FOCUS view is one line here, and a step in model/schema_steps.py: only then is the view made again
in warehouses that exist. An expression over a column that the tables lack needs the column first: in model/tables.py,
and in the step. Each engine's own `views` module has the rest: how a month begins, how a chain is followed.

Column names: FOCUS 1.2 (focus.finops.org, "Columns"); how Oracle's cost columns map to them: Oracle, "FOCUS Cost Report
Schema" (docs.oracle.com, Content/Billing/Concepts/costusagereportsoverview.htm).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.adw_billing.model.corrections import FOCUS_CORRECTION, LINE_ITEM_CORRECTION
from functions.adw_billing.model.tables import COST, FOCUS, FOCUS_VIEW, USAGE

if TYPE_CHECKING:
    from collections.abc import Callable

    from functions.adw_billing.model.columns import Table

_CATEGORY = f"CASE WHEN {LINE_ITEM_CORRECTION} THEN 'Adjustment' ELSE 'Usage' END"
"""Of cost and usage rows, as Oracle's FOCUS rows have it."""
_CLASS = f"CASE WHEN {LINE_ITEM_CORRECTION} THEN 'Correction' END"
_FOCUS_CLASS = f"CASE WHEN {FOCUS_CORRECTION} THEN 'Correction' ELSE ChargeClass END"

FOCUS_COLUMNS: dict[str, tuple[str, str, str]] = {
    # FOCUS 1.2 name: expression over FOCUS, over COST, over USAGE
    "AvailabilityZone": ("AvailabilityZone", "product_availabilityDomain", "product_availabilityDomain"),
    "BilledCost": ("BilledCost", "cost_myCost", "CAST(0 AS DECIMAL(38,24))"),
    "BillingAccountId": ("BillingAccountId", "cost_subscriptionId", "NULL"),
    "BillingAccountName": ("BillingAccountName", "NULL", "NULL"),
    "BillingAccountType": ("BillingAccountType", "NULL", "NULL"),
    "BillingCurrency": ("BillingCurrency", "cost_currencyCode", "NULL"),
    "BillingPeriodEnd": ("BillingPeriodEnd", "{month} + INTERVAL 1 MONTH", "{month} + INTERVAL 1 MONTH"),
    "BillingPeriodStart": ("BillingPeriodStart", "{month}", "{month}"),
    "CapacityReservationId": ("CapacityReservationId", "NULL", "NULL"),
    "CapacityReservationStatus": ("CapacityReservationStatus", "NULL", "NULL"),
    "ChargeCategory": ("ChargeCategory", _CATEGORY, _CATEGORY),
    "ChargeClass": (_FOCUS_CLASS, _CLASS, _CLASS),
    "ChargeDescription": ("ChargeDescription", "product_Description", "product_resource"),
    "ChargeFrequency": ("ChargeFrequency", "'Usage-Based'", "'Usage-Based'"),
    "ChargePeriodEnd": ("ChargePeriodEnd", "lineItem_intervalUsageEnd", "lineItem_intervalUsageEnd"),
    "ChargePeriodStart": ("ChargePeriodStart", "lineItem_intervalUsageStart", "lineItem_intervalUsageStart"),
    "CommitmentDiscountCategory": ("CommitmentDiscountCategory", "NULL", "NULL"),
    "CommitmentDiscountId": ("CommitmentDiscountId", "NULL", "NULL"),
    "CommitmentDiscountName": ("CommitmentDiscountName", "NULL", "NULL"),
    "CommitmentDiscountQuantity": ("CommitmentDiscountQuantity", "NULL", "NULL"),
    "CommitmentDiscountStatus": ("CommitmentDiscountStatus", "NULL", "NULL"),
    "CommitmentDiscountType": ("CommitmentDiscountType", "NULL", "NULL"),
    "CommitmentDiscountUnit": ("CommitmentDiscountUnit", "NULL", "NULL"),
    "ConsumedQuantity": (
        "coalesce(ConsumedQuantity, UsageQuantity)",
        "usage_billedQuantity",
        "TRY_CAST(usage_consumedQuantity AS DECIMAL(38,15))",
    ),
    "ConsumedUnit": ("coalesce(ConsumedUnit, UsageUnit)", "cost_skuUnitDescription", "usage_consumedQuantityUnits"),
    "ContractedCost": ("ContractedCost", "cost_myCost", "NULL"),
    "ContractedUnitPrice": ("ContractedUnitPrice", "cost_unitPrice", "NULL"),
    "EffectiveCost": ("EffectiveCost", "cost_myCost", "CAST(0 AS DECIMAL(38,24))"),
    "InvoiceId": ("InvoiceId", "NULL", "NULL"),
    "InvoiceIssuerName": ("InvoiceIssuer", "'Oracle'", "'Oracle'"),
    "ListCost": ("ListCost", "NULL", "NULL"),
    "ListUnitPrice": ("ListUnitPrice", "NULL", "NULL"),
    "PricingCategory": ("PricingCategory", "NULL", "NULL"),
    "PricingCurrency": ("PricingCurrency", "cost_currencyCode", "NULL"),
    "PricingCurrencyContractedUnitPrice": ("PricingCurrencyContractedUnitPrice", "cost_unitPrice", "NULL"),
    "PricingCurrencyEffectiveCost": ("PricingCurrencyEffectiveCost", "cost_myCost", "NULL"),
    "PricingCurrencyListUnitPrice": ("PricingCurrencyListUnitPrice", "NULL", "NULL"),
    "PricingQuantity": ("PricingQuantity", "usage_billedQuantity", "NULL"),
    "PricingUnit": ("PricingUnit", "cost_skuUnitDescription", "NULL"),
    "ProviderName": ("Provider", "'Oracle'", "'Oracle'"),
    "PublisherName": ("Publisher", "'Oracle'", "'Oracle'"),
    "RegionId": ("coalesce(RegionId, Region, RegionName)", "product_region", "product_region"),
    "RegionName": ("coalesce(RegionName, Region, RegionId)", "product_region", "product_region"),
    "ResourceId": ("ResourceId", "product_resourceId", "product_resourceId"),
    "ResourceName": ("ResourceName", "NULL", "NULL"),
    "ResourceType": ("ResourceType", "NULL", "NULL"),
    "ServiceCategory": ("ServiceCategory", "NULL", "NULL"),
    "ServiceName": ("ServiceName", "product_service", "product_service"),
    "ServiceSubcategory": ("ServiceSubcategory", "NULL", "NULL"),
    "SkuId": ("SkuId", "cost_productSku", "NULL"),
    "SkuMeter": ("SkuMeter", "NULL", "product_resource"),
    "SkuPriceDetails": ("SkuPriceDetails", "NULL", "NULL"),
    "SkuPriceId": ("SkuPriceId", "NULL", "NULL"),
    "SubAccountId": ("SubAccountId", "lineItem_tenantId", "lineItem_tenantId"),
    "SubAccountName": ("SubAccountName", "NULL", "NULL"),
    "SubAccountType": ("SubAccountType", "NULL", "NULL"),
    "Tags": ("tags", "tags", "tags"),
    "oci_ReferenceNumber": ("oci_ReferenceNumber", "lineItem_referenceNo", "lineItem_referenceNo"),
    "oci_CompartmentId": ("oci_CompartmentId", "product_compartmentId", "product_compartmentId"),
    "oci_CompartmentName": ("oci_CompartmentName", "product_compartmentName", "product_compartmentName"),
    "oci_OverageFlag": ("oci_OverageFlag", "cost_overageFlag", "NULL"),
    "oci_UnitPriceOverage": ("oci_UnitPriceOverage", "cost_unitPriceOverage", "NULL"),
    "oci_BilledQuantityOverage": ("oci_BilledQuantityOverage", "usage_billedQuantityOverage", "NULL"),
    "oci_CostOverage": ("oci_CostOverage", "cost_myCostOverage", "NULL"),
    "oci_AttributedUsage": ("oci_AttributedUsage", "usage_attributedUsage", "NULL"),
    "oci_AttributedCost": ("oci_AttributedCost", "cost_attributedCost", "NULL"),
    "oci_BackReferenceNumber": ("oci_BackReferenceNumber", "lineItem_backreferenceNo", "lineItem_backreferenceNo"),
    "x_Dialect": ("'focus'", "'cost'", "'usage'"),
    "x_TenancyId": ("tenancy_id", "tenancy_id", "tenancy_id"),
    "x_ObjectName": ("object_name", "object_name", "object_name"),
    "x_ObjectRow": ("object_row", "object_row", "object_row"),
}
"""Usage rows of 1E23 and more, which the type of priced quantities cannot hold, have no ConsumedQuantity here."""
CORRECTION_ROWS = """SELECT l.dialect, l.tenancy_id, l.object_name, l.object_row, l.reference_no,
  l.corrects AS corrects_reference_no, r.original_reference_no, r.depth, l.cost, l.quantity,
  {present} AS original_present, o.cost AS original_cost,
  CASE WHEN r.original_reference_no IS NULL THEN l.cost ELSE coalesce(o.cost, 0) + sum(l.cost) OVER (
    PARTITION BY l.dialect, l.tenancy_id, r.original_reference_no) END AS chain_cost
FROM line l
LEFT JOIN resolved r ON r.dialect = l.dialect AND r.tenancy_id = l.tenancy_id AND r.start_no = l.corrects
LEFT JOIN original o ON o.dialect = l.dialect AND o.tenancy_id = l.tenancy_id
  AND o.reference_no = r.original_reference_no
WHERE {is_correction}"""
"""The rows of `oci_correction` in both engines; `line`, `resolved` and `original` are each engine's own."""


def focus_view(in_engine: Callable[[str], str], name: Callable[[Table | str], str]) -> str:
    """Return `CREATE OR REPLACE VIEW` of FOCUS_VIEW.

    ``in_engine`` puts an expression into the engine's words; ``name`` says what the engine calls a table or a view.
    """
    parts = []
    for index, table in enumerate((FOCUS, COST, USAGE)):
        columns = [f"{in_engine(expressions[index])} AS {column}" for column, expressions in FOCUS_COLUMNS.items()]
        parts.append(f"SELECT {', '.join(columns)} FROM {name(table)}")
    return f"CREATE OR REPLACE VIEW {name(FOCUS_VIEW)} AS {' UNION ALL '.join(parts)}"
