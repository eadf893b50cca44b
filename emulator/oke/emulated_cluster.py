"""The emulated OKE cluster of a `Cloud`, and the means to set one up in a test.

    with Cloud(folder) as cloud:
        cluster = cloud.cluster                       # empty, its clock stands still
        pool = cluster.add_pool("prod-pool1", size=2, ocpus=2, memory_gib=16)
        cluster.add_replicas("web", 3, cpu="500m", memory="1Gi", pool=pool)      # a ReplicaSet and its pods
        cluster.add_pod("lonely", cpu="3", memory="4Gi", pool=pool)              # pending when it fits nowhere
        cluster.add_budget("web", {"app": "web"}, min_available=2)
        cluster.add_daemon_set("proxy", cpu="50m", memory="50Mi")                # one pod on every node, old and new
        cluster.put({"kind": "Pod", "apiVersion": "v1", "metadata": {…}, …})     # any object, exactly as given
        … call the function …
        cluster.advance(180)                          # nodes boot, pods start, drains go on
        cluster.resize(pool, 5)                       # what a human does in the console
        cluster.objects("Pod"), cluster.get("Node", name), pool.size, cluster.nodes(pool)

Pods without a node are bound or marked Unschedulable by the cluster's own scheduler when the next request arrives (or
with `settle`); pods with `node=` run there at once. Nodes of `add_pool` have been Ready for an hour. Evicted pods of a
ReplicaSet made by `add_replicas` come back as new pods.

Time: `cluster.clock` stands still between requests and moves by `advance`; `clock.set` jumps; `clock.follow()` lets it
run with the machine's. Every answer of the API server carries it in `Date`. Signatures and cluster tokens are checked
by `cloud.identity.clock`, the real time.

Access: each signed principal may do everything (IAM policy) until `enforce_rbac(documents)` loads ClusterRoles, Roles
and bindings; `access_granted_but_unused(user)` then tells which permissions nobody needed. A principal's user name is
its OCID: `user_of(env)` for the environment of a minted one. `add_service_account` returns a token; it may do
everything unless `administrator=False`.

Knobs: `cluster.behaviour` (`emulator.oke.model.node_pool_records.Behaviour`: victims of a shrinking pool, a busy pool
refused or merged, capacity by availability domain, failing deletions, the id of nodes without an instance, timings),
`pool.overrides` (put over the JSON of a pool: `{"nodes": None}`), `pool.touch()` (a new etag), `pool.is_stuck`,
`work_requests.add_finished(pool, "NODEPOOL_RECONCILE", errors=[("InternalError", "Out of host capacity.")])`,
`PoolBehaviour` for what the nodes of one pool do (`add_pool(…, never_register=True)`: hypervisor's memory tax, volume
limit, joining late or never, taints and labels that come and go, late GPUs, a clock ahead), `edit_pool`, `reclaim`,
`taint`, `untaint`, `label`, `expire_continue_tokens()`, `api_server.pager.lifetime_seconds`, `api_server.compresses`,
`api_server.authenticator` (`allowed_skew_seconds`, `name_of`), `endpoints`, `loops.enabled` (no scheduler, kubelets and
controllers).

Clusters: there is one from the start, ACTIVE. `start_without_cluster()` takes it away, as in a new tenancy: the first
that CreateCluster makes gets the API server. `network.subnets`, `behaviour.cluster_limit`, `behaviour.cluster_failure`.

Load of instances: what their running pods request, times a usual share (annotation `emulator/load-percent` of a pod
sets it), sampled at each minute; `set_metrics` sets it.

Faults and hooks of the cloud reach the API server as service `kubernetes`, the rest as `container_engine`, `monitoring`
and `compute`.
"""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Unpack

import yaml

from emulator.kubernetes.kinds import BY_NAME, NAMESPACE, NODE, POD, REPLICA_SET, STORAGE_CLASS
from emulator.kubernetes.object_fields import Object, changed, node_name_of
from emulator.kubernetes.rbac import Permission, User
from emulator.oke.control.controllers import pod_of
from emulator.oke.human_actions import HumanActions
from emulator.oke.model import manifests
from emulator.oke.model.pool_behaviour import behaviour_of
from emulator.oke.nodes.instance_metrics import CPU, RAM
from emulator.oke.nodes.kubelet import running
from emulator.oke.services.clusters_service import ClustersService
from emulator.oke.services.compute_service import ComputeService
from emulator.oke.services.container_engine_service import ContainerEngineService
from emulator.oke.services.monitoring_service import MonitoringService
from emulator.oke.services.network_service import NetworkService
from emulator.services.identity.service import DEFAULT_REGION

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from emulator.base.service_protocol import Service
    from emulator.oke.model.manifests import BudgetFields, PodFields, PoolFields
    from emulator.oke.model.node_pool_records import NodePoolRecord
    from emulator.services.identity.service import IdentityService

