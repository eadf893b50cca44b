"""What a cluster's maker asks of Networking and Identity: a subnet, and the availability domains.

Sources: https://docs.oracle.com/en-us/iaas/api/#/en/iaas/20160918/Subnet/GetSubnet and
https://docs.oracle.com/en-us/iaas/api/#/en/identity/20160918/AvailabilityDomain/ListAvailabilityDomains
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from aiohttp import web

from emulator.base.service_protocol import json_response, required_query
from emulator.oke.model.network import DOMAINS

if TYPE_CHECKING:
    from emulator.oke.runtime import ClusterRuntime

_ROOT = "/20160918"


class NetworkService:
    """Answers from the runtime's network."""

    name = "virtual_network"
    signed = True

    def __init__(self, runtime: ClusterRuntime) -> None:
        self._runtime = runtime

    def routes(self) -> Iterable[web.RouteDef]:
        """Return the paths."""
        return [
            web.get(f"{_ROOT}/subnets/{{id}}", self._subnet),
            web.get(f"{_ROOT}/availabilityDomains", self._domains),
            web.get(f"{_ROOT}/availabilityDomains/", self._domains),
        ]

    async def _subnet(self, request: web.Request) -> web.Response:
        found = self._runtime.network.subnet(request.match_info["id"])
        return json_response(found.json(self._runtime.compartment), headers={"etag": "subnet-1"})

    async def _domains(self, request: web.Request) -> web.Response:
        compartment = required_query(request, "compartmentId")
        return json_response(
            [
                {"name": name, "id": f"ocid1.availabilitydomain.oc1..{number}", "compartmentId": compartment}
                for number, name in enumerate(DOMAINS, 1)
            ]
        )
