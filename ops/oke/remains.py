"""What of a cluster is not deleted with it: load balancers and volumes that its Services and PersistentVolumes made.

Source: https://docs.oracle.com/en-us/iaas/Content/ContEng/Tasks/contengdeletingcluster.htm
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from shared.errors import FunctionError
from shared.kubernetes.client import KubernetesApi
from shared.kubernetes.cluster_access import SignedToken, read_kubeconfig

if TYPE_CHECKING:
    from ops.oke.engine import Engine
    from ops.oke.values import ClusterView

ASK_SECONDS = 20.0
"""For the two lists: an API server that cannot be reached from here must not hold up the deletion."""


class _Metadata(msgspec.Struct):
    name: str = ""
    namespace: str = ""


class _ServiceSpec(msgspec.Struct):
    type: str = ""


class Service(msgspec.Struct):
    """A Service, of which a load balancer may have been made."""

    metadata: _Metadata
    spec: _ServiceSpec = msgspec.field(default_factory=_ServiceSpec)


class _Csi(msgspec.Struct, rename="camel"):
    volume_handle: str = ""


class _VolumeSpec(msgspec.Struct):
    csi: _Csi | None = None


class PersistentVolume(msgspec.Struct):
    """A PersistentVolume, of which a block volume or file system may have been made."""

    metadata: _Metadata
    spec: _VolumeSpec = msgspec.field(default_factory=_VolumeSpec)


def remaining(engine: Engine, cluster: ClusterView) -> dict[str, object]:
    """Return what will be left; where the API server cannot be asked, why not."""
    try:
        api = _api(engine, cluster)
        try:
            services = api.list_all("/api/v1/services", Service)
            volumes = api.list_all("/api/v1/persistentvolumes", PersistentVolume)
        finally:
            api.close()
    except FunctionError as fault:
        return {"unknown": f"the cluster could not be asked: {fault.message or fault.reason}"}
    balanced = [each.metadata for each in services if each.spec.type == "LoadBalancer"]
    return {
        "load-balancers": [f"of Service {each.namespace}/{each.name}" for each in balanced],
        "volumes": [_shown(each) for each in volumes],
    }


def _api(engine: Engine, cluster: ClusterView) -> KubernetesApi:
    from shared.deadline import Deadline

    endpoint = "public" if cluster.public_endpoint else "private"
    address = read_kubeconfig(engine.kubeconfig(cluster.id, endpoint))
    signed = SignedToken(engine.credentials[1], engine.region, cluster.id)
    return KubernetesApi(address.server, address.ca_pem, signed, Deadline.after(ASK_SECONDS))


def _shown(volume: PersistentVolume) -> str:
    handle = volume.spec.csi.volume_handle if volume.spec.csi else ""
    return f"{handle} ({volume.metadata.name})" if handle else volume.metadata.name
