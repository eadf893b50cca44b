"""What a pool can add."""

from __future__ import annotations

from functions.oke_autoscaler.decide.cluster.node_templates import Domain, NodeTemplate
from functions.oke_autoscaler.decide.cluster.pod_groups import PodGroup, SchedulingSpec
from functions.oke_autoscaler.decide.cluster.pools import PoolStatus
from functions.oke_autoscaler.decide.simulation.offerings import Offering, placements_of
from functions.oke_autoscaler.decide.simulation.static_fit import StaticFit
from functions.oke_autoscaler.model.kubernetes_objects import PodSpec, Taint
from functions.oke_autoscaler.model.oci_objects import NodePool
from functions.oke_autoscaler.pool_settings import PoolSettings

ZONES = [Domain((("zone", "a"),)), Domain((("zone", "b"),))]


def group(cpu: int, memory: int, **spec: object) -> PodGroup:
    made = PodGroup(0, "default", {}, SchedulingSpec(0, PodSpec(**spec), 0), ())  # type: ignore[arg-type]
    made.vector = (cpu, memory)
    return made


def offering(wants: PodGroup, taints: list[Taint] | None = None) -> tuple[Offering, StaticFit]:
    static = StaticFit([wants])
    template = NodeTemplate({"name": "p"}, taints or [], {"cpu": 1000, "memory": 100}, 5.0, ZONES, None)
    status = PoolStatus(NodePool(id="p", name="p"), PoolSettings("p", 0, 9, None, 0))
    placements = placements_of(template, static, status.pool)
    return Offering(status, template, ("cpu", "memory"), (1000, 100), placements, limit=9), static


def obstacle(wants: PodGroup, taints: list[Taint] | None = None) -> str:
    offered, static = offering(wants, taints=taints)
    return offered.obstacle(static, wants)


def test_an_empty_node_says_what_it_lacks_for_a_pod() -> None:
    assert obstacle(group(1000, 100)) == ""
    assert obstacle(group(1001, 100)) == "insufficient cpu"
    assert obstacle(group(1000, 101)) == "insufficient memory"
    assert obstacle(group(1, 1), [Taint(key="gpu", effect="NoSchedule")]) == "taint gpu"
    assert obstacle(group(1, 1, node_selector={"name": "q"})) == "node selector or affinity"


def test_one_placement_that_fits_is_enough() -> None:
    assert obstacle(group(1, 1, node_selector={"zone": "b"})) == ""


def test_a_blocked_pool_opens_nothing_and_each_new_node_has_a_name_and_host_of_its_own() -> None:
    offered, _ = offering(group(1, 1))
    first, second = offered.make(offered.placements[0]), offered.make(offered.placements[1])
    assert [first.name, second.name] == ["new:p:1", "new:p:2"]
    assert [first.labels["zone"], second.labels["zone"]] == ["a", "b"]
    assert first.labels["kubernetes.io/hostname"] == "new:p:1"
    assert offered.left == 9
    offered.blocked = "out-of-capacity"
    assert offered.left == 0
