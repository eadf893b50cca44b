"""Which nodes the volumes of a pod allow."""

from __future__ import annotations

from functions.oke_autoscaler.decide.cluster.volumes import NOWHERE, VolumeNodes
from functions.oke_autoscaler.model.kubernetes_objects import (
    Metadata,
    NodeSelector,
    Pod,
    PodMetadata,
    PodSpec,
)
from functions.oke_autoscaler.model.nodes import OLD_ZONE, ZONE
from functions.oke_autoscaler.model.pod_volumes import ClaimSource, Volume
from functions.oke_autoscaler.model.selectors import node_selected
from functions.oke_autoscaler.model.snapshot import Snapshot
from functions.oke_autoscaler.model.storage_objects import (
    ClaimSpec,
    PersistentVolume,
    PersistentVolumeClaim,
    StorageClass,
    TopologyRequirement,
    TopologyTerm,
)

VOLUME = Volume("data", persistent_volume_claim=ClaimSource("claim"))
WAITS = "WaitForFirstConsumer"


def pod(name: str = "p", node_name: str | None = None) -> Pod:
    return Pod(PodMetadata(name), PodSpec(node_name=node_name, volumes=[VOLUME]))


def claim(volume: str | None = None, storage_class: str | None = None, **more: object) -> PersistentVolumeClaim:
    spec = ClaimSpec(volume, storage_class, **more)  # type: ignore[arg-type]
    return PersistentVolumeClaim(Metadata("claim", "default"), spec)


def volume(**labels: str) -> PersistentVolume:
    return PersistentVolume(Metadata("v", labels={key.replace("OLD_ZONE", OLD_ZONE): labels[key] for key in labels}))


def of(asked: Pod, claims: list[PersistentVolumeClaim] | None, **more: object) -> tuple[NodeSelector, ...]:
    pods = more.pop("pods", [asked])
    return VolumeNodes(Snapshot(None, [], pods, claims=claims, **more)).of(asked, [VOLUME])  # type: ignore[arg-type]


def test_a_bound_claim_allows_the_zones_of_its_volume() -> None:
    (selector,) = of(pod(), [claim("v")], volumes=[volume(OLD_ZONE="a__b")])
    assert [zone for zone in "abc" if node_selected(selector, {ZONE: zone}, "n")] == ["a", "b"]
    assert of(pod(), [claim("v")], volumes=[volume()]) == ()


def test_a_claim_that_waits_for_its_pod_allows_the_topologies_of_its_class() -> None:
    terms = [TopologyTerm([TopologyRequirement(ZONE, ["b"])])]
    (selector,) = of(pod(), [claim(None, "s")], storage_classes=[StorageClass(Metadata("s"), terms, WAITS)])
    assert [zone for zone in "abc" if node_selected(selector, {ZONE: zone}, "n")] == ["b"]
    assert of(pod(), [claim(None, "s")], storage_classes=[StorageClass(Metadata("s"), None, WAITS)]) == ()


def test_a_claim_to_be_bound_without_a_pod_and_a_missing_one_allow_no_node() -> None:
    assert of(pod(), [claim(None, "s")], storage_classes=[StorageClass(Metadata("s"), None, "Immediate")]) == (NOWHERE,)
    assert of(pod(), []) == (NOWHERE,)


def test_claims_that_were_not_read_allow_all_nodes() -> None:
    assert of(pod(), None) == ()


def test_a_claim_for_one_pod_is_taken_by_the_pod_that_runs() -> None:
    alone = claim("v", access_modes=["ReadWriteOncePod"])
    runs, waits = pod("runs", "n"), pod("waits")
    assert of(waits, [alone], pods=[runs, waits]) == (NOWHERE,)
    assert of(runs, [alone], pods=[runs, waits]) == ()
    assert of(waits, [alone], pods=[waits]) == ()
