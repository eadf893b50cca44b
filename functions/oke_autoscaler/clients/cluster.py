"""The Kubernetes side of one tick: the lists it reads and the writes on nodes and pods.

The paths here, in lease.py and in events.py are what deploy/kubernetes/rbac.yaml grants, no more and no less
(tests/contract/oke_autoscaler/test_rbac.py).
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote

from functions.oke_autoscaler.model.intake.readable import check
from functions.oke_autoscaler.model.intake.repair import repaired
from functions.oke_autoscaler.model.kubernetes_objects import Listed, Metadata, Node, Object, OwnerReference, Pod
from functions.oke_autoscaler.model.oci_objects import (
    Namespace,
    Owner,
    OwnerSpec,
    PodDisruptionBudget,
    PriorityClass,
)
from functions.oke_autoscaler.model.storage_objects import (
    CsiNode,
    PersistentVolume,
    PersistentVolumeClaim,
    StorageClass,
)
from shared.errors import KubernetesApiError
from shared.kubernetes.client import MERGE_PATCH
from shared.kubernetes.decoding import decoded_object

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from functions.oke_autoscaler.clients.changes import Changes
    from functions.oke_autoscaler.model.taints import Patch
    from functions.oke_autoscaler.model.unreadable import Unreadable
    from shared.kubernetes.client import KubernetesApi

T = TypeVar("T", bound=Listed)

OWNER_PATHS = {
    "ReplicaSet": "/apis/apps/v1/replicasets",
    "StatefulSet": "/apis/apps/v1/statefulsets",
    "Job": "/apis/batch/v1/jobs",
    "ReplicationController": "/api/v1/replicationcontrollers",
}
DAEMONSETS_PATH = "/apis/apps/v1/daemonsets"


class _OwnerMeta(Object):
    name: str
    namespace: str | None = None
    uid: str = ""
    owner_references: list[OwnerReference] | None = None
    deletion_timestamp: str | None = None


class _Replicas(Object):
    replicas: int | None = None


class _BriefOwner(Listed):
    """An owner without its pod template, which only a DaemonSet's is read for."""

    metadata: _OwnerMeta
    spec: _Replicas | None = None


class Eviction(Enum):
    """How the API server took an eviction."""

    ACCEPTED = "accepted"
    GONE = "gone"
    """The pod is gone, or another one with the same name has another UID."""
    REFUSED = "refused"
    """A disruption budget does not allow it now (429), or several budgets select the pod (500)."""


