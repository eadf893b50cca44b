"""Clusters, node pools and work requests as the commands see them, out of the service's JSON."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

GONE = frozenset({"DELETING", "DELETED"})
"""Lifecycle states of what counts as not there any more."""

TAG = {"made-by": "oci-functions-oke"}
"""Freeform tag of what these commands make: what has it, and the name, is taken up by the next run."""

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ClusterView:
    """A cluster."""

    id: str
    name: str
    state: str
    compartment: str
    vcn: str = ""
    version: str = ""
    lifecycle_details: str = ""
    tags: Json = field(default_factory=dict)
    public_endpoint: str = ""
    private_endpoint: str = ""

    @classmethod
    def of(cls, found: Json) -> ClusterView:
        """Read the JSON of a Cluster or a ClusterSummary."""
        endpoints = found.get("endpoints") or {}
        return cls(
            id=_text(found, "id"),
            name=_text(found, "name"),
            state=_text(found, "lifecycleState"),
            compartment=_text(found, "compartmentId"),
            vcn=_text(found, "vcnId"),
            version=_text(found, "kubernetesVersion"),
            lifecycle_details=_text(found, "lifecycleDetails"),
            tags=found.get("freeformTags") or {},
            public_endpoint=_text(endpoints, "publicEndpoint"),
            private_endpoint=_text(endpoints, "privateEndpoint"),
        )


@dataclass(frozen=True, slots=True)
class NodeView:
    """A node of a pool; ``error`` is OKE's reason why it will not come up, empty for none."""

    id: str
    name: str
    state: str
    private_ip: str = ""
    public_ip: str = ""
    error: str = ""

    @classmethod
    def of(cls, found: Json) -> NodeView:
        """Read the JSON of a Node."""
        fault = found.get("nodeError") or {}
        words = [_text(fault, "code"), _text(fault, "message")]
        return cls(
            id=_text(found, "id"),
            name=_text(found, "name"),
            state=_text(found, "lifecycleState"),
            private_ip=_text(found, "privateIp"),
            public_ip=_text(found, "publicIp"),
            error=": ".join(word for word in words if word),
        )


@dataclass(frozen=True, slots=True)
class PoolView:
    """A node pool; ``json`` is all of it as the service gave it, ``nodes`` those that are not gone."""

    id: str
    name: str
    state: str
    cluster: str
    compartment: str
    version: str
    size: int
    nodes: tuple[NodeView, ...]
    tags: Json
    json: Json

    @classmethod
    def of(cls, found: Json) -> PoolView:
        """Read the JSON of a NodePool, or of a NodePoolSummary, which has no nodes."""
        nodes = tuple(NodeView.of(each) for each in found.get("nodes") or [])
        return cls(
            id=_text(found, "id"),
            name=_text(found, "name"),
            state=_text(found, "lifecycleState"),
            cluster=_text(found, "clusterId"),
            compartment=_text(found, "compartmentId"),
            version=_text(found, "kubernetesVersion"),
            size=_size(found, nodes),
            nodes=tuple(node for node in nodes if node.state not in GONE),
            tags=found.get("freeformTags") or {},
            json=found,
        )

    @property
    def active(self) -> int:
        """Return how many nodes are ACTIVE."""
        return sum(node.state == "ACTIVE" and not node.error for node in self.nodes)

    @property
    def failed(self) -> tuple[NodeView, ...]:
        """Return the nodes that will not come up."""
        return tuple(node for node in self.nodes if node.error or node.state == "FAILING")


@dataclass(frozen=True, slots=True)
class WorkRequestView:
    """Work that OKE does; ``resources`` are kind (lower case) and OCID."""

    id: str
    operation: str
    status: str
    resources: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, found: Json) -> WorkRequestView:
        """Read the JSON of a WorkRequest or a WorkRequestSummary."""
        resources = [
            (_text(each, "entityType").lower(), _text(each, "identifier")) for each in found.get("resources") or []
        ]
        return cls(_text(found, "id"), _text(found, "operationType"), _text(found, "status"), tuple(resources))

    @property
    def has_failed(self) -> bool:
        """Tell whether it ended without having done its work."""
        return self.status in {"FAILED", "CANCELED"}

    def resource(self, kind: str) -> str:
        """Return the OCID of the first resource of a kind, empty for none."""
        return next((ocid for each, ocid in self.resources if each == kind), "")


@dataclass(frozen=True, slots=True)
class SubnetView:
    """A subnet; ``domain`` is empty for a regional one."""

    id: str
    vcn: str
    domain: str
    takes_public: bool

    @classmethod
    def of(cls, found: Json) -> SubnetView:
        """Read the JSON of a Subnet."""
        public = found.get("prohibitPublicIpOnVnic") is False
        return cls(_text(found, "id"), _text(found, "vcnId"), _text(found, "availabilityDomain"), public)


def _text(found: Json, name: str) -> str:
    value = found.get(name)
    return "" if value is None else str(value)


def _size(found: Json, nodes: tuple[NodeView, ...]) -> int:
    """Return the wanted size: of the pool's details, else of the old form with nodes a subnet, else as it is."""
    size = (found.get("nodeConfigDetails") or {}).get("size")
    if size is None and found.get("quantityPerSubnet"):
        size = int(found["quantityPerSubnet"]) * len(found.get("subnetIds") or [])
    return len([node for node in nodes if node.state not in GONE]) if size is None else int(size)
