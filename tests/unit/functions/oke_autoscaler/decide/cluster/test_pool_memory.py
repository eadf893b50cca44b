"""What a pool has delivered is remembered, and no prediction is repeated that its last node refuted."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import msgspec

from functions.oke_autoscaler.decide.cluster.node_templates import NodeTemplate, learn_template
from functions.oke_autoscaler.decide.cluster.pools import PoolStatus
from functions.oke_autoscaler.model.kubernetes_objects import Condition, Metadata, Node, NodeSpec, NodeStatus, Taint
from functions.oke_autoscaler.model.nodes import INSTANCE_TYPE, TO_BE_DELETED
from functions.oke_autoscaler.model.oci_objects import KeyValue, NodePool, ShapeConfig
from functions.oke_autoscaler.model.tick_state import KeptTaint
from functions.oke_autoscaler.pool_settings import PoolSettings

if TYPE_CHECKING:
    from functions.oke_autoscaler.model.tick_state import PoolMemory

NOW = 1_767_268_800.0
HOUR = 3600.0
GIB = 1024**3
FLEX = "VM.Standard.E5.Flex"


def made_pool(**more: Any) -> NodePool:
    size = ShapeConfig(ocpus=2, memory_in_gbs=32)
    return NodePool(id="p", name="web", **{"node_shape": FLEX, "node_shape_config": size, **more})


def node(
    name: str, *, gib: float = 27.7, age: float = 6 * HOUR, labels: Any = (), taints: Any = (), **more: Any
) -> Node:
    made = datetime.fromtimestamp(NOW - age, tz=UTC).isoformat()
    offers = {"cpu": "3815m", "memory": str(int(gib * GIB)), "pods": "110", **more.pop("extra", {})}
    capacity = more.pop("capacity", {"cpu": "4", "memory": str(31 * GIB)})
    kept = [Taint(key=key, effect="NoSchedule") for key in taints]
    conditions = [Condition(type="Ready", status="True", last_transition_time=made)]
    known = {"kubernetes.io/hostname": name, INSTANCE_TYPE: FLEX, "kubernetes.io/arch": "amd64", **dict(labels)}
    return Node(
        Metadata(name=name, labels=known, creation_timestamp=made),
        NodeSpec(taints=kept),
        NodeStatus(offers, capacity, conditions),
    )


def learn(
    nodes: list[Node], old: PoolMemory | None = None, *, now: float = NOW, pool: NodePool | None = None, **more: Any
) -> tuple[PoolMemory, NodeTemplate]:
    status = PoolStatus(pool or made_pool(), PoolSettings("p", 0, 9), nodes=nodes, **more)
    memory, template = learn_template(status, old, (), now)
    assert template is not None
    return memory, template


def test_from_zero_the_shape_tells_and_afterwards_what_the_node_delivered() -> None:
    memory, presumed = learn([])
    memory, template = learn([node("a", gib=26.5, age=60)], memory)
    assert (
        template.allocatable["memory"]
        == memory.allocatable["memory"]
        == int(26.5 * GIB)
        < presumed.allocatable["memory"]
    )
    _, gone = learn([], memory, now=NOW + 30 * 24 * HOUR)
    assert gone.allocatable == template.allocatable


def test_taints_and_labels_of_a_node_that_is_gone_are_remembered() -> None:
    memory, _ = learn([node("a", labels={"rack": "7"}, taints=["special"])])
    _, gone = learn([], memory, now=NOW + HOUR)
    assert (gone.labels["rack"], [taint.key for taint in gone.taints]) == ("7", ["special"])


def test_the_same_sight_is_the_same_value_and_needs_no_write() -> None:
    memory, _ = learn([node("a"), node("b")])
    again, _ = learn([node("b"), node("a")], memory, now=NOW + HOUR)
    assert again is memory


def test_what_one_of_several_nodes_has_is_not_the_pools() -> None:
    _, template = learn([node("a", taints=["maintenance"], labels={"by": "hand"}), node("b"), node("c")])
    assert template.taints == []
    assert "by" not in template.labels


def test_what_all_nodes_have_is_the_pools() -> None:
    _, template = learn(
        [node("a", taints=["team"], labels={"rack": "7"}), node("b", taints=["team"], labels={"rack": "7"})]
    )
    assert ([taint.key for taint in template.taints], template.labels["rack"]) == (["team"], "7")


def test_what_is_put_on_the_only_node_after_it_was_learnt_is_not_the_pools() -> None:
    memory, _ = learn([node("a")], now=NOW - HOUR)
    later, template = learn([node("a", taints=["maintenance"], labels={"by": "hand"})], memory)
    assert (template.taints, template.labels.get("by")) == ([], None)
    assert later is memory


def test_a_newer_only_node_shows_what_the_pool_makes_now() -> None:
    memory, _ = learn([node("a")], now=NOW - HOUR)
    _, template = learn([node("b", taints=["special"], age=600)], memory)
    assert [taint.key for taint in template.taints] == ["special"]


def test_the_usual_amount_counts_and_not_the_smallest() -> None:
    for gibs in ([27.7, 20.0, 27.7], [20.0, 27.7, 27.6]):
        _, template = learn([node(f"n{number}", gib=gib) for number, gib in enumerate(gibs)])
        assert template.allocatable["memory"] >= int(27.6 * GIB)


def test_the_newest_node_is_what_the_next_will_be_if_it_offers_less() -> None:
    _, template = learn([node("a"), node("b"), node("c", gib=27.0, age=HOUR)])
    assert template.allocatable["memory"] == 27 * GIB


def test_a_dead_device_plugin_of_one_node_is_not_the_pools() -> None:
    gpu = {"nvidia.com/gpu": "8"}
    for nodes in ([node("a"), node("b", extra=gpu)], [node("a", extra=gpu), node("b"), node("c", extra=gpu)]):
        assert learn(nodes)[1].allocatable["nvidia.com/gpu"] == 8


def test_nodes_of_another_shape_size_or_way_out_do_not_count() -> None:
    odd = [
        node("shape", gib=99, labels={INSTANCE_TYPE: "VM.Standard.E3.Flex"}),
        node("small", gib=99, capacity={"cpu": "2", "memory": str(31 * GIB)}),
        node("memory", gib=99, capacity={"cpu": "4", "memory": str(15 * GIB)}),
        node("leaving", gib=99, taints=[TO_BE_DELETED]),
    ]
    assert learn([*odd, node("a")])[1].allocatable["memory"] == int(27.7 * GIB)
    assert learn(odd[:3])[1].allocatable["memory"] < 28 * GIB


def test_a_shape_that_turns_out_to_be_another_size_is_believed_once_it_was_made_as_configured_now() -> None:
    before, _ = learn([], pool=made_pool(kubernetes_version="v1.35"), now=NOW - HOUR)
    changed, _ = learn([], before, now=NOW - HOUR / 2)
    _, template = learn([node("a", age=600, gib=60, capacity={"cpu": "8", "memory": str(64 * GIB)})], changed)
    assert template.allocatable["memory"] == 60 * GIB


def test_an_edited_pool_is_judged_by_what_a_new_node_will_be() -> None:
    old = made_pool(initial_node_labels=[KeyValue("tier", "old"), KeyValue("gone", "x")])
    memory, _ = learn([node("a", labels={"tier": "old", "gone": "x"})], pool=old, now=NOW - HOUR)
    new = made_pool(initial_node_labels=[KeyValue("tier", "new"), KeyValue("more", "y")])
    memory, template = learn([node("a", labels={"tier": "old", "gone": "x"})], memory, pool=new)
    assert (template.labels["tier"], template.labels["more"], "gone" in template.labels) == ("new", "y", False)
    assert memory.configured_at == NOW
    late = [node("a", labels={"tier": "old", "gone": "x"}), node("b", labels={"tier": "new", "more": "y"}, age=-60)]
    memory, template = learn(late, memory, pool=new, now=NOW + HOUR)
    assert (template.labels["tier"], "gone" in template.labels, memory.dropped) == ("new", False, ())


def test_a_taint_that_the_pool_no_longer_registers_is_not_expected() -> None:
    old = made_pool(node_metadata={"kubelet-extra-args": "--register-with-taints=team=a:NoSchedule"})
    tainted = node("a", taints=["team"])
    memory, template = learn([tainted], pool=old, now=NOW - HOUR)
    assert [taint.key for taint in template.taints] == ["team"]
    _, template = learn([tainted], memory)
    assert template.taints == []


def test_after_a_new_shape_the_memory_starts_anew() -> None:
    memory, _ = learn([node("a", gib=20.0)], now=NOW - HOUR)
    large = made_pool(node_shape_config=ShapeConfig(ocpus=8, memory_in_gbs=128))
    anew, template = learn([], memory, pool=large)
    assert (anew.allocatable, anew.configured_at, template.allocatable["cpu"]) == ({}, NOW, 15_783)


def test_the_time_from_asking_to_ready_is_learnt() -> None:
    memory, _ = learn([node("a")], now=NOW - HOUR)
    asked = msgspec.structs.replace(memory, asked_at=NOW - 500)
    waiting, _ = learn([node("a")], asked, upcoming=[None])
    assert waiting.asked_at == NOW - 500
    done, _ = learn([node("a"), node("b", age=300)], asked)
    assert (done.ready_seconds, done.asked_at) == (200, None)


def test_a_startup_taint_on_every_node_is_not_the_pools() -> None:
    status = PoolStatus(
        made_pool(), PoolSettings("p", 0, 9), nodes=[node("a", taints=["node.cilium.io/agent-not-ready", "x"])]
    )
    memory, _ = learn_template(status, None, ("node.cilium.io/*",), NOW)
    assert memory.taints == (KeptTaint("x"),)


def test_a_node_made_under_the_eyes_of_a_tick_is_current_however_little_it_has() -> None:
    memory, _ = learn([], now=NOW - HOUR)
    _, template = learn([node("a", age=600, gib=20, capacity={"cpu": "4", "memory": str(22 * GIB)})], memory)
    assert template.allocatable["memory"] == 20 * GIB


def test_a_node_that_is_short_of_memory_is_not_taken_for_an_old_one() -> None:
    _, template = learn([node("a", gib=22, capacity={"cpu": "4", "memory": str(25 * GIB)})])
    assert template.allocatable["memory"] == 22 * GIB
