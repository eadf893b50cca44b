"""Which nodes the volumes of a pod allow.

A bound claim allows the nodes of its volume: its node affinity, and its zone where labels tell it, as older volumes do
(kubernetes, plugins/volumezone). One that waits for its first pod allows those of its storage class's topologies. A
claim that is not there, that is still to be bound without a pod, that another pod holds for itself, or whose class
makes no volumes and has none left, allows none:
https://kubernetes.io/docs/concepts/storage/storage-classes/#volume-binding-mode.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.oke_autoscaler.decide.cluster.static_volumes import NO_PROVISIONER, match_claims
from functions.oke_autoscaler.model.kubernetes_objects import NodeSelector, NodeSelectorTerm, Requirement
from functions.oke_autoscaler.model.nodes import HOSTNAME, OLD_ZONE, ZONE
from functions.oke_autoscaler.model.pods import ENDED_PHASES
from functions.oke_autoscaler.model.reasons import NO_VOLUME_LEFT, UNUSABLE_CLAIM

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from functions.oke_autoscaler.model.kubernetes_objects import Pod
    from functions.oke_autoscaler.model.pod_volumes import Volume
    from functions.oke_autoscaler.model.snapshot import Snapshot
    from functions.oke_autoscaler.model.storage_objects import PersistentVolume, PersistentVolumeClaim, StorageClass


class NoNode(NodeSelector):
    """Selects no node; ``reason`` says what is wrong with the claim."""

    reason: str = UNUSABLE_CLAIM


NOWHERE = NoNode([])
NO_VOLUME = NoNode([], NO_VOLUME_LEFT)
LOCAL_VOLUME = "LocalPersistentVolume"
"""Why a node stays: a pod's data is on its disk. Not a word of Cluster Autoscaler, which asks the simulation only."""
RESOURCE_CLAIMS = "ResourceClaims"
"""Why a node stays: a pod holds devices of it, and nobody can tell whether another node has such devices left."""
ZONE_LABELS = {
    ZONE: ZONE,
    "topology.kubernetes.io/region": "topology.kubernetes.io/region",
    OLD_ZONE: ZONE,
    "failure-domain.beta.kubernetes.io/region": "topology.kubernetes.io/region",
}
"""Labels of a volume with the label that its nodes must have."""
BETWEEN_ZONES = "__"
ONE_POD = "ReadWriteOncePod"
WAITS_FOR_POD = "WaitForFirstConsumer"


class VolumeNodes:
    """Node selectors by claim, one object a volume so that they can be compared by identity."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._volumes = {volume.metadata.name: _place(volume) for volume in snapshot.volumes}
        local = {volume.metadata.name for volume in snapshot.volumes if _is_local(volume)}
        self._classes = {known.metadata.name: _topologies(known) for known in snapshot.storage_classes}
        self._known = snapshot.claims is not None
        claims = {
            (claim.metadata.namespace or "default", claim.metadata.name): claim for claim in snapshot.claims or ()
        }
        self._claims = {key: self._of_claim(claim) for key, claim in claims.items()}
        self._claims |= self._of_waiting(claims.values(), snapshot)
        self._local = {key for key, claim in claims.items() if claim.spec.volume_name in local}
        self._taken: set[tuple[str, str]] = set()
        alone = {key for key, claim in claims.items() if ONE_POD in (claim.spec.access_modes or ())}
        for pod in snapshot.pods if alone else ():
            if pod.node_name and pod.status.phase not in ENDED_PHASES:
                self._taken.update(alone.intersection(claim_keys(pod)))

    def _of_claim(self, claim: PersistentVolumeClaim) -> NodeSelector | None:
        if claim.unreadable is not None:
            return NOWHERE
        if claim.spec.volume_name:
            return self._volumes.get(claim.spec.volume_name)
        return self._classes.get(claim.spec.storage_class_name or "")

    def _of_waiting(
        self, claims: Iterable[PersistentVolumeClaim], snapshot: Snapshot
    ) -> dict[tuple[str, str], NodeSelector | None]:
        """Return where the claims may be bound whose classes wait for a pod and make no volumes."""
        made_by_hand = {
            known.metadata.name
            for known in snapshot.storage_classes
            if known.provisioner == NO_PROVISIONER and known.volume_binding_mode == WAITS_FOR_POD
        }
        waiting = (
            claim
            for claim in claims
            if not claim.spec.volume_name and claim.unreadable is None and claim.spec.storage_class_name in made_by_hand
        )
        return {
            (claim.metadata.namespace or "default", claim.metadata.name): self._any_of(volumes)
            for claim, volumes in (match_claims(waiting, snapshot.volumes) if made_by_hand else ())
        }

    def _any_of(self, volumes: Iterable[PersistentVolume]) -> NodeSelector | None:
        """Return the nodes that reach at least one of the volumes."""
        places = [self._volumes[volume.metadata.name] for volume in volumes]
        if not places:
            return NO_VOLUME
        terms: list[NodeSelectorTerm] = []
        for place in places:
            if place is None:
                return None
            terms += place.node_selector_terms or ()
        return NodeSelector(terms)

    def hold(self, pod: Pod) -> str:
        """Return why the pod may not be moved: what it uses is on its node and nowhere else; empty when it may."""
        if pod.spec.resource_claims:
            return RESOURCE_CLAIMS
        return LOCAL_VOLUME if self._local and not self._local.isdisjoint(claim_keys(pod)) else ""

    def of(self, pod: Pod, volumes: Sequence[Volume]) -> tuple[NodeSelector, ...]:
        """Return the node selectors that all must hold for the pod's volumes."""
        found = []
        for volume in volumes:
            selector = self._of_volume(pod, volume)
            if selector is not None:
                found.append(selector)
        return tuple(found)

    def _of_volume(self, pod: Pod, volume: Volume) -> NodeSelector | None:
        key = _claim_of(pod, volume)
        if key is None:
            return None
        if key in self._taken and not pod.node_name:
            return NOWHERE
        missing = NOWHERE if self._known and volume.ephemeral is None else None
        return self._claims.get(key, missing)


