"""The columns of the three dialects in documented order, and what a resource puts into those that do not change.

Names and order: https://docs.oracle.com/en-us/iaas/Content/Billing/Concepts/costusagereportsoverview.htm
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Literal

from emulator.reports.catalogue import SUBSCRIPTION, TENANCY_NAME
from emulator.reports.java_numbers import COST_SCALE, PRICE_SCALE, big_decimal

if TYPE_CHECKING:
    from emulator.reports.catalogue import Resource

Dialect = Literal["cost", "focus", "usage"]
FocusNames = Literal["preview", "1.0", "x_oci"]

USAGE = (
    "lineItem/referenceNo", "lineItem/tenantId", "lineItem/intervalUsageStart", "lineItem/intervalUsageEnd",
    "product/service", "product/resource", "product/compartmentId", "product/compartmentName", "product/region",
    "product/availabilityDomain", "product/resourceId", "usage/consumedQuantity", "usage/billedQuantity",
    "usage/consumedQuantityUnits", "usage/consumedQuantityMeasure", "lineItem/isCorrection", "lineItem/backreferenceNo",
)  # fmt: skip
COST = (
    "lineItem/referenceNo", "lineItem/tenantId", "lineItem/intervalUsageStart", "lineItem/intervalUsageEnd",
    "product/service", "product/compartmentId", "product/compartmentName", "product/region",
    "product/availabilityDomain", "product/resourceId", "usage/billedQuantity", "usage/billedQuantityOverage",
    "cost/subscriptionId", "cost/productSku", "product/Description", "cost/unitPrice", "cost/unitPriceOverage",
    "cost/myCost", "cost/myCostOverage", "cost/currencyCode", "cost/billingUnitReadable", "cost/skuUnitDescription",
    "cost/overageFlag", "lineItem/isCorrection", "lineItem/backreferenceNo",
)  # fmt: skip
FOCUS = (
    "AvailabilityZone", "BilledCost", "BillingAccountId", "BillingAccountName", "BillingCurrency", "BillingPeriodEnd",
    "BillingPeriodStart", "ChargeCategory", "ChargeDescription", "ChargeFrequency", "ChargePeriodEnd",
    "ChargePeriodStart", "ChargeSubcategory", "CommitmentDiscountCategory", "CommitmentDiscountId",
    "CommitmentDiscountName", "CommitmentDiscountType", "EffectiveCost", "InvoiceIssuer", "ListCost", "ListUnitPrice",
    "PricingCategory", "PricingQuantity", "PricingUnit", "Provider", "Publisher", "Region", "ResourceId",
    "ResourceName", "ResourceType", "ServiceCategory", "ServiceName", "SkuId", "SkuPriceId", "SubAccountId",
    "SubAccountName", "Tags", "UsageQuantity", "UsageUnit", "oci_ReferenceNumber", "oci_CompartmentId",
    "oci_CompartmentName", "oci_OverageFlag", "oci_UnitPriceOverage", "oci_BilledQuantityOverage", "oci_CostOverage",
    "oci_AttributedUsage", "oci_AttributedCost", "oci_BackReferenceNumber",
)  # fmt: skip
COLUMNS: dict[Dialect, tuple[str, ...]] = {"usage": USAGE, "cost": COST, "focus": FOCUS}

CHANGING: dict[Dialect, tuple[str, ...]] = {
    "usage": (
        "lineItem/referenceNo", "lineItem/intervalUsageStart", "lineItem/intervalUsageEnd", "lineItem/isCorrection",
        "lineItem/backreferenceNo", "usage/consumedQuantity", "usage/billedQuantity",
    ),
    "cost": (
        "lineItem/referenceNo", "lineItem/intervalUsageStart", "lineItem/intervalUsageEnd", "lineItem/isCorrection",
        "lineItem/backreferenceNo", "usage/billedQuantity", "cost/myCost",
    ),
    "focus": (
        "oci_ReferenceNumber", "ChargePeriodStart", "ChargePeriodEnd", "ChargeCategory", "oci_BackReferenceNumber",
        "UsageQuantity", "BilledCost", "PricingQuantity", "EffectiveCost", "ListCost", "BillingPeriodStart",
        "BillingPeriodEnd",
    ),
}  # fmt: skip
"""Columns whose value differs from row to row of one resource, in the order in which `rows.values` gives them."""

_FOCUS_1_0 = {
    "InvoiceIssuer": "InvoiceIssuerName",
    "Provider": "ProviderName",
    "Publisher": "PublisherName",
    "ChargeSubcategory": "ChargeClass",
    "Region": "RegionId",
    "UsageQuantity": "ConsumedQuantity",
    "UsageUnit": "ConsumedUnit",
}


def header_name(name: str, names: FocusNames) -> str:
    """Return a FOCUS column's name in a variant of the file: FOCUS 1.0 names, or Oracle's own with `x_oci_`."""
    if names == "1.0":
        return _FOCUS_1_0.get(name, name)
    if names == "x_oci" and name.startswith("oci_"):
        return "x_" + name
    return name


def fixed_values(dialect: Dialect, resource: Resource, tenancy: str, *, braces: bool) -> dict[str, str]:
    """Return what a resource's rows have in the constant columns; a column that the resource lacks is empty."""
    if dialect == "focus":
        return _focus(resource, tenancy, braces=braces)
    common = {
        "lineItem/tenantId": tenancy,
        "product/service": resource.sku.service,
        "product/compartmentId": resource.compartment_id,
        "product/compartmentName": resource.compartment,
        "product/region": resource.region,
        "product/availabilityDomain": resource.availability_domain,
        "product/resourceId": resource.id,
    }
    own = _usage(resource) if dialect == "usage" else _cost(resource)
    return {**common, **own, **{f"tags/{key}": value for key, value in resource.tags.items()}}


