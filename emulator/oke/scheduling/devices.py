"""Devices of dynamic resource allocation: claims of pods, and the nodes that have what they ask for.

The part of it that decides where a pod may run: a ResourceSlice lists the devices of a node, a claim asks for so many
of a class, and whoever allocates one keeps it until no pod reserves it. A DeviceClass stands for the driver of its
name; no expression is evaluated.
Source: https://kubernetes.io/docs/concepts/scheduling-eviction/dynamic-resource-allocation/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulator.kubernetes.kinds import POD, RESOURCE_CLAIM, RESOURCE_CLAIM_TEMPLATE, RESOURCE_SLICE
from emulator.kubernetes.object_fields import Object, changed, is_finished, key_of, spec_of, status_of
from emulator.oke.scheduling.verdict import DEVICES, DEVICES_ELSEWHERE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from emulator.kubernetes.store import Store


class Devices:
    """The device claims of a cluster, as the scheduler and the claim controller see them."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def keep_claims(self) -> None:
        """Make the claims of pods from their templates, and give back what no pod holds any more."""
        for pod in self._store.pods_on(""):
            self._make_claims(pod)
        for claim in self._store.all(RESOURCE_CLAIM):
            owner = next(iter(claim["metadata"].get("ownerReferences") or []), None)
            namespace = claim["metadata"]["namespace"]
            if owner is not None and not self._is_there(owner["name"], owner["uid"], namespace):
                self._store.remove(RESOURCE_CLAIM, key_of(claim))
            elif status_of(claim).get("allocation"):
                holders = status_of(claim).get("reservedFor") or []
                if not any(self._is_there(one["name"], one["uid"], namespace) for one in holders):
                    self._store.replace(RESOURCE_CLAIM, changed(claim, ("status", {})))

    def missing(self, pod: Object) -> str:
        """Return why a pod's claims rule out every node, empty when they do not."""
        for name in _claim_names(pod):
            if self._store.find(RESOURCE_CLAIM, name, pod["metadata"]["namespace"]) is None:
                return f'resourceclaim "{name}" not found'
        return ""

    def obstacle(self, pod: Object, host: str) -> str:
        """Return why a pod's claims cannot be served on a node, empty when they can."""
        for claim in self._claims(pod):
            allocation = status_of(claim).get("allocation")
            if allocation and allocation["nodeSelector"] != _only(host):
                return DEVICES_ELSEWHERE
            if not allocation and self._choice(claim, host) is None:
                return DEVICES
        return ""

    def bind(self, pod: Object, host: str) -> None:
        """Allocate a pod's claims on its node, and reserve them for it."""
        reference = {"resource": "pods", "name": pod["metadata"]["name"], "uid": pod["metadata"]["uid"]}
        for claim in self._claims(pod):
            held = status_of(claim)
            allocation = held.get("allocation") or {
                "devices": {"results": self._choice(claim, host)},
                "nodeSelector": _only(host),
            }
            reserved = [*(held.get("reservedFor") or []), reference]
            status = {"allocation": allocation, "reservedFor": reserved}
            self._store.replace(RESOURCE_CLAIM, changed(claim, ("status", status)))

    def _make_claims(self, pod: Object) -> None:
        entries = spec_of(pod).get("resourceClaims") or []
        templates = [one for one in entries if one.get("resourceClaimTemplateName")]
        if not templates or status_of(pod).get("resourceClaimStatuses"):
            return
        name, namespace, uid = pod["metadata"]["name"], pod["metadata"]["namespace"], pod["metadata"]["uid"]
        owner = {"apiVersion": "v1", "kind": "Pod", "name": name, "uid": uid, "controller": True}
        made = []
        for one in templates:
            template = self._store.find(RESOURCE_CLAIM_TEMPLATE, one["resourceClaimTemplateName"], namespace)
            if template is None:
                return
            claim = f"{name}-{one['name']}-{uid[:5]}"
            metadata = {"name": claim, "namespace": namespace, "ownerReferences": [owner]}
            self._store.create(RESOURCE_CLAIM, {"metadata": metadata, "spec": spec_of(template)["spec"], "status": {}})
            made.append({"name": one["name"], "resourceClaimName": claim})
        self._store.replace(POD, changed(pod, ("status.resourceClaimStatuses", made)))

    def _is_there(self, name: str, uid: str, namespace: str) -> bool:
        pod = self._store.find(POD, name, namespace)
        return pod is not None and pod["metadata"]["uid"] == uid and not is_finished(pod)

    def _claims(self, pod: Object) -> list[Object]:
        namespace = pod["metadata"]["namespace"]
        found = (self._store.find(RESOURCE_CLAIM, name, namespace) for name in _claim_names(pod))
        return [claim for claim in found if claim is not None]

    def _choice(self, claim: Object, host: str) -> list[Object] | None:
        """Return free devices of a node for every request of a claim, None when there are too few."""
        free, chosen = list(self._free(host)), []
        for request in (spec_of(claim).get("devices") or {}).get("requests") or []:
            wanted = request.get("exactly") or request
            fitting = [one for one in free if one["driver"] == wanted["deviceClassName"]][: wanted.get("count", 1)]
            if len(fitting) < wanted.get("count", 1):
                return None
            free = [one for one in free if one not in fitting]
            chosen += [{**one, "request": request["name"]} for one in fitting]
        return chosen

    def _free(self, host: str) -> Iterator[Object]:
        taken = [
            {key: one[key] for key in ("driver", "pool", "device")}
            for claim in self._store.all(RESOURCE_CLAIM)
            for one in ((status_of(claim).get("allocation") or {}).get("devices") or {}).get("results") or []
        ]
        for resources in self._store.all(RESOURCE_SLICE):
            spec = spec_of(resources)
            if spec.get("nodeName") != host:
                continue
            for device in spec["devices"]:
                found = {"driver": spec["driver"], "pool": spec["pool"]["name"], "device": device["name"]}
                if found not in taken:
                    yield found


def device_slice(host: str, driver: str, count: int) -> Object:
    """Return the ResourceSlice of a node's devices, as the driver on it publishes it."""
    spec = {
        "driver": driver,
        "nodeName": host,
        "pool": {"name": host, "generation": 1, "resourceSliceCount": 1},
        "devices": [{"name": f"device-{number}"} for number in range(count)],
    }
    return {"metadata": {"name": f"{host}-{driver}"}, "spec": spec}


def _claim_names(pod: Object) -> Iterator[str]:
    made = {one["name"]: one["resourceClaimName"] for one in status_of(pod).get("resourceClaimStatuses") or []}
    for one in spec_of(pod).get("resourceClaims") or []:
        yield one.get("resourceClaimName") or made.get(one["name"]) or one.get("resourceClaimTemplateName", "")


def _only(host: str) -> Object:
    return {"nodeSelectorTerms": [{"matchFields": [{"key": "metadata.name", "operator": "In", "values": [host]}]}]}
