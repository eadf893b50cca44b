"""The Kubernetes side of a node: what its kubelet registers, and what is left when it goes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulator.kubernetes.kinds import CSI_NODE, NODE, POD, RESOURCE_SLICE
from emulator.kubernetes.object_fields import Object, at, changed, key_of, labels_of, spec_of, status_of, with_condition
from emulator.oke.model.shape_catalogue import SHAPES
from emulator.oke.model.taint_text import taints_in
from emulator.oke.nodes.machine_resources import devices_of, resources_of
from emulator.oke.scheduling.devices import device_slice

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from emulator.kubernetes.store import Store
    from emulator.oke.model.node_pool_records import NodePoolRecord, PoolNode
    from emulator.oke.model.simulated_clock import SimulatedClock

NOT_READY = "node.kubernetes.io/not-ready"
PREEMPTIBLE = "oci.oraclecloud.com/oke-is-preemptible"
"""Label and taint of preemptible nodes.
Source: https://docs.oracle.com/iaas/Content/ContEng/Tasks/contengusingpreemptiblecapacity.htm"""

BLOCK_VOLUME_DRIVER = "blockvolume.csi.oraclecloud.com"


class Hosts:
    """Registers and removes Kubernetes nodes."""

    def __init__(self, store: Store, clock: SimulatedClock) -> None:
        self._store = store
        self._clock = clock

    def register(self, pool: NodePoolRecord, node: PoolNode) -> None:
        """Add the Kubernetes node: not ready, and tainted so."""
        if node.state in {"DELETING", "DELETED"} or self._store.find(NODE, node.host) is not None:
            return
        self._store.create(NODE, node_object(pool, node))
        self._store.create(CSI_NODE, csi_node_object(pool, node))
        self._list_devices(pool, node)
        self.set_ready(node.host, ready=False)

    def _list_devices(self, pool: NodePoolRecord, node: PoolNode) -> None:
        devices = pool.behaviour.devices
        if devices is None:
            return
        driver, hosts = devices["driver"], {one.host for one in pool.nodes}
        held = sum(1 for one in self._store.all(RESOURCE_SLICE) if spec_of(one).get("nodeName") in hosts)
        if held < devices.get("nodes", held + 1):
            self._store.create(RESOURCE_SLICE, device_slice(node.host, driver, devices.get("count", 1)))

    def set_ready(self, name: str, *, ready: bool, since_epoch_seconds: float | None = None) -> None:
        """Turn a node's Ready condition and the taint that goes with it."""
        item = self._store.find(NODE, name)
        if item is None:
            return
        since = at(self._clock() if since_epoch_seconds is None else since_epoch_seconds)
        condition = {
            "type": "Ready",
            "status": "True" if ready else "False",
            "reason": "KubeletReady" if ready else "KubeletNotReady",
            "message": "",
            "lastHeartbeatTime": at(self._clock()),
            "lastTransitionTime": since,
        }
        taints = [taint for taint in spec_of(item).get("taints") or [] if taint["key"] != NOT_READY]
        if not ready:
            taints.append({"key": NOT_READY, "effect": "NoSchedule"})
        self._store.replace(NODE, with_condition(changed(item, ("spec.taints", taints or None)), condition))

    def taint(self, name: str, taints: Iterable[Object]) -> None:
        """Put taints on a node, each in place of the one of its key and effect."""
        item = self._store.find(NODE, name)
        if item is None:
            return
        added = list(taints)
        taken = {(taint["key"], taint["effect"]) for taint in added}
        kept = [one for one in spec_of(item).get("taints") or [] if (one["key"], one["effect"]) not in taken]
        self._store.replace(NODE, changed(item, ("spec.taints", [*kept, *added])))

    def untaint(self, name: str, keys: Iterable[str]) -> None:
        """Take the taints of these keys off a node."""
        item, gone = self._store.find(NODE, name), set(keys)
        if item is not None:
            kept = [one for one in spec_of(item).get("taints") or [] if one["key"] not in gone]
            self._store.replace(NODE, changed(item, ("spec.taints", kept or None)))

    def label(self, name: str, labels: Mapping[str, str | None]) -> None:
        """Set labels of a node; None takes one off."""
        item = self._store.find(NODE, name)
        if item is not None:
            held = {**labels_of(item), **labels}
            kept = {key: value for key, value in held.items() if value is not None}
            self._store.replace(NODE, changed(item, ("metadata.labels", kept)))

    def show_devices(self, node: PoolNode) -> None:
        """Add the GPUs of a node to its capacity, as its device plug-in does."""
        item, devices = self._store.find(NODE, node.host), devices_of(node.details)
        if item is not None and devices:
            status = status_of(item)
            both = {name: {**status[name], **devices} for name in ("capacity", "allocatable")}
            self._store.replace(NODE, changed(item, *((f"status.{name}", value) for name, value in both.items())))

    def remove(self, name: str) -> None:
        """Take a node away with the pods on it."""
        for pod in self._store.pods_on(name):
            self._store.remove(POD, key_of(pod))
        self._store.remove(NODE, ("", name))
        self._store.remove(CSI_NODE, ("", name))


