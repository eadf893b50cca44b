"""What the scheduler asks of a pod's volumes: bound or bindable, near the node, and not too many on it.

Source: https://kubernetes.io/docs/concepts/storage/storage-limits/ and, for the order of the questions, the plug-ins
VolumeBinding and NodeVolumeLimits of kube-scheduler.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from typing import TYPE_CHECKING

from emulator.kubernetes.kinds import CLAIM, CSI_NODE, STORAGE_CLASS, VOLUME
from emulator.kubernetes.object_fields import Object, changed, labels_of, parse_quantity, spec_of
from emulator.oke.scheduling.fit import node_selector_matches
from emulator.oke.scheduling.verdict import VOLUME_BIND, VOLUME_COUNT, VOLUME_NODE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from decimal import Decimal

    from emulator.kubernetes.store import Store
    from emulator.oke.scheduling.node_info import NodeInfo

NO_PROVISIONER = "kubernetes.io/no-provisioner"
_ZONE = "topology.kubernetes.io/zone"


class Volumes:
    """The volumes of a cluster, as the scheduler sees and binds them."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def missing(self, pod: Object) -> str:
        """Return why a pod's claims rule out every node, empty when they do not."""
        for name in claims_of(pod):
            claim = self._store.find(CLAIM, name, pod["metadata"]["namespace"])
            if claim is None:
                return f'persistentvolumeclaim "{name}" not found'
            if not spec_of(claim).get("volumeName") and not self._waits(claim):
                return "pod has unbound immediate PersistentVolumeClaims"
        return ""

    def obstacle(self, pod: Object, node_info: NodeInfo) -> str:
        """Return why a pod's volumes cannot be on a node, empty when they can."""
        claims = self._claims(pod)
        if not claims:
            return ""
        if self._passes_limit(pod, node_info):
            return VOLUME_COUNT
        for claim in claims:
            volume = self._volume(claim)
            if volume is not None and not _allows(volume, node_info.node):
                return VOLUME_NODE
            if volume is None and self._provisioner(claim) == NO_PROVISIONER and not self._free(claim, node_info.node):
                return VOLUME_BIND
        return ""

    def bind(self, pod: Object, node: Object) -> None:
        """Bind the claims that waited for their first consumer: to a free volume, or to a new one in the zone."""
        for claim in self._claims(pod):
            if spec_of(claim).get("volumeName"):
                continue
            provisioner = self._provisioner(claim)
            free = self._free(claim, node)
            if free is None and provisioner in {"", NO_PROVISIONER}:
                continue
            volume = free or self._store.create(VOLUME, _new_volume(claim, provisioner, node)).value
            reference = {"namespace": claim["metadata"]["namespace"], "name": claim["metadata"]["name"]}
            self._store.replace(VOLUME, changed(volume, ("spec.claimRef", reference), ("status.phase", "Bound")))
            bound = changed(claim, ("spec.volumeName", volume["metadata"]["name"]), ("status.phase", "Bound"))
            self._store.replace(CLAIM, bound)

    def _claims(self, pod: Object) -> list[Object]:
        namespace = pod["metadata"]["namespace"]
        found = (self._store.find(CLAIM, name, namespace) for name in claims_of(pod))
        return [claim for claim in found if claim is not None]

    def _volume(self, claim: Object) -> Object | None:
        return self._store.find(VOLUME, spec_of(claim).get("volumeName") or "")

    def _storage_class(self, claim: Object) -> Object:
        return self._store.find(STORAGE_CLASS, spec_of(claim).get("storageClassName") or "") or {}

    def _provisioner(self, claim: Object) -> str:
        return str(self._storage_class(claim).get("provisioner") or "")

    def _waits(self, claim: Object) -> bool:
        return self._storage_class(claim).get("volumeBindingMode") == "WaitForFirstConsumer"

    def _free(self, claim: Object, node: Object) -> Object | None:
        """Return an unclaimed volume of a claim's class and size that a node can reach."""
        wanted = _storage(spec_of(claim).get("resources", {}).get("requests"))
        for volume in self._store.all(VOLUME):
            spec = spec_of(volume)
            same_class = (spec.get("storageClassName") or "") == (spec_of(claim).get("storageClassName") or "")
            is_free = same_class and not spec.get("claimRef") and _allows(volume, node)
            if is_free and _storage(spec.get("capacity")) >= wanted:
                return volume
        return None

    def _passes_limit(self, pod: Object, node_info: NodeInfo) -> bool:
        """Tell whether a node would have more volumes of a driver than its CSINode allows."""
        wanted = self._handles([pod])
        attached = self._handles(node_info.pods)
        drivers = spec_of(self._store.find(CSI_NODE, node_info.name) or {}).get("drivers") or []
        for driver in drivers:
            name, limit = driver["name"], (driver.get("allocatable") or {}).get("count")
            added = wanted[name] - attached[name]
            if limit is not None and added and len(added) + len(attached[name]) > limit:
                return True
        return False

    def _handles(self, pods: Iterable[Object]) -> defaultdict[str, set[str]]:
        """Return the volumes of pods by their driver; one that two pods share counts once."""
        found: defaultdict[str, set[str]] = defaultdict(set)
        for driver, handle in (one for pod in pods for claim in self._claims(pod) for one in self._handle(claim)):
            found[driver].add(handle)
        return found

    def _handle(self, claim: Object) -> Iterator[tuple[str, str]]:
        volume = self._volume(claim)
        source = spec_of(volume).get("csi") if volume is not None else None
        if source:
            yield source["driver"], source["volumeHandle"]
        elif volume is None:
            yield self._provisioner(claim), "/".join((claim["metadata"]["namespace"], claim["metadata"]["name"]))


def claims_of(pod: Object) -> list[str]:
    """Return the names of the claims that a pod mounts."""
    volumes = spec_of(pod).get("volumes") or []
    return [one["persistentVolumeClaim"]["claimName"] for one in volumes if one.get("persistentVolumeClaim")]


def _allows(volume: Object, node: Object) -> bool:
    required = (spec_of(volume).get("nodeAffinity") or {}).get("required")
    return required is None or node_selector_matches(required, node)


def _storage(amounts: Object | None) -> Decimal:
    return parse_quantity((amounts or {}).get("storage", "0"))


def _new_volume(claim: Object, provisioner: str, node: Object) -> Object:
    """Return the volume that a provisioner makes for a claim, in the zone of the node that waits for it."""
    zone = labels_of(node).get(_ZONE, "")
    term = {"matchExpressions": [{"key": _ZONE, "operator": "In", "values": [zone]}]}
    name = f"csi-{uuid.uuid4()}"
    spec = {
        "storageClassName": spec_of(claim).get("storageClassName"),
        "capacity": (spec_of(claim).get("resources") or {}).get("requests"),
        "csi": {"driver": provisioner, "volumeHandle": f"ocid1.volume.oc1.iad.{name[-12:]}"},
        "nodeAffinity": {"required": {"nodeSelectorTerms": [term]}},
    }
    return {"metadata": {"name": name}, "spec": spec, "status": {"phase": "Available"}}
