"""The container engine's API of node pools, nodes and work requests.

Source: https://docs.oracle.com/en-us/iaas/api/#/en/containerengine/20180222/
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, TypeVar, cast

from aiohttp import web

from emulator.base.service_protocol import OciError, json_response, required_query
from emulator.oke.model.new_pools import whole_details
from emulator.oke.nodes.eviction_grace import eviction_grace

if TYPE_CHECKING:
    from emulator.kubernetes.object_fields import Object
    from emulator.oke.model.node_pool_records import NodePoolRecord, WorkRequestRecord
    from emulator.oke.runtime import ClusterRuntime

T = TypeVar("T")
_ROOT = "/20180222"
_DEFAULT_LIMIT = 100
_NOT_FOUND = "Authorization failed or requested resource not found."


class ContainerEngineService:
    """Answers for one cluster."""

    name = "container_engine"
    signed = True

    def __init__(self, cluster: ClusterRuntime) -> None:
        self._cluster = cluster

    def routes(self) -> Iterable[web.RouteDef]:
        """Return the paths of the API."""
        return [
            web.get(f"{_ROOT}/nodePools", self._list_pools),
            web.post(f"{_ROOT}/nodePools", self._create_pool),
            web.get(f"{_ROOT}/nodePools/{{id}}", self._get_pool),
            web.delete(f"{_ROOT}/nodePools/{{id}}", self._delete_pool),
            web.put(f"{_ROOT}/nodePools/{{id}}", self._update_pool),
            web.delete(f"{_ROOT}/nodePools/{{id}}/node/{{node}}", self._delete_node),
            web.get(f"{_ROOT}/workRequests", self._list_work_requests),
            web.get(f"{_ROOT}/workRequests/{{id}}", self._get_work_request),
            web.get(f"{_ROOT}/workRequests/{{id}}/errors", self._list_errors),
            web.get(f"{_ROOT}/workRequests/{{id}}/logs", self._list_logs),
        ]

    def reset(self) -> None:
        """Bring the whole cluster back to its first state."""
        self._cluster.reset()

    async def _list_pools(self, request: web.Request) -> web.Response:
        query = request.query
        states = query.getall("lifecycleState", [])

        def read() -> list[Object]:
            return [
                {name: value for name, value in self._pool_json(pool).items() if name not in {"nodes", "nodeMetadata"}}
                for pool in self._cluster.node_pools.pools.values()
                if query.get("clusterId", self._cluster.id) == self._cluster.id
                and query.get("name", pool.name) == pool.name
                and query.get("compartmentId") == pool.details["compartmentId"]
                and (not states or pool.shown_state in states)
            ]

        required_query(request, "compartmentId")
        return paged_response(request, self._locked(read))

    async def _get_pool(self, request: web.Request) -> web.Response:
        def read() -> tuple[Object, str]:
            pool = self._cluster.node_pools.get(request.match_info["id"])
            return self._pool_json(pool), pool.etag

        body, etag = self._locked(read)
        return json_response(body, headers={"etag": etag})

    async def _create_pool(self, request: web.Request) -> web.Response:
        details = await json_body(request)

        def write() -> WorkRequestRecord:
            self._cluster.clusters.check_pool(details)
            made = whole_details(details, self._cluster.network)
            return self._cluster.node_pools.create(made, request.headers.get("opc-retry-token"))

        return accepted(self._locked(write))

    async def _delete_pool(self, request: web.Request) -> web.Response:
        pools = self._cluster.node_pools

        def write() -> WorkRequestRecord:
            pool = _matched(request, pools.get(request.match_info["id"]))
            grace_seconds, force = _grace(request, pool)
            return pools.remove(pool, grace_seconds=grace_seconds, force=force)

        return accepted(self._locked(write))

    async def _update_pool(self, request: web.Request) -> web.Response:
        changes = await json_body(request)
        pools = self._cluster.node_pools

        def write() -> WorkRequestRecord:
            pool = _matched(request, pools.get(request.match_info["id"]))
            grace_seconds, force = _grace(request, pool)
            return pools.update(pool, changes, grace_seconds=grace_seconds, force=force)

        return accepted(self._locked(write))

    async def _delete_node(self, request: web.Request) -> web.Response:
        pools = self._cluster.node_pools

        def write() -> WorkRequestRecord:
            pool = _matched(request, pools.get(request.match_info["id"]))
            grace_seconds, force = _grace(request, pool)
            shrink = request.query.get("isDecrementSize") == "true"
            node = request.match_info["node"]
            return pools.delete_node(pool, node, shrink=shrink, grace_seconds=grace_seconds, force=force)

        return accepted(self._locked(write))

    async def _list_work_requests(self, request: web.Request) -> web.Response:
        query = request.query
        statuses = query.getall("status", [])

        def read() -> list[Object]:
            every = [
                one.json()
                for one in self._cluster.work_requests.all
                if query.get("resourceId", one.resource_id) in {one.resource_id, one.cluster_id}
                and query.get("resourceType", one.entity).lower() == one.entity
                and query.get("clusterId", one.cluster_id) == one.cluster_id
                and query.get("compartmentId") == one.compartment_id
                and (not statuses or one.status in statuses)
            ]
            return every if query.get("sortOrder") == "ASC" else every[::-1]

        required_query(request, "compartmentId")
        return paged_response(request, self._locked(read))

    async def _get_work_request(self, request: web.Request) -> web.Response:
        wait = self._cluster.behaviour.retry_after_seconds
        headers = {} if wait is None else {"retry-after": str(wait)}
        return json_response(self._work_request(request).json(), headers=headers)

    async def _list_errors(self, request: web.Request) -> web.Response:
        return json_response(self._work_request(request).errors)

    async def _list_logs(self, request: web.Request) -> web.Response:
        return json_response(self._work_request(request).logs)

    def _work_request(self, request: web.Request) -> WorkRequestRecord:
        found = self._locked(lambda: self._cluster.work_requests.find(request.match_info["id"]))
        if found is None:
            raise OciError(404, "NotAuthorizedOrNotFound", _NOT_FOUND)
        return found

    def _locked(self, work: Callable[[], T]) -> T:
        """Let the cluster catch up with its clock, then do something under its lock."""
        with self._cluster.lock:
            self._cluster.settle()
            return work()

    def _pool_json(self, pool: NodePoolRecord) -> Object:
        details = json.loads(json.dumps(pool.details))
        nodes = [
            {
                "id": node.id or self._cluster.behaviour.missing_id,
                "name": node.host,
                "kubernetesVersion": node.details["kubernetesVersion"],
                "availabilityDomain": node.availability_domain,
                "faultDomain": node.fault_domain,
                "subnetId": node.placement["subnetId"],
                "nodePoolId": pool.id,
                "privateIp": node.host if node.id else None,
                "lifecycleState": node.state,
                "lifecycleDetails": "",
                **({"nodeError": node.error} if node.error else {}),
            }
            for node in pool.nodes
        ]
        return {**details, "lifecycleState": pool.shown_state, "nodes": nodes, **pool.overrides}


def _grace(request: web.Request, pool: NodePoolRecord) -> tuple[float, bool]:
    """Return how long OKE drains, and whether it goes on after that. Raises OciError 400."""
    text = request.query.get("overrideEvictionGraceDuration")
    force = request.query.get("isForceDeletionAfterOverrideGraceDuration")
    return eviction_grace(pool.details, text, force=None if force is None else force == "true")


def _matched(request: web.Request, pool: NodePoolRecord) -> NodePoolRecord:
    """Return the pool. Raises OciError 412 when `if-match` names another state of it."""
    wanted = request.headers.get("if-match")
    if wanted is not None and wanted != pool.etag:
        raise OciError(412, "NoEtagMatch", "The if-match header does not match the current etag of the node pool.")
    return pool


async def json_body(request: web.Request) -> Object:
    """Return the body, an object. Raises OciError 400."""
    try:
        value = await request.json()
    except ValueError as error:
        raise OciError(400, "InvalidParameter", "The body is not JSON.") from error
    if not isinstance(value, dict):
        raise OciError(400, "InvalidParameter", "The body is no object.")
    return cast("Object", value)


def accepted(work_request: WorkRequestRecord) -> web.Response:
    """Return the 202 of a change that goes on, with its work request."""
    return web.Response(status=202, headers={"opc-work-request-id": work_request.id})


def paged_response(request: web.Request, items: list[Object]) -> web.Response:
    """Return one page of a list; the page token is a position. Raises OciError 400."""
    try:
        start, limit = int(request.query.get("page", "0")), int(request.query.get("limit", _DEFAULT_LIMIT))
    except ValueError as error:
        raise OciError(400, "InvalidParameter", "page or limit is not valid.") from error
    headers = {"opc-next-page": str(start + limit)} if start + limit < len(items) else {}
    return json_response(items[start : start + limit], headers=headers)
