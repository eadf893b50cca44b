"""Compartments and the tenancy's own name, from Identity.

Policies: `inspect compartments in tenancy`, `inspect tenancies in tenancy` (docs.oracle.com, "Details for IAM with
Identity Domains": COMPARTMENT_INSPECT for ListCompartments, TENANCY_INSPECT for GetTenancy).
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from functions.adw_billing.model.compartment_paths import compartment_rows
from functions.adw_billing.source.dimensions.fields import text
from functions.adw_billing.source.dimensions.tenancy_api import IDENTITY

if TYPE_CHECKING:
    from functions.adw_billing.model.dimension_merge import Row
    from functions.adw_billing.source.dimensions.tenancy_api import TenancyApi


def read_compartments(api: TenancyApi, tenancy_id: str) -> list[Row]:
    """Return all compartments of a tenancy with their paths, the deleted ones that are still listed too."""
    query = {"compartmentId": tenancy_id, "compartmentIdInSubtree": "true", "accessLevel": "ANY"}
    listed = api.every(IDENTITY, "/compartments", query)
    found = [
        {
            "compartment_id": text(one, "id"),
            "name": text(one, "name"),
            "parent_id": text(one, "compartmentId"),
            "lifecycle": text(one, "lifecycleState"),
        }
        for one in listed
        if text(one, "id") and text(one, "name")
    ]
    return compartment_rows(tenancy_id, found)


def read_tenancies(api: TenancyApi, tenancy_id: str) -> list[Row]:
    """Return the tenancy's own row."""
    found = api.one(IDENTITY, f"/tenancies/{quote(tenancy_id, safe='')}")
    return [{"tenancy_id": tenancy_id, "name": text(found, "name"), "home_region": text(found, "homeRegionKey")}]
