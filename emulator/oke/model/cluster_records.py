"""Clusters as the container engine keeps them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from emulator.base.service_protocol import timestamp
from emulator.oke.model.node_pool_records import ocid

if TYPE_CHECKING:
    from emulator.kubernetes.object_fields import Object


@dataclass
class ClusterRecord:
    """A cluster: `details` are those of its CreateCluster; its nodes and pods are elsewhere."""

    details: Object
    created_at_seconds: float
    id: str = field(default_factory=lambda: ocid("cluster"))
    state: str = "CREATING"
    lifecycle_details: str = ""
    etag_number: int = 1

    @property
    def compartment_id(self) -> str:
        """Return where it is."""
        return str(self.details["compartmentId"])

    @property
    def etag(self) -> str:
        """Return the version for `if-match`."""
        return f"{self.id[-8:]}-{self.etag_number}"

    def become(self, state: str, lifecycle_details: str = "") -> None:
        """Go to a state; the etag changes."""
        self.state, self.lifecycle_details = state, lifecycle_details
        self.etag_number += 1

    def json(self, address: str, endpoints: set[str]) -> Object:
        """Return it as the API does; `address` is the API server's, shown once there is one."""
        ready = self.state in {"ACTIVE", "UPDATING", "DELETING"}
        config = self.details.get("endpointConfig")
        public = "PUBLIC_ENDPOINT" in endpoints and (config is None or bool(config.get("isPublicIpEnabled")))
        return {
            "type": "BASIC_CLUSTER",
            "freeformTags": {},
            "definedTags": {},
            **self.details,
            "id": self.id,
            "lifecycleState": self.state,
            "lifecycleDetails": self.lifecycle_details,
            "metadata": {"timeCreated": timestamp(self.created_at_seconds)},
            "endpoints": {
                "kubernetes": address if ready and "LEGACY_KUBERNETES" in endpoints else None,
                "publicEndpoint": address if ready and public else None,
                "privateEndpoint": address if ready and "PRIVATE_ENDPOINT" in endpoints else None,
            },
        }