def _usage(resource: Resource) -> dict[str, str]:
    return {
        "product/resource": resource.sku.usage_resource,
        "usage/consumedQuantityUnits": resource.sku.usage_unit,
        "usage/consumedQuantityMeasure": resource.sku.usage_measure,
    }


def _cost(resource: Resource) -> dict[str, str]:
    return {
        "cost/subscriptionId": SUBSCRIPTION if resource.number % 5 else "015649487",
        "cost/productSku": resource.sku.code,
        "product/Description": resource.sku.description,
        "cost/unitPrice": _price(resource),
        "cost/currencyCode": "USD",
        "cost/billingUnitReadable": resource.sku.billing_unit,
        "cost/skuUnitDescription": resource.sku.unit,
        "cost/overageFlag": "N" if resource.number % 5 == 0 else "false",
    }


def _focus(resource: Resource, tenancy: str, *, braces: bool) -> dict[str, str]:
    tags = json.dumps(dict(resource.tags), ensure_ascii=False)
    return {
        "AvailabilityZone": resource.availability_domain,
        "BillingAccountId": SUBSCRIPTION,
        "BillingCurrency": "USD",
        "ChargeDescription": resource.sku.description,
        "ChargeFrequency": "Usage-Based",
        "InvoiceIssuer": "Oracle",
        "ListUnitPrice": _price(resource),
        "PricingUnit": resource.sku.unit,
        "Provider": "Oracle",
        "Publisher": "Oracle",
        "Region": resource.region,
        "ResourceId": resource.id,
        "ResourceType": resource.sku.resource_type,
        "ServiceCategory": resource.sku.category,
        "ServiceName": resource.sku.service,
        "SkuId": resource.sku.code,
        "SubAccountId": tenancy,
        "SubAccountName": TENANCY_NAME,
        "Tags": tags if braces else tags[1:-1],
        "UsageUnit": resource.sku.unit,
        "oci_CompartmentId": resource.compartment_id,
        "oci_CompartmentName": resource.compartment,
        "oci_OverageFlag": "N",
    }


def _price(resource: Resource) -> str:
    return big_decimal(resource.sku.price_e8 * 10 ** (COST_SCALE - PRICE_SCALE))
