"""How full nodes are, by requests and by measured load."""

from __future__ import annotations

from functions.oke_autoscaler.decide.cluster.pools import PoolStatus
from functions.oke_autoscaler.decide.cluster.utilization import PoolLoad, measure_pool_load, utilization
from functions.oke_autoscaler.model.kubernetes_objects import (
    Metadata,
    Node,
    NodeSpec,
    NodeStatus,
    OwnerReference,
    Pod,
    PodMetadata,
)
from functions.oke_autoscaler.model.oci_objects import Load, NodePool
from functions.oke_autoscaler.pool_settings import PoolSettings, Thresholds

PLAIN = Pod(PodMetadata("p"))
DAEMON = Pod(PodMetadata("d", owner_references=[OwnerReference("DaemonSet", "d", controller=True)]))
SETTINGS = Thresholds(cpu_load=30, ram_load=40)


def node(**allocatable: str) -> Node:
    return Node(
        Metadata("n"),
        NodeSpec(),
        NodeStatus({key.replace("gpu", "nvidia.com/gpu"): allocatable[key] for key in allocatable}),
    )


def test_the_larger_share_counts() -> None:
    requests = {"cpu": 1000, "memory": 30}
    assert utilization(node(cpu="4", memory="40"), [(PLAIN, requests)], 0) == 0.75
    assert utilization(node(cpu="1", memory="40"), [(PLAIN, requests)], 0) == 1


def test_gpus_replace_cpu_and_memory() -> None:
    requests = {"cpu": 4000, "memory": 40, "nvidia.com/gpu": 1}
    assert utilization(node(cpu="4", memory="40", gpu="4"), [(PLAIN, requests)], 0) == 0.25


def test_ignored_daemonsets_are_taken_out_of_the_node_as_well() -> None:
    pods = [(PLAIN, {"cpu": 1000, "memory": 0}), (DAEMON, {"cpu": 2000, "memory": 0})]
    assert utilization(node(cpu="4", memory="40"), pods, 0) == 0.75
    assert utilization(node(cpu="4", memory="40"), pods, 0, ignore_daemonsets=True) == 0.5


def test_a_node_without_a_size_has_no_utilization() -> None:
    assert utilization(node(cpu="4"), [], 0) is None


def test_averages_are_over_nodes_that_have_a_value() -> None:
    nodes = [Node(Metadata(name), NodeSpec(provider_id=name)) for name in ("a", "b", "c")]
    status = PoolStatus(NodePool(id="p"), PoolSettings("p", 0, 9), nodes=nodes)
    found = measure_pool_load(status, {"a": Load(20, None), "b": Load(30, 90)})
    assert (found.cpu, found.cpu_nodes, found.ram, found.ram_nodes) == (50, 2, 90, 1)


def test_a_load_below_its_threshold_is_a_reason_and_one_at_it_is_none() -> None:
    assert PoolLoad(58, 80, 2, 2).reasons(SETTINGS) == ("cpu",)
    assert PoolLoad(60, 78, 2, 2).reasons(SETTINGS) == ("ram",)
    assert PoolLoad().reasons(SETTINGS) == ()


def test_the_work_of_a_removed_node_stays() -> None:
    left = PoolLoad(91, 0, 2, 0).without(Load(10, None))
    assert (left.cpu, left.cpu_nodes) == (91, 1)
    assert not left.has_room(("cpu",), SETTINGS)
    assert left.has_room(("ram",), SETTINGS)
    assert PoolLoad(90, 0, 1, 0).has_room(("cpu",), SETTINGS)
