"""The table that the user fills: what the business did on a day, to divide the bill by."""

from __future__ import annotations

from functions.adw_billing.model.columns import Column, ColumnType, Table

MEASURE = Table(
    "oci_measure",
    (
        Column("measure", length=255, required=True),
        Column("usage_day", ColumnType.DAY, required=True),
        Column("value", ColumnType.NUMBER),
    ),
)
"""A measure of the user's (orders, users, requests) by day; `oci_unit_cost` divides the cost of its days by it."""
