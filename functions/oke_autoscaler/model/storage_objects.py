"""Claims, volumes, storage classes and the CSI drivers of nodes, as far as a tick reads them."""

from __future__ import annotations

from typing import Any

import msgspec

from functions.oke_autoscaler.model.kubernetes_objects import (
    LabelSelector,
    Listed,
    Metadata,
    NodeSelector,
    Object,
    Requests,
    Resources,
)


class ClaimSpec(Object):
    """``spec`` of a PersistentVolumeClaim; ``resources`` asks for ``storage``."""

    volume_name: str | None = None
    storage_class_name: str | None = None
    access_modes: list[str] | None = None
    volume_mode: str | None = None
    resources: Resources | None = None
    selector: LabelSelector | None = None


class PersistentVolumeClaim(Listed):
    """A claim; bound when it names a volume."""

    metadata: Metadata
    spec: ClaimSpec = msgspec.field(default_factory=ClaimSpec)


class VolumeNodeAffinity(Object):
    """Which nodes can reach a volume."""

    required: NodeSelector | None = None


class CsiVolume(Object):
    """A volume of a CSI driver; the driver's name for it tells it from others."""

    driver: str = ""
    volume_handle: str = ""


class ClaimReference(Object):
    """The claim that a volume is bound to, or kept for."""

    name: str = ""
    namespace: str | None = None


class VolumeSpec(Object):
    """``spec`` of a PersistentVolume."""

    node_affinity: VolumeNodeAffinity | None = None
    csi: CsiVolume | None = None
    local: dict[str, Any] | None = None
    host_path: dict[str, Any] | None = None
    claim_ref: ClaimReference | None = None
    storage_class_name: str | None = None
    access_modes: list[str] | None = None
    volume_mode: str | None = None
    capacity: Requests | None = None


class VolumeStatus(Object):
    """``status`` of a PersistentVolume."""

    phase: str | None = None


class PersistentVolume(Listed):
    """A volume."""

    metadata: Metadata
    spec: VolumeSpec = msgspec.field(default_factory=VolumeSpec)
    status: VolumeStatus = msgspec.field(default_factory=VolumeStatus)


class TopologyRequirement(Object):
    """A row of ``allowedTopologies``."""

    key: str = ""
    values: list[str] | None = None


class TopologyTerm(Object):
    """A term of ``allowedTopologies``."""

    match_label_expressions: list[TopologyRequirement] | None = None


class StorageClass(Listed):
    """Where volumes of a class may be made."""

    metadata: Metadata
    allowed_topologies: list[TopologyTerm] | None = None
    volume_binding_mode: str | None = None
    provisioner: str | None = None


class DriverAllocatable(Object):
    """How many volumes of a driver a node takes; without a number there is no limit."""

    count: int | None = None


class CsiDriver(Object):
    """A CSI driver that runs on a node."""

    name: str = ""
    allocatable: DriverAllocatable | None = None


class CsiNodeSpec(Object):
    """``spec`` of a CSINode."""

    drivers: list[CsiDriver] | None = None


class CsiNode(Listed):
    """The CSI drivers of the node of the same name."""

    metadata: Metadata
    spec: CsiNodeSpec = msgspec.field(default_factory=CsiNodeSpec)