class Cluster:
    """Reads and writes of one API server; every method raises KubernetesApiError when it fails.

    An object that cannot be read as a whole is marked (model/unreadable.py); one without a readable name is left out
    and noted in ``nameless``.
    """

    def __init__(self, api: KubernetesApi, changes: Changes) -> None:
        self.api = api
        self.changes = changes
        self.nameless: list[Unreadable] = []

    def nodes(self) -> list[Node]:
        """List all nodes."""
        return self._list("/api/v1/nodes", Node)

    def node(self, name: str) -> Node | None:
        """Read one node; None when it is gone."""
        node = self.api.get_object(f"/api/v1/nodes/{quote(name, safe='')}", Node, odd=self._odd(Node, "Node"))
        if node is not None:
            check(node)
        return node

    def pods(self) -> list[Pod]:
        """List all pods of all namespaces."""
        return self._list("/api/v1/pods", Pod)

    def pods_of(self, node: str) -> list[Pod]:
        """List the pods that are bound to a node."""
        pods = self._list("/api/v1/pods", Pod, {"fieldSelector": f"spec.nodeName={node}"})
        for pod in pods:
            pod.bound_to = node  # it was asked for, so it holds for a pod whose own field cannot be read, too
        return pods

    def pods_without_node(self) -> list[Pod]:
        """List the pods that are bound to no node."""
        return self._list("/api/v1/pods", Pod, {"fieldSelector": "spec.nodeName="})

    def pods_like(self, namespace: str, labels: Mapping[str, str]) -> list[Pod]:
        """List the pods of a namespace that have all of the labels."""
        selector = ",".join(f"{name}={value}" for name, value in sorted(labels.items()))
        path = f"/api/v1/namespaces/{quote(namespace, safe='')}/pods"
        return self._list(path, Pod, {"labelSelector": selector})

    def budgets_in(self, namespace: str) -> list[PodDisruptionBudget]:
        """List the PodDisruptionBudgets of a namespace."""
        path = f"/apis/policy/v1/namespaces/{quote(namespace, safe='')}/poddisruptionbudgets"
        return self._list(path, PodDisruptionBudget)

    def budgets(self) -> list[PodDisruptionBudget]:
        """List all PodDisruptionBudgets."""
        return self._list("/apis/policy/v1/poddisruptionbudgets", PodDisruptionBudget)

    def _list(self, path: str, item: type[T], query: Mapping[str, str] | None = None, *, kind: str = "") -> list[T]:
        odd = self._odd(item, kind or item.__name__)
        return self.api.list_all(path, item, query, kind=kind, odd=odd, each=check.dispatch(item))

    def _odd(self, item: type[T], kind: str) -> Callable[[bytes], T | None]:
        """Return what makes the best of an item that does not decode."""

        def best(raw: bytes) -> T | None:
            found, fault = repaired(raw, item, kind)
            if found is None:
                self.nameless.append(fault)
            else:
                found.unreadable = fault
            return found

        return best

    def owners(self) -> list[Owner]:
        """List all controllers that own pods, with their kind; DaemonSets with their pod template."""
        found = [
            Owner(
                metadata=Metadata(
                    name=brief.metadata.name,
                    namespace=brief.metadata.namespace,
                    uid=brief.metadata.uid,
                    owner_references=brief.metadata.owner_references,
                    deletion_timestamp=brief.metadata.deletion_timestamp,
                ),
                kind=kind,
                spec=OwnerSpec(replicas=brief.spec.replicas if brief.spec else None),
                unreadable=brief.unreadable,
            )
            for kind, path in OWNER_PATHS.items()
            for brief in self.api.list_all(path, _BriefOwner, kind=kind, odd=self._odd(_BriefOwner, kind))
        ]
        kind = "DaemonSet"
        for daemonset in self.api.list_all(DAEMONSETS_PATH, Owner, kind=kind, odd=self._odd(Owner, kind)):
            daemonset.kind = kind
            check(daemonset)
            found.append(daemonset)
        return found

    def priority_classes(self) -> list[PriorityClass]:
        """List all priority classes."""
        return self._list("/apis/scheduling.k8s.io/v1/priorityclasses", PriorityClass)

    def namespaces(self) -> list[Namespace]:
        """List all namespaces; called when a pod selects namespaces by label."""
        return self._list("/api/v1/namespaces", Namespace)

    def claims(self) -> list[PersistentVolumeClaim]:
        """List all claims; this and the next three are called when a pod has a claim."""
        return self._list("/api/v1/persistentvolumeclaims", PersistentVolumeClaim)

    def volumes(self) -> list[PersistentVolume]:
        """List all persistent volumes."""
        return self._list("/api/v1/persistentvolumes", PersistentVolume)

    def storage_classes(self) -> list[StorageClass]:
        """List all storage classes."""
        return self._list("/apis/storage.k8s.io/v1/storageclasses", StorageClass)

    def csi_nodes(self) -> list[CsiNode]:
        """List which CSI drivers each node runs, and how many volumes of each it takes."""
        return self._list("/apis/storage.k8s.io/v1/csinodes", CsiNode, kind="CSINode")

    def patch_node(self, node: Node, patch: Patch, what: str) -> Node | None:
        """Patch a node and return it as it is now; None when it has changed (409) or gone (404) since it was read.

        The patch carries the resource version that was read: taints are one list, and a merge patch replaces all of
        it, so without that precondition a taint that another client has just added would be lost.
        """
        if node.unreadable is not None:
            return None  # what could not be read of it would be lost
        if not self.changes.go(f"{what} node {node.metadata.name}"):
            return node
        path = f"/api/v1/nodes/{quote(node.metadata.name, safe='')}"
        try:
            answer = self.api.send("PATCH", path, patch, MERGE_PATCH)
        except KubernetesApiError as error:
            if error.status in {404, 409}:
                return None
            raise
        patched = decoded_object(answer, Node, path, odd=self._odd(Node, "Node"))
        check(patched)
        return patched

    def evict(self, pod: Pod) -> Eviction:
        """Ask for the eviction of exactly this pod, with the grace period that the pod itself has.

        The UID is a precondition: a pod of a StatefulSet comes back under the same name, perhaps on another node,
        and that one was never decided on.
        """
        meta = pod.metadata
        if not self.changes.go(f"evict pod {meta.namespace}/{meta.name}"):
            return Eviction.ACCEPTED
        body: dict[str, Any] = {
            "apiVersion": "policy/v1",
            "kind": "Eviction",
            "metadata": {"name": meta.name, "namespace": meta.namespace},
            "deleteOptions": {"preconditions": {"uid": meta.uid}},
        }
        path = f"/api/v1/namespaces/{quote(meta.namespace, safe='')}/pods/{quote(meta.name, safe='')}/eviction"
        try:
            self.api.send("POST", path, body)
        except KubernetesApiError as error:
            if error.status in {404, 409}:
                return Eviction.GONE
            # 429 is a budget that allows no disruption now; 500 is a pod under several budgets, which the eviction API
            # does not support (https://kubernetes.io/docs/tasks/administer-cluster/safely-drain-node/#eviction-api).
            if error.status in {429, 500}:
                return Eviction.REFUSED
            raise
        return Eviction.ACCEPTED
