"""Node pools, their nodes and work requests as the container engine keeps them, and the knobs of its behaviour."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from emulator.base.service_protocol import timestamp
from emulator.oke.model.pool_behaviour import PoolBehaviour

if TYPE_CHECKING:
    from emulator.kubernetes.object_fields import Object

_DONE = {"CREATE": "CREATED", "DELETE": "DELETED"}
"""What a work request has done to its resource in the end, by the last word of its operation."""

Victims = Literal["oldest", "newest", "random"]
WhileUpdating = Literal["refuse", "merge"]


def ocid(kind: str) -> str:
    """Return a new OCID of the emulated region."""
    return f"ocid1.{kind}.oc1.iad.aaaaaaaa{uuid.uuid4().hex}"


@dataclass
class Timings:
    """How long each step takes, in seconds. The real ones are not documented; nodes take one to five minutes."""

    accepted: float = 5
    """A work request is ACCEPTED this long, then IN_PROGRESS."""
    launch: float = 20
    """Until the compute instance is there, or known to be impossible."""
    active: float = 100
    """Until the node is ACTIVE in its pool."""
    register: float = 130
    """Until the kubelet registers the Kubernetes node, not ready and tainted."""
    register_timeout: float = 1200
    """Until OKE gives up on a node that is not registered, with `PoolBehaviour.active_when_registered`."""
    ready: float = 150
    """Until the Kubernetes node is Ready."""
    terminate: float = 60
    """From the start of a deletion (after its drain) to the instance's end."""
    linger: float = 600
    """How long a DELETED node is still listed in its pool."""
    pod_start: float = 5
    """From the binding of a pod to its readiness."""
    pod_stop: float = 2
    """From the start of a graceful deletion to the pod's end, its grace permitting."""
    control_plane: float = 420
    """From the request for a cluster to its ACTIVE (or FAILED) control plane."""
    end_cluster: float = 120
    """From the request to delete a cluster to its end, its pools' nodes not counted."""


@dataclass
class Behaviour:
    """Knobs for what the real service does not document, and for trouble.

    `victims`: which nodes OKE ends when a pool shrinks by size. `while_updating`: whether it refuses (409
    IncorrectState) or merges a change while the pool is UPDATING. `capacity`: instances that are left by availability
    domain (not named: no limit). `capacity_error`: code and message of a node that got no instance.
    `failing_deletions`: instances whose deletion fails. `missing_id`: the id of a node without an instance.
    `scheduler_refusals`: words in which the scheduler refuses pods for a reason of its own, by how their names begin,
    on all nodes or on one (`("db-", "", "cannot allocate all claims")`).
    `cluster_limit`: clusters a tenancy may have in the region. `cluster_failure`: code and message of the error with
    which the next clusters end FAILED. `retry_after_seconds`: what a work request asks its readers to wait.
    `list_lag_seconds`: how long a new cluster is not in the list of clusters yet.
    """

    victims: Victims = "oldest"
    while_updating: WhileUpdating = "merge"
    capacity: dict[str, int] = field(default_factory=dict)
    capacity_error: tuple[str, str] = ("InternalError", "Out of host capacity.")
    failing_deletions: set[str] = field(default_factory=set)
    missing_id: str | None = ""
    scheduler_refusals: list[tuple[str, str, str]] = field(default_factory=list)
    cluster_limit: int = 15
    cluster_failure: tuple[str, str] | None = None
    retry_after_seconds: int | None = 30
    list_lag_seconds: float = 0.0
    seed: int = 1
    timings: Timings = field(default_factory=Timings)


