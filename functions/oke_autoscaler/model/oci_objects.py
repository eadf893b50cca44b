"""The other objects of a snapshot: budgets, owners, priority classes, OKE node pools and work requests, loads."""

from __future__ import annotations

from typing import Any

import msgspec

from functions.oke_autoscaler.model.kubernetes_objects import (
    Labels,
    LabelSelector,
    Listed,
    Metadata,
    Object,
    PodSpec,
)

GONE_NODES = frozenset({"DELETED", "DELETING"})
"""Lifecycle states of a node whose instance OKE deletes or has deleted."""


class BudgetSpec(Object):
    """``spec`` of a PodDisruptionBudget."""

    selector: LabelSelector | None = None
    unhealthy_pod_eviction_policy: str | None = None


class BudgetStatus(Object):
    """``status`` of a PodDisruptionBudget."""

    disruptions_allowed: int = 0
    current_healthy: int = 0
    desired_healthy: int = 0
    expected_pods: int = 0


class PodDisruptionBudget(Listed):
    """How many pods of a selection may be missing."""

    metadata: Metadata
    spec: BudgetSpec = msgspec.field(default_factory=BudgetSpec)
    status: BudgetStatus = msgspec.field(default_factory=BudgetStatus)


class PodTemplate(Object):
    """The pods that an owner makes."""

    metadata: Metadata = msgspec.field(default_factory=Metadata)
    spec: PodSpec = msgspec.field(default_factory=PodSpec)


class OwnerSpec(Object):
    """``spec`` of an owner; the template is read for DaemonSets only."""

    replicas: int | None = None
    template: PodTemplate | None = None


class Owner(Listed):
    """A ReplicaSet, StatefulSet, DaemonSet, Job or ReplicationController; ``kind`` is empty in items of a List."""

    metadata: Metadata
    kind: str = ""
    spec: OwnerSpec = msgspec.field(default_factory=OwnerSpec)


class PriorityClass(Listed):
    """A priority by name."""

    metadata: Metadata
    value: int = 0
    global_default: bool | None = None


class Namespace(Listed):
    """A namespace with its labels."""

    metadata: Metadata


class ShapeConfig(Object, rename=None):
    """OCPUs and memory of a flexible shape."""

    ocpus: float | None = None
    memory_in_gbs: float | None = msgspec.field(name="memoryInGBs", default=None)


class ShapeSize(Object):
    """A shape as Compute lists it."""

    shape: str
    ocpus: float | None = None
    memory_in_gbs: float | None = msgspec.field(name="memoryInGBs", default=None)
    gpus: int | None = None


class KeyValue(Object):
    """A label as OKE writes it."""

    key: str | None = None
    value: str | None = None


class PlacementConfig(Object):
    """Where OKE may make nodes of a pool."""

    availability_domain: str | None = None
    fault_domains: list[str] | None = None
    subnet_id: str | None = None
    preemptible_node_config: dict[str, Any] | None = None
    """Set: its nodes are of preemptible capacity, which OCI may take back."""


class PodNetwork(Object):
    """The pod network of a pool; ``max_pods_per_node`` with VCN-native pods only."""

    cni_type: str | None = None
    max_pods_per_node: int | None = None


class NodeConfig(Object):
    """``nodeConfigDetails``."""

    size: int | None = None
    placement_configs: list[PlacementConfig] | None = None
    node_pool_pod_network_option_details: PodNetwork | None = None


class NodeError(Object):
    """Why OKE could not make a node."""

    code: str | None = None
    message: str | None = None
    status: str | int | None = None


class OkeNode(Object):
    """A node as OKE knows it; ``id`` is the instance's OCID, "" or null where none was made."""

    id: str | None = None
    name: str | None = None
    lifecycle_state: str | None = None
    availability_domain: str | None = None
    fault_domain: str | None = None
    private_ip: str | None = None
    node_error: NodeError | None = None


class NodeSource(Object):
    """``nodeSourceDetails``: the boot image."""

    image_id: str | None = None


class NodePool(Object):
    """An OKE node pool; states and other enums stay plain text, so that new ones do no harm."""

    id: str
    name: str = ""
    compartment_id: str | None = None
    cluster_id: str | None = None
    lifecycle_state: str | None = None
    node_shape: str | None = None
    node_shape_config: ShapeConfig | None = None
    initial_node_labels: list[KeyValue] | None = None
    node_metadata: dict[str, str] | None = None
    node_config_details: NodeConfig | None = None
    quantity_per_subnet: int | None = None
    subnet_ids: list[str] | None = None
    nodes: list[OkeNode] | None = None
    freeform_tags: Labels | None = None
    defined_tags: dict[str, dict[str, Any]] | None = None
    kubernetes_version: str | None = None
    listed_size: ShapeSize | None = msgspec.field(name="-listed-size", default=None)
    """Of its shape, where a tick had to ask Compute; no field of the API."""
    node_source_details: NodeSource | None = None

    @property
    def placements(self) -> list[PlacementConfig]:
        """Where OKE may make nodes."""
        return (self.node_config_details.placement_configs or []) if self.node_config_details is not None else []

    @property
    def size(self) -> int:
        """Nodes asked for."""
        if self.node_config_details is not None and self.node_config_details.size is not None:
            return self.node_config_details.size
        return (self.quantity_per_subnet or 0) * len(self.subnet_ids or ())

    @property
    def not_made(self) -> list[OkeNode]:
        """Nodes that the size counts and OKE could not make: no instance, nothing to pay, nothing that will come.

        OKE keeps them in the size, and tries them all again when the pool is next updated, also to the size it has.
        """
        alive = [node for node in self.nodes or () if node.lifecycle_state not in GONE_NODES]
        failed = [node for node in alive if node.node_error is not None and not node.id]
        # A size that was lowered since counts fewer of them.
        return failed[: max(0, self.size - (len(alive) - len(failed)))]

    @property
    def is_preemptible(self) -> bool:
        """Whether every node of the pool is of preemptible capacity."""
        return bool(self.placements) and all(each.preemptible_node_config is not None for each in self.placements)


class WorkResource(Object):
    """What a work request is about."""

    identifier: str | None = None
    entity_type: str | None = None
    action_type: str | None = None


class WorkRequest(Listed):
    """An asynchronous piece of work in OKE; times as RFC 3339 text."""

    id: str = ""
    operation_type: str | None = None
    status: str | None = None
    resources: list[WorkResource] | None = None
    time_accepted: str | None = None
    time_finished: str | None = None
    errors: list[dict[str, Any]] | None = None


class Load(Object, rename=None):
    """Average load of an instance over the window, in percent; None where Monitoring has no value."""

    cpu_percent: float | None = None
    ram_percent: float | None = None
