"""What a bill can be asked by: each dimension as columns of cost reports, FOCUS reports, daily summary."""

from __future__ import annotations

from dataclasses import dataclass

from functions.adw_billing.model.dimension_tables import COMPARTMENT, RESOURCE, TENANCY
from shared.errors import BadRequest
from shared.nearest import did_you_mean

TAG = "tag:"
DAY, MONTH, DIALECT, CURRENCY, UNIT = "day", "month", "dialect", "currency", "unit"


@dataclass(frozen=True, slots=True)
class Dimension:
    """A dimension: its name, and the columns that it is; ``daily`` is empty where the summary table lacks it.

    ``lookup`` is the dimension table with a better name for the column ``key`` (a path, a tenancy's name): its table,
    key column and name column. Where that table has nothing, the report's own name stays.
    """

    name: str
    cost: str
    focus: str
    daily: str = ""
    key: tuple[str, str, str] = ("", "", "")
    """The identifying columns in cost, FOCUS and daily rows."""
    lookup: tuple[str, str, str] = ("", "", "")
    twin_names: tuple[str, str, str] = ("", "", "")
    """The names that several of the keys may have, in cost, FOCUS and daily rows: the key's end tells them apart."""
    tag_key: str = ""


DIMENSIONS = {
    each.name: each
    for each in (
        Dimension("service", "product_service", "ServiceName", "service"),
        Dimension("sku", "cost_productSku", "SkuId", "sku"),
        Dimension("product", "product_Description", "ChargeDescription"),
        Dimension("region", "product_region", "coalesce(RegionId, Region, RegionName)", "region"),
        Dimension(
            "compartment",
            "coalesce(product_compartmentName, product_compartmentId)",
            "coalesce(oci_CompartmentName, oci_CompartmentId)",
            "coalesce(compartment_name, compartment_id)",
            ("product_compartmentId", "oci_CompartmentId", "compartment_id"),
            (COMPARTMENT.name, "compartment_id", "path"),
            ("product_compartmentName", "oci_CompartmentName", "compartment_name"),
        ),
        Dimension("compartment_id", "product_compartmentId", "oci_CompartmentId", "compartment_id"),
        Dimension(
            "tenancy",
            "coalesce(lineItem_tenantId, tenancy_id)",
            "coalesce(SubAccountId, tenancy_id)",
            "coalesce(subaccount_id, tenancy_id)",
            ("coalesce(lineItem_tenantId, tenancy_id)", "coalesce(SubAccountId, tenancy_id)", "subaccount_id"),
            (TENANCY.name, "tenancy_id", "name"),
        ),
        Dimension(
            "resource",
            "product_resourceId",
            "ResourceId",
            "",
            ("product_resourceId", "ResourceId", ""),
            (RESOURCE.name, "resource_id", "name"),
        ),
        Dimension(CURRENCY, "cost_currencyCode", "BillingCurrency", "currency"),
        Dimension(
            UNIT,
            "coalesce(cost_skuUnitDescription, cost_billingUnitReadable)",
            "coalesce(UsageUnit, ConsumedUnit)",
        ),
        Dimension(DAY, "{day}", "{day}", "{day}"),
        Dimension(MONTH, "{month}", "{month}", "{month}"),
        Dimension(DIALECT, "'cost'", "'focus'", "dialect"),
    )
}
"""Every dimension by name; `tag:<key>` is made for each key."""


def dimension(name: str, field: str) -> Dimension:
    """Return the dimension of a name. BadRequest, with the field and the nearest known name, where there is none."""
    if name.startswith(TAG) and name != TAG:
        return Dimension(name, "tags", "tags", tag_key=name.removeprefix(TAG))
    found = DIMENSIONS.get(name)
    if found is None:
        known = ", ".join([*DIMENSIONS, f"{TAG}<key>"])
        near = did_you_mean(name, [*DIMENSIONS, TAG])
        raise BadRequest(f"{name!r} is no dimension{near}", fix=f"one of {known}", field=field)
    return found


def in_daily(found: Dimension) -> bool:
    """Whether the daily summary can answer by this dimension."""
    return bool(found.daily)
