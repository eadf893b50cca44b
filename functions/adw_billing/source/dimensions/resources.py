"""Names of resources, from Search (SearchResources): it shows what the function's policies let it inspect.

Policy: `inspect all-resources in tenancy`, or of the families whose names are wanted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.adw_billing.source.dimensions.fields import text
from functions.adw_billing.source.dimensions.tenancy_api import SEARCH

if TYPE_CHECKING:
    from functions.adw_billing.model.dimension_merge import Row
    from functions.adw_billing.source.dimensions.tenancy_api import TenancyApi

QUERY = {"type": "Structured", "query": "query all resources", "matchingContextType": "NONE"}


def read_resources(api: TenancyApi, tenancy_id: str) -> list[Row]:
    """Return the resources of the region that is asked, by what they are called."""
    return [
        {
            "resource_id": text(one, "identifier"),
            "name": text(one, "displayName"),
            "type": text(one, "resourceType"),
            "tenancy_id": tenancy_id,
            "compartment_id": text(one, "compartmentId"),
            "lifecycle": text(one, "lifecycleState"),
        }
        for one in api.every(SEARCH, "/resources", {}, QUERY)
        if text(one, "identifier")
    ]