READY_SECONDS = 3600.0
"""How long the nodes of a new pool have been Ready."""


class EmulatedCluster(HumanActions):
    """One OKE cluster; see the module's text."""

    def __init__(self, identity: IdentityService) -> None:
        super().__init__(identity, DEFAULT_REGION)
        self.services: list[Service] = [
            ContainerEngineService(self),
            ClustersService(self),
            NetworkService(self),
            MonitoringService(self),
            ComputeService(self),
            self.api_server,
        ]

    def add_pool(
        self, name: str, *, size: int = 1, ready_seconds: float = READY_SECONDS, **details: Unpack[PoolFields]
    ) -> NodePoolRecord:
        """Return a new pool of `size` nodes that are all there; `details`: see `PoolFields`."""
        with self.lock:
            body = manifests.node_pool_manifest(
                name, size=size, cluster_id=self.id, compartment=self.compartment, **details
            )
            made = self.node_pools.add(body, self.clock() - ready_seconds, behaviour_of(dict(details)))
            self.settle()
        return made

    def put(self, item: Object) -> Object:
        """Create an object of any kind as it is given; it needs `kind`. Returns it with uid and version."""
        with self.lock:
            kind = BY_NAME[item["kind"]]
            if kind.namespaced:
                namespace = item["metadata"].get("namespace", "default")
                item = changed(item, ("metadata.namespace", namespace))
                self._ensure_namespace(namespace)
            return self.store.create(kind, item).value

    def change(self, kind: str, name: str, *changes: tuple[str, Any], namespace: str = "default") -> Object:
        """Set values at dotted paths of an object, as another client would; None removes a key."""
        with self.lock:
            return self.store.replace(BY_NAME[kind], changed(self.get(kind, name, namespace), *changes)).value

    def remove(self, kind: str, name: str, namespace: str = "default") -> None:
        """Take an object away at once."""
        with self.lock:
            self.store.remove(BY_NAME[kind], (namespace if BY_NAME[kind].namespaced else "", name))

    def get(self, kind: str, name: str, namespace: str = "default") -> Object:
        """Return an object. Raises KeyError when it is not there."""
        with self.lock:
            found = self.store.find(BY_NAME[kind], name, namespace if BY_NAME[kind].namespaced else "")
        if found is None:
            raise KeyError(f"{kind} {namespace}/{name}")
        return found

    def objects(self, kind: str) -> list[Object]:
        """Return all objects of a kind, after the cluster has settled."""
        self.settle()
        with self.lock:
            return [stored.value for stored in self.store.listing(BY_NAME[kind])]

    def add_pod(
        self, name: str, *, node: str = "", pool: NodePoolRecord | None = None, **fields: Unpack[PodFields]
    ) -> Object:
        """Return a new pod: on `node`, running; else left to the scheduler. `fields`: see `PodFields`."""
        with self.lock:
            item = manifests.pod_manifest(name, selector=self._selector(pool), **fields)
            self._ensure_namespace(item["metadata"]["namespace"])
            if node:
                item = running(changed(item, ("spec.nodeName", node)), self.clock())
            return self.store.create(POD, item).value

    def add_replicas(
        self,
        name: str,
        count: int,
        *,
        nodes: Iterable[str] = (),
        pool: NodePoolRecord | None = None,
        **fields: Unpack[PodFields],
    ) -> list[Object]:
        """Return the pods of a new ReplicaSet: running on `nodes` in turn, or left to the scheduler."""
        with self.lock:
            template = manifests.pod_manifest(name, selector=self._selector(pool), **fields)
            self._ensure_namespace(template["metadata"]["namespace"])
            body = manifests.controller_manifest("ReplicaSet", name, template, replicas=count)
            owner = self.store.create(REPLICA_SET, body).value
            hosts = list(nodes)
            pods = []
            for number in range(count):
                item = pod_of(REPLICA_SET, owner, f"{name}-{number:05d}")
                if hosts:
                    item = running(changed(item, ("spec.nodeName", hosts[number % len(hosts)])), self.clock())
                pods.append(self.store.create(POD, item).value)
            return pods

    def add_stateful_set(
        self,
        name: str,
        count: int,
        *,
        claims: int = 0,
        pool: NodePoolRecord | None = None,
        **fields: Unpack[PodFields],
    ) -> Object:
        """Return a new StatefulSet whose pods have so many block volumes each, of OKE's class `oci-bv`."""
        with self.lock:
            template = manifests.pod_manifest(name, selector=self._selector(pool), **fields)
            body = manifests.controller_manifest("StatefulSet", name, template, replicas=count)
            body["spec"]["volumeClaimTemplates"] = [manifests.claim_template(f"data{one}") for one in range(claims)]
            if claims and self.store.find(STORAGE_CLASS, manifests.BLOCK_VOLUMES) is None:
                self.put(manifests.block_volume_class())
            return self.put(body)

    def scale(self, name: str, count: int, *, kind: str = "ReplicaSet", namespace: str = "default") -> None:
        """Change how many replicas a controller keeps."""
        self.change(kind, name, ("spec.replicas", count), namespace=namespace)
        self.settle()

    def add_daemon_set(self, name: str, **fields: Unpack[PodFields]) -> Object:
        """Return a new DaemonSet (namespace kube-system by default); its pods run on every node that lets them."""
        fields.setdefault("namespace", "kube-system")
        template = manifests.pod_manifest(name, **fields)
        made = self.put(manifests.controller_manifest("DaemonSet", name, template))
        self.settle()
        return made

    def add_budget(self, name: str, labels: Mapping[str, str] | None, **fields: Unpack[BudgetFields]) -> Object:
        """Return a new PodDisruptionBudget for pods with labels (None: nil selector); see `BudgetFields`."""
        made = self.put(manifests.budget_manifest(name, labels, **fields))
        self.settle()
        return made

    def nodes(self, pool: NodePoolRecord) -> list[Object]:
        """Return the Kubernetes nodes of a pool, oldest first."""
        hosts = [self.store.find(NODE, node.host) for node in pool.nodes]
        return [host for host in hosts if host is not None]

    def pending(self) -> list[Object]:
        """Return the pods that are on no node."""
        return [pod for pod in self.objects("Pod") if not node_name_of(pod)]

    def set_metrics(self, host: str, cpu_percent: float | None, ram_percent: float | None = None) -> None:
        """Let a node's instance report this load at all times, in place of what its pods use; None: no such metric."""
        values = {CPU: cpu_percent, RAM: ram_percent}
        self.metrics.fixed[self.pool_node(host).id] = {
            metric: value for metric, value in values.items() if value is not None
        }

    def expire_continue_tokens(self) -> None:
        """Make every continue token that is out there expire."""
        with self.lock:
            self.api_server.pager.clear()

    def enforce_rbac(self, documents: str | Path, subjects: Mapping[str, str] | None = None) -> None:
        """Load a manifest of roles and bindings and let them alone decide; `subjects` renames subjects in it."""
        text = documents.read_text(encoding="utf-8") if isinstance(documents, Path) else documents
        for placeholder, user in (subjects or {}).items():
            text = text.replace(placeholder, user)
        kinds = {"ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding", "ServiceAccount", "Namespace"}
        for item in filter(None, yaml.safe_load_all(text)):
            if item["kind"] in kinds and not self._is_there(item):
                self.put(item)
        self.api_server.authenticator.iam_administrators = False
        self.api_server.access.used.clear()

    def access_granted_but_unused(self, user: str, groups: tuple[str, ...] = ()) -> set[Permission]:
        """Return the permissions of a user that no request since `enforce_rbac` needed."""
        return self.api_server.access.unused(User(user, groups))

    def user_of(self, principal_env: Mapping[str, str]) -> str:
        """Return the Kubernetes user name of a minted resource principal."""
        token = Path(principal_env["OCI_RESOURCE_PRINCIPAL_RPST"]).read_text(encoding="utf-8")
        payload = token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        return str(claims["sub"])

    def add_service_account(self, name: str, *, namespace: str = "kube-system", administrator: bool = True) -> str:
        """Return the token of a new service account; an administrator is bound to a ClusterRole with all rights."""
        token = self.api_server.authenticator.add_service_account(namespace, name)
        if administrator:
            self.put(manifests.everything_role(f"{name}-all"))
            subject = {"kind": "ServiceAccount", "name": name, "namespace": namespace}
            self.put(manifests.binding_manifest(f"{name}-all", f"{name}-all", subject))
        return token

    def _ensure_namespace(self, name: str) -> None:
        if self.store.find(NAMESPACE, name) is None:
            self.store.create(NAMESPACE, {"metadata": {"name": name}, "status": {"phase": "Active"}})

    def _is_there(self, item: Object) -> bool:
        kind = BY_NAME[item["kind"]]
        namespace = item["metadata"].get("namespace", "default") if kind.namespaced else ""
        return self.store.find(kind, item["metadata"]["name"], namespace) is not None

    @staticmethod
    def _selector(pool: NodePoolRecord | None) -> dict[str, str] | None:
        return None if pool is None else {"name": pool.name}
