"""The lines of the bill that all questions count: one dialect a tenancy and day, so that nothing counts twice.

Where cost reports and FOCUS reports of a tenancy are loaded, each line is there twice. All cost lines count; FOCUS
lines count on days of which the tenancy has no cost line.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.adw_billing.model.corrections import FOCUS_CORRECTION, LINE_ITEM_CORRECTION
from functions.adw_billing.model.dimension_tables import COMPARTMENT
from functions.adw_billing.model.summary_rows import counts, own_name, twins
from functions.adw_billing.model.tables import COST, DAILY, FOCUS
from functions.adw_billing.warehouse.questions.question import question

if TYPE_CHECKING:
    from functions.adw_billing.warehouse.questions.words import Words

LINE_VIEW = "oci_cost_line"

_COLUMNS = {
    # column: expression over COST, over FOCUS
    "tenancy_id": ("x.tenancy_id", "x.tenancy_id"),
    "dialect": ("'cost'", "'focus'"),
    "object_name": ("x.object_name", "x.object_name"),
    "object_row": ("x.object_row", "x.object_row"),
    "usage_day": ("{day}", "{day}"),
    "month": ("{month}", "{month}"),
    "subaccount_id": ("x.lineItem_tenantId", "x.SubAccountId"),
    "subscription_id": ("x.cost_subscriptionId", "x.BillingAccountId"),
    "service": ("x.product_service", "x.ServiceName"),
    "sku": ("x.cost_productSku", "x.SkuId"),
    "description": ("x.product_Description", "x.ChargeDescription"),
    "region": ("x.product_region", "COALESCE(x.RegionId, x.Region, x.RegionName)"),
    "compartment_id": ("x.product_compartmentId", "x.oci_CompartmentId"),
    "compartment_name": ("x.product_compartmentName", "x.oci_CompartmentName"),
    "compartment_path": (
        f"COALESCE(c.path, {own_name('n.twin', 'x.product_compartmentName', 'x.product_compartmentId')})",
        f"COALESCE(c.path, {own_name('n.twin', 'x.oci_CompartmentName', 'x.oci_CompartmentId')})",
    ),
    "resource_id": ("x.product_resourceId", "x.ResourceId"),
    "quantity": ("x.usage_billedQuantity", "COALESCE(x.UsageQuantity, x.ConsumedQuantity)"),
    "unit": ("x.cost_skuUnitDescription", "COALESCE(x.UsageUnit, x.ConsumedUnit)"),
    "unit_price": ("x.cost_unitPrice", "COALESCE(x.ContractedUnitPrice, x.ListUnitPrice)"),
    "list_unit_price": ("NULL", "x.ListUnitPrice"),
    "cost": ("x.cost_myCost", "x.BilledCost"),
    "currency": ("x.cost_currencyCode", "x.BillingCurrency"),
    "overage_quantity": ("x.usage_billedQuantityOverage", "x.oci_BilledQuantityOverage"),
    "overage_cost": ("x.cost_myCostOverage", "x.oci_CostOverage"),
    "overage_flag": ("x.cost_overageFlag", "x.oci_OverageFlag"),
    "attributed_cost": ("x.cost_attributedCost", "x.oci_AttributedCost"),
    "is_correction": (
        f"CAST(CASE WHEN {LINE_ITEM_CORRECTION} THEN 1 ELSE 0 END AS {{flag}})",
        f"CAST(CASE WHEN {FOCUS_CORRECTION} THEN 1 ELSE 0 END AS {{flag}})",
    ),
    "reference_no": ("x.lineItem_referenceNo", "x.oci_ReferenceNumber"),
    "corrects_reference_no": ("x.lineItem_backreferenceNo", "x.oci_BackReferenceNumber"),
    "tags": ("x.tags", "x.tags"),
}


_START = ("lineItem_intervalUsageStart", "ChargePeriodStart")
_COMPARTMENT = (("product_compartmentId", "product_compartmentName"), ("oci_CompartmentId", "oci_CompartmentName"))


def _lines(words: Words) -> str:
    day = words.day(f"x.{_START[1]}")
    return (
        f"{_part(words, 0)}\nUNION ALL\n{_part(words, 1)}\n"
        f"WHERE (x.{_START[1]} IS NULL AND NOT EXISTS ({_costs(words)}))\n"
        f"  OR (x.{_START[1]} IS NOT NULL AND NOT EXISTS ({_costs(words)} AND d.usage_day = {day}))"
    )


def undated(words: Words, *names: str) -> str:
    """Return a query for columns of the lines without a usage start, which are on no day of the summary."""
    cost, focus = (f"{_part(words, index, names)}\nWHERE x.{_START[index]} IS NULL" for index in (0, 1))
    return f"{cost}\nUNION ALL\n{focus} AND NOT EXISTS ({_costs(words)})"


def _costs(words: Words) -> str:
    return f"SELECT 1 FROM {words.name(DAILY)} d WHERE d.tenancy_id = x.tenancy_id AND d.dialect = 'cost'"


def _part(words: Words, index: int, names: tuple[str, ...] = tuple(_COLUMNS)) -> str:
    start = f"x.{_START[index]}"
    forms = {"day": words.day(start), "month": words.month(start), "flag": words.flag}
    columns = ", ".join(f"{_COLUMNS[name][index].format(**forms)} AS {name}" for name in names)
    joins = compartment_joins(words, *(f"x.{name}" for name in _COMPARTMENT[index]))
    return f"SELECT {columns} FROM {words.name((COST, FOCUS)[index])} x {joins}"


def compartment_joins(words: Words, compartment_id: str, name: str) -> str:
    """Return the joins that a compartment's path is made from: `c`, and `n` of names that several compartments have."""
    # One row a compartment, whatever the dimension holds: a second one would count its lines twice.
    path = f"(SELECT compartment_id, MAX(path) AS path FROM {words.name(COMPARTMENT)} GROUP BY compartment_id)"
    return (
        f"LEFT JOIN {path} c ON c.compartment_id = {compartment_id}\n"
        f"LEFT JOIN ({twins(words.name(DAILY))}) n ON n.twin_tenancy = x.tenancy_id AND n.twin = {name}"
    )


def daily(words: Words) -> str:
    """Return a query for cost by tenancy, currency, service and usage day, of the dialect that counts.

    It reads the summary, which keeps the days whose rows `retention_days` has removed.
    """
    name = words.name(DAILY)
    return (
        "SELECT x.tenancy_id, x.currency, COALESCE(x.service, '(none)') AS service, x.usage_day, SUM(x.cost) AS cost "
        f"FROM {name} x WHERE {counts('x', name)} "
        "GROUP BY x.tenancy_id, x.currency, COALESCE(x.service, '(none)'), x.usage_day"
    )


def day_totals(words: Words) -> str:
    """Return a query for cost by tenancy, currency and usage day, of the dialect that counts."""
    # Dialects are told apart after adding up: a day has two sums, and hundreds of rows in the summary.
    sums = (
        "SELECT tenancy_id, dialect, currency, usage_day, SUM(cost) AS cost "
        f"FROM {words.name(DAILY)} GROUP BY tenancy_id, dialect, currency, usage_day"
    )
    return f"SELECT x.tenancy_id, x.currency, x.usage_day, x.cost FROM ({sums}) x WHERE {counts('x', f'({sums})')}"


LINE = question("lines", "What are the lines of the bill?", LINE_VIEW, " ".join(_COLUMNS), _lines)
"""Cost reports first, FOCUS reports of the days without any."""
