"""The embedded warehouse's views: FOCUS 1.2 over all dialects, correction chains, reconciliation.

Column names: FOCUS 1.2 (focus.finops.org, "Columns"); how Oracle's cost columns map to them: Oracle, "FOCUS Cost Report
Schema" (docs.oracle.com, Content/Billing/Concepts/costusagereportsoverview.htm).
"""

from __future__ import annotations

FOCUS_COLUMNS: dict[str, tuple[str, str, str]] = {
    # FOCUS 1.2 name: expression over oci_focus, over oci_cost, over oci_usage
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
    "ChargeCategory": ("ChargeCategory", "'Usage'", "'Usage'"),
    "ChargeClass": ("coalesce(ChargeClass, {focus_correction})", "{correction}", "{correction}"),
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
_PLACEHOLDERS = {
    "{month}": "date_trunc('month', lineItem_intervalUsageStart)",
    "{focus_correction}": "CASE WHEN lower(ChargeSubcategory) = 'correction' THEN 'Correction' END",
    "{correction}": "CASE WHEN lower(lineItem_isCorrection) = 'true' THEN 'Correction' END",
}

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
"""The rows of `oci_correction` in both engines; line, resolved and original each engine has in its own words."""

CORRECTION = """CREATE OR REPLACE VIEW oci_correction AS
WITH RECURSIVE line AS (
  SELECT 'cost' AS dialect, tenancy_id, object_name, object_row, lineItem_referenceNo AS reference_no,
    lineItem_backreferenceNo AS corrects, coalesce(lower(lineItem_isCorrection) = 'true', false) AS is_correction,
    cost_myCost AS cost, usage_billedQuantity AS quantity FROM oci_cost
  UNION ALL SELECT 'usage', tenancy_id, object_name, object_row, lineItem_referenceNo, lineItem_backreferenceNo,
    coalesce(lower(lineItem_isCorrection) = 'true', false), NULL,
    TRY_CAST(usage_billedQuantity AS DECIMAL(38,15)) FROM oci_usage
  UNION ALL SELECT 'focus', tenancy_id, object_name, object_row, oci_ReferenceNumber, oci_BackReferenceNumber,
    coalesce(lower(ChargeClass) = 'correction', false) OR coalesce(lower(ChargeSubcategory) = 'correction', false)
      OR (coalesce(lower(ChargeCategory) = 'adjustment', false) AND oci_BackReferenceNumber IS NOT NULL),
    BilledCost, coalesce(UsageQuantity, ConsumedQuantity) FROM oci_focus
), link AS (
  SELECT DISTINCT dialect, tenancy_id, reference_no, corrects FROM line WHERE is_correction AND corrects IS NOT NULL
), chain AS (
  SELECT dialect, tenancy_id, corrects AS start_no, corrects AS current_no, 1 AS depth FROM link
  UNION
  SELECT c.dialect, c.tenancy_id, c.start_no, l.corrects, c.depth + 1 FROM chain c
  JOIN link l ON l.dialect = c.dialect AND l.tenancy_id = c.tenancy_id AND l.reference_no = c.current_no
  WHERE c.depth < 100 AND l.corrects <> c.start_no AND l.corrects <> l.reference_no
), resolved AS (
  SELECT dialect, tenancy_id, start_no, max(depth) AS depth, arg_max(current_no, depth) AS original_reference_no
  FROM chain GROUP BY ALL
), original AS (
  SELECT dialect, tenancy_id, reference_no, sum(cost) AS cost FROM line
  WHERE NOT is_correction AND reference_no IN (SELECT original_reference_no FROM resolved) GROUP BY ALL
)
""" + CORRECTION_ROWS.format(present="o.reference_no IS NOT NULL", is_correction="l.is_correction")
"""Each correction, the line it goes back to in the end, and what the two with all their like amount to."""


def create_statements() -> list[str]:
    """`CREATE OR REPLACE VIEW` of all of them."""
    return [_focus_view(), CORRECTION, _reconciliation()]


def _focus_view() -> str:
    parts = []
    for index, table in enumerate(("oci_focus", "oci_cost", "oci_usage")):
        columns = [f"{_filled(expressions[index])} AS {name}" for name, expressions in FOCUS_COLUMNS.items()]
        parts.append(f"SELECT {', '.join(columns)} FROM {table}")
    return f"CREATE OR REPLACE VIEW oci_focus_view AS {' UNION ALL '.join(parts)}"


def _filled(expression: str) -> str:
    for placeholder, text in _PLACEHOLDERS.items():
        expression = expression.replace(placeholder, text)
    return expression


def _reconciliation() -> str:
    """Cost against FOCUS by day, service and currency, with the objects that are known and not loaded."""
    return """
CREATE OR REPLACE VIEW oci_reconciliation AS
WITH side AS (
  SELECT tenancy_id, usage_day, service, currency,
    sum(cost) FILTER (WHERE dialect = 'cost') AS cost_total,
    sum(cost) FILTER (WHERE dialect = 'focus') AS focus_total,
    sum(row_count) FILTER (WHERE dialect = 'cost') AS cost_rows,
    sum(row_count) FILTER (WHERE dialect = 'focus') AS focus_rows
  FROM oci_cost_daily GROUP BY ALL
)
SELECT tenancy_id, usage_day, service, currency, cost_total, focus_total,
  coalesce(cost_total, 0) - coalesce(focus_total, 0) AS difference, cost_rows, focus_rows,
  CASE WHEN cost_rows IS NULL THEN 'cost-missing' WHEN focus_rows IS NULL THEN 'focus-missing'
    WHEN coalesce(cost_total, 0) = coalesce(focus_total, 0) THEN 'equal' ELSE 'differs' END AS status,
  (SELECT string_agg(r.object_name, ', ' ORDER BY r.object_name) FROM oci_report r
    WHERE r.tenancy_id = side.tenancy_id AND r.state = 'rejected'
    AND (r.dialect = 'cost' OR r.object_name LIKE 'FOCUS Reports/' || strftime(side.usage_day, '%Y/%m/%d') || '/%')
  ) AS missing_reports
FROM side
"""