def node_object(pool: NodePoolRecord, node: PoolNode) -> Object:
    """Return the Kubernetes node that a kubelet registers, without conditions."""
    capacity, free = resources_of(pool, node.details)
    taints = [{"key": NOT_READY, "effect": "NoSchedule"}, *_own_taints(node), *_registered_taints(node.details)]
    return {
        "metadata": {
            "name": node.host,
            "labels": kubelet_labels(pool, node),
            "annotations": {
                "oci.oraclecloud.com/node-pool-id": pool.id,
                "oci.oraclecloud.com/compartment-id": pool.details["compartmentId"],
            },
        },
        "spec": {"podCIDR": f"10.244.{node.number % 256}.0/25", "providerID": node.id, "taints": taints},
        "status": {
            "capacity": capacity,
            "allocatable": free,
            "addresses": [
                {"type": "InternalIP", "address": node.host},
                {"type": "Hostname", "address": node.host},
            ],
            "nodeInfo": _node_info(node.details, node),
        },
    }


def csi_node_object(pool: NodePoolRecord, node: PoolNode) -> Object:
    """Return the CSINode of a node: the drivers on it, and how many volumes each may attach."""
    limit = pool.behaviour.volume_limit
    block = {
        "name": BLOCK_VOLUME_DRIVER,
        "nodeID": node.host,
        "topologyKeys": ["topology.kubernetes.io/zone", "failure-domain.beta.kubernetes.io/zone"],
        **({} if limit is None else {"allocatable": {"count": limit}}),
    }
    files = {"name": "fss.csi.oraclecloud.com", "nodeID": node.host, "topologyKeys": None}
    return {"metadata": {"name": node.host}, "spec": {"drivers": [block, files]}}


def kubelet_labels(pool: NodePoolRecord, node: PoolNode) -> dict[str, str]:
    """Return the labels that a node of a pool gets."""
    # A changed pool concerns new nodes only: each is made from the pool as it was when the node began.
    details = node.details
    zone = node.availability_domain.rpartition(":")[2]
    return {
        "kubernetes.io/arch": _architecture(details),
        "kubernetes.io/os": "linux",
        "kubernetes.io/hostname": node.host,
        "node.kubernetes.io/instance-type": details["nodeShape"],
        "topology.kubernetes.io/region": "iad",
        "topology.kubernetes.io/zone": zone,
        "failure-domain.beta.kubernetes.io/zone": zone,
        "oci.oraclecloud.com/fault-domain": node.fault_domain,
        "node_pool": pool.name,
        **({PREEMPTIBLE: "true"} if node.is_preemptible else {}),
        **{one["key"]: one["value"] for one in details.get("initialNodeLabels") or []},
    }


def _node_info(details: Object, node: PoolNode) -> dict[str, str]:
    ids = dict.fromkeys(("bootID", "machineID", "systemUUID"), node.id[-32:])
    version = details["kubernetesVersion"]
    return {
        **ids,
        "architecture": _architecture(details),
        "operatingSystem": "linux",
        "osImage": "Oracle Linux Server 8.10",
        "kernelVersion": "5.15.0-310.184.5.2.el8uek.x86_64",
        "containerRuntimeVersion": "cri-o://1.33.1",
        "kubeletVersion": version,
        "kubeProxyVersion": version,
    }


def _architecture(details: Object) -> str:
    return SHAPES[details["nodeShape"]].architecture


def _own_taints(node: PoolNode) -> list[Object]:
    """Return the taints that OKE puts on nodes with GPUs and on preemptible ones."""
    keys = [*devices_of(node.details), *([PREEMPTIBLE] if node.is_preemptible else [])]
    return [{"key": key, "value": "present", "effect": "NoSchedule"} for key in keys]


def _registered_taints(details: Object) -> list[Object]:
    """Return the taints of `--register-with-taints` in the metadata's kubelet arguments."""
    text = (details.get("nodeMetadata") or {}).get("kubelet-extra-args", "")
    _, _, listed = text.partition("--register-with-taints")
    argument = listed.lstrip("= \"'").split(" --")[0]
    return taints_in(argument)
