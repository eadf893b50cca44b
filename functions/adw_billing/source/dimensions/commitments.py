"""Subscriptions and commitments with what of them is used, from OneSubscription, as usage2adw's `-loadsub` reads them.

Calls: ListOrganizationSubscriptions, then for each ListSubscribedServices, then for each service ListCommitments (OCI
API, OneSubscription 20190111). Permissions, as Oracle's sample `showsubscription` names them:
ORGANIZATIONS_SUBSCRIPTION_INSPECT for the first, SUBSCRIBED_SERVICE_INSPECT for the others.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from functions.adw_billing.source.dimensions.fields import exact_amount, inner, moment, text
from functions.adw_billing.source.dimensions.tenancy_api import ONE_SUBSCRIPTION

if TYPE_CHECKING:
    from collections.abc import Mapping

    from functions.adw_billing.model.dimension_merge import Row
    from functions.adw_billing.source.dimensions.tenancy_api import Record, TenancyApi


@dataclass(slots=True)
class Subscriptions:
    """Rows of `oci_subscription` and `oci_commitment`, without times."""

    services: list[Row] = field(default_factory=list)
    commitments: list[Row] = field(default_factory=list)


def read_subscriptions(api: TenancyApi, tenancy_id: str) -> Subscriptions:
    """Return the tenancy's subscribed services and their commitments."""
    found = Subscriptions()
    where = {"compartmentId": tenancy_id}
    for organization in api.every(ONE_SUBSCRIPTION, "/organizationSubscription", where):
        subscription_id = text(organization, "id")
        if not subscription_id:
            continue
        asked = {**where, "subscriptionId": subscription_id}
        for service in api.every(ONE_SUBSCRIPTION, "/subscribedServices", asked):
            if text(service, "id"):
                _add(found, api, tenancy_id, organization, service)
    return found


def _add(found: Subscriptions, api: TenancyApi, tenancy_id: str, organization: Record, service: Record) -> None:
    currency = text(inner(organization, "currency"), "isoCode")
    service_id = text(service, "id")
    found.services.append(_service(service, organization, tenancy_id, currency))
    listed = api.every(
        ONE_SUBSCRIPTION, "/commitments", {"compartmentId": tenancy_id, "subscribedServiceId": service_id}
    )
    found.commitments += [
        {
            "commitment_id": text(commitment, "id"),
            "subscribed_service_id": service_id,
            "tenancy_id": tenancy_id,
            "currency": currency,
            **_period(commitment),
            **{name: exact_amount(commitment, header) for name, header in _AMOUNTS.items()},
        }
        for commitment in listed
        if text(commitment, "id")
    ]


_AMOUNTS = {"quantity": "quantity", "used_amount": "usedAmount", "available_amount": "availableAmount"}


def _period(record: Mapping[str, object]) -> Row:
    return {"time_start": moment(record, "timeStart"), "time_end": moment(record, "timeEnd")}


def _service(service: Record, organization: Record, tenancy_id: str, currency: str | None) -> Row:
    product = inner(service, "product")
    return {
        "subscribed_service_id": text(service, "id"),
        "subscription_id": text(organization, "id"),
        "tenancy_id": tenancy_id,
        "service_name": text(organization, "serviceName"),
        "status": text(service, "status") or text(organization, "status"),
        "sku": text(product, "partNumber"),
        "product": text(product, "name"),
        "currency": currency,
        **_period(service),
        "total_value": exact_amount(service, "totalValue"),
        "used_amount": exact_amount(service, "usedAmount"),
        "available_amount": exact_amount(service, "availableAmount"),
    }
