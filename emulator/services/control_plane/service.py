"""The parts of OCI's control plane that tell what is there: regions, parent, groups, policies, images, gateways.

Read-only: tests and the local deployment set the attributes. Sources: the paths and models of the SDK 2.189.0
(identity and artifacts version 20160918, apigateway version 20190501, organizations version 20230401).
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aiohttp import web

from emulator.base.service_protocol import (
    OciError,
    SignedPrincipal,
    json_response,
    principal_of,
    required_query,
    timestamp,
)
from emulator.services.identity.service import DEFAULT_COMPARTMENT, DEFAULT_REGION, DEFAULT_TENANCY

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

NAME = "control-plane"


@dataclass
class ControlPlaneService:
    """What was deployed: policies (name to statements), groups (name to rule), image names, gateways (name to URL).

    ``specification`` is that of every gateway's deployment. ``parent_tenancy`` pays for the caller's tenancy; empty:
    none does.
    """

    policies: dict[str, list[str]] = field(default_factory=dict)
    groups: dict[str, str] = field(default_factory=dict)
    images: set[str] = field(default_factory=set)
    gateways: dict[str, str] = field(default_factory=dict)
    specification: Mapping[str, object] = field(default_factory=dict)
    home_region: str = DEFAULT_REGION
    parent_tenancy: str = ""
    name: str = NAME
    signed: bool = True

    def reset(self) -> None:
        """Remove everything that was deployed."""
        self.policies.clear()
        self.groups.clear()
        self.images.clear()
        self.gateways.clear()
        self.specification = {}
        self.home_region = DEFAULT_REGION
        self.parent_tenancy = ""

    def routes(self) -> Iterable[web.RouteDef]:
        """Return the paths."""
        return [
            web.get("/20160918/tenancies/{tenancy}/regionSubscriptions", self._regions),
            web.get("/20230401/links", self._links),
            web.get("/20160918/policies", self._policies),
            web.get("/20160918/dynamicGroups", self._groups),
            web.get("/20160918/container/images", self._images),
            web.get("/20190501/deployments", self._deployments),
            web.get("/20190501/deployments/{id}", self._deployment),
        ]

    async def _regions(self, request: web.Request) -> web.Response:
        if request.match_info["tenancy"] != _caller(request).tenancy:
            raise _not_found()
        region = {"regionKey": "IAD", "regionName": self.home_region, "status": "READY", "isHomeRegion": True}
        return json_response([region])

    async def _links(self, request: web.Request) -> web.Response:
        tenancy = _caller(request).tenancy
        link = {
            "id": "ocid1.organizationslink.oc1..local",
            "parentTenancyId": self.parent_tenancy,
            "childTenancyId": tenancy,
            "lifecycleState": "ACTIVE",
            "timeCreated": timestamp(time.time()),
        }
        asked = request.query.get("childTenancyId") in {None, tenancy}
        return json_response({"items": [link] if self.parent_tenancy and asked else []})

    async def _policies(self, request: web.Request) -> web.Response:
        where = _compartment(request)
        policies = [
            {**_common(where, name), "statements": statements, "description": name}
            for name, statements in self.policies.items()
        ]
        return json_response(policies if where == DEFAULT_TENANCY else [])

    async def _groups(self, request: web.Request) -> web.Response:
        where = _compartment(request)
        groups = [{**_common(where, name), "matchingRule": rule} for name, rule in self.groups.items()]
        return json_response(groups if where == DEFAULT_TENANCY else [])

    async def _images(self, request: web.Request) -> web.Response:
        where = _compartment(request)
        wanted = request.query.get("displayName")
        items = [
            {**_common(where, name), "displayName": name, "repositoryName": name.partition(":")[0]}
            for name in sorted(self.images)
            if wanted in {None, name} and where == DEFAULT_COMPARTMENT
        ]
        return json_response({"items": items, "remainingItemsCount": 0})

    async def _deployments(self, request: web.Request) -> web.Response:
        where = _compartment(request)
        items = [
            {**_common(where, name), "displayName": name, "pathPrefix": "/", "endpoint": url}
            for name, url in self.gateways.items()
            if where == DEFAULT_COMPARTMENT
        ]
        return json_response({"items": items})

    async def _deployment(self, request: web.Request) -> web.Response:
        _caller(request)
        for name, url in self.gateways.items():
            found = {**_common(DEFAULT_COMPARTMENT, name), "displayName": name, "pathPrefix": "/", "endpoint": url}
            if found["id"] == request.match_info["id"]:
                return json_response({**found, "specification": self.specification})
        raise _not_found()


def _caller(request: web.Request) -> SignedPrincipal:
    principal = principal_of(request)
    if not isinstance(principal, SignedPrincipal) or principal.tenancy != DEFAULT_TENANCY:
        raise _not_found()
    return principal


def _compartment(request: web.Request) -> str:
    """Return the compartment asked for. Raises OciError 400 without one, 404 for another tenancy's caller."""
    _caller(request)
    return required_query(request, "compartmentId")


def _not_found() -> OciError:
    return OciError(404, "NotAuthorizedOrNotFound", "Authorization failed or requested resource not found.")


def _common(compartment: str, name: str) -> dict[str, object]:
    return {
        "id": f"ocid1.local.oc1..{name}",
        "compartmentId": compartment,
        "name": name,
        "lifecycleState": "ACTIVE",
        "timeCreated": timestamp(time.time()),
    }
