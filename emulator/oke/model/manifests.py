"""Objects as tests want them: node pools, pods, controllers, budgets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, TypedDict, Unpack

from emulator.kubernetes.kinds import BY_NAME
from emulator.oke.model.network import DOMAINS
from emulator.oke.model.node_pool_records import ocid
from emulator.oke.model.offers import image_id
from emulator.oke.model.pool_behaviour import BehaviourFields

if TYPE_CHECKING:
    from emulator.kubernetes.object_fields import Object

BLOCK_VOLUMES = "oci-bv"
"""The class of block volumes that waits for its first consumer.
Source: https://docs.oracle.com/en-us/iaas/Content/ContEng/Tasks/contengcreatingpersistentvolumeclaim.htm"""


class PoolFields(BehaviourFields, total=False):
    """What a pool may be given, beside the knobs of `PoolBehaviour`.

    `labels` are its initialNodeLabels (default `name: <name>`, the users' convention), `taints` are given to its
    kubelets (`key=value:Effect,…`), `image` is the name of their boot image, `preemptible` makes their placements so,
    `max_pods` None is the flannel network, `ocpus` None a shape that is not flexible; `more` are further fields of a
    NodePool, camelCase.
    """

    ocpus: float | None
    memory_gib: float | None
    shape: str
    domains: Sequence[str]
    fault_domains: Sequence[str]
    labels: Mapping[str, str]
    taints: str
    image: str
    preemptible: bool
    max_pods: int | None
    more: Mapping[str, object]


class PodFields(TypedDict, total=False):
    """What a pod may be given; `owner` is a controlling reference, `spec` is put over the spec."""

    namespace: str
    cpu: str
    memory: str
    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    owner: Mapping[str, object]
    spec: Mapping[str, object]


class BudgetFields(TypedDict, total=False):
    """What a PodDisruptionBudget may be given."""

    namespace: str
    min_available: int | str
    max_unavailable: int | str
    unhealthy_policy: str


def node_pool_manifest(
    name: str, *, size: int, cluster_id: str, compartment: str, **fields: Unpack[PoolFields]
) -> Object:
    """Return a NodePool's JSON without its nodes: two OCPUs and 16 GiB of E4.Flex in one domain by default."""
    ocpus, memory_gib = fields.get("ocpus", 2), fields.get("memory_gib", 16)
    taints = fields.get("taints", "")
    labels = fields.get("labels", {"name": name})
    return {
        "id": ocid("nodepool"),
        "compartmentId": compartment,
        "clusterId": cluster_id,
        "name": name,
        "kubernetesVersion": "v1.33.1",
        "nodeMetadata": {"kubelet-extra-args": f"--register-with-taints={taints}"} if taints else {},
        "nodeShape": fields.get("shape", "VM.Standard.E4.Flex"),
        "nodeShapeConfig": {"ocpus": ocpus, "memoryInGBs": memory_gib} if ocpus is not None else None,
        "nodeSourceDetails": {"sourceType": "IMAGE", "imageId": image_id(fields.get("image", "oke-8.10"))},
        "initialNodeLabels": [{"key": key, "value": value} for key, value in labels.items()],
        "nodeConfigDetails": {
            "size": size,
            "placementConfigs": _placements(name, fields),
            "nodePoolPodNetworkOptionDetails": _network(fields.get("max_pods", 31)),
        },
        "nodeEvictionNodePoolSettings": {"evictionGraceDuration": "PT60M", "isForceDeleteAfterGraceDuration": False},
        "freeformTags": {},
        "definedTags": {},
        **fields.get("more", {}),
    }


def _placements(name: str, fields: PoolFields) -> list[Object]:
    extra: Object = {"faultDomains": list(fields["fault_domains"])} if fields.get("fault_domains") else {}
    if fields.get("preemptible"):
        extra["preemptibleNodeConfig"] = {"preemptionAction": {"type": "TERMINATE", "isPreserveBootVolume": False}}
    return [
        {"availabilityDomain": domain, "subnetId": f"ocid1.subnet.oc1.iad.{number}{name}", **extra}
        for number, domain in enumerate(fields.get("domains", DOMAINS[:1]), 1)
    ]


def _network(max_pods: int | None) -> Object:
    if max_pods is None:
        return {"cniType": "FLANNEL_OVERLAY"}
    return {"cniType": "OCI_VCN_IP_NATIVE", "maxPodsPerNode": max_pods, "podNsgIds": [], "podSubnetIds": []}


