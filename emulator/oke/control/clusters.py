"""The control planes: clusters that are made, become ACTIVE or FAILED by the clock, and end with their pools.

There is one API server here, so one cluster at a time has nodes and pods: the first that is ACTIVE. Others are control
planes alone, enough to be counted; a pool of theirs is refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulator.base.service_protocol import OciError, not_allowed_or_not_found
from emulator.oke.model.cluster_records import ClusterRecord
from emulator.oke.model.node_pool_records import Behaviour, NodePoolRecord, WorkRequestRecord, ocid
from emulator.oke.model.offers import VERSIONS
from emulator.oke.model.retry_tokens import RetryTokens

if TYPE_CHECKING:
    from collections.abc import Callable

    from emulator.kubernetes.object_fields import Object
    from emulator.oke.model.network import Network
    from emulator.oke.model.simulated_clock import Agenda, SimulatedClock
    from emulator.oke.nodes.node_pools import NodePools
    from emulator.oke.nodes.work_requests import WorkRequests

REQUIRED = ("name", "compartmentId", "vcnId", "kubernetesVersion")
_POLL_SECONDS = 10.0
_GONE = {"DELETING", "DELETED"}


class Clusters:
    """All clusters, oldest first; `hosted` is the one with nodes and pods."""

    def __init__(
        self,
        clock: SimulatedClock,
        agenda: Agenda,
        behaviour: Behaviour,
        work_requests: WorkRequests,
        node_pools: NodePools,
        network: Network,
    ) -> None:
        self._clock = clock
        self._agenda = agenda
        self._behaviour = behaviour
        self._work_requests = work_requests
        self._node_pools = node_pools
        self._network = network
        self._tokens = RetryTokens(lambda cluster_id: self.all[cluster_id].state in _GONE)
        self._first_id = ocid("cluster")
        self.all: dict[str, ClusterRecord] = {}
        self.hosted: ClusterRecord | None = None
        self.when_hosted: Callable[[], None] = lambda: None

    def start(self, compartment_id: str) -> None:
        """Go back to the one cluster that there is at first."""
        self.clear()
        details: Object = {
            "name": "cluster1",
            "compartmentId": compartment_id,
            "kubernetesVersion": "v1.33.1",
            "type": "ENHANCED_CLUSTER",
        }
        self.hosted = ClusterRecord(details, self._clock(), self._first_id, "ACTIVE")
        self.all[self._first_id] = self.hosted

    def clear(self) -> None:
        """Forget every cluster and token."""
        self.all.clear()
        self._tokens.clear()
        self.hosted = None

    def get(self, cluster_id: str) -> ClusterRecord:
        """Return a cluster. Raises OciError 404."""
        if cluster_id not in self.all:
            raise not_allowed_or_not_found()
        return self.all[cluster_id]

    def create(self, details: Object, token: str | None) -> WorkRequestRecord:
        """Begin a cluster. Raises OciError 400, 404 or 409."""
        earlier = self._tokens.earlier(token, details, self._clock())
        if earlier is not None:
            return earlier
        self._check(details)
        if sum(each.state != "DELETED" for each in self.all.values()) >= self._behaviour.cluster_limit:
            raise OciError(400, "LimitExceeded", "The cluster limit for this tenancy has been exceeded.")
        made = ClusterRecord(details, self._clock())
        self.all[made.id] = made
        request = self._begin(made, "CLUSTER_CREATE")
        self._tokens.keep(token, details, request, self._clock())
        self._later(self._behaviour.timings.control_plane, lambda: self._created(made, request))
        return request

    def delete(self, cluster: ClusterRecord) -> WorkRequestRecord:
        """Begin the end of a cluster and of its pools. Raises OciError 409."""
        # Its control plane, nodes and pools go; networks, load balancers and volumes stay. Source:
        # https://docs.oracle.com/en-us/iaas/Content/ContEng/Tasks/contengdeletingcluster.htm
        if cluster.state not in {"ACTIVE", "FAILED"}:
            raise OciError(409, "IncorrectState", f"The cluster is {cluster.state}.")
        cluster.become("DELETING")
        for pool in self._pools(cluster):
            if pool.state not in _GONE:
                self._node_pools.remove(pool, grace_seconds=0, force=True)
        request = self._begin(cluster, "CLUSTER_DELETE")
        self._later(self._behaviour.timings.end_cluster, lambda: self._deleted(cluster, request))
        return request

    def check_pool(self, details: Object) -> None:
        """Refuse a node pool for a cluster that is not there (404) or cannot have one (409)."""
        cluster = self.get(str(details.get("clusterId")))
        if cluster.state != "ACTIVE":
            raise OciError(409, "IncorrectState", f"The cluster is {cluster.state}.")
        if cluster is not self.hosted:
            raise OciError(409, "IncorrectState", "Another cluster has the nodes of this local cloud.")

    def _check(self, details: Object) -> None:
        for name in REQUIRED:
            if not details.get(name):
                raise OciError(400, "InvalidParameter", f"{name} must be provided.")
        if details["kubernetesVersion"] not in VERSIONS:
            raise OciError(400, "InvalidParameter", f"Invalid kubernetesVersion: {details['kubernetesVersion']}")
        endpoint = details.get("endpointConfig") or {}
        options = details.get("options") or {}
        named = [endpoint["subnetId"]] if endpoint.get("subnetId") else []
        self._network.check(details["vcnId"], [*named, *(options.get("serviceLbSubnetIds") or [])])
        if named and endpoint.get("isPublicIpEnabled") and not self._network.subnet(named[0]).is_public:
            raise OciError(400, "InvalidParameter", "A public IP is not allowed in a private endpoint subnet.")

    def _begin(self, cluster: ClusterRecord, operation: str) -> WorkRequestRecord:
        return self._work_requests.begin_for(
            WorkRequestRecord(
                operation, cluster.id, cluster.compartment_id, self._clock(), entity="cluster", cluster_id=cluster.id
            )
        )

    def _created(self, cluster: ClusterRecord, request: WorkRequestRecord) -> None:
        failure = self._behaviour.cluster_failure
        if failure is not None:
            self._work_requests.note_error(request, *failure)
            cluster.become("FAILED", failure[1])
        else:
            cluster.become("ACTIVE")
            if self.hosted is None:
                self.hosted = cluster
                self.when_hosted()
        self._work_requests.finish(request)

    def _deleted(self, cluster: ClusterRecord, request: WorkRequestRecord) -> None:
        if any(pool.state != "DELETED" for pool in self._pools(cluster)):
            self._later(_POLL_SECONDS, lambda: self._deleted(cluster, request))
            return
        cluster.become("DELETED")
        if cluster is self.hosted:
            self.hosted = None
        self._work_requests.finish(request)

    def _pools(self, cluster: ClusterRecord) -> list[NodePoolRecord]:
        return [pool for pool in self._node_pools.pools.values() if pool.details["clusterId"] == cluster.id]

    def _later(self, seconds: float, action: Callable[[], None]) -> None:
        self._agenda.add(self._clock() + seconds, action)
