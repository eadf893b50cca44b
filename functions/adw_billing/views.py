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
    "BillingCurrency": ("BillingCurrency", "cost_currencyCode", "NULL"),
    "BillingPeriodEnd": ("BillingPeriodEnd", "{month} + INTERVAL 1 MONTH", "{month} + INTERVAL 1 MONTH"),
    "BillingPeriodStart": ("BillingPeriodStart", "{month}", "{month}"),
    "ChargeCategory": ("ChargeCategory", "'Usage'", "'Usage'"),
    "ChargeClass": ("ChargeClass", "{correction}", "{correction}"),
    "ChargeDescription": ("ChargeDescription", "product_Description", "product_resource"),
    "ChargeFrequency": ("ChargeFrequency", "'Usage-Based'", "'Usage-Based'"),
    "ChargePeriodEnd": ("ChargePeriodEnd", "lineItem_intervalUsageEnd", "lineItem_intervalUsageEnd"),
    "ChargePeriodStart": ("ChargePeriodStart", "lineItem_intervalUsageStart", "lineItem_intervalUsageStart"),
    "CommitmentDiscountCategory": ("CommitmentDiscountCategory", "NULL", "NULL"),
    "CommitmentDiscountId": ("CommitmentDiscountId", "NULL", "NULL"),
    "CommitmentDiscountName": ("CommitmentDiscountName", "NULL", "NULL"),
    "CommitmentDiscountStatus": ("CommitmentDiscountStatus", "NULL", "NULL"),
    "CommitmentDiscountType": ("CommitmentDiscountType", "NULL", "NULL"),
    "ConsumedQuantity": (
        "CAST(coalesce(ConsumedQuantity, UsageQuantity) AS DECIMAL(38,13))",
        "CAST(usage_billedQuantity AS DECIMAL(38,13))",
        "usage_consumedQuantity",
    ),
    "ConsumedUnit": ("coalesce(ConsumedUnit, UsageUnit)", "cost_skuUnitDescription", "usage_consumedQuantityUnits"),
    "ContractedCost": ("ContractedCost", "NULL", "NULL"),
    "ContractedUnitPrice": ("ContractedUnitPrice", "cost_unitPrice", "NULL"),
    "EffectiveCost": ("EffectiveCost", "coalesce(cost_attributedCost, cost_myCost)", "CAST(0 AS DECIMAL(38,24))"),
    "InvoiceIssuerName": ("InvoiceIssuer", "'Oracle'", "'Oracle'"),
    "ListCost": ("ListCost", "NULL", "NULL"),
    "ListUnitPrice": ("ListUnitPrice", "NULL", "NULL"),
    "PricingCategory": ("PricingCategory", "NULL", "NULL"),
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
    "SkuId": ("SkuId", "cost_productSku", "NULL"),
    "SkuPriceId": ("SkuPriceId", "NULL", "NULL"),
    "SubAccountId": ("SubAccountId", "lineItem_tenantId", "lineItem_tenantId"),
    "SubAccountName": ("SubAccountName", "NULL", "NULL"),
    "Tags": ("tags", "tags", "tags"),
    "x_Dialect": ("'focus'", "'cost'", "'usage'"),
    "x_TenancyId": ("tenancy_id", "tenancy_id", "tenancy_id"),
    "x_ObjectName": ("object_name", "object_name", "object_name"),
    "x_ObjectRow": ("object_row", "object_row", "object_row"),
}
_PLACEHOLDERS = {
    "{month}": "date_trunc('month', lineItem_intervalUsageStart)",
    "{correction}": "CASE WHEN lower(lineItem_isCorrection) = 'true' THEN 'Correction' END",
}


def create_statements() -> list[str]:
    """`CREATE OR REPLACE VIEW` of all of them."""
    return [_focus_view(), _corrections(), _reconciliation()]


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


def _corrections() -> str:
    """Each correction with the line it goes back to in the end, and what the chain amounts to."""
    return """
CREATE OR REPLACE VIEW oci_correction AS
WITH RECURSIVE line AS (
  SELECT 'cost' AS dialect, tenancy_id, object_name, object_row, lineItem_referenceNo AS reference_no,
    CASE WHEN lower(lineItem_isCorrection) = 'true' THEN lineItem_backreferenceNo END AS corrects,
    cost_myCost AS cost, CAST(usage_billedQuantity AS DECIMAL(38,13)) AS quantity FROM oci_cost
  UNION ALL SELECT 'usage', tenancy_id, object_name, object_row, lineItem_referenceNo,
    CASE WHEN lower(lineItem_isCorrection) = 'true' THEN lineItem_backreferenceNo END,
    NULL, usage_billedQuantity FROM oci_usage
  UNION ALL SELECT 'focus', tenancy_id, object_name, object_row, oci_ReferenceNumber,
    CASE WHEN ChargeClass = 'Correction' OR ChargeSubcategory = 'Correction' OR ChargeCategory = 'Adjustment'
      THEN oci_BackReferenceNumber END,
    BilledCost, CAST(coalesce(UsageQuantity, ConsumedQuantity) AS DECIMAL(38,13)) FROM oci_focus
), link AS (
  SELECT DISTINCT dialect, tenancy_id, reference_no, corrects FROM line WHERE corrects IS NOT NULL
), chain AS (
  SELECT dialect, tenancy_id, reference_no, corrects AS original_reference_no, 1 AS depth FROM link
  UNION ALL
  SELECT c.dialect, c.tenancy_id, c.reference_no, l.corrects, c.depth + 1 FROM chain c
  JOIN link l ON l.dialect = c.dialect AND l.tenancy_id = c.tenancy_id AND l.reference_no = c.original_reference_no
  WHERE c.depth < 100 AND l.corrects <> c.reference_no
), resolved AS (
  SELECT dialect, tenancy_id, reference_no, max(depth) AS depth,
    arg_max(original_reference_no, depth) AS original_reference_no FROM chain GROUP BY ALL
)
SELECT l.dialect, l.tenancy_id, l.object_name, l.object_row, l.reference_no,
  l.corrects AS corrects_reference_no, r.original_reference_no, r.depth, l.cost, l.quantity,
  EXISTS (SELECT 1 FROM line o WHERE o.dialect = l.dialect AND o.tenancy_id = l.tenancy_id
    AND o.reference_no = r.original_reference_no) AS original_present
FROM line l JOIN resolved r ON r.dialect = l.dialect AND r.tenancy_id = l.tenancy_id AND r.reference_no = l.reference_no
WHERE l.corrects IS NOT NULL
"""


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
