"""Compute's API: the instances of the cluster's nodes, and the shapes.

Source: https://docs.oracle.com/en-us/iaas/api/#/en/iaas/20160918/Instance/
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from aiohttp import web

from emulator.base.service_protocol import OciError, json_response, required_query
from emulator.oke.model.shape_catalogue import SHAPES
from emulator.oke.services.container_engine_service import paged_response

if TYPE_CHECKING:
    from emulator.oke.runtime import ClusterRuntime

_ROOT = "/20160918"


class ComputeService:
    """Answers for one cluster."""

    name = "compute"
    signed = True

    def __init__(self, cluster: ClusterRuntime) -> None:
        self._cluster = cluster

    def routes(self) -> Iterable[web.RouteDef]:
        """Return the paths of the API."""
        return [
            web.get(f"{_ROOT}/instances", self._list_instances),
            web.get(f"{_ROOT}/instances/{{id}}", self._get_instance),
            web.get(f"{_ROOT}/shapes", self._list_shapes),
        ]

    async def _get_instance(self, request: web.Request) -> web.Response:
        with self._cluster.lock:
            self._cluster.settle()
            instance = self._cluster.life.instances.get(request.match_info["id"])
            if instance is None:
                raise OciError(404, "NotAuthorizedOrNotFound", "Authorization failed or requested resource not found.")
            return json_response(instance, headers={"etag": f"instance-{instance['lifecycleState']}"})

    async def _list_instances(self, request: web.Request) -> web.Response:
        query = request.query
        required_query(request, "compartmentId")
        with self._cluster.lock:
            self._cluster.settle()
            found = [
                dict(instance)
                for instance in self._cluster.life.instances.values()
                if instance["compartmentId"] == query["compartmentId"]
                and query.get("displayName", instance["displayName"]) == instance["displayName"]
                and query.get("lifecycleState", instance["lifecycleState"]) == instance["lifecycleState"]
            ]
        return paged_response(request, found)

    async def _list_shapes(self, request: web.Request) -> web.Response:
        shapes = [
            {
                "shape": shape.name,
                "ocpus": shape.ocpus,
                "memoryInGBs": shape.memory_gib,
                "gpus": shape.gpus,
                "isFlexible": shape.is_flexible,
                "processorDescription": "Ampere" if shape.architecture == "arm64" else "x86",
            }
            for shape in SHAPES.values()
        ]
        return paged_response(request, shapes)
