"""The container engine's API of clusters: made, read, deleted, their kubeconfig, and what may be chosen for them.

Source: https://docs.oracle.com/en-us/iaas/api/#/en/containerengine/20180222/Cluster/
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable
from typing import TYPE_CHECKING

from aiohttp import web

from emulator.base.service_protocol import OciError, json_response, required_query
from emulator.oke.model.offers import VERSIONS, sources
from emulator.oke.model.shape_catalogue import SHAPES
from emulator.oke.services.container_engine_service import accepted, json_body, paged_response

if TYPE_CHECKING:
    from emulator.kubernetes.object_fields import Object
    from emulator.oke.model.cluster_records import ClusterRecord
    from emulator.oke.runtime import ClusterRuntime

_ROOT = "/20180222"
_KUBECONFIG = """---
apiVersion: v1
kind: Config
clusters:
- name: {name}
  cluster:
    server: https://{address}
    certificate-authority-data: {ca}
users:
- name: user-{name}
  user:
    exec:
      apiVersion: client.authentication.k8s.io/v1beta1
      command: oci
      args: [ce, cluster, generate-token, --cluster-id, {cluster_id}, --region, us-ashburn-1]
      env: []
contexts:
- name: context-{name}
  context:
    cluster: {name}
    user: user-{name}
current-context: context-{name}
"""


class ClustersService:
    """Answers for all clusters of the region."""

    name = "container_engine"
    signed = True

    def __init__(self, runtime: ClusterRuntime) -> None:
        self._runtime = runtime

    def routes(self) -> Iterable[web.RouteDef]:
        """Return the paths of the API."""
        return [
            web.get(f"{_ROOT}/clusters", self._list),
            web.post(f"{_ROOT}/clusters", self._create),
            web.get(f"{_ROOT}/clusters/{{id}}", self._get),
            web.delete(f"{_ROOT}/clusters/{{id}}", self._delete),
            web.post(f"{_ROOT}/clusters/{{id}}/kubeconfig/content", self._create_kubeconfig),
            web.get(f"{_ROOT}/clusterOptions/{{id}}", self._get_cluster_options),
            web.get(f"{_ROOT}/nodePoolOptions/{{id}}", self._get_pool_options),
        ]

    async def _list(self, request: web.Request) -> web.Response:
        query = request.query
        required_query(request, "compartmentId")
        states = query.getall("lifecycleState", [])
        with self._runtime.lock:
            self._runtime.settle()
            listed_until = self._runtime.clock() - self._runtime.behaviour.list_lag_seconds
            found = [
                self._json(each)
                for each in self._runtime.clusters.all.values()
                if each.created_at_seconds <= listed_until
                and query["compartmentId"] == each.compartment_id
                and query.get("name", each.details["name"]) == each.details["name"]
                and (not states or each.state in states)
            ]
        return paged_response(request, found)

    async def _create(self, request: web.Request) -> web.Response:
        details = await json_body(request)
        with self._runtime.lock:
            self._runtime.settle()
            return accepted(self._runtime.clusters.create(details, request.headers.get("opc-retry-token")))

    async def _get(self, request: web.Request) -> web.Response:
        with self._runtime.lock:
            self._runtime.settle()
            found = self._runtime.clusters.get(request.match_info["id"])
            return json_response(self._json(found), headers={"etag": found.etag})

    async def _delete(self, request: web.Request) -> web.Response:
        with self._runtime.lock:
            self._runtime.settle()
            found = self._runtime.clusters.get(request.match_info["id"])
            if request.headers.get("if-match", found.etag) != found.etag:
                raise OciError(412, "NoEtagMatch", "The if-match header does not match the current etag.")
            return accepted(self._runtime.clusters.delete(found))

    async def _create_kubeconfig(self, request: web.Request) -> web.Response:
        text = await request.text()
        details = json.loads(text) if text else {}
        with self._runtime.lock:
            self._runtime.settle()
            found = self._runtime.clusters.get(request.match_info["id"])
        if details.get("tokenVersion", "2.0.0") != "2.0.0":
            raise OciError(400, "InvalidParameter", "tokenVersion must be 2.0.0.")
        if found is not self._runtime.clusters.hosted:
            raise OciError(409, "IncorrectState", f"The cluster is {found.state}.")
        endpoint = details.get("endpoint", "LEGACY_KUBERNETES")
        if not _endpoints(self._json(found)).get(endpoint):
            raise OciError(400, "InvalidParameter", f"The cluster has no endpoint {endpoint}.")
        server = self._runtime.api_server
        config = _KUBECONFIG.format(
            name=f"cluster-{found.id[-11:]}",
            address=server.address,
            ca=base64.b64encode(server.ca_pem).decode(),
            cluster_id=found.id,
        )
        return web.Response(body=config.encode(), content_type="application/x-yaml")

    async def _get_cluster_options(self, _request: web.Request) -> web.Response:
        networks = [{"cniType": "FLANNEL_OVERLAY"}, {"cniType": "OCI_VCN_IP_NATIVE"}]
        return json_response({"kubernetesVersions": list(VERSIONS), "clusterPodNetworkOptions": networks})

    async def _get_pool_options(self, _request: web.Request) -> web.Response:
        options = {"kubernetesVersions": list(VERSIONS), "shapes": sorted(SHAPES), "images": [], "sources": sources()}
        return json_response(options)

    def _json(self, cluster: ClusterRecord) -> Object:
        return cluster.json(self._runtime.api_server.address, self._runtime.endpoints)


def _endpoints(cluster: Object) -> Object:
    """Return a cluster's addresses by the name that a kubeconfig may be asked for."""
    found = cluster["endpoints"]
    return {
        "LEGACY_KUBERNETES": found["kubernetes"],
        "PUBLIC_ENDPOINT": found["publicEndpoint"],
        "PRIVATE_ENDPOINT": found["privateEndpoint"],
    }
