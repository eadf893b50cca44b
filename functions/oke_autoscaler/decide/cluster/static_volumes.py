"""Claims of classes that make no volumes: they wait for one that somebody made before.

The scheduler binds such a claim to the smallest free volume of its class that a node reaches (kubernetes 1.36,
pkg/volume/util.FindMatchingVolume). Without a volume left no node helps, whatever it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.oke_autoscaler.model.quantity import amount
from functions.oke_autoscaler.model.selectors import selects

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from functions.oke_autoscaler.model.storage_objects import PersistentVolume, PersistentVolumeClaim

NO_PROVISIONER = "kubernetes.io/no-provisioner"
"""The provisioner of a class whose volumes are made by hand, as those of local disks are."""
STORAGE = "storage"


def match_claims(
    claims: Iterable[PersistentVolumeClaim], volumes: Iterable[PersistentVolume]
) -> Iterator[tuple[PersistentVolumeClaim, list[PersistentVolume]]]:
    """Yield each claim with the free volumes that it may be bound to; none when those before it took the last one."""
    free: dict[str, list[PersistentVolume]] = {}
    for volume in volumes:
        if volume.status.phase in {None, "Available"} and volume.unreadable is None:
            free.setdefault(volume.spec.storage_class_name or "", []).append(volume)
    for known in free.values():
        known.sort(key=_size)
    for claim in claims:
        known = free.get(claim.spec.storage_class_name or "", [])
        matching = [volume for volume in known if _matches(volume, claim)]
        if matching:
            known.remove(matching[0])
        yield claim, matching


def _size(volume: PersistentVolume) -> int:
    return amount(STORAGE, (volume.spec.capacity or {}).get(STORAGE, 0))


def _matches(volume: PersistentVolume, claim: PersistentVolumeClaim) -> bool:
    kept_for, wanted = volume.spec.claim_ref, claim.spec
    if kept_for is not None:
        return (kept_for.namespace or "default", kept_for.name) == (
            claim.metadata.namespace or "default",
            claim.metadata.name,
        )
    asked = (wanted.resources.requests or {}).get(STORAGE, 0) if wanted.resources is not None else 0
    return (
        _size(volume) >= amount(STORAGE, asked)
        and (volume.spec.volume_mode or "Filesystem") == (wanted.volume_mode or "Filesystem")
        and set(wanted.access_modes or ()) <= set(volume.spec.access_modes or wanted.access_modes or ())
        and (wanted.selector is None or selects(wanted.selector, volume.metadata.labels or {}))
    )
