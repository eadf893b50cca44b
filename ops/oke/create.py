"""`oke cluster create`: control plane, node pool, nodes, and the files to use them; what is there is taken up.

Nothing of a run is remembered but in OKE itself: name, compartment and a freeform tag find what an earlier one made,
and a retry token that follows from them keeps a request that was sent twice from making two (ops/oke/plan.py). So a run
that was killed anywhere is finished by the next, on this machine or another.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ops.oke import choices, kubeconfig_file, private_files, waiting
from ops.oke.arguments import engine_of
from ops.oke.engine import found_or
from ops.oke.errors import NameTaken
from ops.oke.kubeconfig_file import KUBECONFIG_FILE
from ops.oke.node_pool import NODE_POOL_FILE
from ops.oke.output import ended, pretty
from ops.oke.pace import Pace
from ops.oke.plan import Make, cluster_step, pool_step
from ops.oke.progress import Progress
from ops.oke.values import TAG, ClusterView, PoolView, SubnetView
from ops.oke.wanted import Wanted, wanted
from shared.errors import BadRequest, OciServiceError

if TYPE_CHECKING:
    import argparse

    from ops.oke.engine import Engine

FIXES = {
    "LimitExceeded": "ask for a higher service limit, or delete what is not needed any more",
    "QuotaExceeded": "a quota of the compartment is used up: raise it, or delete what is not needed any more",
}


@dataclass(frozen=True, slots=True)
class Nodes:
    """What was chosen for the node pool."""

    shape: str
    image: str
    placements: tuple[tuple[str, str], ...]


def run(options: argparse.Namespace, pace: Pace | None = None) -> int:
    """Make the cluster, print its node pool and return the exit status."""
    pace = pace or Pace()
    progress = Progress(pace.now)
    return ended(progress, lambda: _Create(engine_of(options, pace), progress, wanted(options)).pool().json)


@dataclass(frozen=True)
class _Create:
    engine: Engine
    progress: Progress
    wanted: Wanted

    def pool(self) -> PoolView:
        """Return the node pool when it is as wanted and the files are written."""
        private_files.private_folder(self.wanted.config_dir, "--config-dir")
        cluster, nodes = self._cluster()
        pool = self._node_pool(cluster, nodes)
        self.progress.step(f"writing {KUBECONFIG_FILE} and {NODE_POOL_FILE} in {self.wanted.config_dir}")
        file = self.wanted.config_dir / KUBECONFIG_FILE
        kubeconfig_file.save(self.engine, cluster, "", file, merge=False)
        private_files.write(self.wanted.config_dir / NODE_POOL_FILE, pretty(pool.json), "--config-dir")
        return pool

    def _cluster(self) -> tuple[ClusterView, Nodes | None]:
        """Return the cluster, ACTIVE, and what was chosen for its nodes if that had to be known before."""
        want = self.wanted
        found = self.engine.clusters(want.compartment, want.name)
        step = cluster_step(found, compartment=want.compartment, name=want.name, vcn=want.vcn)
        if isinstance(step, Make):
            # All choices first: a shape that is mistyped must not be found out when the control plane is there.
            version = choices.kubernetes_version(want.version, self.engine.versions())
            nodes = self._nodes(version)
            self.progress.step(f"making cluster {want.name} with Kubernetes {version}")
            work_request = self._began("create_cluster", self._cluster_details(version), step.token)
            return self._made(work_request), nodes
        self.progress.step(f"taking up cluster {want.name}, {step.id}")
        return self._active(step.id), None

    def _made(self, work_request: str) -> ClusterView:
        done = waiting.work_done(
            self.engine, self.progress, work_request, self.wanted.compartment, f"cluster {self.wanted.name}", []
        )
        return self._active(done.resource("cluster"))

    def _active(self, cluster: str) -> ClusterView:
        """Wait until a cluster is ACTIVE. Raises NotMade where it never will be."""
        found = self.engine.cluster(cluster)
        if found.state == "CREATING":
            made_by = self.engine.newest_work_request(found.compartment, cluster, cluster, "CLUSTER_CREATE")
            if made_by is not None:
                what = f"cluster {found.name}"
                waiting.work_done(self.engine, self.progress, made_by.id, found.compartment, what, [])
        found = waiting.cluster_active(self.engine, self.progress, cluster)
        if self.wanted.version and found.version.lstrip("v") != self.wanted.version.lstrip("v"):
            self.progress.note(f"the cluster has Kubernetes {found.version}, and keeps it")
        return found

    def _node_pool(self, cluster: ClusterView, nodes: Nodes | None) -> PoolView:
        want = self.wanted
        found = self.engine.pools(cluster.compartment, cluster.id, want.node_pool)
        step = pool_step(found, cluster=cluster.id, name=want.node_pool)
        if isinstance(step, Make):
            nodes = nodes or self._nodes(cluster.version)
            self.progress.step(f"making node pool {want.node_pool}: {want.size} nodes of {nodes.shape}")
            details = self._pool_details(cluster, nodes)
            work_request = self._began("create_node_pool", details, step.token)
            pool = self.engine.work_request(work_request).resource("nodepool") or self._listed_pool(cluster)
        else:
            pool = step.id
            self.progress.step(f"taking up node pool {want.node_pool}, {pool}")
            work_request = waiting.open_work_request(self.engine, pool, cluster.compartment, cluster.id)
        return waiting.pool_up(self.engine, self.progress, pool, work_request, want.wait, want.compartment)

    def _listed_pool(self, cluster: ClusterView) -> str:
        found = self.engine.pools(cluster.compartment, cluster.id, self.wanted.node_pool)
        step = pool_step(found, cluster=cluster.id, name=self.wanted.node_pool)
        if isinstance(step, Make):
            raise OciServiceError("OKE does not list the node pool it makes", code="malformed")
        return step.id

    def _nodes(self, version: str) -> Nodes:
        """Choose what the nodes are made of, and see that all subnets are there. Raises BadRequest."""
        want = self.wanted
        self._check_subnets()
        subnets = [self._subnet(each, "--worker-subnet") for each in want.worker_subnets]
        domains = self.engine.domains(want.compartment)
        shapes, images = self.engine.pool_options(want.compartment)
        shape = choices.node_shape(want.shape, shapes)
        image = choices.node_image(want.image, images, version, shape)
        return Nodes(shape, image, tuple(choices.placements(subnets, domains)))

    def _check_subnets(self) -> None:
        want = self.wanted
        for each in want.lb_subnets:
            self._subnet(each, "--lb-subnet")
        endpoint = self._subnet(want.endpoint_subnet, "--endpoint-subnet")
        if want.endpoint == "public" and not endpoint.takes_public:
            fix = "choose another subnet, or --endpoint private"
            raise BadRequest("a private subnet takes no public address", field="--endpoint-subnet", fix=fix)

    def _subnet(self, subnet: str, field: str) -> SubnetView:
        found: SubnetView = found_or(lambda: self.engine.subnet(subnet), field, f"subnet {subnet}")
        if found.vcn != self.wanted.vcn:
            raise BadRequest(f"subnet {subnet} is in another network, {found.vcn}", field=field)
        return found

    def _began(self, call: str, details: object, token: str) -> str:
        try:
            found = self.engine.began(call, details, opc_retry_token=token)
        except OciServiceError as fault:
            if fault.code == "InvalidatedRetryToken":
                what = "an earlier request for the same name, with other values or for something deleted since"
                fix = "choose another name, or wait until that request is a day old"
                raise NameTaken(f"OKE remembers {what}", [], fix=fix) from None
            fault.fix = fault.fix or FIXES.get(fault.code, "")
            raise
        if not found:
            raise OciServiceError("OKE named no work request", code="malformed", fix="run the same command again")
        return found

    def _cluster_details(self, version: str) -> Any:  # noqa: ANN401  (a model of the SDK)
        from oci.container_engine import models

        want = self.wanted
        is_public = want.endpoint == "public"
        if want.endpoint == "subnet":
            is_public = self.engine.subnet(want.endpoint_subnet).takes_public
        return models.CreateClusterDetails(
            name=want.name,
            compartment_id=want.compartment,
            vcn_id=want.vcn,
            kubernetes_version=version,
            type=want.cluster_type,
            freeform_tags=TAG,
            endpoint_config=models.CreateClusterEndpointConfigDetails(
                subnet_id=want.endpoint_subnet, is_public_ip_enabled=is_public
            ),
            options=models.ClusterCreateOptions(service_lb_subnet_ids=list(want.lb_subnets)),
        )

    def _pool_details(self, cluster: ClusterView, nodes: Nodes) -> Any:  # noqa: ANN401  (a model of the SDK)
        from oci.container_engine import models

        want = self.wanted
        placed = [
            models.NodePoolPlacementConfigDetails(availability_domain=domain, subnet_id=subnet)
            for domain, subnet in nodes.placements
        ]
        config = None
        if want.ocpus is not None:
            config = models.CreateNodeShapeConfigDetails(ocpus=want.ocpus, memory_in_gbs=want.memory_gib)
        return models.CreateNodePoolDetails(
            compartment_id=want.compartment,
            cluster_id=cluster.id,
            name=want.node_pool,
            kubernetes_version=cluster.version,
            node_shape=nodes.shape,
            node_shape_config=config,
            node_source_details=models.NodeSourceViaImageDetails(image_id=nodes.image),
            node_config_details=models.CreateNodePoolNodeConfigDetails(size=want.size, placement_configs=placed),
            # The label by which the pods of the autoscaler's users choose a pool (docs/node-pools.md).
            initial_node_labels=[models.KeyValue(key="name", value=want.node_pool)],
            ssh_public_key=want.ssh_key or None,
            freeform_tags=TAG,
        )
