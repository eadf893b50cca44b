"""The networks that clusters and pools of the emulated region may lie in: VCNs and their subnets."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from emulator.base.service_protocol import OciError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from emulator.kubernetes.object_fields import Object

DOMAINS = ("Uocm:US-ASHBURN-AD-1", "Uocm:US-ASHBURN-AD-2", "Uocm:US-ASHBURN-AD-3")
"""The region's availability domains."""

VCN = "ocid1.vcn.oc1.iad.aaaaaaaanetwork"


@dataclass(frozen=True)
class Subnet:
    """A subnet: regional, or in one availability domain as all once were; with public addresses or not."""

    name: str
    is_public: bool = False
    domain: str | None = None
    vcn_id: str = VCN

    @property
    def id(self) -> str:
        """Return the OCID."""
        return f"ocid1.subnet.oc1.iad.aaaaaaaa{self.name}"

    def json(self, compartment_id: str) -> Object:
        """Return it as the networking API does."""
        return {
            "id": self.id,
            "displayName": self.name,
            "compartmentId": compartment_id,
            "vcnId": self.vcn_id,
            "availabilityDomain": self.domain,
            "prohibitPublicIpOnVnic": not self.is_public,
            "lifecycleState": "AVAILABLE",
            "cidrBlock": "10.0.0.0/24",
            "routeTableId": "ocid1.routetable.oc1.iad.aaaaaaaanetwork",
        }


_FIRST = (
    Subnet("endpoint", is_public=True),
    Subnet("privateendpoint"),
    Subnet("loadbalancer1", is_public=True),
    Subnet("loadbalancer2", is_public=True),
    Subnet("workers"),
    *(Subnet(f"workers{number}", domain=domain) for number, domain in enumerate(DOMAINS, 1)),
    Subnet("elsewhere", vcn_id="ocid1.vcn.oc1.iad.aaaaaaaaother"),
)


@dataclass
class Network:
    """Subnets by OCID; what is not in here is not there."""

    subnets: dict[str, Subnet] = field(default_factory=lambda: {each.id: each for each in _FIRST})

    def reset(self) -> None:
        """Go back to the first subnets."""
        self.subnets = {each.id: each for each in _FIRST}

    def subnet(self, subnet_id: str) -> Subnet:
        """Return a subnet. Raises OciError 404."""
        if subnet_id not in self.subnets:
            raise OciError(404, "NotAuthorizedOrNotFound", "Authorization failed or requested resource not found.")
        return self.subnets[subnet_id]

    def check(self, vcn_id: str, subnet_ids: Iterable[str]) -> None:
        """Refuse a VCN or subnets that are not there (404), and subnets of another VCN (400)."""
        if vcn_id not in {each.vcn_id for each in self.subnets.values()}:
            raise OciError(404, "NotAuthorizedOrNotFound", "Authorization failed or requested resource not found.")
        for subnet_id in subnet_ids:
            if self.subnet(subnet_id).vcn_id != vcn_id:
                raise OciError(400, "InvalidParameter", f"The subnet {subnet_id} is not in the VCN {vcn_id}.")
