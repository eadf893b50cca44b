"""Which nodes the volumes of a pod allow.

A bound claim allows the nodes of its volume: its node affinity, and its zone where labels tell it, as older volumes do
(kubernetes, plugins/volumezone). One that waits allows those of its storage class's topologies.
https://kubernetes.io/docs/concepts/storage/storage-classes/#allowed-topologies
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.oke_autoscaler.objects import NodeSelector, NodeSelectorTerm, Requirement

if TYPE_CHECKING:
    from collections.abc import Sequence

    from functions.oke_autoscaler.cluster_objects import PersistentVolume, PersistentVolumeClaim, StorageClass
    from functions.oke_autoscaler.objects import Volume
    from functions.oke_autoscaler.snapshot import Snapshot

ZONE_LABELS = {
    "topology.kubernetes.io/zone": "topology.kubernetes.io/zone",
    "topology.kubernetes.io/region": "topology.kubernetes.io/region",
    "failure-domain.beta.kubernetes.io/zone": "topology.kubernetes.io/zone",
    "failure-domain.beta.kubernetes.io/region": "topology.kubernetes.io/region",
}
"""Labels of a volume with the label that its nodes must have."""
BETWEEN_ZONES = "__"


class VolumeNodes:
    """Node selectors by claim, one object a volume so that they can be compared by identity."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._volumes: dict[str, NodeSelector | None] = {
            volume.metadata.name: _of_volume(volume) for volume in snapshot.volumes
        }
        self._classes = {known.metadata.name: _topologies(known) for known in snapshot.storage_classes}
        self._claims: dict[tuple[str, str], NodeSelector | None] = {
            (claim.metadata.namespace or "default", claim.metadata.name): self._of_claim(claim)
            for claim in snapshot.claims
        }

    def _of_claim(self, claim: PersistentVolumeClaim) -> NodeSelector | None:
        if claim.spec.volume_name:
            return self._volumes.get(claim.spec.volume_name)
        return self._classes.get(claim.spec.storage_class_name or "")

    def of(self, namespace: str, pod: str, volumes: Sequence[Volume]) -> tuple[NodeSelector, ...]:
        """The node selectors that all must hold for the pod's volumes."""
        found = []
        for volume in volumes:
            claim = volume.persistent_volume_claim
            name = claim.claim_name if claim is not None else f"{pod}-{volume.name}"
            selector = (
                self._claims.get((namespace, name)) if claim is not None or volume.ephemeral is not None else None
            )
            if selector is not None:
                found.append(selector)
        return tuple(found)


def _of_volume(volume: PersistentVolume) -> NodeSelector | None:
    affinity = volume.spec.node_affinity.required if volume.spec.node_affinity is not None else None
    labels = volume.metadata.labels or {}
    rows = [
        Requirement(ZONE_LABELS[key], "In", labels[key].split(BETWEEN_ZONES)) for key in ZONE_LABELS if key in labels
    ]
    if not rows:
        return affinity
    terms = (affinity.node_selector_terms or ()) if affinity is not None else [NodeSelectorTerm()]
    return NodeSelector([NodeSelectorTerm([*(t.match_expressions or ()), *rows], t.match_fields) for t in terms])


def _topologies(storage_class: StorageClass) -> NodeSelector | None:
    terms = [
        NodeSelectorTerm([Requirement(row.key, "In", row.values) for row in term.match_label_expressions or ()])
        for term in storage_class.allowed_topologies or ()
    ]
    return NodeSelector(terms) if terms else None
