"""The tables of dimensions: what the reports say by OCID only, such as compartments, tenancies, commitments, prices.

Each has a column that scopes it (the tenancy, or the currency of list prices): an update replaces the rows of a scope.
Each may be empty: it is filled where the function's policies allow. Sources of the fields: Identity 20160918
(Compartment, Tenancy), OneSubscription 20190111 (SubscriptionSummary, CommitmentSummary), Search 20180409
(ResourceSummary), and Oracle's public price list (docs.oracle.com, "Estimating Costs": accessing list pricing).
"""

from __future__ import annotations

from functions.adw_billing.model.columns import Column, ColumnType, Table

_TENANCY = Column("tenancy_id", length=255, required=True)
_SEEN = (Column("first_seen", ColumnType.TIME), Column("last_seen", ColumnType.TIME))

COMPARTMENT = Table(
    "oci_compartment",
    (
        Column("compartment_id", length=255, required=True),
        Column("name", length=400),
        Column("path", length=4000),
        Column("parent_id", length=255),
        _TENANCY,
        Column("lifecycle", length=30),
        *_SEEN,
    ),
)
"""The compartment tree as it was last seen; the root is the tenancy, its path `/`."""

COMPARTMENT_NAME = Table(
    "oci_compartment_name",
    (
        Column("compartment_id", length=255, required=True),
        Column("name", length=400),
        Column("path", length=4000),
        Column("parent_id", length=255),
        _TENANCY,
        *_SEEN,
    ),
)
"""Names and places of a compartment over time: one row for each that was seen."""

TENANCY = Table(
    "oci_tenancy",
    (
        _TENANCY,
        Column("name", length=400),
        Column("home_region", length=100),
        *_SEEN,
    ),
)
"""Tenancies with their names; `home_region` is the region's key or name as Identity gives it."""

SUBSCRIPTION = Table(
    "oci_subscription",
    (
        Column("subscribed_service_id", length=255, required=True),
        Column("subscription_id", length=255),
        _TENANCY,
        Column("service_name", length=400),
        Column("status", length=60),
        Column("sku", length=100),
        Column("product", length=1000),
        Column("currency", length=30),
        Column("time_start", ColumnType.TIME),
        Column("time_end", ColumnType.TIME),
        Column("total_value", ColumnType.NUMBER),
        Column("used_amount", ColumnType.NUMBER),
        Column("available_amount", ColumnType.NUMBER),
        *_SEEN,
    ),
)
"""Subscribed services of the tenancy's subscriptions."""

COMMITMENT = Table(
    "oci_commitment",
    (
        Column("commitment_id", length=255, required=True),
        Column("subscribed_service_id", length=255),
        _TENANCY,
        Column("currency", length=30),
        Column("time_start", ColumnType.TIME),
        Column("time_end", ColumnType.TIME),
        Column("quantity", ColumnType.NUMBER),
        Column("used_amount", ColumnType.NUMBER),
        Column("available_amount", ColumnType.NUMBER),
        *_SEEN,
    ),
)
"""Periods of a commitment with what of them is used, as last seen."""

COMMITMENT_BURN = Table(
    "oci_commitment_burn",
    (
        Column("commitment_id", length=255, required=True),
        _TENANCY,
        Column("seen_day", ColumnType.DAY, required=True),
        Column("quantity", ColumnType.NUMBER),
        Column("used_amount", ColumnType.NUMBER),
        Column("available_amount", ColumnType.NUMBER),
    ),
)
"""Burn-down: a commitment's amounts on each day on which they were read."""

LIST_PRICE = Table(
    "oci_list_price",
    (
        Column("sku", length=100, required=True),
        Column("currency", length=30, required=True),
        Column("model", length=60),
        Column("range_min", ColumnType.QUANTITY),
        Column("range_max", ColumnType.QUANTITY),
        Column("price", ColumnType.NUMBER),
        Column("unit", length=400),
        Column("name", length=1000),
        *_SEEN,
    ),
)
"""Public list prices, one row for each price that a tier of a SKU had: from `first_seen` to `last_seen`.
`range_max` of the last tier is 999999999999999 in the list."""

RESOURCE = Table(
    "oci_resource",
    (
        Column("resource_id", length=400, required=True),
        Column("name", length=1000),
        Column("type", length=255),
        _TENANCY,
        Column("compartment_id", length=255),
        Column("lifecycle", length=60),
        Column("seen", ColumnType.TIME),
    ),
)
"""Names of resources, as Search last showed them."""

DIMENSION_TABLES = (
    COMPARTMENT,
    COMPARTMENT_NAME,
    TENANCY,
    SUBSCRIPTION,
    COMMITMENT,
    COMMITMENT_BURN,
    LIST_PRICE,
    RESOURCE,
)


def scope_column(table: Table) -> str:
    """Return the column by which updates replace rows of a table."""
    return "currency" if table is LIST_PRICE else _TENANCY.name
