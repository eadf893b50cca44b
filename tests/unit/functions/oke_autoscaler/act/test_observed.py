"""What a tick has read, with single things replaced by a newer reading."""

from __future__ import annotations

from functions.oke_autoscaler.act.observe import Observed
from functions.oke_autoscaler.clients.oke import ReadPool
from functions.oke_autoscaler.model.kubernetes_objects import Metadata, Node, NodeSpec, Pod, PodMetadata, PodSpec
from functions.oke_autoscaler.model.oci_objects import NodePool
from functions.oke_autoscaler.model.snapshot import Snapshot


def pod(name: str, node: str | None) -> Pod:
    return Pod(metadata=PodMetadata(name=name), spec=PodSpec(node_name=node))


def observed() -> Observed:
    pools = {name: ReadPool(NodePool(id=name), f"etag-{name}", f"compartment-{name}") for name in "ab"}
    nodes = [Node(metadata=Metadata(name="n1")), Node(metadata=Metadata(name="n2"))]
    pods = [pod("one", "n1"), pod("two", "n2"), pod("waits", None)]
    return Observed(Snapshot(pools=[state.pool for state in pools.values()], nodes=nodes, pods=pods), pools)


def test_a_newer_pool_replaces_its_reading_and_its_etag_in_place() -> None:
    newer = ReadPool(NodePool(id="a", name="new"), "etag-2", "compartment-a")
    after = observed().with_pool(newer)
    assert [pool.name for pool in after.snapshot.pools or ()] == ["new", ""]
    assert after.pools["a"].etag == "etag-2"
    assert after.compartments == {"compartment-a", "compartment-b"}


def test_a_newer_node_replaces_the_one_of_its_name_only() -> None:
    after = observed().with_node(Node(metadata=Metadata(name="n2"), spec=NodeSpec(unschedulable=True)))
    assert [node.spec.unschedulable for node in after.snapshot.nodes] == [None, True]


def test_newer_pods_of_a_node_replace_all_of_its_pods_and_no_others() -> None:
    after = observed().with_pods_of("n1", [pod("three", "n1")])
    assert [each.metadata.name for each in after.snapshot.pods] == ["two", "waits", "three"]


def test_the_first_reading_stays_as_it_was() -> None:
    first = observed()
    first.with_pods_of("n1", [])
    first.with_pool(ReadPool(NodePool(id="a"), "etag-2", "c"))
    assert (len(first.snapshot.pods), first.pools["a"].etag) == (3, "etag-a")