_EDITED = {
    "shape": ("nodeShape",),
    "ocpus": ("nodeShapeConfig",),
    "memory_gib": ("nodeShapeConfig",),
    "labels": ("initialNodeLabels",),
    "taints": ("nodeMetadata",),
    "image": ("nodeSourceDetails",),
}
"""What of a pool's JSON follows from which field, of those that can be changed."""


def pool_changes(name: str, **fields: Unpack[PoolFields]) -> Object:
    """Return the UpdateNodePoolDetails that change what the fields say; `more` is put over them."""
    made = node_pool_manifest(name, size=0, cluster_id="", compartment="", **fields)
    wanted = {key for field in fields for key in _EDITED.get(field, ())}
    return {**{key: value for key, value in made.items() if key in wanted}, **fields.get("more", {})}


def pod_manifest(name: str, selector: Mapping[str, str] | None = None, **fields: Unpack[PodFields]) -> Object:
    """Return a pod of one container, Pending; its label is `app: <name>` by default."""
    namespace, labels = fields.get("namespace", "default"), dict(fields.get("labels", {"app": name}))
    metadata: Object = {"name": name, "namespace": namespace, "labels": labels}
    if "annotations" in fields:
        metadata["annotations"] = dict(fields["annotations"])
    if "owner" in fields:
        metadata["ownerReferences"] = [{"controller": True, "blockOwnerDeletion": True, **fields["owner"]}]
    requests = {"cpu": fields.get("cpu", "100m"), "memory": fields.get("memory", "128Mi")}
    container = {"name": "main", "image": "registry.example/app:1", "resources": {"requests": requests}}
    made: Object = {"containers": [container], "terminationGracePeriodSeconds": 30, "restartPolicy": "Always"}
    if selector:
        made["nodeSelector"] = dict(selector)
    return {"metadata": metadata, "spec": {**made, **fields.get("spec", {})}, "status": {"phase": "Pending"}}


def controller_manifest(kind: str, name: str, template: Object, *, replicas: int | None = None) -> Object:
    """Return a ReplicaSet, StatefulSet, DaemonSet or Job that makes pods like `template`."""
    metadata = template["metadata"]
    inner = {name: value for name, value in metadata.items() if name in {"labels", "annotations"}}
    spec: Object = {
        "selector": {"matchLabels": metadata["labels"]},
        "template": {"metadata": inner, "spec": template["spec"]},
    }
    if replicas is not None:
        spec["replicas"] = replicas
    return {
        "kind": kind,
        "apiVersion": BY_NAME[kind].api_version,
        "metadata": {"name": name, "namespace": metadata["namespace"], "labels": metadata["labels"]},
        "spec": spec,
        "status": {},
    }


def block_volume_class() -> Object:
    """Return the class of block volumes that every OKE cluster has."""
    return {
        "kind": "StorageClass",
        "apiVersion": "storage.k8s.io/v1",
        "metadata": {"name": BLOCK_VOLUMES},
        "provisioner": "blockvolume.csi.oraclecloud.com",
        "volumeBindingMode": "WaitForFirstConsumer",
    }


def claim_template(name: str) -> Object:
    """Return a volumeClaimTemplate of OKE's block volumes."""
    spec = {"storageClassName": BLOCK_VOLUMES, "resources": {"requests": {"storage": "50Gi"}}}
    return {"metadata": {"name": name}, "spec": {**spec, "accessModes": ["ReadWriteOnce"]}}


def budget_manifest(name: str, labels: Mapping[str, str] | None, **fields: Unpack[BudgetFields]) -> Object:
    """Return a PodDisruptionBudget; labels None is the nil selector, {} selects everything."""
    selector: Object | None = None
    if labels is not None:
        selector = {"matchLabels": dict(labels)} if labels else {}
    spec: Object = {"selector": selector}
    for name_in_spec, value in (
        ("minAvailable", fields.get("min_available")),
        ("maxUnavailable", fields.get("max_unavailable")),
        ("unhealthyPodEvictionPolicy", fields.get("unhealthy_policy")),
    ):
        if value is not None:
            spec[name_in_spec] = value
    metadata = {"name": name, "namespace": fields.get("namespace", "default"), "generation": 1}
    return {"kind": "PodDisruptionBudget", "apiVersion": "policy/v1", "metadata": metadata, "spec": spec}


def everything_role(name: str) -> Object:
    """Return a ClusterRole that may do everything."""
    rule = {"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}
    return {"kind": "ClusterRole", "metadata": {"name": name}, "rules": [rule]}


def binding_manifest(name: str, role: str, subject: Object) -> Object:
    """Return a ClusterRoleBinding."""
    reference = {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": role}
    return {"kind": "ClusterRoleBinding", "metadata": {"name": name}, "roleRef": reference, "subjects": [subject]}
