"""Volumes and devices as resources of their own: how many a pod takes, and how many a node still offers.

The scheduler counts the volumes of each CSI driver against the number that the node's CSINode allows, each volume once
(kubernetes 1.36, plugins/nodevolumelimits/csi.go), and gives devices to claims (plugins/dynamicresources). Neither is
among a node's allocatable, so without them a node at its limit looks as good as an empty one.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from functions.oke_autoscaler.decide.cluster.volumes import claim_keys
from functions.oke_autoscaler.model.pods import ENDED_PHASES
from functions.oke_autoscaler.model.quantity import amount

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from functions.oke_autoscaler.model.kubernetes_objects import Node, Pod
    from functions.oke_autoscaler.model.pod_requests import Amounts
    from functions.oke_autoscaler.model.snapshot import Snapshot
    from functions.oke_autoscaler.model.storage_objects import CsiDriver

VOLUMES = "attachable-volumes-csi-"
"""Begins the name of the resource that counts the volumes of a driver, as Kubernetes calls it among limits."""
DEVICES = "device-claims."
"""Begins the name of the resource that counts claims: ``device-claims.<namespace>/<template>``; ours alone."""
OCI_BLOCK_VOLUMES = "blockvolume.csi.oraclecloud.com"
OCI_LIMIT = 32
"""Volumes that OCI's driver lets a node have (oracle/oci-cloud-controller-manager, pkg/csi/driver/bv_node.go)."""
UNLIMITED = 1_000_000

Attached = frozenset[tuple[str, str]]
"""Resource and the volume's name in it."""


class Attachments:
    """The volumes and devices of a snapshot; nothing is counted of what was not read."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._limits = {
            known.metadata.name: {VOLUMES + driver.name: _limit(driver) for driver in known.spec.drivers or ()}
            for known in snapshot.csi_nodes or ()
            if known.unreadable is None
        }
        self._known = snapshot.csi_nodes is not None and snapshot.claims is not None
        seen = (limits.items() for limits in self._limits.values())
        counts = [(name, count) for rows in seen for name, count in rows if count != UNLIMITED]
        self._everywhere = _usual(counts)
        self._everywhere.setdefault(VOLUMES + OCI_BLOCK_VOLUMES, OCI_LIMIT)
        # A node whose limits cannot be read takes no volume: its number may be the part that is missing.
        odd = (known.metadata.name for known in snapshot.csi_nodes or () if known.unreadable is not None)
        self._limits |= {name: dict.fromkeys(self._everywhere, 0) for name in odd}
        self._volumes = self._driver_of_claims(snapshot) if self._known else {}
        self._held: dict[str, set[tuple[str, str]]] = {}
        for pod in snapshot.pods:
            if pod.node_name and pod.status.phase not in ENDED_PHASES and pod.spec.volumes:
                self._held.setdefault(pod.node_name, set()).update(self._attached(pod))

    def _driver_of_claims(self, snapshot: Snapshot) -> dict[tuple[str, str], tuple[str, str]]:
        """Return by claim the resource that its volume counts in, and the volume's name; other claims are left out."""
        drivers = {
            volume.metadata.name: (VOLUMES + volume.spec.csi.driver, volume.spec.csi.volume_handle)
            for volume in snapshot.volumes
            if volume.spec.csi is not None
        }
        classes = {known.metadata.name: VOLUMES + (known.provisioner or "") for known in snapshot.storage_classes}
        found = {}
        for claim in snapshot.claims or ():
            key = (claim.metadata.namespace or "default", claim.metadata.name)
            if claim.spec.volume_name:
                attached = drivers.get(claim.spec.volume_name)
            else:
                # The volume is made on the node that the pod gets, by the driver that the class names.
                resource = classes.get(claim.spec.storage_class_name or "")
                attached = (resource, "/".join(key)) if resource else None
            if attached is not None and attached[0] in self._everywhere:
                found[key] = attached
        return found

    def _attached(self, pod: Pod) -> Attached:
        if not self._volumes or not pod.spec.volumes:
            return frozenset()
        return frozenset(self._volumes[key] for key in claim_keys(pod) if key in self._volumes)

    def of(self, pod: Pod) -> tuple[tuple[str, int], ...]:
        """Return what the pod takes of each such resource."""
        if not pod.spec.volumes and not pod.spec.resource_claims:
            return ()
        taken = Counter(resource for resource, _ in self._attached(pod))
        taken.update(_device_claims(pod))
        return tuple(sorted(taken.items()))

    def room(self, node: Node, pods: Iterable[Mapping[str, int]], others: Sequence[Node]) -> Amounts:
        """Return what a node offers, so that what its ``pods`` take of it leaves what is really free.

        A volume that several pods of a node use is attached once, though each of them takes one. A new node, whose
        drivers may not have registered yet, will have what the ``others`` of its pool have; of any other they are none.
        """
        name, taken = node.metadata.name, Counter[str]()
        for pod in pods:
            taken.update(pod)
        held = Counter(resource for resource, _ in self._held.get(name, ()))
        to_come = self.offered(others) if others else {}
        limits = self._limits.get(name, {})
        offered = {
            resource: limits.get(resource, to_come.get(resource, UNLIMITED)) - held[resource] + taken[resource]
            for resource in self._everywhere
        }
        return offered | {key: count for key, count in taken.items() if key.startswith(DEVICES)}

    def offered(self, nodes: Iterable[Node], stated: Iterable[tuple[str, str]] = ()) -> Amounts:
        """Return how many volumes and claims a new node of a pool with these nodes will take, by resource.

        Volumes: what the pool's settings state (`node_pools[].resources`), else what its nodes say, else what the
        driver says elsewhere, else OCI's own number. Claims: what is stated, since which devices a node brings is known
        to its drivers alone.
        """
        rows = (row for node in nodes for row in self._limits.get(node.metadata.name, {}).items() if row[1])
        own = {name: amount(name, text) for name, text in stated if is_attachment(name)}
        return self._everywhere | _usual(rows) | own


def counts_devices(resource: str) -> bool:
    """Tell whether a resource counts device claims."""
    return resource.startswith(DEVICES)


def is_attachment(resource: str) -> bool:
    """Tell whether a resource counts volumes or devices."""
    return resource.startswith((VOLUMES, DEVICES))


def _limit(driver: CsiDriver) -> int:
    count = driver.allocatable.count if driver.allocatable is not None else None
    return UNLIMITED if count is None else count


def _usual(rows: Iterable[tuple[str, int]]) -> Amounts:
    """Return the most frequent number of each name, the smaller one of two."""
    found: dict[str, Counter[int]] = {}
    for name, count in rows:
        found.setdefault(name, Counter())[count] += 1
    return {name: min(counts, key=lambda count: (-counts[count], count)) for name, counts in found.items()}


def _device_claims(pod: Pod) -> Iterable[str]:
    """Yield the kinds of the pod's claims of devices.

    Claims from one template ask for the same, so that they can be counted. A claim by name is one object: once a node's
    devices are given to it, no other node has them.
    """
    for claim in pod.spec.resource_claims or ():
        template = claim.resource_claim_template_name
        name = template if template is not None else f"claim:{claim.resource_claim_name or claim.name}"
        yield f"{DEVICES}{pod.metadata.namespace}/{name}"
