"""OneSubscription: subscriptions, their services and commitments, as the SDK's clients of them read them.

Source: the paths and models of the SDK 2.189.0 (onesubscription version 20190111): amounts are texts, and a tenancy's
OCID is the compartment that is asked for. ListOrganizationSubscriptions gives the ids.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aiohttp import web

from emulator.base.service_protocol import json_response, not_allowed_or_not_found, principal_of, required_query
from emulator.services.tenancy.paging import page_of

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_PAGE = 1000


@dataclass
class SubscriptionsService:
    """The service: by tenancy what the APIs answer. ``denied``: ids of principals without a policy."""

    organization: dict[str, list[dict[str, object]]] = field(default_factory=dict)
    services: dict[str, dict[str, list[dict[str, object]]]] = field(default_factory=dict)
    commitments: dict[str, list[dict[str, object]]] = field(default_factory=dict)
    denied: set[str] = field(default_factory=set)
    name: str = "onesubscription"
    signed: bool = True

    def reset(self) -> None:
        """Forget all subscriptions."""
        for kept in (self.organization, self.services, self.commitments, self.denied):
            kept.clear()

    def routes(self) -> Iterable[web.RouteDef]:
        """Return the paths."""
        return [
            web.get("/20190111/organizationSubscription", self._organization),
            web.get("/20190111/subscribedServices", self._services),
            web.get("/20190111/commitments", self._commitments),
        ]

    def add(self, tenancy: str, subscription: str, service: dict[str, object], *, currency: str = "USD") -> None:
        """Add a subscribed service to a subscription, which is made when it is missing."""
        known = self.organization.setdefault(tenancy, [])
        if all(one["id"] != subscription for one in known):
            known.append(
                {
                    "id": subscription,
                    "serviceName": "Cloud Services",
                    "type": "UCM",
                    "status": "ACTIVE",
                    "timeStart": "2026-01-01T00:00:00Z",
                    "timeEnd": "2027-01-01T00:00:00Z",
                    "currency": {"isoCode": currency, "name": currency, "stdPrecision": 2},
                    "totalValue": "0",
                }
            )
        self.services.setdefault(tenancy, {}).setdefault(subscription, []).append(service)

    def _tenancy(self, request: web.Request) -> str:
        principal = principal_of(request)
        asked = required_query(request, "compartmentId")
        if principal is None or principal.id in self.denied or principal.tenancy != asked:
            raise not_allowed_or_not_found()
        return asked

    async def _organization(self, request: web.Request) -> web.Response:
        page, headers = page_of(request, self.organization.get(self._tenancy(request), []), MAX_PAGE)
        return json_response(page, headers=headers)

    async def _services(self, request: web.Request) -> web.Response:
        tenancy = self._tenancy(request)
        asked = required_query(request, "subscriptionId")
        found = [{"subscriptionId": asked, **service} for service in self.services.get(tenancy, {}).get(asked, [])]
        page, headers = page_of(request, found, MAX_PAGE)
        return json_response(page, headers=headers)

    async def _commitments(self, request: web.Request) -> web.Response:
        self._tenancy(request)
        asked = required_query(request, "subscribedServiceId")
        page, headers = page_of(request, self.commitments.get(asked, []), MAX_PAGE)
        return json_response(page, headers=headers)