@dataclass
class WorkRequestRecord:
    """A work request and what it waits for: the nodes in `open_nodes` (their `number`)."""

    operation: str
    resource_id: str
    compartment_id: str
    accepted_at_seconds: float
    entity: Literal["nodepool", "cluster"] = "nodepool"
    cluster_id: str = ""
    id: str = field(default_factory=lambda: ocid("clustersworkrequest"))
    status: str = "ACCEPTED"
    started_at_seconds: float | None = None
    finished_at_seconds: float | None = None
    errors: list[Object] = field(default_factory=list)
    logs: list[Object] = field(default_factory=list)
    open_nodes: set[int] = field(default_factory=set)

    @property
    def is_open(self) -> bool:
        """Tell whether work goes on."""
        return self.status in {"ACCEPTED", "IN_PROGRESS"}

    def json(self) -> Object:
        """Return it as the API does."""
        done = _DONE.get(self.operation.rpartition("_")[2], "UPDATED")
        action = {"FAILED": "FAILED", "SUCCEEDED": done}.get(self.status, "IN_PROGRESS")
        path = "nodePools" if self.entity == "nodepool" else "clusters"
        resource = {"actionType": action, "entityType": self.entity, "identifier": self.resource_id}
        return {
            "id": self.id,
            "operationType": self.operation,
            "status": self.status,
            "compartmentId": self.compartment_id,
            "resources": [resource | {"entityUri": f"/20180222/{path}/{self.resource_id}"}],
            "timeAccepted": timestamp(self.accepted_at_seconds),
            "timeStarted": None if self.started_at_seconds is None else timestamp(self.started_at_seconds),
            "timeFinished": None if self.finished_at_seconds is None else timestamp(self.finished_at_seconds),
        }


@dataclass
class PoolNode:
    """A node of a pool. `id` is its instance's OCID, empty while there is none; `host` its Kubernetes name."""

    number: int
    placement: Object
    fault_domain: str
    host: str
    created_at_seconds: float
    details: Object
    """The pool's JSON when the node began: what is changed later concerns new nodes only."""
    id: str = ""
    state: str = "CREATING"
    error: Object | None = None
    is_marked: bool = False
    """Marked for deletion: there is no way back."""

    @property
    def availability_domain(self) -> str:
        """Return where it is."""
        return str(self.placement["availabilityDomain"])

    @property
    def is_preemptible(self) -> bool:
        """Tell whether its instance may be reclaimed."""
        return bool(self.placement.get("preemptibleNodeConfig"))

    @property
    def counts(self) -> bool:
        """Tell whether it counts towards the pool's size."""
        return self.state not in {"DELETING", "DELETED"} and not self.is_marked and self.error is None


@dataclass
class NodePoolRecord:
    """A node pool: `details` is its JSON without what is computed, `overrides` what tests put over the answer."""

    details: Object
    nodes: list[PoolNode] = field(default_factory=list)
    state: str = "ACTIVE"
    etag_number: int = 1
    is_stuck: bool = False
    """UPDATING is shown although no work goes on."""
    overrides: Object = field(default_factory=dict)
    behaviour: PoolBehaviour = field(default_factory=PoolBehaviour)
    begun: int = 0
    """New nodes that got an instance; those that the pool was set up with are not counted."""

    @property
    def id(self) -> str:
        """Return the OCID."""
        return str(self.details["id"])

    @property
    def name(self) -> str:
        """Return the name."""
        return str(self.details["name"])

    @property
    def size(self) -> int:
        """Return the target size."""
        return int(self.details["nodeConfigDetails"]["size"])

    @size.setter
    def size(self, value: int) -> None:
        self.details["nodeConfigDetails"]["size"] = value

    @property
    def placements(self) -> list[Object]:
        """Return where nodes may be."""
        placements: list[Object] = self.details["nodeConfigDetails"]["placementConfigs"]
        return placements

    @property
    def etag(self) -> str:
        """Return the version for `if-match`."""
        return f"{self.id[-8:]}-{self.etag_number}"

    @property
    def shown_state(self) -> str:
        """Return the lifecycleState that clients see."""
        return "UPDATING" if self.is_stuck else self.state

    def touch(self) -> None:
        """Give it a new etag."""
        self.etag_number += 1

    def node(self, instance_id: str) -> PoolNode | None:
        """Return a node by its instance."""
        return next((node for node in self.nodes if node.id and node.id == instance_id), None)

    def shows_updating(self, work_requests: list[WorkRequestRecord]) -> bool:
        """Tell whether the pool is UPDATING."""
        return self.is_stuck or any(request.is_open and request.resource_id == self.id for request in work_requests)