def claim_keys(pod: Pod) -> Iterator[tuple[str, str]]:
    """Yield namespace and name of each claim that the pod's volumes use."""
    for volume in pod.spec.volumes or ():
        key = _claim_of(pod, volume)
        if key is not None:
            yield key


def _claim_of(pod: Pod, volume: Volume) -> tuple[str, str] | None:
    """Return namespace and name of a volume's claim; that of an ephemeral one is named after pod and volume."""
    if volume.persistent_volume_claim is not None:
        return pod.metadata.namespace, volume.persistent_volume_claim.claim_name
    return (pod.metadata.namespace, f"{pod.metadata.name}-{volume.name}") if volume.ephemeral is not None else None


def _place(volume: PersistentVolume) -> NodeSelector | None:
    """Return which nodes reach a volume, None for all; no node where that cannot be read."""
    if volume.unreadable is not None:
        return NOWHERE
    affinity = volume.spec.node_affinity.required if volume.spec.node_affinity is not None else None
    labels = volume.metadata.labels or {}
    rows = [
        Requirement(ZONE_LABELS[key], "In", labels[key].split(BETWEEN_ZONES)) for key in ZONE_LABELS if key in labels
    ]
    if not rows:
        return affinity
    terms = (affinity.node_selector_terms or ()) if affinity is not None else [NodeSelectorTerm()]
    return NodeSelector([NodeSelectorTerm([*(t.match_expressions or ()), *rows], t.match_fields) for t in terms])


def _is_local(volume: PersistentVolume) -> bool:
    """Tell whether the volume is one node's own: a disk or folder of it, or bound to its name."""
    if volume.spec.local is not None or volume.spec.host_path is not None:
        return True
    required = volume.spec.node_affinity.required if volume.spec.node_affinity is not None else None
    terms = (required.node_selector_terms or ()) if required is not None else ()
    return bool(terms) and all(
        term.match_fields or any(row.key == HOSTNAME for row in term.match_expressions or ()) for term in terms
    )


def _topologies(storage_class: StorageClass) -> NodeSelector | None:
    """Return where a claim of the class may be bound for its first pod; nowhere when it does not wait for one."""
    if storage_class.volume_binding_mode != WAITS_FOR_POD or storage_class.unreadable is not None:
        return NOWHERE
    terms = [
        NodeSelectorTerm([Requirement(row.key, "In", row.values) for row in term.match_label_expressions or ()])
        for term in storage_class.allowed_topologies or ()
    ]
    return NodeSelector(terms) if terms else None
