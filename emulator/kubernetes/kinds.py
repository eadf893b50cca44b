"""The resources that the server has, by group, version and plural."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ResourceKind:
    """One resource: `group` is empty for the core group."""

    group: str
    version: str
    plural: str
    name: str
    namespaced: bool = True

    @property
    def api_version(self) -> str:
        """Return the `apiVersion` of its objects."""
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def path(self) -> str:
        """Return the root of its group and version."""
        return f"/apis/{self.group}/{self.version}" if self.group else f"/api/{self.version}"


POD = ResourceKind("", "v1", "pods", "Pod")
NODE = ResourceKind("", "v1", "nodes", "Node", namespaced=False)
NAMESPACE = ResourceKind("", "v1", "namespaces", "Namespace", namespaced=False)
EVENT = ResourceKind("", "v1", "events", "Event")
CONFIG_MAP = ResourceKind("", "v1", "configmaps", "ConfigMap")
SERVICE_ACCOUNT = ResourceKind("", "v1", "serviceaccounts", "ServiceAccount")
SERVICE = ResourceKind("", "v1", "services", "Service")
CLAIM = ResourceKind("", "v1", "persistentvolumeclaims", "PersistentVolumeClaim")
VOLUME = ResourceKind("", "v1", "persistentvolumes", "PersistentVolume", namespaced=False)
REPLICATION_CONTROLLER = ResourceKind("", "v1", "replicationcontrollers", "ReplicationController")
DEPLOYMENT = ResourceKind("apps", "v1", "deployments", "Deployment")
REPLICA_SET = ResourceKind("apps", "v1", "replicasets", "ReplicaSet")
STATEFUL_SET = ResourceKind("apps", "v1", "statefulsets", "StatefulSet")
DAEMON_SET = ResourceKind("apps", "v1", "daemonsets", "DaemonSet")
JOB = ResourceKind("batch", "v1", "jobs", "Job")
BUDGET = ResourceKind("policy", "v1", "poddisruptionbudgets", "PodDisruptionBudget")
PRIORITY_CLASS = ResourceKind("scheduling.k8s.io", "v1", "priorityclasses", "PriorityClass", namespaced=False)
STORAGE_CLASS = ResourceKind("storage.k8s.io", "v1", "storageclasses", "StorageClass", namespaced=False)
CSI_NODE = ResourceKind("storage.k8s.io", "v1", "csinodes", "CSINode", namespaced=False)
RESOURCE_CLAIM = ResourceKind("resource.k8s.io", "v1", "resourceclaims", "ResourceClaim")
RESOURCE_CLAIM_TEMPLATE = ResourceKind("resource.k8s.io", "v1", "resourceclaimtemplates", "ResourceClaimTemplate")
RESOURCE_SLICE = ResourceKind("resource.k8s.io", "v1", "resourceslices", "ResourceSlice", namespaced=False)
DEVICE_CLASS = ResourceKind("resource.k8s.io", "v1", "deviceclasses", "DeviceClass", namespaced=False)
LEASE = ResourceKind("coordination.k8s.io", "v1", "leases", "Lease")
ROLE = ResourceKind("rbac.authorization.k8s.io", "v1", "roles", "Role")
ROLE_BINDING = ResourceKind("rbac.authorization.k8s.io", "v1", "rolebindings", "RoleBinding")
CLUSTER_ROLE = ResourceKind("rbac.authorization.k8s.io", "v1", "clusterroles", "ClusterRole", namespaced=False)
CLUSTER_ROLE_BINDING = ResourceKind(
    "rbac.authorization.k8s.io", "v1", "clusterrolebindings", "ClusterRoleBinding", namespaced=False
)

KINDS = (
    POD,
    NODE,
    NAMESPACE,
    EVENT,
    CONFIG_MAP,
    SERVICE_ACCOUNT,
    SERVICE,
    CLAIM,
    VOLUME,
    REPLICATION_CONTROLLER,
    DEPLOYMENT,
    REPLICA_SET,
    STATEFUL_SET,
    DAEMON_SET,
    JOB,
    BUDGET,
    PRIORITY_CLASS,
    STORAGE_CLASS,
    CSI_NODE,
    RESOURCE_CLAIM,
    RESOURCE_CLAIM_TEMPLATE,
    RESOURCE_SLICE,
    DEVICE_CLASS,
    LEASE,
    ROLE,
    ROLE_BINDING,
    CLUSTER_ROLE,
    CLUSTER_ROLE_BINDING,
)
BY_NAME = {kind.name: kind for kind in KINDS}
BY_PATH = {(kind.group, kind.version, kind.plural): kind for kind in KINDS}
